#include <algorithm>

#include "api/apply/field_set.h"

// FieldsV1, the JSON form of a field set: an object with an element as each key and what is below it as the value; "."
// says that the enclosing path is itself in the set, which goes without saying where nothing is below it.
namespace croft::apply {
namespace {

// Sets `*self` when "." is there.
Result<FieldSet> Read(const Json& fields, bool* self) {
  if (!fields.IsObject()) return Status::BadRequest("fieldsV1: each level must be an object");
  std::vector<FieldNode> nodes;
  nodes.reserve(fields.MemberCount());
  for (const auto& member : fields.GetObject()) {
    const std::string_view key = AsView(member.name);
    if (key == ".") {
      *self = true;
      continue;
    }
    // Members are canonical as they are, and by far the most.
    Result<std::string> element = key.starts_with("f:") ? Result<std::string>(std::string(key)) : CanonicalElement(key);
    if (!element.ok()) return element.status();
    bool own = false;
    Result<FieldSet> below = Read(member.value, &own);
    if (!below.ok()) return below.status();
    const bool leaf = below->empty();
    nodes.push_back({std::move(*element), own || leaf, std::move(*below)});
  }
  // Put is cheap in order alone, and clients may send any.
  const auto before = [](const FieldNode& a, const FieldNode& b) { return CompareElements(a.element, b.element) < 0; };
  if (!std::is_sorted(nodes.begin(), nodes.end(), before)) std::stable_sort(nodes.begin(), nodes.end(), before);
  FieldSet set;
  for (FieldNode& node : nodes) set.Put(std::move(node.element), node.member, std::move(node.below));
  return set;
}

Json Write(const FieldSet& set, bool self, JsonAllocator& allocator) {
  Json fields(rapidjson::kObjectType);
  if (set.empty()) return fields;
  if (self) fields.AddMember(".", Json(rapidjson::kObjectType), allocator);
  for (const FieldNode& node : set.nodes()) {
    fields.AddMember(MakeString(node.element, allocator), Write(node.below, node.member, allocator), allocator);
  }
  return fields;
}

}  // namespace

Json FieldSet::ToJson(JsonAllocator& allocator) const {
  return Write(*this, false, allocator);
}

Result<FieldSet> FieldSet::FromJson(const Json& fields) {
  bool self = false;
  return Read(fields, &self);
}

}  // namespace croft::apply
