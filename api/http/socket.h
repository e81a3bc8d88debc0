#pragma once

#include <string>
#include <string_view>

#include "api/base/clock.h"
#include "api/base/result.h"

namespace croft::http {

// Sockets by text: "127.0.0.1:6443", "[::1]:0", "localhost:80" or "unix:/run/croft.sock". All descriptors are
// non-blocking and closed on exec. Internal to api/http.

// Listens; the caller owns the descriptor. A stale socket file is replaced. The failure is a sentence with the remedy.
Result<int> Listen(const std::string& address);
// Makes a descriptor that someone else listens on ours: checks what it is.
Result<int> AdoptListener(int fd);

// Connects within `timeout`.
Result<int> Connect(const std::string& address, Duration timeout);

// What a socket is bound to, or connected to: "10.0.0.7:51312", "[::1]:80", "unix".
std::string LocalAddress(int fd);
std::string RemoteAddress(int fd);
bool IsUnixSocket(int fd);

// Small messages go at once; a peer that vanished is noticed within about a minute.
void TuneConnection(int fd);

// Waits until `fd` is readable or writable. False when `deadline` passes first.
bool WaitFor(int fd, bool readable, SteadyTime deadline);

}  // namespace croft::http
