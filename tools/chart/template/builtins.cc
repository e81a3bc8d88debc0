#include "tools/chart/template/builtins.h"

#include <algorithm>
#include <array>

#include "tools/chart/value/go_format.h"

namespace croft::chart {
namespace {

using Operands = std::span<const Operand>;

Status Error(std::string message) {
  return Status::Invalid(std::move(message));
}

std::vector<Value> Values(Operands operands) {
  std::vector<Value> out;
  out.reserve(operands.size());
  for (const Operand& operand : operands) out.push_back(operand.value);
  return out;
}

// An index of what is `limit` long, its end included.
Status TakeIndex(const Value& index, size_t limit, size_t& out) {
  const Value basic = Underlying(index);
  if (basic.is_nil()) return Error("cannot index slice/array with nil");
  if (!basic.is_integer()) return Error("cannot index slice/array with type " + std::string(index.GoType()));
  const int64_t number = basic.as_integer();
  if (number < 0 || static_cast<uint64_t>(number) > limit) {
    return Error("index out of range: " + std::to_string(number));
  }
  out = static_cast<size_t>(number);
  return Status::Ok();
}

Status IndexMap(const Map& map, const Value& index, Operand& item) {
  const Value key = Underlying(index);
  if (key.is_nil()) return Error("value is nil; should be of type string");
  if (!key.is_string()) return Error("value has type " + std::string(index.GoType()) + "; should be string");
  const std::string_view item_type = ItemType(map.go_type);
  const Value* found = map.Find(key.as_string());
  item = found == nullptr ? ZeroItem(item_type) : Operand{*found, item_type == "interface {}"};
  return Status::Ok();
}

Status IndexOnce(const Value& value, const Value& index, Operand& item) {
  const Value base = Underlying(value);
  if (base.is_nil()) return Error("index of nil pointer");
  if (base.is_map()) return IndexMap(*base.as_map(), index, item);
  if (!base.is_list() && !base.is_string()) {
    return Error("can't index item of type " + std::string(value.GoType()));
  }
  const size_t size = base.is_list() ? base.as_list()->items.size() : base.as_string().size();
  size_t at = 0;
  CROFT_RETURN_IF_ERROR(TakeIndex(index, size, at));
  if (at == size)
    return Error(base.is_list() ? "reflect: slice index out of range" : "reflect: string index out of range");
  if (base.is_list()) {
    item = {base.as_list()->items[at], ItemType(base.as_list()->go_type) == "interface {}"};
  } else {
    item = {Value::Uint8(static_cast<uint8_t>(base.as_string()[at])), false};
  }
  return Status::Ok();
}

Status Index(Operands arguments, Operand& result) {
  if (arguments[0].value.is_nil()) return Error("index of untyped nil");
  Operand item = arguments[0];
  for (const Operand& index : arguments.subspan(1)) {
    Operand next;
    CROFT_RETURN_IF_ERROR(IndexOnce(item.value, index.value, next));
    item = std::move(next);
  }
  result = std::move(item);
  return Status::Ok();
}

Status Slice(Operands arguments, Operand& result) {
  const Value base = Underlying(arguments[0].value);
  if (base.is_nil()) return Error("slice of untyped nil");
  const size_t indexes = arguments.size() - 1;
  if (indexes > 3) return Error("too many slice indexes: " + std::to_string(indexes));
  if (base.is_string() && indexes == 3) return Error("cannot 3-index slice a string");
  if (!base.is_string() && !base.is_list()) {
    return Error("can't slice item of type " + std::string(arguments[0].value.GoType()));
  }
  const size_t size = base.is_list() ? base.as_list()->items.size() : base.as_string().size();
  std::array<size_t, 3> at = {0, size, size};
  for (size_t i = 0; i < indexes; ++i) {
    // Unlike index, Go's slice does not look into interfaces.
    if (arguments[i + 1].boxed) return Error("cannot index slice/array with type interface {}");
    CROFT_RETURN_IF_ERROR(TakeIndex(arguments[i + 1].value, size, at[i]));
  }
  for (size_t i = 0; i < 2; ++i) {
    if (at[i] <= at[i + 1]) continue;
    return Error("invalid slice index: " + std::to_string(at[i]) + " > " + std::to_string(at[i + 1]));
  }
  if (base.is_string()) {
    result = {Value::String(std::string(base.as_string().substr(at[0], at[1] - at[0]))), false};
    return Status::Ok();
  }
  const auto& items = base.as_list()->items;
  const auto begin = items.begin();
  result = {NewList({begin + static_cast<ptrdiff_t>(at[0]), begin + static_cast<ptrdiff_t>(at[1])}, base.GoType()),
            false};
  return Status::Ok();
}

Status Length(Operands arguments, Operand& result) {
  const Operand& argument = arguments[0];
  if (argument.invalid()) return Error("reflect: call of reflect.Value.Type on zero Value");
  const Value base = Underlying(argument.value);
  if (base.is_nil()) return Error("len of nil pointer");
  size_t size = 0;
  if (base.is_list()) {
    size = base.as_list()->items.size();
  } else if (base.is_map()) {
    size = base.as_map()->members.size();
  } else if (base.is_string()) {
    size = base.as_string().size();
  } else {
    return Error("len of type " + std::string(argument.value.GoType()));
  }
  result = {Value::Int(static_cast<int64_t>(size)), false};
  return Status::Ok();
}

Status Not(Operands arguments, Operand& result) {
  result = {Value::Bool(!Truth(arguments[0].value)), false};
  return Status::Ok();
}

Status Print(Operands arguments, Operand& result) {
  result = {Value::String(GoSprint(Values(arguments))), false};
  return Status::Ok();
}

Status Println(Operands arguments, Operand& result) {
  result = {Value::String(GoSprintln(Values(arguments))), false};
  return Status::Ok();
}

Status PrintFormatted(Operands arguments, Operand& result) {
  const std::vector<Value> values = Values(arguments.subspan(1));
  result = {Value::String(GoSprintf(arguments[0].value.as_string(), values)), false};
  return Status::Ok();
}

using enum Builtin::Kind;
constexpr std::array<Builtin, 19> kBuiltins = {{
    {"and", kAnd, 1, true, nullptr},
    {"call", kCall, 1, true, nullptr},
    {"eq", kPlain, 1, true, Equal},
    {"ge", kPlain, 2, false, GreaterOrEqual},
    {"gt", kPlain, 2, false, Greater},
    {"html", kPlain, 0, true, HtmlEscape},
    {"index", kPlain, 1, true, Index},
    {"js", kPlain, 0, true, JsEscape},
    {"le", kPlain, 2, false, LessOrEqual},
    {"len", kPlain, 1, false, Length},
    {"lt", kPlain, 2, false, Less},
    {"ne", kPlain, 2, false, NotEqual},
    {"not", kPlain, 1, false, Not},
    {"or", kOr, 1, true, nullptr},
    {"print", kPlain, 0, true, Print},
    {"printf", kPrintf, 1, true, PrintFormatted},
    {"println", kPlain, 0, true, Println},
    {"slice", kPlain, 1, true, Slice},
    {"urlquery", kPlain, 0, true, UrlQueryEscape},
}};

}  // namespace

const Builtin* FindBuiltin(std::string_view name) {
  const auto* at = std::find_if(kBuiltins.begin(), kBuiltins.end(), [&](const Builtin& b) { return b.name == name; });
  return name.empty() || at == kBuiltins.end() ? nullptr : at;
}

std::string_view ItemType(std::string_view go_type) {
  if (go_type.starts_with("[]")) return go_type.substr(2);
  if (go_type.starts_with("map[string]")) return go_type.substr(11);
  return "interface {}";
}

Operand ZeroItem(std::string_view item_type) {
  if (item_type == "string") return {Value::String(""), false};
  if (item_type == "int") return {Value::Int(0), false};
  if (item_type == "bool") return {Value::Bool(false), false};
  if (item_type == "[]uint8") return {NilList("[]uint8"), false};
  return {Value(), true};
}

Value Underlying(const Value& value) {
  if (!value.is_object()) return value;
  const std::string_view kind = value.GoKind();
  return kind == "struct" || kind == "ptr" ? value : value.as_object()->AsValue();
}

}  // namespace croft::chart
