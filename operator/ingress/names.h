#pragma once

#include <string>
#include <string_view>

// What may stand in a proxy's files. Everything that comes from an object passes one of these first, so that no host,
// path or name can carry a line break, a quote or a word of the proxy's own language.
namespace croft::ingress {

// "", "example.com", "*.example.com": lower case, letters, digits, '-', '.', '_' within labels; at most 253 characters.
bool IsRouteHost(std::string_view host);

// Begins with '/', printable ASCII without spaces, at most 1,024 characters.
bool IsRoutePath(std::string_view path);

// 1 to 200 of letters, digits, '.', '_', '-'; does not begin with '.' or '-', nor with "croft-", which is reserved.
bool IsSafeName(std::string_view name);

// An IPv4 or IPv6 address, without zone.
bool IsIpAddress(std::string_view text);

// `name` itself when safe, else with other characters replaced and a hash added that keeps different names apart.
std::string SafeName(std::string_view name);

// "/foo//" -> "/foo", "/" -> "/": what a prefix means, since it matches whole elements.
std::string_view TrimPrefixPath(std::string_view path);

}  // namespace croft::ingress
