#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace croft::server {

// What a metadata.name must be.
enum class NameFormat { kSubdomain, kLabel, kDns1035Label, kPathSegment };

// Of a definition's name-format annotation; a subdomain where it says nothing.
NameFormat ParseNameFormat(std::string_view text);

// Empty when `name` is in the format, else a sentence that says what it must be. `prefix`: it is a generateName, to
// which something will be appended.
std::string CheckName(NameFormat format, std::string_view name, bool prefix = false);

// The same for single pieces of syntax: empty when good.
std::string CheckDnsLabel(std::string_view value);
std::string CheckDnsSubdomain(std::string_view value);
std::string CheckWildcardSubdomain(std::string_view value);  // "*.a.b"
std::string CheckQualifiedName(std::string_view value);      // "app", "example.com/app": keys of labels and finalizers
std::string CheckLabelValue(std::string_view value);
std::string CheckConfigKey(std::string_view value);  // a key of a ConfigMap or Secret
bool IsIpAddress(std::string_view value);
// An IPv4 address as a number in host order; false when it is none.
bool ParseIpv4(std::string_view text, uint32_t* out);
std::string FormatIpv4(uint32_t address);

}  // namespace croft::server
