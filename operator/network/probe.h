#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/base/result.h"

namespace croft::network {

struct ProbeUrl {
  bool tls = false;
  std::string host;  // without the brackets of an IPv6 address
  int port = 0;
  std::string target;  // path and query; at least "/"
};
Result<ProbeUrl> ParseProbeUrl(const std::string& url);

// Ok when a TCP connection comes to be within the time. An address is dialled at once; a name is resolved first, and
// that time is not bounded.
Status ProbeTcp(const std::string& host, int port, int timeout_ms);

// Ok when GET `url` is answered with 200 to 399 within the time, connection and TLS handshake included; redirects are
// not followed and https certificates not verified, as kubelet has it. `headers` go before Croft's own of the same
// name.
Status ProbeHttp(const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
                 int timeout_ms);

}  // namespace croft::network
