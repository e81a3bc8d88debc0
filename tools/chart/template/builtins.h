#pragma once

#include <span>
#include <string_view>

#include "tools/chart/value/function.h"

namespace croft::chart {

// A value as the executor holds it. `boxed` is what Go's reflection knows to lie in an interface {}: an item of a list
// or of a map. Only with nil and in errors does it matter: nil in a map is an error where it is asked for a field,
// while nil that has been a pipeline's value is not.
struct Operand {
  Value value;
  bool boxed = false;

  bool invalid() const { return value.is_nil() && !boxed; }
};

// A function of text/template's own.
struct Builtin {
  enum class Kind : uint8_t { kPlain, kAnd, kOr, kPrintf, kCall };
  std::string_view name;
  Kind kind;
  size_t fixed;   // arguments that it takes at least
  bool variadic;  // and any number more
  Status (*call)(std::span<const Operand> arguments, Operand& result);
};

// nullptr when there is none.
const Builtin* FindBuiltin(std::string_view name);

// The type of what a list or a map holds, from its own: "string" of "[]string", "interface {}" where it is not told.
std::string_view ItemType(std::string_view go_type);
// What a map of such items answers for a key that it does not have.
Operand ZeroItem(std::string_view item_type);
// A named type's value as the basic type, list or map that it is; others as they are.
Value Underlying(const Value& value);

// comparison.cc: eq, ne, lt, le, gt, ge.
Status Equal(std::span<const Operand> arguments, Operand& result);
Status NotEqual(std::span<const Operand> arguments, Operand& result);
Status Less(std::span<const Operand> arguments, Operand& result);
Status LessOrEqual(std::span<const Operand> arguments, Operand& result);
Status Greater(std::span<const Operand> arguments, Operand& result);
Status GreaterOrEqual(std::span<const Operand> arguments, Operand& result);

// escape.cc: html, js, urlquery.
Status HtmlEscape(std::span<const Operand> arguments, Operand& result);
Status JsEscape(std::span<const Operand> arguments, Operand& result);
Status UrlQueryEscape(std::span<const Operand> arguments, Operand& result);

}  // namespace croft::chart
