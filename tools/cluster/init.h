#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/base/result.h"

// The first process of a node of a local cluster: `croft cluster-init SPEC`, which only croft itself calls.
namespace croft::cluster {

// Descriptors that the init is started with. Sockets for its child come first, from 3 on.
inline constexpr int kFirstSocketFd = 3;
inline constexpr int kStatusFd = 10;  // a pipe: "ok", or why the node could not be set up; then it is closed
inline constexpr int kSwitchFd = 11;  // the network namespace of the cluster's switch; held, so that it lives as long

inline constexpr char kSwitchBridge[] = "br0";

// What one node is to be. Kept as a JSON file.
struct InitSpec {
  std::string hostname;
  std::string address;               // of its eth0, with the prefix length: "10.50.3.11/24"
  std::string gateway;               // where its default route leads; empty: it has none
  std::string port;                  // the link's name at the switch
  std::vector<std::string> tmpfs;    // directories whose content a power cut takes
  std::vector<std::string> command;  // the child: a program and its arguments
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> sockets;  // names of the inherited listening sockets, in order
  std::string log;                   // where this process and the child write
  std::string failures;              // a file that says how often in a row the child ended too soon, and how
};

std::string WriteInitSpec(const InitSpec& spec);
Result<InitSpec> ReadInitSpec(const std::string& path);

// Sets the node up in the namespaces that the process was started in (mounts, host name, links), says so through
// kStatusFd, and then is the init of the node: reaps orphans, runs the child and runs it again when it ends, after a
// pause that doubles from 100 ms to 5 s. The child gets the sockets as systemd's socket activation has it (LISTEN_PID,
// LISTEN_FDS, LISTEN_FDNAMES); they stay open here, so that nobody is refused while it restarts. SIGTERM is passed on
// to the child, and ends the node when the child has ended. Returns an exit code.
int RunInit(const std::string& spec_path);

}  // namespace croft::cluster
