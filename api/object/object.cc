#include "api/object/object.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <cmath>

namespace croft {
namespace {

Status WrongType(std::string_view field, std::string_view want) {
  return Status::BadRequest(std::string(field) + ": must be " + std::string(want));
}

// Reads object[key] as text; absent and null leave *out empty.
Status ReadText(const Json& object, std::string_view key, std::string_view field, std::string* out) {
  const Json* found = Find(object, key);
  if (found == nullptr || found->IsNull()) return Status::Ok();
  if (!found->IsString()) return WrongType(field, "a string");
  out->assign(found->GetString(), found->GetStringLength());
  return Status::Ok();
}

Status ReadLabels(const Json& metadata, Labels* out) {
  const Json* labels = Find(metadata, "labels");
  if (labels == nullptr || labels->IsNull()) return Status::Ok();
  if (!labels->IsObject()) return WrongType("metadata.labels", "an object of strings");
  out->reserve(labels->MemberCount());
  for (const auto& label : labels->GetObject()) {
    if (!label.value.IsString()) {
      return WrongType("metadata.labels." + std::string(AsView(label.name)), "a string");
    }
    out->emplace_back(AsView(label.name), AsView(label.value));
  }
  return Status::Ok();
}

Status ReadOwners(const Json& metadata, std::vector<OwnerReference>* out) {
  const Json* owners = Find(metadata, "ownerReferences");
  if (owners == nullptr || owners->IsNull()) return Status::Ok();
  if (!owners->IsArray()) return WrongType("metadata.ownerReferences", "a list");
  for (const Json& item : owners->GetArray()) {
    const std::string field = "metadata.ownerReferences[" + std::to_string(out->size()) + "]";
    if (!item.IsObject()) return WrongType(field, "an object");
    OwnerReference owner;
    CROFT_RETURN_IF_ERROR(ReadText(item, "apiVersion", field + ".apiVersion", &owner.api_version));
    CROFT_RETURN_IF_ERROR(ReadText(item, "kind", field + ".kind", &owner.kind));
    CROFT_RETURN_IF_ERROR(ReadText(item, "name", field + ".name", &owner.name));
    CROFT_RETURN_IF_ERROR(ReadText(item, "uid", field + ".uid", &owner.uid));
    owner.controller = FindBool(item, {"controller"});
    owner.block_owner_deletion = FindBool(item, {"blockOwnerDeletion"});
    out->push_back(std::move(owner));
  }
  return Status::Ok();
}

Status ReadFinalizers(const Json& metadata, std::vector<std::string>* out) {
  const Json* finalizers = Find(metadata, "finalizers");
  if (finalizers == nullptr || finalizers->IsNull()) return Status::Ok();
  if (!finalizers->IsArray()) return WrongType("metadata.finalizers", "a list");
  for (const Json& item : finalizers->GetArray()) {
    if (!item.IsString()) return WrongType("metadata.finalizers[" + std::to_string(out->size()) + "]", "a string");
    out->emplace_back(AsView(item));
  }
  return Status::Ok();
}

// Writes a whole number without a fraction, however large, as Go does: 1.0 and 1e3 are stored as 1 and 1000.
class ObjectWriter : public rapidjson::Writer<rapidjson::StringBuffer> {
 public:
  using Writer::Writer;

  bool Double(double number) {
    constexpr double kAsDigits = 1e21;
    if (std::trunc(number) != number || std::abs(number) >= kAsDigits) return Writer::Double(number);
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number, std::chars_format::fixed).ptr;
    return RawValue(digits, static_cast<size_t>(end - digits), rapidjson::kNumberType);
  }
};

}  // namespace

std::string ApiVersion(std::string_view group, std::string_view version) {
  if (group.empty()) return std::string(version);
  return std::string(group) + "/" + std::string(version);
}

std::pair<std::string, std::string> SplitApiVersion(std::string_view api_version) {
  const size_t slash = api_version.find('/');
  if (slash == std::string_view::npos) return {"", std::string(api_version)};
  return {std::string(api_version.substr(0, slash)), std::string(api_version.substr(slash + 1))};
}

const std::string* FindLabel(const Labels& labels, std::string_view key) {
  for (const auto& [name, value] : labels) {
    if (name == key) return &value;
  }
  return nullptr;
}

