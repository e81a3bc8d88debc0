#include <array>

#include "tools/chart/template/execution.h"
#include "tools/chart/value/go_format.h"

namespace croft::chart {
namespace {

constexpr uint64_t kCallSteps = 10;

std::string_view TypeName(Param param) {
  constexpr std::array<std::string_view, 9> kNames = {"interface {}", "bool",   "int",   "int64",    "float64",
                                                      "string",       kAnyList, kAnyMap, kStringList};
  return kNames[static_cast<size_t>(param)];
}

bool CanBeNil(Param param) {
  return param == Param::kAny || param == Param::kList || param == Param::kMap || param == Param::kStrings;
}

// Whether Go assigns a value of the type to the parameter. A named type goes where its underlying one does.
bool Fits(Param param, const Value& value) {
  switch (param) {
    case Param::kAny:
      return true;
    case Param::kBool:
      return value.type() == Type::kBool;
    case Param::kInt:
      return value.type() == Type::kInt;
    case Param::kInt64:
      return value.type() == Type::kInt64;
    case Param::kFloat64:
      return value.type() == Type::kFloat64;
    case Param::kString:
      return value.is_string();
    case Param::kList:
    case Param::kStrings:
      return value.is_list() && (value.GoType() == TypeName(param) || !value.GoType().starts_with("[]"));
    case Param::kMap:
      return value.is_map() && (value.GoType() == kAnyMap || !value.GoType().starts_with("map["));
  }
  return false;
}

// As Go's reflection shows a value that it is asked for as text.
std::string Shown(const Value& value) {
  return value.is_string() ? std::string(value.as_string()) : "<" + std::string(value.GoType()) + " Value>";
}

// Why `call` fails: templates have no values that are functions.
Status CallOf(const Value& value, std::span<const NodePtr> words) {
  if (value.is_nil()) return Status::Invalid("call of nil");
  return Status::Invalid("non-function " + (words.empty() ? Shown(value) : ToString(*words.front())) + " of type " +
                         std::string(value.GoType()));
}

// What a text costs that a function reads or writes.
uint64_t SizeOf(const Value& value) {
  return value.is_string() ? value.as_string().size() / 64 : 0;
}

}  // namespace

bool Execution::EvalFunction(const Operand& dot, const IdentifierNode& name, const Node& place, Words words,
                             Final final, Operand& result) {
  At(name);
  if (!Spend(kCallSteps) || !StackLeft()) return false;
  return name.function != nullptr ? CallFunction(dot, name, place, words, final, result)
                                  : CallBuiltin(dot, name, place, words, final, result);
}

bool Execution::CheckCount(std::string_view name, size_t fixed, bool variadic, Words words, Final final) {
  const size_t given = words.size() + (final == nullptr ? 0 : 1);
  if (variadic ? given >= fixed : given == fixed) return true;
  std::string message = "wrong number of args for " + std::string(name) + ": want ";
  if (variadic) {
    message += "at least " + std::to_string(fixed) + " got " + std::to_string(words.size());
  } else {
    message += std::to_string(fixed) + " got " + std::to_string(given);
  }
  return Fail(message);
}

bool Execution::CallFunction(const Operand& dot, const IdentifierNode& name, const Node& place, Words words,
                             Final final, Operand& result) {
  const Function& function = *name.function;
  const size_t fixed = function.params.size() - (function.variadic ? 1 : 0);
  if (!CheckCount(name.name, fixed, function.variadic, words, final)) return false;
  std::vector<Value> values;
  values.reserve(words.size() + 1);
  const auto param = [&] { return values.size() < fixed ? function.params[values.size()] : function.params.back(); };
  uint64_t size = 0;
  Operand argument;
  for (const NodePtr& word : words) {
    if (!EvalArgument(dot, param(), *word, argument)) return false;
    size += SizeOf(argument.value);
    values.push_back(std::move(argument.value));
  }
  if (final != nullptr) {
    argument = *final;
    if (!Validate(param(), argument)) return false;
    size += SizeOf(argument.value);
    values.push_back(std::move(argument.value));
  }
  Result<Value> returned = function.call(values);
  if (!returned.ok()) return CallFailed(place, name.name, returned.status());
  result = {std::move(*returned), false};
  result.boxed = result.value.is_nil();
  size += SizeOf(result.value);
  if (size * 64 > budget_.max_output) {
    return Fail("the text that " + std::string(name.name) + " takes or makes is larger than " +
                std::to_string(budget_.max_output) + " bytes");
  }
  return Spend(size);
}

bool Execution::CallBuiltin(const Operand& dot, const IdentifierNode& name, const Node& place, Words words, Final final,
                            Operand& result) {
  const Builtin& builtin = *name.builtin;
  if (!CheckCount(builtin.name, builtin.fixed, builtin.variadic, words, final)) return false;
  if (builtin.kind == Builtin::Kind::kAnd || builtin.kind == Builtin::Kind::kOr) {
    return ShortCircuit(dot, builtin.kind == Builtin::Kind::kOr, words, final, result);
  }
  std::vector<Operand> operands(words.size() + (final == nullptr ? 0 : 1));
  uint64_t size = 0;
  for (size_t i = 0; i < operands.size(); ++i) {
    const Param param = i == 0 && builtin.kind == Builtin::Kind::kPrintf ? Param::kString : Param::kAny;
    if (i < words.size()) {
      if (!EvalArgument(dot, param, *words[i], operands[i])) return false;
    } else {
      operands[i] = *final;
      if (!Validate(param, operands[i])) return false;
    }
    size += SizeOf(operands[i].value);
  }
  const Status status =
      builtin.kind == Builtin::Kind::kCall ? CallOf(operands[0].value, words) : builtin.call(operands, result);
  if (!status.ok()) return CallFailed(place, builtin.name, status);
  size += SizeOf(result.value);
  if (size * 64 > budget_.max_output) {
    return Fail("the text that " + std::string(builtin.name) + " takes or makes is larger than " +
                std::to_string(budget_.max_output) + " bytes");
  }
  return Spend(size);
}

bool Execution::ShortCircuit(const Operand& dot, bool is_or, Words words, Final final, Operand& result) {
  for (const NodePtr& word : words) {
    if (!EvalArgument(dot, Param::kAny, *word, result)) return false;
    if (Truth(result.value) == is_or) return true;
  }
  if (final != nullptr) result = *final;
  return true;
}

bool Execution::CallMethod(const Operand& dot, const ObjectPtr& object, std::string_view method, const Node& place,
                           Words words, Final final, Operand& result) {
  if (!Spend(kCallSteps)) return false;
  std::vector<Value> values;
  for (const NodePtr& word : words) {
    Operand argument;
    if (!EvalArgument(dot, Param::kAny, *word, argument)) return false;
    values.push_back(std::move(argument.value));
  }
  if (final != nullptr) values.push_back(final->value);
  Result<Value> returned = object->Call(method, values);
  if (!returned.ok()) return CallFailed(place, method, returned.status());
  result = {std::move(*returned), false};
  result.boxed = result.value.is_nil();
  return true;
}

bool Execution::CallFailed(const Node& place, std::string_view name, const Status& status) {
  At(place);
  return Fail("error calling " + std::string(name) + ": " + status.message());
}

bool Execution::EvalArgument(const Operand& dot, Param param, const Node& node, Operand& result) {
  if (param == Param::kAny) {
    At(node);
    return EvalAny(dot, node, result);
  }
  switch (node.type) {
    case NodeType::kNil:
      At(node);
      if (!CanBeNil(param)) return Fail("cannot assign nil to " + std::string(TypeName(param)));
      result = {};
      return true;
    case NodeType::kBool:
    case NodeType::kNumber:
    case NodeType::kString:
      At(node);
      return EvalConstant(param, static_cast<const LiteralNode&>(node), result);
    default:
      At(node);
      return EvalAny(dot, node, result) && Validate(param, result);
  }
}

bool Execution::EvalAny(const Operand& dot, const Node& node, Operand& result) {
  switch (node.type) {
    case NodeType::kDot:
      result = dot;
      return true;
    case NodeType::kNil:
      result = {};
      return true;
    case NodeType::kField:
      return EvalField(dot, static_cast<const FieldNode&>(node), {}, nullptr, result);
    case NodeType::kVariable:
      return EvalVariable(dot, static_cast<const FieldNode&>(node), {}, nullptr, result);
    case NodeType::kPipe:
      return EvalPipeline(dot, static_cast<const PipeNode&>(node), result);
    case NodeType::kIdentifier:
      return EvalFunction(dot, static_cast<const IdentifierNode&>(node), node, {}, nullptr, result);
    case NodeType::kChain:
      return EvalChain(dot, static_cast<const ChainNode&>(node), {}, nullptr, result);
    case NodeType::kNumber:
      return EvalNumber(static_cast<const LiteralNode&>(node), result);
    case NodeType::kBool:
    case NodeType::kString:
      result = {static_cast<const LiteralNode&>(node).value, false};
      return true;
    default:
      return Fail("can't evaluate command " + ToString(node));
  }
}

bool Execution::EvalConstant(Param param, const LiteralNode& literal, Operand& result) {
  const auto expected = [&](std::string_view what) {
    return Fail("expected " + std::string(what) + "; found " + std::string(literal.spelled));
  };
  switch (param) {
    case Param::kBool:
      if (literal.type != NodeType::kBool) return expected("bool");
      result = {literal.value, false};
      return true;
    case Param::kString:
      if (literal.type != NodeType::kString) return expected("string");
      result = {literal.value, false};
      return true;
    case Param::kInt:
    case Param::kInt64:
      if (!literal.number.is_int) return expected("integer");
      result = {param == Param::kInt ? Value::Int(literal.number.int_value) : Value::Int64(literal.number.int_value),
                false};
      return true;
    case Param::kFloat64:
      if (!literal.number.is_float) return expected("float");
      result = {Value::Float64(literal.number.float_value), false};
      return true;
    default:
      return Fail("can't handle " + std::string(literal.spelled) + " for arg of type " + std::string(TypeName(param)));
  }
}

bool Execution::Validate(Param param, Operand& operand) {
  if (param == Param::kAny) return true;
  if (operand.invalid()) {
    if (CanBeNil(param)) return true;
    return Fail("invalid value; expected " + std::string(TypeName(param)));
  }
  if (Fits(param, operand.value)) return true;
  if (operand.value.is_object() && (param == Param::kMap || param == Param::kList || param == Param::kStrings)) {
    const Value underlying = Underlying(operand.value);
    if (Fits(param, underlying)) {
      operand.value = underlying;
      return true;
    }
  }
  return Fail("wrong type for value; expected " + std::string(TypeName(param)) + "; got " +
              (operand.value.is_nil() ? "interface {}" : std::string(operand.value.GoType())));
}

}  // namespace croft::chart
