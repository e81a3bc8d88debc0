#pragma once

#include <string>
#include <vector>

namespace croft::cli {

// This machine's host name, in lower case.
std::string HostName();

// The IPv4 address that this machine uses towards `target` (an address), or towards the outside when empty; 127.0.0.1
// when it has no other. Sends nothing.
std::string OwnAddress(const std::string& target = {});

// Lets this process have as many descriptors as it is allowed to, within reason: the usual soft limit of 1,024 is a
// thousand connections. Programs that it starts inherit that, which changes nothing for them: HAProxy and Podman raise
// their own to the hard limit, and others need few.
void RaiseDescriptorLimit();

// Listening sockets handed over by whoever started this process, by name (LISTEN_FDS and LISTEN_FDNAMES, as systemd
// does; LISTEN_PID is checked when it is set).
struct InheritedSocket {
  std::string name;
  int fd;
};
std::vector<InheritedSocket> InheritedSockets();

}  // namespace croft::cli
