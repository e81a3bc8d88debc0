#pragma once

#include <string>
#include <string_view>

#include "tools/chart/value/json.h"
#include "tools/chart/value/value.h"

namespace croft::chart {

// The first document of a YAML text as Helm reads it: YAML 1.1 (yes, no, on and off are booleans), the last of equal
// keys wins, keys become strings, "<<" merges where it stands, times stay strings. An empty document is nil. Errors are
// kBadRequest, in the words of Helm's library, with the line. Aliases are expanded within its limits, so that a small
// text can't become a large tree; nesting ends at 250.
Result<Value> ReadYaml(std::string_view text, Numbers numbers = Numbers::kFloat64);
// The same where only a map or only a list will do; an empty document is an empty one.
Result<MapPtr> ReadYamlMap(std::string_view text);
Result<ListPtr> ReadYamlList(std::string_view text);

// Block style as Helm writes it, with a line break at its end: keys in the order of people (a2 before a10), lists at
// the indent of their key, no folding. Fails for what JSON can't hold.
Result<std::string> WriteYaml(const Value& value);
// The style of `toYamlPretty`: lists are indented under their key, numbers and strings as YAML 1.2 reads them.
Result<std::string> WriteYamlPretty(const Value& value);

}  // namespace croft::chart
