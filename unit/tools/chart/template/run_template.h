#pragma once

#include <string>

#include "tools/chart/template/executor.h"
#include "tools/chart/value/go_format.h"
#include "tools/chart/value/json.h"

namespace croft::chart {

// A few functions with parameters of each type.
inline Functions SomeFunctions() {
  Functions functions;
  functions["upper"] = Bind([](std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
  });
  functions["trunc"] = {{Param::kInt, Param::kString}, false, [](Arguments arguments) -> Result<Value> {
                          const auto length = static_cast<size_t>(arguments[0].as_integer());
                          return Value::String(std::string(arguments[1].as_string().substr(0, length)));
                        }};
  functions["add64"] = Bind([](int64_t a, int64_t b) { return Value::Int64(a + b); });
  functions["half"] = Bind([](double number) { return Value::Float64(number / 2); });
  functions["flag"] = Bind([](bool flag) { return flag; });
  functions["list"] = Bind([](Rest<Value> items) { return NewList({items.values.begin(), items.values.end()}); });
  functions["size"] = Bind([](const MapPtr& map) { return Value::Int(static_cast<int64_t>(map->members.size())); });
  functions["broken"] = Bind([]() -> Result<Value> { return Status::Invalid("it is broken"); });
  functions["set"] = Bind([](const MapPtr& map, std::string_view key, const Value& value) {
    map->members[std::string(key)] = value;
    return Value::Of(map);
  });
  return functions;
}

// What the template "t.yaml" makes of the data, or the error.
inline std::string RunTemplate(const std::string& text, std::string_view json, Budget budget = {}) {
  const Functions functions = SomeFunctions();
  Templates templates(functions);
  Status status = templates.Parse("t.yaml", text);
  std::string out;
  if (status.ok()) {
    status = Execute(templates, "t.yaml", ReadJson(json, Numbers::kExact).value(), {}, budget, out);
  }
  return status.ok() ? out : "error: " + status.message();
}

struct TemplateCase {
  std::string name;
  std::string text;
  std::string data;
  std::string expected;
};

inline void PrintTo(const TemplateCase& c, std::ostream* out) {
  *out << c.text << " of " << c.data;
}

}  // namespace croft::chart
