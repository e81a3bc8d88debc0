#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/object/names.h"

namespace croft::server {

// What a metadata.name must be.
enum class NameFormat { kSubdomain, kLabel, kDns1035Label, kPathSegment };

// Of a definition's name-format annotation; a subdomain where it says nothing.
NameFormat ParseNameFormat(std::string_view text);

// Empty when `name` is in the format, else a sentence that says what it must be. `prefix`: it is a generateName, to
// which something will be appended.
std::string CheckName(NameFormat format, std::string_view name, bool prefix = false);

std::string CheckConfigKey(std::string_view value);  // a key of a ConfigMap or Secret; empty when good
bool IsIpAddress(std::string_view value);
// An IPv4 address as a number in host order; false when it is none.
bool ParseIpv4(std::string_view text, uint32_t* out);
std::string FormatIpv4(uint32_t address);

}  // namespace croft::server
