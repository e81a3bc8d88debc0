#include "api/http/server.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>
// <utility> must come before Asio 1.74.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/base/log.h"
#include "api/http/connection.h"
#include "api/http/socket.h"

namespace croft::http {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                         asio::io_context::executor_type>;

// How often time limits are looked at: a quarter of the shortest one, within reason.
Duration SweepInterval(const ServerSettings& settings) {
  const Duration shortest = std::min({settings.handshake_limit, settings.header_limit, settings.body_limit,
                                      settings.write_limit, settings.idle_limit, settings.stranger_limit});
  return std::clamp<Duration>(shortest / 4, std::chrono::milliseconds(20), std::chrono::seconds(1));
}

// Out of descriptors or memory: connections wait in the backlog this long before we look again.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
// How many connections are accepted before others have their turn.
constexpr int kAcceptTurn = 64;
// How often it is said that a connection was not accepted.
constexpr auto kComplainInterval = std::chrono::seconds(1);

// Files, and the programs that this one talks to, need descriptors too.
size_t DescriptorShare() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<size_t>(limit.rlim_cur / 2) : SIZE_MAX;
}

struct OpenListener {
  OpenListener(asio::io_context& io, int listening, bool with_tls, std::string unix_path)
      : fd(io, listening), pause(io), tls(with_tls), path(std::move(unix_path)) {}
  Descriptor fd;
  Timer pause;
  const bool tls;
  const std::string path;  // of a unix socket that we made, to be removed
};

}  // namespace

struct Server::Impl {
  explicit Impl(ServerSettings settings, Handler handler)
      : host(std::make_shared<ConnectionHost>(std::move(settings), std::move(handler))) {}

  Status Open(const Listener& listener);
  void Accept(OpenListener& listener);
  void AcceptTurn(OpenListener& listener);
  bool AcceptOne(OpenListener& listener);
  void Complain(std::string_view what, log::Fields fields);
  void ArmSweeper();
  void Sweep();
  TlsContext tls() const {
    std::lock_guard lock(tls_mutex);
    return tls_context;
  }

  const std::shared_ptr<ConnectionHost> host;
  std::unique_ptr<ThreadPool> workers;
  std::vector<std::string> addresses;  // constant after Start
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::vector<std::thread> threads;
  bool started = false;
  size_t max_connections = 0;  // constant after Start

  std::mutex accept_mutex;
  bool stopping = false;                                 // guarded by accept_mutex
  bool sweeping = true;                                  // guarded by accept_mutex
  std::vector<std::unique_ptr<OpenListener>> listeners;  // guarded by accept_mutex
  std::unique_ptr<Timer> sweeper;                        // guarded by accept_mutex
  SteadyTime complained{};                               // guarded by accept_mutex

  mutable std::mutex tls_mutex;
  TlsContext tls_context;  // guarded by tls_mutex
};

Server::Server(ServerSettings settings, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(handler))) {}

Server::~Server() {
  Stop(Duration::zero());
}

Status Server::Impl::Open(const Listener& listener) {
  const bool adopted = listener.fd >= 0;
  const Result<int> fd = adopted ? AdoptListener(listener.fd) : Listen(listener.address);
  if (!fd.ok()) return fd.status();
  const bool is_unix = IsUnixSocket(*fd);
  const bool with_tls = host->settings.tls && !listener.plain && !is_unix;
  const std::string path = is_unix && !adopted ? listener.address.substr(std::strlen("unix:")) : "";
  listeners.push_back(std::make_unique<OpenListener>(*host->io, *fd, with_tls, path));
  addresses.push_back(is_unix ? listener.address : LocalAddress(*fd));
  return Status::Ok();
}

Status Server::Start() {
  const ServerSettings& settings = impl_->host->settings;
  if (settings.tls) CROFT_RETURN_IF_ERROR(SetTls(*settings.tls));
  for (const Listener& listener : settings.listeners) {
    Status status = impl_->Open(listener);
    if (status.ok()) continue;
    impl_->listeners.clear();
    impl_->addresses.clear();
    return status;
  }
  impl_->started = true;
  impl_->workers = std::make_unique<ThreadPool>(settings.workers, "http-worker");
  impl_->host->workers = impl_->workers.get();
  impl_->work.emplace(impl_->host->io->get_executor());
  impl_->max_connections = std::min(settings.max_connections, DescriptorShare());
  impl_->sweeper = std::make_unique<Timer>(*impl_->host->io);
  impl_->ArmSweeper();
  for (const auto& listener : impl_->listeners) impl_->Accept(*listener);
  for (int i = 0; i < settings.io_threads; ++i) {
    impl_->threads.emplace_back([io = impl_->host->io] { RunIo(*io); });
    pthread_setname_np(impl_->threads.back().native_handle(), "http-io");
  }
  return Status::Ok();
}

