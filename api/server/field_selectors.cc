#include "api/server/field_selectors.h"

#include <algorithm>
#include <optional>

#include "api/schema/node.h"
#include "api/server/forms.h"

namespace croft::server {
namespace {

constexpr std::string_view kName = "metadata.name";
constexpr std::string_view kNamespace = "metadata.namespace";

template <class Each>
void EachMember(std::string_view path, const Each& each) {
  while (!path.empty()) {
    const size_t dot = path.find('.');
    if (!each(path.substr(0, dot))) return;
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
}

const Json* At(const Json& object, std::string_view path) {
  const Json* at = &object;
  EachMember(path, [&](std::string_view member) { return (at = Find(*at, member)) != nullptr; });
  return at;
}

// What a field of this path reads as in an object that lacks it.
std::string AbsentText(const Served& served, std::string_view path) {
  if (!served.def().builtin) return "";
  const schema::Node* at = served.version->schema.get();
  EachMember(path, [&](std::string_view member) {
    const schema::Field* field = at->FindMember(member);
    at = field == nullptr ? nullptr : field->node;
    return at != nullptr;
  });
  if (at == nullptr) return "";
  if (at->type == schema::Type::kBoolean) return "false";
  return at->type == schema::Type::kInteger || at->type == schema::Type::kNumber ? "0" : "";
}

// Where a field stands in what is stored. Some names are of fields that moved since; an Event has two sources.
std::vector<std::string> PathsOf(const Served& served, const std::string& field) {
  if (!served.def().builtin) return {field};
  const bool core = served.def().group.empty();
  if (core && served.def().plural == "pods" && field == "spec.host") return {"spec.nodeName"};
  if (core && served.def().plural == "events" && field == "source") return {"source.component", "reportingComponent"};
  return {StoredField(served, field)};
}

bool Supports(const Served& served, const std::string& field) {
  if (field == kName || (served.def().namespaced && field == kNamespace)) return true;
  const auto& named = served.version->selectable_fields;
  if (std::find(named.begin(), named.end(), field) != named.end()) return true;
  if (!served.def().builtin) return false;
  const auto& known = served.def().field_selectors;
  const auto is_known = [&](const std::string& name) {
    return std::find(known.begin(), known.end(), name) != known.end();
  };
  return is_known(field) || is_known(PathsOf(served, field).front()) || (known.empty() && field == kNamespace);
}

Status NotSupported(const Served& served, const std::string& field) {
  if (!served.def().builtin || !served.def().field_selectors.empty()) {
    return Status::BadRequest("field label not supported: " + field);
  }
  return Status::BadRequest("\"" + field +
                            "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
}

std::string TextOf(const Json* found) {
  if (found == nullptr || found->IsNull() || found->IsObject() || found->IsArray()) return "";
  return found->IsString() ? std::string(AsView(*found)) : WriteJson(*found);
}

}  // namespace

Result<FieldConditions> FieldConditions::Parse(const Served& served, const std::string& text) {
  FieldConditions conditions;
  const Result<FieldSelector> parsed = FieldSelector::Parse(text);
  if (!parsed.ok()) return parsed.status();
  for (const FieldSelector::Requirement& requirement : parsed->requirements()) {
    if (!Supports(served, requirement.field)) return NotSupported(served, requirement.field);
    conditions.conditions_.push_back({PathsOf(served, requirement.field), AbsentText(served, requirement.field),
                                      requirement.value, requirement.equals});
  }
  return conditions;
}

std::string FieldConditions::Read(const Json& object, const Condition& condition) {
  for (const std::string& path : condition.paths) {
    std::string text = TextOf(At(object, path));
    if (!text.empty()) return text;
  }
  return condition.absent;
}

bool FieldConditions::Matches(const Object& object) const {
  std::optional<JsonDocument> body;  // parsed when the metadata at hand do not tell
  for (const Condition& condition : conditions_) {
    bool same = false;
    if (condition.paths.front() == kName) {
      same = object.name() == condition.value;
    } else if (condition.paths.front() == kNamespace) {
      same = object.ns() == condition.value;
    } else {
      if (!body) body = object.ToJson();
      same = Read(*body, condition) == condition.value;
    }
    if (same != condition.equals) return false;
  }
  return true;
}

std::string SelectedName(const std::string& field_selector) {
  if (field_selector.empty()) return {};
  const Result<FieldSelector> parsed = FieldSelector::Parse(field_selector);
  if (!parsed.ok()) return {};
  for (const FieldSelector::Requirement& requirement : parsed->requirements()) {
    if (requirement.field == kName && requirement.equals) return requirement.value;
  }
  return {};
}

}  // namespace croft::server
