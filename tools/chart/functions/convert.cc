#include "tools/chart/functions/convert.h"

#include <limits>

#include "tools/chart/functions/parse_number.h"
#include "tools/chart/value/go_format.h"

namespace croft::chart {
namespace {

// "8.0" counts as 8: zeros after the last dot are cut off with it.
std::string_view WithoutZeroFraction(std::string_view text) {
  bool zero = false;
  for (size_t i = text.size(); i > 0; --i) {
    const char c = text[i - 1];
    if (c == '.' && zero) return text.substr(0, i - 1);
    if (c == '0') {
      zero = true;
    } else if (c != '.') {
      return text;
    }
  }
  return text;
}

// A named integer type's number (time.Month), or none.
const Value* NumberIn(const Value& value, Value& holder) {
  if (!value.is_object() || value.as_object()->go_kind() != "int") return nullptr;
  holder = value.as_object()->AsValue();
  return holder.is_integer() ? &holder : nullptr;
}

}  // namespace

int64_t Truncated(double value) {
  if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

int64_t ToInteger(const Value& value) {
  switch (value.type()) {
    case Type::kBool:
      return value.as_bool() ? 1 : 0;
    case Type::kInt:
    case Type::kInt64:
    case Type::kUint8:
      return value.as_integer();
    case Type::kFloat64:
      return Truncated(value.as_float());
    case Type::kString: {
      const auto parsed = ParseInt(WithoutZeroFraction(value.as_string()), 0);
      return parsed.error == NumberError::kNone ? parsed.value : 0;
    }
    default:
      Value holder;
      const Value* number = NumberIn(value, holder);
      return number ? number->as_integer() : 0;
  }
}

double ToFloat(const Value& value) {
  if (value.type() == Type::kFloat64) return value.as_float();
  if (value.is_string()) {
    const auto parsed = ParseFloat(value.as_string());
    return parsed.error == NumberError::kNone ? parsed.value : 0;
  }
  return static_cast<double>(ToInteger(value));
}

std::string Text(const Value& value) {
  return value.is_string() ? std::string(value.as_string()) : GoString(value);
}

std::vector<std::string> Texts(const Value& value) {
  std::vector<std::string> out;
  if (value.is_nil()) return out;
  const ListPtr list = ListOf(value);
  if (!list) return {Text(value)};
  out.reserve(list->items.size());
  for (const Value& item : list->items) {
    if (!item.is_nil()) out.push_back(Text(item));
  }
  return out;
}

Value StringList(std::vector<std::string> texts) {
  std::vector<Value> items;
  items.reserve(texts.size());
  for (std::string& text : texts) items.push_back(Value::String(std::move(text)));
  return NewList(std::move(items), kStringList);
}

Value NilStringList() {
  return NilList(kStringList);
}

bool Empty(const Value& value) {
  switch (value.type()) {
    case Type::kNil:
      return true;
    case Type::kBool:
      return !value.as_bool();
    case Type::kInt:
    case Type::kInt64:
    case Type::kUint8:
      return value.as_integer() == 0;
    case Type::kFloat64:
      return value.as_float() == 0;
    case Type::kString:
      return value.as_string().empty();
    case Type::kList:
      return value.as_list()->items.empty();
    case Type::kMap:
      return value.as_map()->members.empty();
    case Type::kObject: {
      const std::string_view kind = value.as_object()->go_kind();
      return kind != "struct" && kind != "ptr" && Empty(value.as_object()->AsValue());
    }
  }
  return false;
}

ListPtr ListOf(const Value& value) {
  if (value.is_list()) return value.as_list();
  if (value.is_object() && value.as_object()->go_kind() == "slice") {
    const Value list = value.as_object()->AsValue();
    if (list.is_list()) return list.as_list();
  }
  return nullptr;
}

Status Wrong(std::string message) {
  return Status::Invalid(std::move(message));
}
Status NilArgument() {
  return Wrong("runtime error: invalid memory address or nil pointer dereference");
}
Status TooLarge(std::string_view what, size_t limit) {
  return Wrong("the result would have more than " + std::to_string(limit) + " " + std::string(what));
}

}  // namespace croft::chart
