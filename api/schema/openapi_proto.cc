#include "api/schema/openapi_proto.h"

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>

namespace croft::schema {
namespace {

// Writes the fields of one protobuf message.
class Message {
 public:
  void Number(int field, uint64_t value) {
    Tag(field, 0);
    Varint(value);
  }
  void Double(int field, double value) {
    Tag(field, 1);
    const auto bits = std::bit_cast<uint64_t>(value);
    for (int i = 0; i < 8; ++i) bytes_ += static_cast<char>(bits >> (8 * i));
  }
  void Bytes(int field, std::string_view value) {
    Tag(field, 2);
    Varint(value.size());
    bytes_ += value;
  }
  void Sub(int field, const Message& message) { Bytes(field, message.bytes_); }
  std::string Take() { return std::move(bytes_); }

 private:
  void Tag(int field, int wire_type) { Varint(static_cast<uint64_t>(field) << 3 | static_cast<uint64_t>(wire_type)); }
  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

// How a JSON member becomes a field.
enum class As {
  kText,
  kTexts,
  kFlag,
  kCount,
  kDouble,
  kAny,
  kAnys,
  kSchema,
  kType,
  kItems,
  kAdditional,
  kSchemas,
  kParameters,
  kResponses,
  kOperation,
  kPaths,
  kInfo,
  kSecurity,
  kSecurityDefinitions,
};
struct Member {
  std::string_view name;
  int field;
  As as;
};

constexpr Member kDocument[] = {{"swagger", 1, As::kText},       {"info", 2, As::kInfo},
                                {"paths", 8, As::kPaths},        {"definitions", 9, As::kSchemas},
                                {"security", 12, As::kSecurity}, {"securityDefinitions", 13, As::kSecurityDefinitions}};
constexpr Member kInfo[] = {{"title", 1, As::kText}, {"version", 2, As::kText}, {"description", 3, As::kText}};
constexpr Member kPathItem[] = {{"get", 2, As::kOperation},   {"put", 3, As::kOperation},
                                {"post", 4, As::kOperation},  {"delete", 5, As::kOperation},
                                {"patch", 8, As::kOperation}, {"parameters", 9, As::kParameters}};
constexpr Member kOperation[] = {{"tags", 1, As::kTexts},          {"description", 3, As::kText},
                                 {"operationId", 5, As::kText},    {"produces", 6, As::kTexts},
                                 {"consumes", 7, As::kTexts},      {"parameters", 8, As::kParameters},
                                 {"responses", 9, As::kResponses}, {"schemes", 10, As::kTexts}};
constexpr Member kBodyParameter[] = {{"description", 1, As::kText},
                                     {"name", 2, As::kText},
                                     {"in", 3, As::kText},
                                     {"required", 4, As::kFlag},
                                     {"schema", 5, As::kSchema}};
constexpr Member kQueryParameter[] = {{"required", 1, As::kFlag}, {"in", 2, As::kText},   {"description", 3, As::kText},
                                      {"name", 4, As::kText},     {"type", 6, As::kText}, {"format", 7, As::kText}};
constexpr Member kPathParameter[] = {{"required", 1, As::kFlag}, {"in", 2, As::kText},   {"description", 3, As::kText},
                                     {"name", 4, As::kText},     {"type", 5, As::kText}, {"format", 6, As::kText}};
constexpr Member kApiKey[] = {
    {"type", 1, As::kText}, {"name", 2, As::kText}, {"in", 3, As::kText}, {"description", 4, As::kText}};
constexpr Member kSchema[] = {{"$ref", 1, As::kText},
                              {"format", 2, As::kText},
                              {"title", 3, As::kText},
                              {"description", 4, As::kText},
                              {"default", 5, As::kAny},
                              {"multipleOf", 6, As::kDouble},
                              {"maximum", 7, As::kDouble},
                              {"exclusiveMaximum", 8, As::kFlag},
                              {"minimum", 9, As::kDouble},
                              {"exclusiveMinimum", 10, As::kFlag},
                              {"maxLength", 11, As::kCount},
                              {"minLength", 12, As::kCount},
                              {"pattern", 13, As::kText},
                              {"maxItems", 14, As::kCount},
                              {"minItems", 15, As::kCount},
                              {"uniqueItems", 16, As::kFlag},
                              {"maxProperties", 17, As::kCount},
                              {"minProperties", 18, As::kCount},
                              {"required", 19, As::kTexts},
                              {"enum", 20, As::kAnys},
                              {"additionalProperties", 21, As::kAdditional},
                              {"type", 22, As::kType},
                              {"items", 23, As::kItems},
                              {"properties", 25, As::kSchemas},
                              {"example", 30, As::kAny}};

Message EncodeAny(const Json& value) {
  Message any;
  any.Bytes(2, WriteJson(value) + "\n");  // JSON is YAML
  return any;
}

Message EncodeNamed(std::string_view name, const Message& value) {
  Message named;
  named.Bytes(1, name);
  named.Sub(2, value);
  return named;
}

void Put(Message& out, const Member& member, const Json& value);

// The known members of an object; what starts with "x-" becomes a vendor extension.
Message Encode(const Json& object, std::span<const Member> members, int extensions) {
  Message out;
  for (const auto& [key, value] : object.GetObject()) {
    const std::string_view name = AsView(key);
    if (name.starts_with("x-")) {
      out.Sub(extensions, EncodeNamed(name, EncodeAny(value)));
      continue;
    }
    for (const Member& member : members) {
      if (member.name == name) Put(out, member, value);
    }
  }
  return out;
}

Message EncodeSchema(const Json& schema) {
  return Encode(schema, kSchema, 31);
}

Message EncodeSchemas(const Json& schemas) {
  Message out;
  for (const auto& [name, schema] : schemas.GetObject()) out.Sub(1, EncodeNamed(AsView(name), EncodeSchema(schema)));
  return out;
}

Message EncodeTexts(const Json& list, int field) {
  Message out;
  for (const Json& text : list.GetArray()) out.Bytes(field, AsView(text));
  return out;
}

Message EncodeAdditional(const Json& value) {
  Message out;
  if (value.IsBool()) {
    out.Number(2, value.GetBool());
  } else {
    out.Sub(1, EncodeSchema(value));
  }
  return out;
}

Message EncodeParameter(const Json& parameter) {
  const std::string_view in = FindString(parameter, {"in"});
  Message out;
  if (in == "body") {
    out.Sub(1, Encode(parameter, kBodyParameter, 6));
  } else {
    Message kind;
    in == "path" ? kind.Sub(4, Encode(parameter, kPathParameter, 22))
                 : kind.Sub(3, Encode(parameter, kQueryParameter, 23));
    out.Sub(2, kind);
  }
  Message item;
  item.Sub(1, out);
  return item;
}

Message EncodeResponses(const Json& responses) {
  Message out;
  for (const auto& [code, response] : responses.GetObject()) {
    Message message;
    message.Bytes(1, FindString(response, {"description"}));
    if (const Json* schema = Find(response, "schema")) {
      Message item;
      item.Sub(1, EncodeSchema(*schema));
      message.Sub(2, item);
    }
    Message value;
    value.Sub(1, message);
    out.Sub(1, EncodeNamed(AsView(code), value));
  }
  return out;
}

Message EncodePaths(const Json& paths) {
  Message out;
  for (const auto& [path, item] : paths.GetObject()) out.Sub(2, EncodeNamed(AsView(path), Encode(item, kPathItem, 10)));
  return out;
}

Message EncodeSecurityDefinitions(const Json& definitions) {
  Message out;
  for (const auto& [name, definition] : definitions.GetObject()) {
    Message item;
    item.Sub(2, Encode(definition, kApiKey, 5));
    out.Sub(1, EncodeNamed(AsView(name), item));
  }
  return out;
}

Message EncodeRequirement(const Json& requirement) {
  Message out;
  for (const auto& [name, scopes] : requirement.GetObject())
    out.Sub(1, EncodeNamed(AsView(name), EncodeTexts(scopes, 1)));
  return out;
}

// A type is one name, or a list of them.
Message EncodeType(const Json& type) {
  if (type.IsArray()) return EncodeTexts(type, 1);
  Message out;
  out.Bytes(1, AsView(type));
  return out;
}

Message EncodeItems(const Json& items) {
  Message out;
  out.Sub(1, EncodeSchema(items));
  return out;
}

void Put(Message& out, const Member& member, const Json& value) {
  switch (member.as) {
    case As::kText:
      if (value.IsString()) out.Bytes(member.field, AsView(value));
      return;
    case As::kTexts:
      for (const Json& text : value.GetArray()) out.Bytes(member.field, AsView(text));
      return;
    case As::kFlag:
      return out.Number(member.field, value.GetBool());
    case As::kCount:
      return out.Number(member.field, value.GetUint64());
    case As::kDouble:
      return out.Double(member.field, value.GetDouble());
    case As::kAny:
      return out.Sub(member.field, EncodeAny(value));
    case As::kAnys:
      for (const Json& each : value.GetArray()) out.Sub(member.field, EncodeAny(each));
      return;
    case As::kSchema:
      return out.Sub(member.field, EncodeSchema(value));
    case As::kType:
      return out.Sub(member.field, EncodeType(value));
    case As::kItems:
      return out.Sub(member.field, EncodeItems(value));
    case As::kAdditional:
      return out.Sub(member.field, EncodeAdditional(value));
    case As::kSchemas:
      return out.Sub(member.field, EncodeSchemas(value));
    case As::kParameters:
      for (const Json& parameter : value.GetArray()) out.Sub(member.field, EncodeParameter(parameter));
      return;
    case As::kResponses:
      return out.Sub(member.field, EncodeResponses(value));
    case As::kOperation:
      return out.Sub(member.field, Encode(value, kOperation, 13));
    case As::kPaths:
      return out.Sub(member.field, EncodePaths(value));
    case As::kInfo:
      return out.Sub(member.field, Encode(value, kInfo, 7));
    case As::kSecurity:
      for (const Json& requirement : value.GetArray()) out.Sub(member.field, EncodeRequirement(requirement));
      return;
    case As::kSecurityDefinitions:
      return out.Sub(member.field, EncodeSecurityDefinitions(value));
  }
}

}  // namespace

std::string EncodeOpenApiProto(const Json& document) {
  return Encode(document, kDocument, 16).Take();
}

}  // namespace croft::schema
