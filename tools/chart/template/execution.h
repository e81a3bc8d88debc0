#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/chart/template/builtins.h"
#include "tools/chart/template/executor.h"

namespace croft::chart {

// One execution of a template and those that it calls by {{template}}. Functions return false, or kFailed, when
// something is wrong; error() then says what.
class Execution {
 public:
  Execution(const Templates& templates, const ExecuteOptions& options, Budget& budget, std::string& out)
      : templates_(templates), options_(options), budget_(budget), out_(out), start_(out.size()) {}

  bool Run(const Tree& tree, const Value& data);
  const Status& error() const { return error_; }

 private:
  enum class Flow : uint8_t { kNext, kBreak, kContinue, kFailed };
  using Words = std::span<const NodePtr>;  // a command's arguments, its first word left out
  struct Variable {
    std::string_view name;
    Operand value;
  };
  using Final = const Operand*;  // what comes down the pipeline, nullptr when nothing does

  // execution.cc: statements.
  Flow Walk(const Operand& dot, const NodeList& list);
  Flow WalkNode(const Operand& dot, const Node& node);
  Flow WalkAction(const Operand& dot, const BranchNode& action);
  Flow WalkIfOrWith(const Operand& dot, const BranchNode& branch);
  Flow WalkRange(const Operand& dot, const BranchNode& range);
  Flow RangeOver(const Operand& dot, const BranchNode& range, const Value& value, bool& any);
  Flow RangeMap(const BranchNode& range, const Map& map);
  Flow RangeInteger(const BranchNode& range, const Value& count);
  Flow Iterate(const BranchNode& range, Operand index, const Operand& item);
  Flow WalkTemplate(const Operand& dot, const TemplateNode& call);

  // evaluation.cc: pipelines, fields, variables.
  bool EvalPipeline(const Operand& dot, const PipeNode& pipe, Operand& result);
  bool EvalCommand(const Operand& dot, const CommandNode& command, Final final, Operand& result);
  bool EvalLiteral(const Operand& dot, const CommandNode& command, Final final, Operand& result);
  bool EvalNumber(const LiteralNode& number, Operand& result);
  bool EvalField(const Operand& dot, const FieldNode& field, Words words, Final final, Operand& result);
  bool EvalVariable(const Operand& dot, const FieldNode& variable, Words words, Final final, Operand& result);
  bool EvalChain(const Operand& dot, const ChainNode& chain, Words words, Final final, Operand& result);
  bool EvalNames(const Operand& dot, const Operand& receiver, const Node& node, std::span<const std::string_view> names,
                 Words words, Final final, Operand& result);
  bool MapMember(const Map& map, std::string_view name, bool has_arguments, const Value*& member, bool& boxed);
  bool NotAFunction(const Node& first, Words words, Final final);
  Variable* FindVariable(std::string_view name);
  bool SetVariable(std::string_view name, Operand value);

  // arguments.cc: calls.
  bool EvalFunction(const Operand& dot, const IdentifierNode& name, const Node& place, Words words, Final final,
                    Operand& result);
  bool CallFunction(const Operand& dot, const IdentifierNode& name, const Node& place, Words words, Final final,
                    Operand& result);
  bool CallBuiltin(const Operand& dot, const IdentifierNode& name, const Node& place, Words words, Final final,
                   Operand& result);
  bool CallMethod(const Operand& dot, const ObjectPtr& object, std::string_view method, const Node& place, Words words,
                  Final final, Operand& result);
  bool ShortCircuit(const Operand& dot, bool is_or, Words words, Final final, Operand& result);
  bool CheckCount(std::string_view name, size_t fixed, bool variadic, Words words, Final final);
  bool EvalArgument(const Operand& dot, Param param, const Node& node, Operand& result);
  bool EvalAny(const Operand& dot, const Node& node, Operand& result);
  bool EvalConstant(Param param, const LiteralNode& literal, Operand& result);
  bool Validate(Param param, Operand& operand);
  bool CallFailed(const Node& place, std::string_view name, const Status& status);

  bool Fail(std::string_view message);
  Flow FailFlow(std::string_view message);
  bool Spend(uint64_t steps);
  bool StackLeft();
  bool Print(const Value& value);
  void At(const Node& node) { node_ = &node; }

  const Templates& templates_;
  const ExecuteOptions& options_;
  Budget& budget_;
  std::string& out_;
  size_t start_;  // of our output
  const Tree* tree_ = nullptr;
  const Node* node_ = nullptr;  // what errors point at
  std::vector<Variable> variables_;
  size_t frame_ = 0;  // this template's first variable
  Status error_;
};

}  // namespace croft::chart
