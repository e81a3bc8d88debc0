#include <optional>

#include "tools/chart/template/builtins.h"
#include "tools/chart/value/go_format.h"

namespace croft::chart {
namespace {

using Operands = std::span<const Operand>;

enum class Basic : uint8_t { kNone, kBool, kInt, kUint, kFloat, kString };

Basic BasicKind(const Value& value) {
  switch (value.type()) {
    case Type::kBool:
      return Basic::kBool;
    case Type::kInt:
    case Type::kInt64:
      return Basic::kInt;
    case Type::kUint8:
      return Basic::kUint;
    case Type::kFloat64:
      return Basic::kFloat;
    case Type::kString:
      return Basic::kString;
    default:
      return Basic::kNone;
  }
}

bool BothIntegers(Basic a, Basic b) {
  return (a == Basic::kInt || a == Basic::kUint) && (b == Basic::kInt || b == Basic::kUint);
}

Status Incompatible(const Value& a, const Value& b) {
  return Status::Invalid("incompatible types for comparison: " + std::string(a.GoType()) + " and " +
                         std::string(b.GoType()));
}

bool IsNil(const Value& value) {
  return value.is_nil() || (value.is_list() && value.as_list()->is_nil) || (value.is_map() && value.as_map()->is_nil);
}

Value TypeOf(const Value& value) {
  return Value::String(std::string(value.GoType()));
}

// Values that are no basic ones: nil equals nil, and what Go compares at all are structs.
Result<bool> OthersEqual(const Value& a, const Value& b) {
  if (!a.is_nil() && !b.is_nil() && a.GoKind() != b.GoKind()) {
    return Status::Invalid(
        GoSprintf("non-comparable types %s: %v, %s: %v", std::vector<Value>{a, TypeOf(a), TypeOf(b), b}));
  }
  if (IsNil(a) || IsNil(b)) return IsNil(a) == IsNil(b);
  const std::string_view kind = b.GoKind();
  if (kind == "map" || kind == "slice") {
    return Status::Invalid(GoSprintf("non-comparable type %s: %v", std::vector<Value>{b, TypeOf(b)}));
  }
  return DeepEqual(a, b);
}

Result<bool> AreEqual(const Value& a, const Value& b) {
  const Basic kind_a = BasicKind(a);
  const Basic kind_b = BasicKind(b);
  if (kind_a != kind_b) {
    if (BothIntegers(kind_a, kind_b)) return a.as_integer() == b.as_integer();
    if (a.is_nil() || b.is_nil()) return false;
    return Incompatible(a, b);
  }
  switch (kind_a) {
    case Basic::kBool:
      return a.as_bool() == b.as_bool();
    case Basic::kInt:
    case Basic::kUint:
      return a.as_integer() == b.as_integer();
    case Basic::kFloat:
      return a.as_float() == b.as_float();
    case Basic::kString:
      return a.as_string() == b.as_string();
    case Basic::kNone:
      return OthersEqual(a, b);
  }
  return false;
}

// A named basic type's value; what else has a name is compared as it is.
Value Basics(const Value& value) {
  const Value underlying = Underlying(value);
  return BasicKind(underlying) == Basic::kNone ? value : underlying;
}

Result<bool> IsLess(const Operand& left, const Operand& right) {
  const Value a = Basics(left.value);
  const Value b = Basics(right.value);
  const Basic kind_a = BasicKind(a);
  const Basic kind_b = BasicKind(b);
  if (kind_a == Basic::kNone || kind_b == Basic::kNone) return Status::Invalid("invalid type for comparison");
  if (kind_a != kind_b && !BothIntegers(kind_a, kind_b)) return Incompatible(left.value, right.value);
  switch (kind_a) {
    case Basic::kInt:
    case Basic::kUint:
      return a.as_integer() < b.as_integer();
    case Basic::kFloat:
      return a.as_float() < b.as_float();
    case Basic::kString:
      return a.as_string() < b.as_string();
    default:
      return Status::Invalid("invalid type for comparison");
  }
}

Status Store(const Result<bool>& outcome, bool negate, Operand& result) {
  if (!outcome.ok()) return outcome.status();
  result = {Value::Bool(*outcome != negate), false};
  return Status::Ok();
}

Result<bool> IsLessOrEqual(Operands arguments) {
  const Result<bool> less = IsLess(arguments[0], arguments[1]);
  if (!less.ok() || *less) return less;
  return AreEqual(Basics(arguments[0].value), Basics(arguments[1].value));
}

}  // namespace

Status Equal(Operands arguments, Operand& result) {
  if (arguments.size() < 2) return Status::Invalid("missing argument for comparison");
  const Value first = Basics(arguments[0].value);
  bool equal = false;
  for (size_t i = 1; i < arguments.size() && !equal; ++i) {
    const Result<bool> outcome = AreEqual(first, Basics(arguments[i].value));
    if (!outcome.ok()) return outcome.status();
    equal = *outcome;
  }
  return Store(equal, false, result);
}

Status NotEqual(Operands arguments, Operand& result) {
  return Store(AreEqual(Basics(arguments[0].value), Basics(arguments[1].value)), true, result);
}

Status Less(Operands arguments, Operand& result) {
  return Store(IsLess(arguments[0], arguments[1]), false, result);
}

Status LessOrEqual(Operands arguments, Operand& result) {
  return Store(IsLessOrEqual(arguments), false, result);
}

Status Greater(Operands arguments, Operand& result) {
  return Store(IsLessOrEqual(arguments), true, result);
}

Status GreaterOrEqual(Operands arguments, Operand& result) {
  return Store(IsLess(arguments[0], arguments[1]), true, result);
}

}  // namespace croft::chart
