#include "tools/chart/template/execution.h"

#include <algorithm>

#include "tools/chart/value/go_format.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

uintptr_t StackPointer() {
  return reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
}

}  // namespace

Status Execute(const Templates& templates, std::string_view name, const Value& data, const ExecuteOptions& options,
               Budget& budget, std::string& out) {
  const Tree* tree = templates.Find(name);
  if (tree == nullptr) {
    return Status::Invalid("template: no template " + GoQuote(name) + " associated with template \"gotpl\"");
  }
  return Execute(templates, *tree, data, options, budget, out);
}

Status Execute(const Templates& templates, const Tree& tree, const Value& data, const ExecuteOptions& options,
               Budget& budget, std::string& out) {
  Execution execution(templates, options, budget, out);
  return execution.Run(tree, data) ? Status::Ok() : execution.error();
}

bool Execution::Run(const Tree& tree, const Value& data) {
  const bool outermost = budget_.stack_base == 0;
  if (outermost) budget_.stack_base = StackPointer();
  tree_ = &tree;
  const Operand dot{data, false};
  variables_.push_back({"$", dot});
  const Flow flow = Walk(dot, tree.root);
  if (outermost) budget_.stack_base = 0;
  return flow != Flow::kFailed;
}

Execution::Flow Execution::Walk(const Operand& dot, const NodeList& list) {
  for (const NodePtr& node : list) {
    const Flow flow = WalkNode(dot, *node);
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Execution::Flow Execution::WalkNode(const Operand& dot, const Node& node) {
  if (node.type == NodeType::kText) {
    out_ += static_cast<const TextNode&>(node).text;
    return Spend(1) ? Flow::kNext : Flow::kFailed;
  }
  At(node);
  if (!Spend(1) || !StackLeft()) return Flow::kFailed;
  switch (node.type) {
    case NodeType::kAction:
      return WalkAction(dot, static_cast<const BranchNode&>(node));
    case NodeType::kIf:
    case NodeType::kWith:
      return WalkIfOrWith(dot, static_cast<const BranchNode&>(node));
    case NodeType::kRange:
      return WalkRange(dot, static_cast<const BranchNode&>(node));
    case NodeType::kTemplate:
      return WalkTemplate(dot, static_cast<const TemplateNode&>(node));
    case NodeType::kBreak:
      return Flow::kBreak;
    case NodeType::kContinue:
      return Flow::kContinue;
    default:
      return FailFlow("unknown node: " + ToString(node));
  }
}

Execution::Flow Execution::WalkAction(const Operand& dot, const BranchNode& action) {
  Operand value;
  if (!EvalPipeline(dot, *action.pipe, value)) return Flow::kFailed;
  if (!action.pipe->variables.empty()) return Flow::kNext;
  At(action);
  return Print(value.value) ? Flow::kNext : Flow::kFailed;
}

Execution::Flow Execution::WalkIfOrWith(const Operand& dot, const BranchNode& branch) {
  const size_t mark = variables_.size();
  Operand value;
  if (!EvalPipeline(dot, *branch.pipe, value)) return Flow::kFailed;
  Flow flow = Flow::kNext;
  if (Truth(value.value)) {
    flow = Walk(branch.type == NodeType::kWith ? value : dot, branch.list);
  } else if (branch.has_else) {
    flow = Walk(dot, branch.otherwise);
  }
  variables_.resize(mark);
  return flow;
}

Execution::Flow Execution::WalkRange(const Operand& dot, const BranchNode& range) {
  const size_t mark = variables_.size();
  Operand value;
  if (!EvalPipeline(dot, *range.pipe, value)) return Flow::kFailed;
  bool any = true;
  Flow flow = RangeOver(dot, range, Underlying(value.value), any);
  // What breaks out of the {{else}} does so here as well.
  if (flow == Flow::kNext && !any && range.has_else) flow = Walk(dot, range.otherwise);
  variables_.resize(mark);
  return flow == Flow::kBreak ? Flow::kNext : flow;
}

Execution::Flow Execution::RangeOver(const Operand&, const BranchNode& range, const Value& value, bool& any) {
  if (value.is_nil()) {
    any = false;
    return Flow::kNext;
  }
  if (value.is_integer()) {
    any = value.as_integer() > 0;
    return RangeInteger(range, value);
  }
  if (value.is_map()) {
    any = !value.as_map()->members.empty();
    return RangeMap(range, *value.as_map());
  }
  if (!value.is_list()) return FailFlow("range can't iterate over " + GoString(value));
  const ListPtr& list = value.as_list();
  any = !list->items.empty();
  const bool boxed = ItemType(list->go_type) == "interface {}";
  for (size_t i = 0; i < list->items.size(); ++i) {
    const Flow flow = Iterate(range, {Value::Int(static_cast<int64_t>(i)), false}, {list->items[i], boxed});
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

// Over the members that there are when it begins, whatever is set in the meantime.
Execution::Flow Execution::RangeMap(const BranchNode& range, const Map& map) {
  const bool keys = range.pipe->variables.size() > 1;
  const bool boxed = ItemType(map.go_type) == "interface {}";
  std::vector<std::pair<Value, Value>> members;
  members.reserve(map.members.size());
  for (const auto& [key, member] : map.members) members.emplace_back(keys ? Value::String(key) : Value(), member);
  for (auto& [key, member] : members) {
    const Flow flow = Iterate(range, {std::move(key), false}, {std::move(member), boxed});
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Execution::Flow Execution::RangeInteger(const BranchNode& range, const Value& count) {
  if (range.pipe->variables.size() > 1) {
    return FailFlow("can't use " + GoString(count) + " to iterate over more than one variable");
  }
  for (int64_t i = 0; i < count.as_integer(); ++i) {
    const Value item = count.type() == Type::kInt64   ? Value::Int64(i)
                       : count.type() == Type::kUint8 ? Value::Uint8(static_cast<uint8_t>(i))
                                                      : Value::Int(i);
    const Flow flow = Iterate(range, {}, {item, false});
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Execution::Flow Execution::Iterate(const BranchNode& range, Operand index, const Operand& item) {
  const auto& names = range.pipe->variables;
  if (names.size() == 1) {
    if (range.pipe->assigns ? !SetVariable(names[0], item) : (variables_.back().value = item, false)) {
      return Flow::kFailed;
    }
  } else if (names.size() == 2) {
    if (range.pipe->assigns) {
      if (!SetVariable(names[0], std::move(index)) || !SetVariable(names[1], item)) return Flow::kFailed;
    } else {
      variables_.back().value = item;
      variables_[variables_.size() - 2].value = std::move(index);
    }
  }
  const size_t mark = variables_.size();
  const Flow flow = Spend(1) ? Walk(item, range.list) : Flow::kFailed;
  variables_.resize(mark);
  return flow == Flow::kContinue ? Flow::kNext : flow;
}

Execution::Flow Execution::WalkTemplate(const Operand& dot, const TemplateNode& call) {
  const Tree* tree = templates_.Find(call.name);
  if (tree == nullptr) return FailFlow("template " + GoQuote(call.name) + " not defined");
  Operand data;
  if (call.pipe != nullptr && !EvalPipeline(dot, *call.pipe, data)) return Flow::kFailed;
  const Tree* const outer_tree = std::exchange(tree_, tree);
  const Node* const outer_node = node_;
  const size_t outer_frame = std::exchange(frame_, variables_.size());
  variables_.push_back({"$", data});
  const Flow flow = Walk(data, tree->root);
  if (flow == Flow::kFailed) return flow;
  variables_.resize(frame_);
  tree_ = outer_tree;
  node_ = outer_node;
  frame_ = outer_frame;
  return Flow::kNext;
}

bool Execution::Print(const Value& value) {
  if (value.is_nil()) {
    out_ += "<no value>";
  } else {
    AppendGoString(out_, value);
  }
  return Spend(1);
}

bool Execution::Fail(std::string_view message) {
  const std::string_view before = std::string_view(tree_->source->text).substr(0, node_->position);
  const size_t newline = before.rfind('\n');
  const size_t column = newline == std::string_view::npos ? before.size() : before.size() - newline - 1;
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  std::string text = "template: " + tree_->source->name + ":" + std::to_string(line) + ":" + std::to_string(column) +
                     ": executing " + GoQuote(tree_->name) + " at <" + ToString(*node_) + ">: ";
  text += message;
  error_ = Status::Invalid(std::move(text));
  return false;
}

Execution::Flow Execution::FailFlow(std::string_view message) {
  Fail(message);
  return Flow::kFailed;
}

bool Execution::Spend(uint64_t steps) {
  if (out_.size() - start_ > budget_.max_output) {
    return Fail("the output is larger than " + std::to_string(budget_.max_output) + " bytes");
  }
  if (budget_.steps >= steps) {
    budget_.steps -= steps;
    return true;
  }
  return Fail("rendering takes too many steps: a loop or a recursion does not end");
}

bool Execution::StackLeft() {
  const uintptr_t here = StackPointer();
  const uintptr_t used = here > budget_.stack_base ? here - budget_.stack_base : budget_.stack_base - here;
  if (used < budget_.max_stack) return true;
  return Fail("templates call each other too deeply: a recursion does not end");
}

}  // namespace croft::chart
