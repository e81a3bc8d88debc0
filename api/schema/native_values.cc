#include "api/schema/native_values.h"

#include "api/base/wire_time.h"
#include "api/object/quantity.h"

namespace croft::schema {
namespace {

void Respell(Json& value, const std::string& text, JsonAllocator& allocator) {
  if (!value.IsString() || AsView(value) != text) value = MakeString(text, allocator);
}

void MakeCanonicalTime(Json& value, TimeForm form, JsonAllocator& allocator) {
  if (!value.IsString()) return;
  const Result<std::string> time = CanonicalTime(AsView(value), form);
  if (time.ok()) Respell(value, *time, allocator);
}

void Walk(const Node& node, Json& value, JsonAllocator& allocator) {
  if (!node.native) return;
  if (value.IsArray() && node.items.node != nullptr) {
    for (Json& item : value.GetArray()) {
      if (item.IsNull()) item = NullOf(*node.items.node);
      Walk(*node.items.node, item, allocator);
    }
  } else if (value.IsObject()) {
    for (auto& member : value.GetObject()) {
      const Field* field = node.FindMember(AsView(member.name));
      if (field == nullptr) continue;
      if (member.value.IsNull() && field == &node.additional) member.value = NullOf(*field->node);
      Walk(*field->node, member.value, allocator);
    }
  } else {
    MakeCanonical(node, value, allocator);
  }
}

}  // namespace

void MakeCanonical(const Node& node, Json& value, JsonAllocator& allocator) {
  if (!node.native) return;
  if (node.format == Format::kQuantity && (value.IsString() || value.IsNumber())) {
    const auto quantity = value.IsString() ? Quantity::Parse(AsView(value)) : Quantity::Parse(WriteJson(value));
    if (quantity) Respell(value, quantity->Canonical(), allocator);
  } else if (node.format == Format::kDateTime) {
    MakeCanonicalTime(value, TimeForm::kSeconds, allocator);
  } else if (node.format == Format::kMicroTime) {
    MakeCanonicalTime(value, TimeForm::kMicros, allocator);
  }
}

Json NullOf(const Node& node) {
  switch (node.type) {
    case Type::kString:
      return node.nullable ? Json() : Json("");
    case Type::kInteger:
    case Type::kNumber:
      return Json(0);
    case Type::kBoolean:
      return Json(false);
    case Type::kObject:
      return Json(rapidjson::kObjectType);
    case Type::kArray:
      return Json(rapidjson::kArrayType);
    case Type::kIntOrString:
      return node.format == Format::kQuantity ? Json("0") : Json(0);
    case Type::kAny:
      break;
  }
  return {};
}

void Canonicalize(const Node& schema, Json& value, JsonAllocator& allocator) {
  Walk(schema, value, allocator);
}

}  // namespace croft::schema
