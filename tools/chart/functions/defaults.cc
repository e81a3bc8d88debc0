#include "tools/chart/functions/convert.h"

namespace croft::chart {
namespace {

void AddReflection(Functions& functions) {
  functions["typeOf"] = Bind([](const Value& value) { return std::string(value.GoType()); });
  functions["typeIs"] = Bind([](std::string_view type, const Value& value) { return value.GoType() == type; });
  functions["typeIsLike"] = Bind([](std::string_view type, const Value& value) {
    const std::string_view actual = value.GoType();
    return actual == type || (actual.starts_with('*') && actual.substr(1) == type);
  });
  functions["kindOf"] = Bind([](const Value& value) { return std::string(value.GoKind()); });
  functions["kindIs"] = Bind([](std::string_view kind, const Value& value) { return value.GoKind() == kind; });
  functions["deepEqual"] = Bind([](const Value& a, const Value& b) { return DeepEqual(a, b); });
  functions["deepCopy"] = Bind([](const Value& value) -> Result<Value> {
    if (value.is_nil()) return Wrong("deepCopy error: nil can't be copied");
    return DeepCopy(value);
  });
  functions["mustDeepCopy"] = functions["deepCopy"];
}

}  // namespace

void AddDefaults(Functions& functions) {
  functions["default"] = Bind([](const Value& otherwise, Rest<Value> given) {
    return given.values.empty() || Empty(given.values.front()) ? otherwise : given.values.front();
  });
  functions["empty"] = Bind([](const Value& value) { return Empty(value); });
  functions["coalesce"] = Bind([](Rest<Value> values) {
    for (const Value& value : values.values) {
      if (!Empty(value)) return value;
    }
    return Value();
  });
  functions["all"] = Bind([](Rest<Value> values) {
    for (const Value& value : values.values) {
      if (Empty(value)) return false;
    }
    return true;
  });
  functions["any"] = Bind([](Rest<Value> values) {
    for (const Value& value : values.values) {
      if (!Empty(value)) return true;
    }
    return false;
  });
  functions["ternary"] = Bind([](const Value& yes, const Value& no, bool condition) { return condition ? yes : no; });
  functions["fail"] = Bind([](std::string_view message) -> Result<Value> { return Wrong(std::string(message)); });
  AddReflection(functions);
}

}  // namespace croft::chart
