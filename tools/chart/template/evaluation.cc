#include "tools/chart/template/execution.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

const Value kNil;

}  // namespace

bool Execution::EvalPipeline(const Operand& dot, const PipeNode& pipe, Operand& result) {
  At(pipe);
  Operand value;
  Final final = nullptr;
  for (const auto& command : pipe.commands) {
    Operand next;
    if (!EvalCommand(dot, *command, final, next)) return false;
    value = std::move(next);
    value.boxed = false;
    final = &value;
  }
  for (const std::string_view name : pipe.variables) {
    if (!pipe.assigns) {
      variables_.push_back({name, value});
    } else if (!SetVariable(name, value)) {
      return false;
    }
  }
  result = std::move(value);
  return true;
}

bool Execution::EvalCommand(const Operand& dot, const CommandNode& command, Final final, Operand& result) {
  if (!Spend(1)) return false;
  const Node& first = *command.arguments.front();
  const Words words = Words(command.arguments).subspan(1);
  switch (first.type) {
    case NodeType::kField:
      return EvalField(dot, static_cast<const FieldNode&>(first), words, final, result);
    case NodeType::kChain:
      return EvalChain(dot, static_cast<const ChainNode&>(first), words, final, result);
    case NodeType::kIdentifier:
      return EvalFunction(dot, static_cast<const IdentifierNode&>(first), command, words, final, result);
    case NodeType::kPipe:
      return NotAFunction(first, words, final) && EvalPipeline(dot, static_cast<const PipeNode&>(first), result);
    case NodeType::kVariable:
      return EvalVariable(dot, static_cast<const FieldNode&>(first), words, final, result);
    default:
      return EvalLiteral(dot, command, final, result);
  }
}

bool Execution::EvalLiteral(const Operand& dot, const CommandNode& command, Final final, Operand& result) {
  const Node& first = *command.arguments.front();
  At(first);
  if (!NotAFunction(first, Words(command.arguments).subspan(1), final)) return false;
  if (first.type == NodeType::kNil) return Fail("nil is not a command");
  return EvalAny(dot, first, result);
}

bool Execution::EvalNumber(const LiteralNode& number, Operand& result) {
  At(number);
  if (number.value.is_nil()) return Fail(std::string(number.spelled) + " overflows int");
  result = {number.value, false};
  return true;
}

bool Execution::NotAFunction(const Node& first, Words words, Final final) {
  if (words.empty() && final == nullptr) return true;
  return Fail("can't give argument to non-function " + ToString(first));
}

bool Execution::EvalField(const Operand& dot, const FieldNode& field, Words words, Final final, Operand& result) {
  At(field);
  return EvalNames(dot, dot, field, field.names, words, final, result);
}

bool Execution::EvalVariable(const Operand& dot, const FieldNode& variable, Words words, Final final, Operand& result) {
  At(variable);
  const Variable* known = FindVariable(variable.names.front());
  if (known == nullptr) return false;
  if (variable.names.size() == 1) {
    if (!NotAFunction(variable, words, final)) return false;
    result = known->value;
    return true;
  }
  const Operand receiver = known->value;
  return EvalNames(dot, receiver, variable, std::span(variable.names).subspan(1), words, final, result);
}

bool Execution::EvalChain(const Operand& dot, const ChainNode& chain, Words words, Final final, Operand& result) {
  At(chain);
  Operand receiver;
  if (!EvalAny(dot, *chain.node, receiver)) return false;
  return EvalNames(dot, receiver, chain, chain.names, words, final, result);
}

// Goes down from the receiver without copying what is on the way. The receiver holds all of it.
bool Execution::EvalNames(const Operand& dot, const Operand& receiver, const Node& node,
                          std::span<const std::string_view> names, Words words, Final final, Operand& result) {
  const Value* current = &receiver.value;
  bool boxed = receiver.boxed;
  Operand held;  // what a method returned
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i];
    const bool last = i + 1 == names.size();
    const bool has_arguments = last && (!words.empty() || final != nullptr);
    if (current->is_nil()) {
      if (boxed) return Fail("nil pointer evaluating interface {}." + std::string(name));
      if (options_.missing_key_is_error) return Fail("nil data; no entry for key " + GoQuote(name));
      continue;
    }
    if (current->is_object()) {
      const ObjectPtr object = current->as_object();
      if (object->HasMethod(name)) {
        Operand returned;
        if (!CallMethod(dot, object, name, node, last ? words : Words(), last ? final : nullptr, returned))
          return false;
        held = std::move(returned);
        current = &held.value;
        boxed = held.boxed;
        continue;
      }
      if (const Value* field = object->Field(name)) {
        if (has_arguments) return Fail(std::string(name) + " has arguments but cannot be invoked as function");
        held = {*field, field->is_nil()};
        current = &held.value;
        boxed = held.boxed;
        continue;
      }
      if (object->go_kind() == "map") {
        const Value inner = object->AsValue();
        if (inner.is_map()) {
          const Value* member = nullptr;
          if (!MapMember(*inner.as_map(), name, has_arguments, member, boxed)) return false;
          held = {*member, boxed};
          current = &held.value;
          continue;
        }
      }
    } else if (current->is_map()) {
      if (!MapMember(*current->as_map(), name, has_arguments, current, boxed)) return false;
      continue;
    }
    return Fail("can't evaluate field " + std::string(name) + " in type " +
                (boxed ? "interface {}" : std::string(current->GoType())));
  }
  result = Operand{*current, boxed};
  return true;
}

bool Execution::MapMember(const Map& map, std::string_view name, bool has_arguments, const Value*& member,
                          bool& boxed) {
  static const Value kEmpty = Value::String("");
  if (has_arguments) return Fail(std::string(name) + " is not a method but has arguments");
  const std::string_view item_type = map.go_type == kAnyMap ? "interface {}" : ItemType(map.go_type);
  const Value* found = map.Find(name);
  if (found == nullptr) {
    if (options_.missing_key_is_error) return Fail("map has no entry for key " + GoQuote(name));
    found = item_type == "string" ? &kEmpty : &kNil;
  }
  member = found;
  boxed = item_type == "interface {}";
  return true;
}

Execution::Variable* Execution::FindVariable(std::string_view name) {
  for (size_t i = variables_.size(); i > frame_; --i) {
    if (variables_[i - 1].name == name) return &variables_[i - 1];
  }
  Fail("undefined variable: " + std::string(name));
  return nullptr;
}

bool Execution::SetVariable(std::string_view name, Operand value) {
  Variable* known = FindVariable(name);
  if (known == nullptr) return false;
  known->value = std::move(value);
  return true;
}

}  // namespace croft::chart
