#pragma once

#include <string>
#include <string_view>

#include "api/base/result.h"
#include "api/object/json.h"

namespace croft::apply {

// A step of a path as FieldsV1 writes it, in its one canonical form: "f:spec" a member, `k:{"name":"web"}` an item by
// its keys (sorted by name), `v:"x"` an item by its value, "i:0" an item by its place.
std::string MemberElement(std::string_view name);
std::string ValueElement(const Json& value);
std::string IndexElement(size_t index);

inline bool IsMember(std::string_view element) {
  return element.starts_with("f:");
}
// The name of a member's element.
inline std::string_view NameOf(std::string_view element) {
  return element.substr(2);
}

// Brings what a client wrote into the canonical form. kBadRequest says what is wrong with it.
Result<std::string> CanonicalElement(std::string_view text);

// Below, at or above zero as Kubernetes sorts elements: members by name, then keys, values (numbers as numbers),
// places.
int CompareElements(std::string_view a, std::string_view b);

// ".spec", `[name="web"]`, `[="x"]`: as conflicts and errors show it.
std::string ShowElement(std::string_view element);

}  // namespace croft::apply
