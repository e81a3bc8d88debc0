#include "operator/agent/podman/service.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "api/base/log.h"
#include "operator/agent/podman/client.h"
#include "operator/agent/podman/host_setup.h"
#include "operator/agent/volume_files.h"

namespace croft::agent::podman {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds kAnswers(15'000);
constexpr milliseconds kPoll(20);
constexpr milliseconds kFirstPause(200);
constexpr milliseconds kMaxPause(10'000);

// The end of the service's log: why it did not come up.
std::string LastLine(const std::string& path) {
  std::ifstream in(path);
  std::string last;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

// The service that answers at `socket` if an agent before this one started it there, else 0: a service of the machine's
// own is not ours to end or to start again.
int FormerService(const std::string& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path) return 0;
  socket.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool known = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                     getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  close(fd);
  if (!known || peer.pid <= 1) return 0;
  std::ifstream in("/proc/" + std::to_string(peer.pid) + "/cmdline", std::ios::binary);
  const std::string words{std::istreambuf_iterator<char>(in), {}};
  return words.find("unix://" + socket) == std::string::npos ? 0 : peer.pid;
}

// Waits for the end of a process, which need not be our child.
void AwaitEnd(int pid) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd >= 0) {
    pollfd wait{fd, POLLIN, 0};
    while (poll(&wait, 1, -1) < 0 && errno == EINTR) {
    }
    close(fd);
  }
  waitpid(pid, nullptr, WNOHANG);
}

bool Answers(const std::string& socket) {
  Result<std::unique_ptr<Client>> client = Client::Create(socket);
  return client.ok() && (*client)->Ping().ok();
}

}  // namespace

PodmanService::~PodmanService() {
  Stop();
}

Status PodmanService::Start() {
  if (Answers(settings_.socket)) {
    pid_ = FormerService(settings_.socket);
    if (pid_ > 0) thread_ = std::thread([this] { Supervise(); });
    return Status::Ok();
  }
  CROFT_RETURN_IF_ERROR(Configure());
  CROFT_RETURN_IF_ERROR(Spawn());
  if (Status status = AwaitAnswer(kAnswers); !status.ok()) {
    const int pid = pid_;
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    pid_ = 0;
    return status;
  }
  thread_ = std::thread([this] { Supervise(); });
  return Status::Ok();
}

Status PodmanService::Configure() {
  program_ = FindProgram("podman");
  if (program_.empty()) return Status::Unavailable("podman is not installed: apt-get install podman");
  const HostSetup host = ReadHostSetup();
  Result<std::string> runtime = ChooseRuntime(host);
  if (!runtime.ok()) return runtime.status();
  std::error_code error;
  for (const std::string& path :
       {settings_.data_dir + "/root", settings_.data_dir + "/networks", settings_.run_dir + "/run",
        settings_.run_dir + "/tmp", fs::path(settings_.socket).parent_path().string()}) {
    if (!fs::exists(path) && !fs::create_directories(path, error)) {
      return Status::Internal("creating " + path + ": " + error.message());
    }
  }
  CROFT_RETURN_IF_ERROR(WriteFile(settings_.data_dir + "/containers.conf", ContainersConf(host, *runtime), 0600));
  return WriteFile(settings_.data_dir + "/storage.conf",
                   StorageConf(settings_.data_dir + "/root", settings_.run_dir + "/run"), 0600);
}

Status PodmanService::Spawn() {
  std::error_code error;
  fs::remove(settings_.socket, error);  // of a service that was killed
  const std::vector<std::string> words{program_,
                                       "--root",
                                       settings_.data_dir + "/root",
                                       "--runroot",
                                       settings_.run_dir + "/run",
                                       "--tmpdir",
                                       settings_.run_dir + "/tmp",
                                       "--network-config-dir",
                                       settings_.data_dir + "/networks",
                                       "system",
                                       "service",
                                       "--time",
                                       "0",
                                       "unix://" + settings_.socket};
  std::vector<std::string> variables{"CONTAINERS_CONF=" + settings_.data_dir + "/containers.conf",
                                     "CONTAINERS_STORAGE_CONF=" + settings_.data_dir + "/storage.conf"};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::strncmp(*variable, "CONTAINERS_", 11) != 0) variables.push_back(*variable);
  }
  std::vector<char*> argv, envp;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  for (const std::string& variable : variables) envp.push_back(const_cast<char*>(variable.c_str()));
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  const int log = open((settings_.data_dir + "/service.log").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const pid_t pid = fork();
  if (pid == 0) {
    // Only what is safe after a fork of many threads.
    setsid();
    // The monitors of containers write into the directory that they are started from.
    if (chdir(settings_.run_dir.c_str()) != 0) _exit(126);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    dup2(null, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  const int reason = errno;
  close(log);
  close(null);
  if (pid < 0) return Status::Internal(std::string("starting podman: ") + std::strerror(reason));
  pid_ = pid;
  return Status::Ok();
}

Status PodmanService::AwaitAnswer(milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (Answers(settings_.socket)) return Status::Ok();
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid_.load()), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
      break;
    }
    std::this_thread::sleep_for(kPoll);
  }
  return Status::Unavailable("the podman service does not answer at " + settings_.socket + ": " +
                             LastLine(settings_.data_dir + "/service.log"));
}

void PodmanService::Supervise() {
  pthread_setname_np(pthread_self(), "podman-service");
  milliseconds pause = kFirstPause;
  for (;;) {
    const auto begin = std::chrono::steady_clock::now();
    AwaitEnd(pid_);
    std::unique_lock lock(mutex_);
    pid_ = 0;
    if (stopping_) return;
    log::Warn("the podman service has ended and is started again");
    if (std::chrono::steady_clock::now() - begin > std::chrono::minutes(1)) pause = kFirstPause;
    if (wake_.wait_for(lock, pause, [this] { return stopping_; })) return;
    pause = std::min(kMaxPause, pause * 2);
    // Still under the lock: Stop must see the new process.
    Status status = Configure();
    if (status.ok()) status = Spawn();
    if (!status.ok()) {
      log::Error("the podman service can't be started again", {{"reason", status.message()}});
      return;
    }
  }
}

void PodmanService::Stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    if (pid_ > 0) kill(pid_, SIGTERM);
  }
  wake_.notify_all();
  thread_.join();
}

}  // namespace croft::agent::podman
