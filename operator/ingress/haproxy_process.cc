#include "operator/ingress/haproxy_process.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "api/base/file.h"
#include "api/base/log.h"

namespace croft::ingress {
namespace {

std::string ReadText(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The 22nd field of /proc/PID/stat: with the pid it names a process for ever. Empty when it is gone or a zombie.
std::string StartTimeOf(int pid) {
  const std::string stat = ReadText("/proc/" + std::to_string(pid) + "/stat");
  const size_t close = stat.rfind(')');
  if (close == std::string::npos) return {};
  std::istringstream rest(stat.substr(close + 1));
  std::string field;
  for (int i = 3; i <= 22 && rest >> field; ++i) {
    if (i == 3 && field == "Z") return {};
  }
  return field;
}

int OpenPidfd(int pid) {
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

std::string PidPath(const HaproxySettings& settings) {
  return settings.directory + "/haproxy.pid";
}
std::string OutputPath(const HaproxySettings& settings) {
  return settings.directory + "/haproxy.out";
}

// Copies of the inherited sockets, out of the way of the numbers that they get in the child.
class HighCopies {
 public:
  explicit HighCopies(const HaproxySettings& settings) {
    for (const auto* listeners : {&settings.http, &settings.https}) {
      for (const ProxyListener& listener : *listeners) {
        if (listener.fd >= 0) fds_.push_back(fcntl(listener.fd, F_DUPFD_CLOEXEC, 200));
      }
    }
  }
  ~HighCopies() {
    for (const int fd : fds_) close(fd);
  }
  HighCopies(const HighCopies&) = delete;
  HighCopies& operator=(const HighCopies&) = delete;
  const std::vector<int>& fds() const { return fds_; }

 private:
  std::vector<int> fds_;
};

Status CheckFree(const std::string& address) {
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const char* node = host.empty() || host == "*" ? nullptr : host.c_str();
  if (getaddrinfo(node, address.c_str() + colon + 1, &hints, &found) != 0) return Status::Ok();
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool failed = bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, 1) != 0;
  const int why = errno;
  close(fd);
  freeaddrinfo(found);
  if (!failed) return Status::Ok();
  if (why == EADDRINUSE) {
    return Status::Unavailable("the ingress can't listen on " + address +
                               ": another program does; stop it or give the ingress another address");
  }
  if (why == EACCES) {
    return Status::Unavailable("the ingress may not listen on " + address +
                               ": ports below 1024 need root or CAP_NET_BIND_SERVICE");
  }
  return Status::Unavailable("the ingress can't listen on " + address + ": " + strerror(why));
}

}  // namespace

Status CheckAddressesFree(const HaproxySettings& settings) {
  for (const auto* listeners : {&settings.http, &settings.https}) {
    for (const ProxyListener& listener : *listeners) {
      if (listener.fd < 0) CROFT_RETURN_IF_ERROR(CheckFree(listener.address));
    }
  }
  return Status::Ok();
}

std::string FirstAlert(const std::string& output) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("[ALERT]", 0) != 0) continue;
    const size_t text = line.find(" : ");
    return text == std::string::npos ? line : line.substr(text + 3);
  }
  return {};
}

HaproxyProcess::~HaproxyProcess() {
  if (pidfd_ >= 0) close(pidfd_);
}

void HaproxyProcess::Forget() {
  if (pidfd_ >= 0) close(pidfd_);
  pidfd_ = -1;
  pid_ = 0;
}

Result<int> HaproxyProcess::Spawn(const std::vector<std::string>& arguments, const std::string& output_path,
                                  bool own_session) const {
  const HighCopies sockets(settings_);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  int next = kFirstInheritedFd;
  for (const int fd : sockets.fds()) posix_spawn_file_actions_adddup2(&actions, fd, next++);
  posix_spawn_file_actions_addclosefrom_np(&actions, next);

  // The child begins with no signal blocked or ignored, whatever this process does with them.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                           (own_session ? POSIX_SPAWN_SETSID : 0)));
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int failure = posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failure == ENOENT) {
    return Status::Unavailable("HAProxy (" + settings_.program +
                               ") is not installed: apt-get install haproxy, or switch the ingress off");
  }
  if (failure != 0) return Status::Unavailable("HAProxy could not be started: " + std::string(strerror(failure)));
  return static_cast<int>(pid);
}

Status HaproxyProcess::Validate() const {
  const std::string output_path = settings_.directory + "/check.out";
  Result<int> pid = Spawn({settings_.program, "-c", "-f", settings_.directory + "/haproxy.cfg"}, output_path, false);
  if (!pid.ok()) return pid.status();
  int code = 0;
  while (waitpid(*pid, &code, 0) < 0 && errno == EINTR) {
  }
  const std::string output = ReadText(output_path);
  unlink(output_path.c_str());
  if (WIFEXITED(code) && WEXITSTATUS(code) == 0) return Status::Ok();
  const std::string alert = FirstAlert(output);
  return Status::Invalid("HAProxy refuses the configuration: " + (alert.empty() ? "it gave no reason" : alert));
}

Status HaproxyProcess::Start() {
  Forget();
  Result<int> pid = Spawn({settings_.program, "-W", "-q", "-S", MasterSocketPath(settings_) + ",mode,600", "-f",
                           settings_.directory + "/haproxy.cfg"},
                          OutputPath(settings_), true);
  if (!pid.ok()) return pid.status();
  pid_ = *pid;
  pidfd_ = OpenPidfd(pid_);
  return WriteFileAtomic(PidPath(settings_), std::to_string(pid_) + " " + StartTimeOf(pid_) + "\n", 0600);
}

bool HaproxyProcess::Adopt() {
  std::istringstream text(ReadText(PidPath(settings_)));
  int pid = 0;
  std::string start_time;
  if (!(text >> pid >> start_time) || pid <= 1) return false;
  const int pidfd = OpenPidfd(pid);
  if (pidfd < 0) return false;
  if (StartTimeOf(pid) != start_time) {
    close(pidfd);
    return false;
  }
  Forget();
  pid_ = pid;
  pidfd_ = pidfd;
  return true;
}

bool HaproxyProcess::Alive() {
  if (pid_ == 0) return false;
  int code = 0;
  waitpid(pid_, &code, WNOHANG);  // fails, without harm, when it was adopted
  pollfd ended{pidfd_, POLLIN, 0};
  if (poll(&ended, 1, 0) == 0) return true;
  waitpid(pid_, &code, WNOHANG);
  Forget();
  return false;
}

void HaproxyProcess::Kill() {
  if (!Alive()) return;
  for (const int signal : {SIGTERM, SIGKILL}) {
    syscall(SYS_pidfd_send_signal, pidfd_, signal, nullptr, 0);
    pollfd ended{pidfd_, POLLIN, 0};
    if (poll(&ended, 1, 2000) > 0) break;
  }
  unlink(PidPath(settings_).c_str());
  Alive();
}

std::string HaproxyProcess::FirstComplaint(const std::string& otherwise) const {
  const std::string alert = FirstAlert(ReadText(OutputPath(settings_)));
  return alert.empty() ? otherwise : alert;
}

}  // namespace croft::ingress
