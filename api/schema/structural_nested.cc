#include <array>

#include "api/schema/structural_report.h"

namespace croft::schema {
namespace {

constexpr std::array<std::string_view, 3> kBranches = {"allOf", "anyOf", "oneOf"};

struct Keyword {
  std::string_view name;
  std::string_view why;
};
// What belongs to the structure and not into a combinator.
constexpr Keyword kStructureOnly[] = {
    {"type", "must be empty to be structural"},
    {"additionalProperties", "must be undefined to be structural"},
    {"default", "must be undefined to be structural"},
    {"title", "must be empty to be structural"},
    {"description", "must be empty to be structural"},
    {"nullable", "must be false to be structural"},
    {"x-kubernetes-preserve-unknown-fields", "must be false to be structural"},
    {"x-kubernetes-embedded-resource", "must be false to be structural"},
    {"x-kubernetes-int-or-string", "must be false to be structural"},
    {"x-kubernetes-list-map-keys", "must be empty to be structural"},
    {"x-kubernetes-list-type", "must be undefined to be structural"},
    {"x-kubernetes-map-type", "must be undefined to be structural"},
    {"x-kubernetes-validations", "must be empty to be structural"},
};

// Whether a keyword says what its absence says.
bool SaysNothing(const Json& value) {
  return value.IsNull() || value.IsFalse() || (value.IsString() && value.GetStringLength() == 0) ||
         (value.IsArray() && value.Empty());
}

// [{type: integer}, {type: string}], as generators write it beside x-kubernetes-int-or-string.
bool IsNumberOrText(const Json* branches) {
  if (branches == nullptr || !branches->IsArray() || branches->Size() != 2) return false;
  const auto only = [&](rapidjson::SizeType i, std::string_view type) {
    const Json& branch = (*branches)[i];
    return branch.IsObject() && branch.MemberCount() == 1 && FindString(branch, {"type"}) == type;
  };
  return only(0, "integer") && only(1, "string");
}

class Nested {
 public:
  explicit Nested(StructuralReport& report) : report_(report), declared_(report.path()) {}

  // `structure` is what the combinators of `schema` restrict, at the path declared_; null where nothing is declared.
  void Combinators(const Json& schema, const Json* structure) {
    for (const std::string_view keyword : kBranches) {
      const Json* branches = Find(schema, keyword);
      if (branches == nullptr || !branches->IsArray()) continue;
      if (keyword == "anyOf" && IsNumberOrText(branches)) continue;
      for (rapidjson::SizeType i = 0; i < branches->Size(); ++i) {
        const PathScope scope(report_.path());
        AppendMember(report_.path(), keyword);
        AppendIndex(report_.path(), i);
        Restriction((*branches)[i], structure);
      }
    }
    if (const Json* negated = Find(schema, "not")) {
      const PathScope scope(report_.path());
      AppendMember(report_.path(), "not");
      Restriction(*negated, structure);
    }
  }

 private:
  void Restriction(const Json& schema, const Json* structure) {
    if (!schema.IsObject()) return;  // Compile says so
    if (structure == nullptr) return Undeclared();
    CheckKeywords(schema, report_);
    for (const Keyword& keyword : kStructureOnly) {
      const Json* value = Find(schema, keyword.name);
      if (value != nullptr && !SaysNothing(*value)) report_.Forbid(keyword.name, keyword.why);
    }
    if (const Json* properties = Find(schema, "properties"); properties != nullptr && properties->IsObject()) {
      for (const auto& [name, child] : properties->GetObject()) Property(AsView(name), child, *structure);
    }
    if (const Json* items = Find(schema, "items"); items != nullptr && items->IsObject()) {
      const PathScope scope(report_.path());
      const PathScope declared(declared_);
      AppendMember(report_.path(), "items");
      AppendMember(declared_, "items");
      Restriction(*items, Find(*structure, "items"));
    }
    Combinators(schema, structure);
  }

  void Property(std::string_view name, const Json& schema, const Json& structure) {
    const PathScope scope(report_.path());
    const PathScope declared(declared_);
    for (std::string* path : {&report_.path(), &declared_}) {
      AppendMember(*path, "properties");
      AppendKey(*path, name);
    }
    if (name == "metadata") report_.Forbid("", "must not be specified in a nested context");
    Restriction(schema, Find(structure, {"properties", name}));
  }

  void Undeclared() {
    StructuralReport at(declared_);
    at.Require("", "because it is defined in " + report_.path());
    for (Cause& cause : at.TakeCauses()) report_.AddCause(std::move(cause));
  }

  StructuralReport& report_;
  std::string declared_;
};

}  // namespace

void CheckCombinators(const Json& schema, StructuralReport& report) {
  Nested(report).Combinators(schema, &schema);
}

}  // namespace croft::schema