// Waits for connections. Called with accept_mutex held, or before the threads run.
void Server::Impl::Accept(OpenListener& listener) {
  listener.fd.async_wait(Descriptor::wait_read, [this, &listener](const boost::system::error_code& error) {
    std::lock_guard lock(accept_mutex);
    if (!error && !stopping) AcceptTurn(listener);
  });
}

void Server::Impl::AcceptTurn(OpenListener& listener) {
  for (int i = 0; i < kAcceptTurn; ++i) {
    if (AcceptOne(listener)) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    Complain("can't accept connections for now", {{"error", std::strerror(errno)}});
    listener.pause.expires_after(kAcceptPause);
    return listener.pause.async_wait([this, &listener](const boost::system::error_code& cancelled) {
      std::lock_guard lock(accept_mutex);
      if (!cancelled && !stopping) Accept(listener);
    });
  }
  Accept(listener);
}

// Logs seldom what a stranger can bring about as often as he likes.
void Server::Impl::Complain(std::string_view what, log::Fields fields) {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < complained + kComplainInterval) return;
  complained = now;
  log::Warn(what, fields);
}

bool Server::Impl::AcceptOne(OpenListener& listener) {
  const int fd = accept4(listener.fd.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return errno == ECONNABORTED || errno == EINTR;
  if (host->connections.size() >= max_connections) {
    Complain("a connection was refused: too many are open", {{"limit", max_connections}});
    close(fd);
    return true;
  }
  TuneConnection(fd);
  Connection::Start(host, listener.tls ? MakeTlsServerTransport(fd, tls()) : MakePlainTransport(fd));
  return true;
}

// Called with accept_mutex held, or before the threads run.
void Server::Impl::ArmSweeper() {
  sweeper->expires_after(std::chrono::duration_cast<SteadyTime::duration>(SweepInterval(host->settings)));
  sweeper->async_wait([this](const boost::system::error_code& error) {
    if (!error) Sweep();
  });
}

// Who accepts connections does not wait for one that is busy.
void Server::Impl::Sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (const auto& connection : host->connections.All()) connection->CheckTime(now);
  std::lock_guard lock(accept_mutex);
  if (sweeping) ArmSweeper();
}

void Server::Stop(Duration patience) {
  if (!impl_->started) return;
  const SteadyTime deadline =
      std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(patience);
  // 1. Nothing new.
  {
    std::lock_guard lock(impl_->accept_mutex);
    if (std::exchange(impl_->stopping, true)) return;
    for (const auto& listener : impl_->listeners) {
      listener->pause.cancel();
      listener->fd.close();
      if (!listener->path.empty()) unlink(listener->path.c_str());
    }
  }
  // 2. What runs may end well within its time limits, then must end.
  for (const auto& connection : impl_->host->connections.All()) connection->Finish();
  impl_->host->connections.WaitUntilEmpty(deadline);
  for (const auto& connection : impl_->host->connections.All()) connection->Abort();
  // 3. Cancelled waits run out; then the I/O threads have nothing left and return.
  {
    std::lock_guard lock(impl_->accept_mutex);
    impl_->sweeping = false;
    impl_->sweeper->cancel();
  }
  impl_->work.reset();
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->workers->Stop();
  impl_->host->handler = nullptr;
}

std::vector<std::string> Server::addresses() const {
  return impl_->addresses;
}

Status Server::SetTls(const ServerTls& tls) {
  Result<TlsContext> context = MakeServerContext(tls.identity, tls.client_ca_pem);
  if (!context.ok()) return context.status();
  std::lock_guard lock(impl_->tls_mutex);
  impl_->tls_context = std::move(*context);
  return Status::Ok();
}

size_t Server::connection_count() const {
  return impl_->host->connections.size();
}

}  // namespace croft::http
