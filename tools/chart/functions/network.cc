#include <arpa/inet.h>
#include <netdb.h>

#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/random_bytes.h"

namespace croft::chart {
namespace {

std::string AddressText(const addrinfo& address) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes = address.ai_family == AF_INET6
                          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(address.ai_addr)->sin6_addr)
                          : &reinterpret_cast<const sockaddr_in*>(address.ai_addr)->sin_addr;
  return inet_ntop(address.ai_family, bytes, text, sizeof text) ? text : "";
}

// One of the host's addresses.
Result<std::string> LookUp(Random& random, std::string_view name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(std::string(name).c_str(), nullptr, &hints, &found);
  if (error != 0) return Wrong("lookup " + std::string(name) + ": " + gai_strerror(error));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    if (at->ai_family == AF_INET || at->ai_family == AF_INET6) addresses.push_back(AddressText(*at));
  }
  if (addresses.empty()) return Wrong("lookup " + std::string(name) + ": no such host");
  return addresses[RandomBelow(random, addresses.size())];
}

}  // namespace

void AddNetwork(Functions& functions, const Sources& sources) {
  Random& random = sources.random;
  functions["getHostByName"] = Bind([&random, look_up = sources.look_up_hosts](std::string_view name) {
    return look_up ? LookUp(random, name) : Result<std::string>(std::string());
  });
}

}  // namespace croft::chart
