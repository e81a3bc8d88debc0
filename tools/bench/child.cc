#include "tools/bench/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace croft::bench {

Child::Child(const std::vector<std::string>& argv, const std::string& output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  if (posix_spawnp(&pid_, words[0], &actions, nullptr, words.data(), environ) != 0) {
    std::fprintf(stderr, "%s can not be started\n", words[0]);
    std::exit(1);
  }
  posix_spawn_file_actions_destroy(&actions);
}

void Child::Stop() {
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  for (int wait = 0; waitpid(pid_, nullptr, WNOHANG) == 0; ++wait) {
    if (wait == 2000) kill(pid_, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  pid_ = -1;
}

double Child::StatusMib(const std::string& line) const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; status >> word;) {
    if (word != line) continue;
    double kib = 0;
    status >> kib;
    return kib / 1024;
  }
  return 0;
}

std::map<std::string, double> Child::CpuSeconds() const {
  std::map<std::string, double> used;
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task", gone)) {
    std::ifstream file(task.path() / "stat");
    std::string line;
    std::getline(file, line);
    const size_t open = line.find('('), close = line.rfind(')');
    if (open == std::string::npos || close == std::string::npos) continue;
    // User and system time are the 12th and 13th of the fields after the name.
    std::istringstream fields(line.substr(close + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    used[line.substr(open + 1, close - open - 1)] += (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  return used;
}

}  // namespace croft::bench
