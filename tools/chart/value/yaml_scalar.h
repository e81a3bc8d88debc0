#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace croft::chart {

// What go-yaml takes an unquoted scalar for. YAML 1.1, with its booleans, but numbers as Go's strconv reads them.
struct YamlScalar {
  enum class Kind { kNull, kBool, kInt, kUint, kFloat, kTime, kString };
  Kind kind = Kind::kString;
  bool truth = false;
  int64_t integer = 0;
  uint64_t natural = 0;  // of kUint: beyond int64
  double number = 0;
};
YamlScalar ResolveYaml(std::string_view text);

// Whether YAML 1.1 reads it as a number of base 60, such as 12:30.
bool IsBase60(std::string_view text);

}  // namespace croft::chart
