#include "api/base/program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "api/base/fd.h"

namespace croft {
namespace {

constexpr size_t kMaxOutput = 16 * 1024 * 1024;
constexpr size_t kShownError = 500;

// A connected pair; a socket, for writing to one whose reader has gone needs no signal handling (MSG_NOSIGNAL).
bool Pair(UniqueFd* ours, UniqueFd* theirs) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
  ours->Reset(ends[0]);
  theirs->Reset(ends[1]);
  return true;
}

// Moves bytes until the program has closed both outputs.
void Exchange(UniqueFd& in, UniqueFd& out, UniqueFd& err, std::string_view input, std::string* output,
              std::string* error) {
  while (out.valid() || err.valid()) {
    if (input.empty()) in.Reset();
    pollfd fds[] = {{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}, {in.get(), POLLOUT, 0}};
    if (poll(fds, 3, -1) < 0 && errno != EINTR) return;
    char buffer[16384];
    for (int i = 0; i < 2; ++i) {
      if (fds[i].revents == 0) continue;
      const ssize_t n = read(fds[i].fd, buffer, sizeof buffer);
      std::string& to = i == 0 ? *output : *error;
      if (n > 0 && to.size() < kMaxOutput) to.append(buffer, static_cast<size_t>(n));
      if (n <= 0) (i == 0 ? out : err).Reset();
    }
    if (fds[2].revents != 0) {
      const ssize_t n = send(in.get(), input.data(), input.size(), MSG_NOSIGNAL);
      input = n > 0 ? input.substr(static_cast<size_t>(n)) : std::string_view();
    }
  }
}

}  // namespace

Result<std::string> RunProgram(const std::vector<std::string>& argv, std::string_view input) {
  UniqueFd in, out, err, their_in, their_out, their_err;
  if (!Pair(&in, &their_in) || !Pair(&out, &their_out) || !Pair(&err, &their_err)) {
    return Status::Internal("cannot start " + argv[0] + ": " + std::strerror(errno));
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, their_in.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, their_out.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, their_err.get(), 2);
  // The caller's blocked signals are not the program's.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t pid = 0;
  const int failed = posix_spawnp(&pid, words[0], &actions, &attributes, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    const Reason reason = failed == ENOENT ? Reason::kNotFound : Reason::kInternalError;
    return Status(reason, "cannot start " + argv[0] + ": " + std::strerror(failed));
  }
  their_in.Reset();
  their_out.Reset();
  their_err.Reset();
  std::string output, error;
  Exchange(in, out, err, input, &output, &error);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return output;
  while (!error.empty() && error.back() == '\n') error.pop_back();
  if (error.size() > kShownError) error = "..." + error.substr(error.size() - kShownError);
  return Status::Internal(argv[0] + " failed: " + (error.empty() ? "it said nothing" : error));
}

}  // namespace croft
