// What plays croft in the tests of local clusters. `member cluster-init SPEC` is the init of a node. `member run DIR
// [TOKEN]` is its child: it answers one word per connection, on the socket it inherited and on port 8080 of its node.
// As a server it writes TOKEN; it always leaves an orphan behind, as Podman does.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "api/base/fd.h"
#include "tools/cluster/init.h"

namespace {

constexpr int kPort = 8080;

std::string ReadLine(int fd) {
  std::string line;
  char c;
  while (read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

void WriteLine(int fd, const std::string& text) {
  const std::string line = text + "\n";
  (void)(send(fd, line.data(), line.size(), MSG_NOSIGNAL) > 0);
}

// What the member at `address` answers to `word`.
std::string Ask(const std::string& address, const std::string& word) {
  croft::UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{1, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(kPort);
  inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return "unreachable";
  WriteLine(fd.get(), word);
  return ReadLine(fd.get());
}

std::string Answer(const std::string& word) {
  if (word == "crash") _exit(3);
  if (word.rfind("ask ", 0) == 0) return Ask(word.substr(4), "name");
  if (word == "sockets") return std::getenv("LISTEN_FDNAMES") == nullptr ? "none" : std::getenv("LISTEN_FDNAMES");
  if (word == "pid") return std::to_string(getpid()) + " " + std::to_string(getppid());
  char name[64] = "";
  gethostname(name, sizeof name);
  return name;
}

void LeaveOrphan() {
  const pid_t between = fork();
  if (between != 0) return;
  if (fork() == 0) {
    while (true) pause();
  }
  _exit(0);
}

int Run(const char* token) {
  LeaveOrphan();
  croft::UniqueFd own(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(own.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_port = htons(kPort);
  if (bind(own.get(), reinterpret_cast<sockaddr*>(&any), sizeof any) != 0 || listen(own.get(), 8) != 0) {
    std::cerr << "can't listen on port 8080\n";
    return 1;
  }
  if (token != nullptr) std::ofstream(token) << "token\n";
  const int inherited = std::getenv("LISTEN_FDS") == nullptr ? -1 : croft::cluster::kFirstSocketFd;
  while (true) {
    pollfd sockets[] = {{own.get(), POLLIN, 0}, {inherited, POLLIN, 0}};
    if (poll(sockets, 2, -1) <= 0) continue;
    for (const pollfd& ready : sockets) {
      if ((ready.revents & POLLIN) == 0) continue;
      const croft::UniqueFd client(accept(ready.fd, nullptr, nullptr));
      WriteLine(client.get(), Answer(ReadLine(client.get())));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "cluster-init" && argc == 3) return croft::cluster::RunInit(argv[2]);
  if (verb == "run" && argc >= 3) return Run(argc > 3 ? argv[3] : nullptr);
  std::cerr << "this program says only this: " << verb << "\n";
  return 7;
}
