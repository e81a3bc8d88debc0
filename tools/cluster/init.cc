#include "tools/cluster/init.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "api/base/backoff.h"
#include "api/base/file.h"
#include "api/base/log.h"
#include "tools/cluster/init_setup.h"

namespace croft::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr off_t kMaxLogBytes = 8 * 1024 * 1024;
constexpr seconds kHealthyRun(10);  // a child that ran this long starts anew at the shortest pause
constexpr seconds kStopGrace(10);

std::string Ending(int status) {
  if (WIFSIGNALED(status)) return "was killed by signal " + std::to_string(WTERMSIG(status));
  return "ended with status " + std::to_string(WEXITSTATUS(status));
}

// Runs the child for as long as the node lives. One thread; everything comes in as a signal.
class Supervisor {
 public:
  explicit Supervisor(const InitSpec& spec) : spec_(spec) {
    sigemptyset(&signals_);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals_, signal);
    sigprocmask(SIG_BLOCK, &signals_, nullptr);
  }

  int Run() {
    StartChild();
    while (true) {
      const int signal = NextSignal();
      if (signal == SIGTERM || signal == SIGINT) Stop();
      Reap();
      if (stopping_ && child_ == 0) return 0;
      if (due_ && steady_clock::now() >= *due_) Act();
    }
  }

 private:
  // The next signal, or 0 when something is due.
  int NextSignal() {
    if (!due_) {
      siginfo_t info;
      return std::max(sigwaitinfo(&signals_, &info), 0);
    }
    const auto left = std::max<steady_clock::duration>(*due_ - steady_clock::now(), milliseconds(0));
    const timespec wait{std::chrono::duration_cast<seconds>(left).count(), (left % seconds(1)).count()};
    return std::max(sigtimedwait(&signals_, nullptr, &wait), 0);
  }

  void Stop() {
    stopping_ = true;
    due_ = steady_clock::now() + kStopGrace;
    if (child_ != 0) kill(child_, SIGTERM);
  }

  // What was put off: the child's start, or its end by force.
  void Act() {
    due_.reset();
    if (!stopping_) return StartChild();
    if (child_ != 0) kill(child_, SIGKILL);
  }

  void Reap() {
    int status = 0;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
      if (pid != child_) continue;  // an orphan, as every container's conmon is
      child_ = 0;
      if (!stopping_) PlanRestart(status);
    }
  }

  void PlanRestart(int status) {
    if (steady_clock::now() - started_ >= kHealthyRun) backoff_.Forget(kChild);
    const Duration pause = backoff_.Next(kChild);
    due_ = steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(pause);
    log::Warn("the node's process " + Ending(status), {{"restart_in", FormatDuration(pause)}});
    const std::string note = std::to_string(backoff_.Failures(kChild)) + " " + Ending(status) + "\n";
    if (const Status written = WriteFileAtomic(spec_.failures, note, 0600); !written.ok()) {
      log::Warn(written.message());
    }
  }

  void StartChild() {
    RotateLog();
    started_ = steady_clock::now();
    const pid_t pid = fork();
    if (pid == 0) BecomeChild();
    if (pid > 0) {
      child_ = pid;
      return;
    }
    due_ = steady_clock::now() + seconds(1);
    log::Error(std::string("can't start the node's process: ") + std::strerror(errno));
  }

  void RotateLog() {
    struct stat info;
    if (stat(spec_.log.c_str(), &info) != 0 || info.st_size < kMaxLogBytes) return;
    rename(spec_.log.c_str(), (spec_.log + ".1").c_str());
    const int fresh = open(spec_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fresh < 0) return;
    dup2(fresh, STDOUT_FILENO);
    dup2(fresh, STDERR_FILENO);
    close(fresh);
  }

  // After fork; this process has one thread, so that it may allocate.
  [[noreturn]] void BecomeChild() {
    setsid();
    sigprocmask(SIG_UNBLOCK, &signals_, nullptr);
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv("HOME", "/root", 1);
    for (const auto& [name, value] : spec_.environment) setenv(name.c_str(), value.c_str(), 1);
    if (!spec_.sockets.empty()) {
      std::string names;
      for (const std::string& name : spec_.sockets) names += (names.empty() ? "" : ":") + name;
      setenv("LISTEN_FDS", std::to_string(spec_.sockets.size()).c_str(), 1);
      setenv("LISTEN_FDNAMES", names.c_str(), 1);
      setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    }
    std::vector<char*> arguments;
    for (const std::string& word : spec_.command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    log::Error("can't run " + spec_.command[0] + ": " + std::strerror(errno));
    _exit(127);
  }

  static constexpr char kChild[] = "child";

  const InitSpec& spec_;
  sigset_t signals_;
  Backoff backoff_{milliseconds(100), seconds(5)};
  pid_t child_ = 0;  // 0: none runs
  steady_clock::time_point started_;
  std::optional<steady_clock::time_point> due_;  // when Act() is to be called
  bool stopping_ = false;
};

}  // namespace

int RunInit(const std::string& spec_path) {
  // Not for the child: whoever waits on the pipe waits for its end.
  for (const int fd : {kStatusFd, kSwitchFd}) fcntl(fd, F_SETFD, FD_CLOEXEC);
  const Result<InitSpec> spec = ReadInitSpec(spec_path);
  const Status status = spec.ok() ? SetUpNode(*spec) : spec.status();
  const std::string word = status.ok() ? "ok" : status.message();
  const bool told = write(kStatusFd, word.data(), word.size()) == static_cast<ssize_t>(word.size());
  close(kStatusFd);
  if (!status.ok() || !told) {
    log::Error("can't set up the node: " + status.message());
    return 1;
  }
  return Supervisor(*spec).Run();
}

}  // namespace croft::cluster
