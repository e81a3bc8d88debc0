#include "unit/operator/agent/node_namespace.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>

namespace croft::agent {
namespace {

int ExitCode(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool MountNode() {
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("proc", "/proc", "proc", 0, nullptr) == 0 && mount("tmpfs", "/run", "tmpfs", 0, "mode=755") == 0 &&
         mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777") == 0;
}

// The first process of the namespace: with it all others end.
int RunInit(const std::function<int()>& body) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!MountNode()) {
    std::perror("mounting the node's file systems");
    return 1;
  }
  std::filesystem::create_directories("/run/netns");
  std::filesystem::create_directories("/run/lock");
  const pid_t main = fork();
  if (main == 0) _exit(body());
  for (;;) {
    int status = 0;
    const pid_t ended = wait(&status);
    if (ended == main) return ExitCode(status);
    if (ended < 0 && errno != EINTR) return 1;
  }
}

int Await(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return ExitCode(status);
}

// In a process of its own, so that the caller stays where it is and sees no mount of the node's.
int RunNode(const std::function<int()>& body) {
  if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC) != 0) {
    std::perror("unshare");
    return 1;
  }
  const pid_t init = fork();
  if (init == 0) _exit(RunInit(body));
  return Await(init);
}

}  // namespace

int RunInNodeNamespace(const std::function<int()>& body) {
  const pid_t node = fork();
  if (node == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(RunNode(body));
  }
  return Await(node);
}

}  // namespace croft::agent
