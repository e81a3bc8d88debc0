#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/toml_read.h"
#include "tools/chart/value/json.h"
#include "tools/chart/value/toml.h"
#include "tools/chart/value/yaml.h"

namespace croft::chart {
namespace {

// The text as Helm's templates get it: no line break at its end, and nothing at all where the value can't be written.
std::string Shown(Result<std::string> text) {
  if (!text.ok()) return "";
  if (text->ends_with('\n')) text->pop_back();
  return std::move(*text);
}

// What can't be read is told in the map's "Error", which charts look for, or as the list's only item.
Value MapWithError(const Status& failed) {
  return NewMap({{"Error", Value::String(failed.message())}});
}
Value ListWithError(const Status& failed) {
  return NewList({Value::String(failed.message())});
}

std::string_view JsonKind(const Value& value) {
  switch (value.type()) {
    case Type::kBool:
      return "bool";
    case Type::kString:
      return "string";
    case Type::kList:
      return "array";
    case Type::kMap:
      return "object";
    default:
      return "number";
  }
}

Status NotInto(const Value& value, std::string_view type) {
  return Wrong("json: cannot unmarshal " + std::string(JsonKind(value)) + " into Go value of type " +
               std::string(type));
}

Value FromYaml(std::string_view text) {
  const Result<Value> read = ReadYaml(text);
  if (!read.ok()) return MapWithError(read.status());
  if (read->is_nil()) return NilMap();
  return read->is_map() ? *read : MapWithError(ReadYamlMap(text).status());
}

Value FromYamlArray(std::string_view text) {
  const Result<Value> read = ReadYaml(text);
  if (!read.ok()) return ListWithError(read.status());
  if (read->is_nil()) return NilList();
  return read->is_list() ? *read : ListWithError(ReadYamlList(text).status());
}

Value FromJson(std::string_view text) {
  const Result<Value> read = ReadJson(text);
  if (!read.ok()) return MapWithError(read.status());
  if (read->is_nil()) return NilMap();
  return read->is_map() ? *read : MapWithError(NotInto(*read, kAnyMap));
}

Value FromJsonArray(std::string_view text) {
  const Result<Value> read = ReadJson(text);
  if (!read.ok()) return ListWithError(read.status());
  if (read->is_nil()) return NilList();
  return read->is_list() ? *read : ListWithError(NotInto(*read, kAnyList));
}

void AddJson(Functions& functions) {
  constexpr JsonStyle kPretty{.indent = "  "};
  constexpr JsonStyle kRaw{.escape_html = false};
  functions["toJson"] = Bind([](const Value& value) { return Shown(WriteJson(value)); });
  functions["mustToJson"] = Bind([](const Value& value) { return WriteJson(value); });
  functions["toPrettyJson"] = Bind([kPretty](const Value& value) { return Shown(WriteJson(value, kPretty)); });
  functions["mustToPrettyJson"] = Bind([kPretty](const Value& value) { return WriteJson(value, kPretty); });
  functions["toRawJson"] = Bind([kRaw](const Value& value) { return WriteJson(value, kRaw); });
  functions["mustToRawJson"] = functions["toRawJson"];
  functions["fromJson"] = Bind(FromJson);
  functions["fromJsonArray"] = Bind(FromJsonArray);
  functions["mustFromJson"] = Bind([](std::string_view text) { return ReadJson(text); });
}

}  // namespace

void AddCodecs(Functions& functions) {
  AddJson(functions);
  functions["toYaml"] = Bind([](const Value& value) { return Shown(WriteYaml(value)); });
  functions["toYamlPretty"] = Bind([](const Value& value) { return Shown(WriteYamlPretty(value)); });
  functions["fromYaml"] = Bind(FromYaml);
  functions["fromYamlArray"] = Bind(FromYamlArray);
  functions["toToml"] = Bind([](const Value& value) -> Result<std::string> {
    if (value.is_nil()) return NilArgument();
    const Result<std::string> text = WriteToml(value);
    return text.ok() ? *text : text.status().message();  // the failure is the text
  });
  functions["fromToml"] = Bind([](std::string_view text) {
    const Result<Value> read = ReadToml(text);
    return read.ok() ? *read : MapWithError(read.status());
  });
}

}  // namespace croft::chart
