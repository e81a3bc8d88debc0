#include "tools/cluster/process.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

namespace croft::cluster {
namespace {

namespace fs = std::filesystem;

// Above every number that a child wants, so that moving descriptors into place overwrites none that is still to move.
constexpr int kStagingFd = 100;

std::string ReadWhole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string BootId() {
  std::string id = ReadWhole("/proc/sys/kernel/random/boot_id");
  return id.substr(0, id.find('\n'));
}

std::vector<char*> Pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// In the new process, between clone and exec: only system calls, since other threads of the parent may have held any
// lock when it was copied.
[[noreturn]] void BecomeInit(char* const* arguments, const std::vector<std::pair<int, int>>& staged, int last_fd) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setsid();
  umask(022);
  for (int fd = 3; fd <= last_fd; ++fd) close(fd);
  for (const auto& [from, to] : staged) {
    if (dup2(from, to) < 0) _exit(126);
  }
  syscall(SYS_close_range, last_fd + 1, ~0U, 0);
  char* const no_environment[] = {nullptr};
  if (chdir("/") == 0) execve(arguments[0], arguments, no_environment);
  const char text[] = "can't run the croft binary in the node's namespaces\n";
  (void)(write(2, text, sizeof text - 1) > 0);
  _exit(127);
}

// `ended_too`: also of a child that has ended and that nobody has waited for.
Result<ProcessId> ReadIdentity(int pid, bool ended_too) {
  const std::string stat = ReadWhole("/proc/" + std::to_string(pid) + "/stat");
  // The second field is a name in brackets, which may hold spaces and brackets itself.
  const size_t name_end = stat.rfind(')');
  if (pid <= 0 || name_end == std::string::npos) return Status::NotFound("there is no process " + std::to_string(pid));
  std::istringstream rest(stat.substr(name_end + 1));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  if (fields.size() < 20 || (!ended_too && (fields[0] == "Z" || fields[0] == "X"))) {
    return Status::NotFound("process " + std::to_string(pid) + " has ended");
  }
  return ProcessId{pid, std::stoull(fields[19]), BootId()};  // field 22 of the whole line: starttime
}

}  // namespace

Result<ProcessId> Identify(int pid) {
  return ReadIdentity(pid, false);
}

bool Alive(const ProcessId& process) {
  if (process.pid <= 0) return false;
  const Result<ProcessId> present = Identify(process.pid);
  return present.ok() && *present == process;
}

Status KillAll(const std::vector<ProcessId>& processes, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::vector<std::pair<int, UniqueFd>> dying;
  for (const ProcessId& process : processes) {
    if (process.pid <= 0) continue;
    UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_open, process.pid, 0)));
    // Only now: a process that has this number while we hold the descriptor is the one that we kill.
    if (!fd.valid() || !Alive(process)) continue;
    syscall(SYS_pidfd_send_signal, fd.get(), SIGKILL, nullptr, 0);
    dying.emplace_back(process.pid, std::move(fd));
  }
  std::string stubborn;
  for (const auto& [pid, fd] : dying) {
    const auto left = deadline - std::chrono::steady_clock::now();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(left, std::chrono::nanoseconds(0)));
    pollfd entry{fd.get(), POLLIN, 0};
    int ready;
    while ((ready = poll(&entry, 1, static_cast<int>(wait.count()))) < 0 && errno == EINTR) {
    }
    if (ready <= 0) {
      stubborn += " " + std::to_string(pid);
      continue;
    }
    siginfo_t info;
    (void)waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(fd.get()), &info, WEXITED | WNOHANG);
  }
  if (stubborn.empty()) return Status::Ok();
  return Status::Timeout("processes were killed but do not end, as when they wait for a disk:" + stubborn);
}

std::vector<ProcessId> FindInits(const fs::path& dir) {
  std::vector<ProcessId> found;
  const std::string below = dir.string() + "/";
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::istringstream line(ReadWhole(entry.path() / "cmdline"));
    std::string program, verb, path;
    std::getline(line, program, '\0') && std::getline(line, verb, '\0') && std::getline(line, path, '\0');
    if (verb != "cluster-init" || path.rfind(below, 0) != 0) continue;
    if (Result<ProcessId> process = Identify(std::stoi(name)); process.ok()) found.push_back(*process);
  }
  return found;
}

Result<ProcessId> StartInit(const std::vector<std::string>& arguments, const fs::path& log,
                            const std::vector<std::pair<int, int>>& fds) {
  const UniqueFd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd output(open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!null.valid() || !output.valid()) {
    return Status::Internal("can't open " + log.string() + ": " + std::strerror(errno));
  }
  std::vector<std::pair<int, int>> wanted = {{null.get(), 0}, {output.get(), 1}, {output.get(), 2}};
  wanted.insert(wanted.end(), fds.begin(), fds.end());
  std::vector<UniqueFd> owned;
  std::vector<std::pair<int, int>> staged;
  int last_fd = 2;
  for (const auto& [from, to] : wanted) {
    owned.emplace_back(fcntl(from, F_DUPFD_CLOEXEC, kStagingFd));
    if (!owned.back().valid()) return Status::Internal(std::string("can't copy a descriptor: ") + std::strerror(errno));
    staged.emplace_back(owned.back().get(), to);
    last_fd = std::max(last_fd, to);
  }
  const std::vector<char*> pointers = Pointers(arguments);

  clone_args args{};
  args.flags = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC;
  args.exit_signal = SIGCHLD;
  const long pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) BecomeInit(pointers.data(), staged, last_fd);
  if (pid < 0) {
    const std::string remedy = errno == EPERM ? "; run as root" : "";
    return Status::Forbidden(std::string("can't make the namespaces of a node: ") + std::strerror(errno) + remedy);
  }
  // It may have ended already: then its log says why, and whoever waits for it finds that.
  return ReadIdentity(static_cast<int>(pid), true);
}

}  // namespace croft::cluster
