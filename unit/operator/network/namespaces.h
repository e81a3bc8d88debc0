#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string>

#include "api/base/fd.h"
#include "operator/network/netlink.h"
#include "operator/network/netns.h"

// Network namespaces with sockets in them, for tests that need root and a kernel.
namespace croft::network::testing {

#define CROFT_SKIP_UNLESS_ROOT() \
  if (geteuid() != 0) GTEST_SKIP() << "network namespaces need root"

inline void Expect(const Status& status) {
  EXPECT_TRUE(status.ok()) << status.message();
}

// A process that does nothing in a network namespace of its own, as a pod's infra container does. Killed by the
// destructor.
class IdleProcess {
 public:
  IdleProcess() {
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (unshare(CLONE_NEWNET) != 0 || write(ready[1], "x", 1) != 1) _exit(1);
      while (true) pause();
    }
    char byte;
    close(ready[1]);
    EXPECT_EQ(read(ready[0], &byte, 1), 1) << "the process found no namespace";
    close(ready[0]);
  }
  ~IdleProcess() { Kill(); }
  IdleProcess(const IdleProcess&) = delete;

  int pid() const { return pid_; }
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_;
};

inline sockaddr_in SocketAddress(const std::string& ip, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
  return address;
}

// A listening TCP socket in a namespace. The kernel itself shakes hands for it.
class Listener {
 public:
  Listener(int netns, const std::string& ip) : ip_(ip) {
    Expect(RunInNetns(netns, [&] {
      socket_.Reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      sockaddr_in address = SocketAddress(ip, 0);
      socklen_t size = sizeof address;
      if (bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(socket_.get(), 8) != 0) {
        return Status::Internal("can't listen on " + ip + ": " + std::strerror(errno));
      }
      getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
      port_ = ntohs(address.sin_port);
      return Status::Ok();
    }));
  }

  // Connects from a namespace, and tells as whom the listener sees the client: an address, or the errno's text.
  std::string SeenFrom(int netns) {
    std::string seen;
    Expect(RunInNetns(netns, [&] {
      UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      const timeval patience{3, 0};
      setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
      sockaddr_in address = SocketAddress(ip_, port_);
      if (connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        seen = std::strerror(errno);
        return Status::Ok();
      }
      socklen_t size = sizeof address;
      UniqueFd server(accept(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size));
      char text[INET_ADDRSTRLEN] = "";
      seen = inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
      return Status::Ok();
    }));
    return seen;
  }

  int port() const { return port_; }

 private:
  const std::string ip_;
  UniqueFd socket_;
  int port_ = 0;
};

// Gives link `name` of a namespace an address and sets it and lo up.
inline void Configure(int netns, const std::string& name, const std::string& address) {
  Result<Netlink> netlink = Netlink::OpenIn(netns);
  Expect(netlink.status());
  Expect(netlink->SetUp(netlink->FindLink("lo")->index, true));
  const Result<Link> link = netlink->FindLink(name);
  Expect(link.status());
  Expect(netlink->SetUp(link->index, true));
  Expect(netlink->AddAddress({link->index, *ParsePrefix(address), false}));
}

}  // namespace croft::network::testing
