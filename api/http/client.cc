#include "api/http/client.h"

#include <mutex>
#include <utility>
#include <vector>

#include "api/http/wire.h"

namespace croft::http {

struct Client::Impl {
  // A kept connection when one is left that the server has not closed, or a new one.
  Result<std::unique_ptr<Wire>> Take(SteadyTime deadline, bool* kept);
  Result<std::unique_ptr<Wire>> Open(SteadyTime deadline);
  void Keep(std::unique_ptr<Wire> wire);
  Result<Response> Exchange(Wire& wire, const Request& request, SteadyTime deadline, bool* keep_alive);

  ClientSettings settings;  // constant
  TlsContext tls;           // constant; null for plain connections

  std::mutex mutex;
  std::vector<std::unique_ptr<Wire>> idle;  // guarded by mutex; the latest used is last
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::Create(ClientSettings settings) {
  auto impl = std::make_unique<Impl>();
  if (settings.tls) {
    Result<TlsContext> context = MakeClientContext(settings.ca_pem, settings.identity);
    if (!context.ok()) return context.status();
    impl->tls = std::move(*context);
  }
  impl->settings = std::move(settings);
  return std::unique_ptr<Client>(new Client(std::move(impl)));
}

Result<std::unique_ptr<Wire>> Client::Impl::Open(SteadyTime deadline) {
  Result<std::unique_ptr<Wire>> wire =
      Wire::Open(settings, tls, std::min(deadline, DeadlineAfter(settings.connect_timeout)));
  if (wire.ok() || wire.status().reason() != Reason::kTimeout) return wire;
  // No connection within its time says that the server is away, whatever time is left for the answer.
  return Status::Unavailable(wire.status().message());
}

Result<std::unique_ptr<Wire>> Client::Impl::Take(SteadyTime deadline, bool* kept) {
  for (;;) {
    std::unique_ptr<Wire> wire;
    {
      std::lock_guard lock(mutex);
      if (idle.empty()) break;
      wire = std::move(idle.back());
      idle.pop_back();
    }
    if (!wire->Fresh()) continue;
    *kept = true;
    return wire;
  }
  *kept = false;
  return Open(deadline);
}

void Client::Impl::Keep(std::unique_ptr<Wire> wire) {
  std::lock_guard lock(mutex);
  if (idle.size() < settings.max_idle_connections) idle.push_back(std::move(wire));
}

Result<Response> Client::Impl::Exchange(Wire& wire, const Request& request, SteadyTime deadline, bool* keep_alive) {
  wire.BeginRequest();
  // A server that refuses a body may answer and close before it has read all of it: the answer counts more than the
  // failure to send.
  const Status sent = wire.Write(EncodeRequest(request, settings), deadline);
  if (sent.reason() == Reason::kTimeout) return sent;
  std::string body;
  bool too_large = false;
  const auto collect = [&](std::string_view bytes) {
    if (body.size() + bytes.size() > settings.max_response_bytes) too_large = true;
    if (!too_large) body.append(bytes);
  };
  Result<ReadOutcome> read = ReadResponse(wire, request.method == "HEAD", collect, deadline);
  if (!read.ok()) return sent.ok() ? read.status() : sent;
  if (too_large) {
    return Status(Reason::kRequestEntityTooLarge,
                  "the answer is larger than " + std::to_string(settings.max_response_bytes) + " bytes");
  }
  *keep_alive = read->keep_alive && sent.ok();
  read->head.body = std::move(body);
  return std::move(read->head);
}

Result<Response> Client::Do(const Request& request, Duration timeout) {
  const SteadyTime deadline = DeadlineAfter(timeout);
  const bool repeatable = request.method == "GET" || request.method == "HEAD";
  for (;;) {
    bool kept = false;
    Result<std::unique_ptr<Wire>> wire = impl_->Take(deadline, &kept);
    if (!wire.ok()) return wire.status();
    bool keep_alive = false;
    Result<Response> response = impl_->Exchange(**wire, request, deadline, &keep_alive);
    const bool given_up =
        !response.ok() && response.status().reason() == Reason::kServiceUnavailable && kept && !(*wire)->answered();
    if (given_up && repeatable) continue;
    if (response.ok() && keep_alive) impl_->Keep(std::move(*wire));
    return response;
  }
}

Status Client::Follow(const Request& request, const std::function<bool(const Response& head)>& on_headers,
                      const std::function<bool(std::string_view bytes)>& on_data) {
  Result<std::unique_ptr<Wire>> wire = impl_->Open(SteadyTime::max());
  if (!wire.ok()) return wire.status();
  CROFT_RETURN_IF_ERROR(
      (*wire)->Write(EncodeRequest(request, impl_->settings), DeadlineAfter(impl_->settings.connect_timeout)));
  bool enough = false;
  return ReadUntilEnough(
      **wire, request.method == "HEAD", [&](const Response& head) { enough = !on_headers(head); },
      [&](std::string_view bytes) { enough = !on_data(bytes); }, enough);
}

std::unique_ptr<ResponseStream> Client::OpenStream(const Request& request, StreamCallbacks callbacks) {
  Result<std::unique_ptr<Wire>> wire = impl_->Open(SteadyTime::max());
  if (wire.ok()) {
    const Status sent =
        (*wire)->Write(EncodeRequest(request, impl_->settings), DeadlineAfter(impl_->settings.connect_timeout));
    if (!sent.ok()) wire = sent;
  }
  return FollowResponse(std::move(wire), request.method == "HEAD", std::move(callbacks));
}

Result<Client::Upgraded> Client::Upgrade(const Request& request, Duration timeout) {
  const SteadyTime deadline = DeadlineAfter(timeout);
  Result<std::unique_ptr<Wire>> wire = impl_->Open(deadline);
  if (!wire.ok()) return wire.status();
  CROFT_RETURN_IF_ERROR((*wire)->Write(EncodeRequest(request, impl_->settings), deadline));
  static constexpr size_t kMaxMessage = 64 * 1024;
  std::string body;
  const auto collect = [&](std::string_view bytes) { body.append(bytes.substr(0, kMaxMessage - body.size())); };
  Result<ReadOutcome> read = ReadResponse(**wire, false, collect, deadline);
  if (!read.ok()) return read.status();
  if (read->head.status == 101) return Upgraded{std::move(read->head), MakeDuplex(**wire)};
  if (body.empty()) body = "the server does not switch protocols";
  return Status(ReasonFrom(std::max(read->head.status, 400), ""), std::move(body));
}

}  // namespace croft::http
