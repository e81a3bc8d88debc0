#include "tools/chart/functions/merge.h"

#include "tools/chart/functions/convert.h"

namespace croft::chart {
namespace {

constexpr int kMaxDepth = 1000;

// Empty as mergo sees it: a struct never is.
bool IsEmpty(const Value* value) {
  return value == nullptr || Empty(*value);
}

Status Set(Map& into, const Map& from, const std::string& key, const Value& value) {
  if (into.go_type == kStringMap && from.go_type != kStringMap) {
    return Wrong("value of type " + std::string(value.GoType()) + " is not assignable to type string");
  }
  into.members.insert_or_assign(key, value);
  return Status::Ok();
}

Status Merge(Map& into, const Map& from, bool overwrite, int depth) {
  if (depth > kMaxDepth) return Wrong("maps are nested too deep to be merged");
  if (&into == &from) return Status::Ok();
  for (const auto& [key, value] : from.members) {
    const Value* present = into.Find(key);
    if (value.is_nil()) {
      if (overwrite) CROFT_RETURN_IF_ERROR(Set(into, from, key, value));
      continue;
    }
    // As reflection refuses to look for nil in a text.
    if (value.is_list() && present && into.go_type == kStringMap) return Wrong("a list can't be merged into a text");
    // A nil map can't be written into; it is replaced below.
    if (value.is_map() && present && present->is_map() && !present->as_map()->is_nil) {
      CROFT_RETURN_IF_ERROR(Merge(*present->as_map(), *value.as_map(), overwrite, depth + 1));
      present = into.Find(key);
    }
    if (!IsEmpty(present)) {
      if (value.is_map() && present->is_map()) continue;
      if (!overwrite) continue;
    }
    CROFT_RETURN_IF_ERROR(Set(into, from, key, value));
  }
  return Status::Ok();
}

}  // namespace

Status MergeMaps(Map& into, const Map& from, bool overwrite) {
  return Merge(into, from, overwrite, 0);
}

}  // namespace croft::chart
