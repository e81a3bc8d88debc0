#include "tools/chart/template/node.h"

#include <algorithm>

#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

void Write(const Node& node, std::string& out);

void WriteNames(const std::vector<std::string_view>& names, std::string& out) {
  for (const std::string_view name : names) {
    out += '.';
    out += name;
  }
}

void WriteInParentheses(const Node& node, std::string& out) {
  const bool pipe = node.type == NodeType::kPipe;
  if (pipe) out += '(';
  Write(node, out);
  if (pipe) out += ')';
}

void WritePipe(const PipeNode& pipe, std::string& out) {
  for (size_t i = 0; i < pipe.variables.size(); ++i) {
    if (i > 0) out += ", ";
    out += pipe.variables[i];
  }
  if (!pipe.variables.empty()) out += pipe.assigns ? " = " : " := ";
  for (size_t i = 0; i < pipe.commands.size(); ++i) {
    if (i > 0) out += " | ";
    Write(*pipe.commands[i], out);
  }
}

void WriteCommand(const CommandNode& command, std::string& out) {
  for (size_t i = 0; i < command.arguments.size(); ++i) {
    if (i > 0) out += ' ';
    WriteInParentheses(*command.arguments[i], out);
  }
}

// The head alone: what is inside may be long.
void WriteBranch(std::string_view keyword, const BranchNode& branch, std::string& out) {
  out += "{{";
  out += keyword;
  WritePipe(*branch.pipe, out);
  out += "}}";
}

void Write(const Node& node, std::string& out) {
  switch (node.type) {
    case NodeType::kText:
      out += static_cast<const TextNode&>(node).text.substr(0, 20);
      break;
    case NodeType::kAction:
      return WriteBranch("", static_cast<const BranchNode&>(node), out);
    case NodeType::kIf:
      return WriteBranch("if ", static_cast<const BranchNode&>(node), out);
    case NodeType::kWith:
      return WriteBranch("with ", static_cast<const BranchNode&>(node), out);
    case NodeType::kRange:
      return WriteBranch("range ", static_cast<const BranchNode&>(node), out);
    case NodeType::kTemplate: {
      const auto& called = static_cast<const TemplateNode&>(node);
      out += "{{template " + GoQuote(called.name);
      if (called.pipe != nullptr) {
        out += ' ';
        WritePipe(*called.pipe, out);
      }
      out += "}}";
      break;
    }
    case NodeType::kBreak:
      out += "{{break}}";
      break;
    case NodeType::kContinue:
      out += "{{continue}}";
      break;
    case NodeType::kEnd:
      out += "{{end}}";
      break;
    case NodeType::kElse:
      out += "{{else}}";
      break;
    case NodeType::kPipe:
      return WritePipe(static_cast<const PipeNode&>(node), out);
    case NodeType::kCommand:
      return WriteCommand(static_cast<const CommandNode&>(node), out);
    case NodeType::kIdentifier:
      out += static_cast<const IdentifierNode&>(node).name;
      break;
    case NodeType::kField:
      return WriteNames(static_cast<const FieldNode&>(node).names, out);
    case NodeType::kVariable: {
      std::string names;
      WriteNames(static_cast<const FieldNode&>(node).names, names);
      out += std::string_view(names).substr(1);
      break;
    }
    case NodeType::kChain: {
      const auto& chain = static_cast<const ChainNode&>(node);
      WriteInParentheses(*chain.node, out);
      return WriteNames(chain.names, out);
    }
    case NodeType::kDot:
    case NodeType::kNil:
    case NodeType::kBool:
    case NodeType::kNumber:
    case NodeType::kString:
      out += static_cast<const LiteralNode&>(node).spelled;
      break;
  }
}

}  // namespace

bool IsEmpty(const NodeList& list) {
  return std::all_of(list.begin(), list.end(), [](const NodePtr& node) {
    return node->type == NodeType::kText &&
           static_cast<const TextNode&>(*node).text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
  });
}

std::string ToString(const Node& node) {
  std::string out;
  Write(node, out);
  return out;
}

}  // namespace croft::chart
