#include "e2e/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

extern char** environ;

namespace croft::e2e {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read = -1;
  int write = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == 0) read = ends[0], write = ends[1];
  }
  ~Pipe() {
    CloseRead();
    CloseWrite();
  }
  void CloseRead() {
    if (read >= 0) close(read);
    read = -1;
  }
  void CloseWrite() {
    if (write >= 0) close(write);
    write = -1;
  }
};

// Moves bytes between the child's pipes and the strings until it closes both outputs; false when time is up.
bool Pump(Pipe& in, Pipe& out, Pipe& err, std::string input, Ran* ran, Clock::time_point deadline) {
  while (out.read >= 0 || err.read >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    if (input.empty()) in.CloseWrite();
    pollfd fds[] = {{out.read, POLLIN, 0}, {err.read, POLLIN, 0}, {in.write, POLLOUT, 0}};
    if (poll(fds, 3, static_cast<int>(left)) < 0 && errno != EINTR) return false;
    char buffer[16384];
    for (int i = 0; i < 2; ++i) {
      if (fds[i].revents == 0) continue;
      const ssize_t n = read(fds[i].fd, buffer, sizeof buffer);
      if (n > 0) (i == 0 ? ran->out : ran->err).append(buffer, static_cast<size_t>(n));
      if (n <= 0) i == 0 ? out.CloseRead() : err.CloseRead();
    }
    if (fds[2].revents != 0) {
      const ssize_t n = write(in.write, input.data(), input.size());
      if (n <= 0) {
        input.clear();
      } else {
        input.erase(0, static_cast<size_t>(n));
      }
    }
  }
  return true;
}

}  // namespace

Ran Execute(const std::vector<std::string>& argv, const std::string& input, std::chrono::seconds limit) {
  Ran ran;
  Pipe in, out, err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write, 1);
  posix_spawn_file_actions_adddup2(&actions, err.write, 2);
  std::vector<char*> args;
  for (const std::string& arg : argv) args.push_back(const_cast<char*>(arg.c_str()));
  args.push_back(nullptr);
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, args[0], &actions, nullptr, args.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    ran.err = "cannot start " + argv[0];
    return ran;
  }
  in.CloseRead();
  out.CloseWrite();
  err.CloseWrite();
  signal(SIGPIPE, SIG_IGN);
  const bool in_time = Pump(in, out, err, input, &ran, Clock::now() + limit);
  if (!in_time) kill(pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  if (!in_time) {
    ran.err += "\n(killed: it took longer than " + std::to_string(limit.count()) + " s)";
    return ran;
  }
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace croft::e2e
