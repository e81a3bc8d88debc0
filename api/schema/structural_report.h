#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/base/status.h"
#include "api/object/json.h"
#include "api/schema/node.h"

namespace croft::schema {

// Collects what a schema may not say, at the place that the checks have reached.
class StructuralReport {
 public:
  explicit StructuralReport(std::string_view path) : path_(path) {}

  // `below`: a keyword at the place, or a path of such; empty: the place itself.
  void Add(std::string_view type, std::string_view below, std::string message) {
    const PathScope scope(path_);
    if (!below.empty()) AppendMember(path_, below);
    causes_.push_back({std::string(type), std::move(message), path_});
  }
  void Forbid(std::string_view below, std::string_view why) {
    Add("FieldValueForbidden", below, "Forbidden: " + std::string(why));
  }
  void Require(std::string_view below, std::string_view why) {
    Add("FieldValueRequired", below, "Required value: " + std::string(why));
  }
  void Refuse(std::string_view below, const Json& value, std::string_view why) {
    Add("FieldValueInvalid", below, "Invalid value: " + WriteJson(value) + ": " + std::string(why));
  }
  // A text that must be `wanted`: required when absent.
  void RefuseText(std::string_view below, std::string_view value, std::string_view why) {
    if (value.empty()) return Require(below, why);
    Add("FieldValueInvalid", below, "Invalid value: \"" + std::string(value) + "\": " + std::string(why));
  }

  void AddCause(Cause cause) { causes_.push_back(std::move(cause)); }

  std::string& path() { return path_; }
  std::vector<Cause> TakeCauses() { return std::move(causes_); }

 private:
  std::string path_;
  std::vector<Cause> causes_;
};

// What a place in an object is to the rules.
enum class SchemaPlace { kRoot, kField, kItem };

// Whether a schema says `keyword: true`.
inline bool IsTrue(const Json& schema, std::string_view keyword) {
  return FindBool(schema, {keyword});
}

// What no schema may say wherever it stands.
void CheckKeywords(const Json& schema, StructuralReport& report);

// The combinators of a place: they may only restrict what the structure around them declares.
void CheckCombinators(const Json& schema, StructuralReport& report);

}  // namespace croft::schema