Result<Meta> ParseMeta(const Json& object) {
  if (!object.IsObject()) return Status::BadRequest("the body must be a JSON object");
  Meta meta;
  CROFT_RETURN_IF_ERROR(ReadText(object, "apiVersion", "apiVersion", &meta.api_version));
  CROFT_RETURN_IF_ERROR(ReadText(object, "kind", "kind", &meta.kind));
  const Json* metadata = Find(object, "metadata");
  if (metadata == nullptr || metadata->IsNull()) return meta;
  if (!metadata->IsObject()) return WrongType("metadata", "an object");
  CROFT_RETURN_IF_ERROR(ReadText(*metadata, "namespace", "metadata.namespace", &meta.ns));
  CROFT_RETURN_IF_ERROR(ReadText(*metadata, "name", "metadata.name", &meta.name));
  CROFT_RETURN_IF_ERROR(ReadText(*metadata, "uid", "metadata.uid", &meta.uid));
  std::string revision;
  CROFT_RETURN_IF_ERROR(ReadText(*metadata, "resourceVersion", "metadata.resourceVersion", &revision));
  if (!revision.empty()) {
    const char* end = revision.data() + revision.size();
    const auto [stop, error] = std::from_chars(revision.data(), end, meta.revision);
    if (error != std::errc() || stop != end) return WrongType("metadata.resourceVersion", "a number in a string");
  }
  meta.generation = FindInt(*metadata, {"generation"});
  const Json* deletion = Find(*metadata, "deletionTimestamp");
  meta.deleting = deletion != nullptr && !deletion->IsNull();
  Labels labels;
  CROFT_RETURN_IF_ERROR(ReadLabels(*metadata, &labels));
  meta.labels = std::move(labels);
  std::vector<OwnerReference> owners;
  CROFT_RETURN_IF_ERROR(ReadOwners(*metadata, &owners));
  meta.owners = std::move(owners);
  std::vector<std::string> finalizers;
  CROFT_RETURN_IF_ERROR(ReadFinalizers(*metadata, &finalizers));
  meta.finalizers = std::move(finalizers);
  return meta;
}

Result<ObjectPtr> Object::Parse(std::string bytes, uint64_t created) {
  Result<JsonDocument> document = ParseJson(bytes);
  if (!document.ok()) return document.status();
  Result<Meta> meta = ParseMeta(*document);
  if (!meta.ok()) return meta.status();
  return std::make_shared<const Object>(std::move(bytes), std::move(*meta), created);
}

JsonDocument Object::ToJson() const {
  JsonDocument document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag>(bytes_.data(), bytes_.size());
  return document;
}

Result<Draft> Draft::From(const Json& object) {
  Result<Meta> meta = ParseMeta(object);
  if (!meta.ok()) return meta.status();
  Draft draft;
  draft.meta_ = std::move(*meta);
  draft.meta_.revision = 0;

  rapidjson::StringBuffer buffer;
  ObjectWriter writer(buffer);
  size_t split = 0;
  const auto write_metadata = [&](const Json* metadata) {
    writer.StartObject();
    writer.Key("resourceVersion");
    writer.String("");
    split = buffer.GetSize() - 1;  // between the quotes
    if (metadata != nullptr) {
      for (const auto& member : metadata->GetObject()) {
        if (AsView(member.name) == "resourceVersion") continue;
        member.name.Accept(writer);
        member.value.Accept(writer);
      }
    }
    writer.EndObject();
  };
  writer.StartObject();
  const auto is_first = [](std::string_view key) { return key == "kind" || key == "apiVersion" || key == "metadata"; };
  for (const char* key : {"kind", "apiVersion"}) {
    const Json* value = Find(object, key);
    if (value == nullptr) continue;
    writer.Key(key);
    value->Accept(writer);
  }
  const Json* metadata = Find(object, "metadata");
  writer.Key("metadata");
  write_metadata(metadata != nullptr && metadata->IsObject() ? metadata : nullptr);
  for (const auto& member : object.GetObject()) {
    if (is_first(AsView(member.name))) continue;
    member.name.Accept(writer);
    member.value.Accept(writer);
  }
  writer.EndObject();
  draft.head_.assign(buffer.GetString(), split);
  draft.tail_.assign(buffer.GetString() + split, buffer.GetSize() - split);
  return draft;
}

ObjectPtr Draft::Commit(uint64_t revision, uint64_t created) const {
  const std::string number = std::to_string(revision);
  std::string bytes;
  bytes.reserve(head_.size() + number.size() + tail_.size());
  bytes.append(head_).append(number).append(tail_);
  Meta meta = meta_;
  meta.revision = revision;
  return std::make_shared<const Object>(std::move(bytes), std::move(meta), created);
}

bool Draft::Same(const Object& committed) const {
  const std::string_view bytes = committed.bytes();
  const size_t number = std::to_string(committed.meta().revision).size();
  return bytes.size() == head_.size() + number + tail_.size() && bytes.starts_with(head_) && bytes.ends_with(tail_);
}

}  // namespace croft
