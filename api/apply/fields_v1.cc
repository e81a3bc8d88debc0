#include "api/apply/field_set.h"

// FieldsV1, the JSON form of a field set: an object with an element as each key and what is below it as the value; "."
// says that the enclosing path is itself in the set, which goes without saying where nothing is below it.
namespace croft::apply {
namespace {

// Sets `*self` when "." is there.
Result<FieldSet> Read(const Json& fields, bool* self) {
  if (!fields.IsObject()) return Status::BadRequest("fieldsV1: each level must be an object");
  FieldSet set;
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
    set.Put(std::move(*element), own || leaf, std::move(*below));
  }
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
