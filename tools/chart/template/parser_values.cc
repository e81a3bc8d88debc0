#include <algorithm>

#include "tools/chart/template/builtins.h"
#include "tools/chart/template/number.h"
#include "tools/chart/template/parser.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

bool IsConstant(NodeType type) {
  return type == NodeType::kBool || type == NodeType::kDot || type == NodeType::kNil || type == NodeType::kNumber ||
         type == NodeType::kString;
}

bool StartsOperand(TokenType type) {
  switch (type) {
    case TokenType::kBool:
    case TokenType::kCharConstant:
    case TokenType::kComplex:
    case TokenType::kKeywordDot:
    case TokenType::kField:
    case TokenType::kIdentifier:
    case TokenType::kNumber:
    case TokenType::kKeywordNil:
    case TokenType::kRawString:
    case TokenType::kString:
    case TokenType::kVariable:
    case TokenType::kLeftParenthesis:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::unique_ptr<PipeNode> Parser::Pipeline(const char* context, TokenType end) {
  auto pipe = std::make_unique<PipeNode>(PeekNonSpace().position);
  if (!Declarations(context, *pipe)) return nullptr;
  while (true) {
    const Token& token = PeekNonSpace();
    if (token.type == end) {
      NextNonSpace();
      if (!CheckPipeline(*pipe, context)) return nullptr;
      return pipe;
    }
    if (!StartsOperand(token.type)) {
      NextNonSpace();
      return Unexpected(token, context);
    }
    std::unique_ptr<CommandNode> command = Command();
    if (command == nullptr) return nullptr;
    pipe->commands.push_back(std::move(command));
  }
}

// "$x :=", "$x =", or for range "$i, $x :=".
bool Parser::Declarations(const char* context, PipeNode& pipe) {
  const bool range = std::string_view(context) == "range";
  while (PeekNonSpace().type == TokenType::kVariable) {
    const size_t mark = at_;
    const Token& variable = Next();
    const Token& next = PeekNonSpace();
    const bool declares = next.type == TokenType::kAssign || next.type == TokenType::kDeclare;
    const bool comma = next.type == TokenType::kChar && next.text == ",";
    if (!declares && !comma) {
      at_ = mark;
      return true;
    }
    NextNonSpace();
    pipe.variables.push_back(variable.text);
    scope_.variables.push_back(variable.text);
    if (declares) {
      pipe.assigns = next.type == TokenType::kAssign;
      return true;
    }
    if (!range || pipe.variables.size() >= 2) {
      Fail(std::string("too many declarations in ") + context);
      return false;
    }
    const TokenType then = PeekNonSpace().type;
    if (then != TokenType::kVariable && then != TokenType::kRightDelimiter && then != TokenType::kRightParenthesis) {
      Fail("range can only initialize variables");
      return false;
    }
  }
  return true;
}

bool Parser::CheckPipeline(const PipeNode& pipe, const char* context) {
  if (pipe.commands.empty()) {
    Fail(std::string("missing value for ") + context);
    return false;
  }
  for (size_t i = 1; i < pipe.commands.size(); ++i) {
    if (IsConstant(pipe.commands[i]->arguments.front()->type)) {
      Fail("non executable command in pipeline stage " + std::to_string(i + 1));
      return false;
    }
  }
  return true;
}

std::unique_ptr<CommandNode> Parser::Command() {
  auto command = std::make_unique<CommandNode>(PeekNonSpace().position);
  while (true) {
    PeekNonSpace();
    NodePtr operand = Operand();
    if (operand != nullptr) command->arguments.push_back(std::move(operand));
    if (!error_.ok()) return nullptr;
    const Token& token = Peek();
    if (token.type == TokenType::kSpace) {
      Next();
      continue;
    }
    if (token.type == TokenType::kRightDelimiter || token.type == TokenType::kRightParenthesis) break;
    Next();
    if (token.type != TokenType::kPipe) return Unexpected(token, "operand");
    break;
  }
  if (command->arguments.empty()) return Fail("empty command");
  return command;
}

// A term and the fields behind it; nullptr without an error when there is none.
NodePtr Parser::Operand() {
  NodePtr node = Term();
  if (node == nullptr || Peek().type != TokenType::kField) return node;
  return Chain(std::move(node));
}

NodePtr Parser::Chain(NodePtr node) {
  const uint32_t position = Peek().position;
  std::vector<std::string_view> names;
  while (Peek().type == TokenType::kField) names.push_back(Next().text.substr(1));
  if (node->type == NodeType::kField || node->type == NodeType::kVariable) {
    auto& field = static_cast<FieldNode&>(*node);
    field.position = position;
    field.names.insert(field.names.end(), names.begin(), names.end());
    return node;
  }
  if (IsConstant(node->type)) return Fail("unexpected . after term " + GoQuote(ToString(*node)));
  auto chain = std::make_unique<ChainNode>(position, std::move(node));
  chain->names = std::move(names);
  return chain;
}

NodePtr Parser::Term() {
  const size_t mark = at_;
  const Token& token = NextNonSpace();
  const auto literal = [&](NodeType type, Value value) {
    auto node = std::make_unique<LiteralNode>(type, token.position, token.text);
    node->value = std::move(value);
    return node;
  };
  switch (token.type) {
    case TokenType::kIdentifier:
      return Identifier(token);
    case TokenType::kKeywordDot:
      return literal(NodeType::kDot, {});
    case TokenType::kKeywordNil:
      return literal(NodeType::kNil, {});
    case TokenType::kBool:
      return literal(NodeType::kBool, Value::Bool(token.text == "true"));
    case TokenType::kVariable:
      return Variable(token);
    case TokenType::kField: {
      auto field = std::make_unique<FieldNode>(NodeType::kField, token.position);
      field->names.push_back(token.text.substr(1));
      return field;
    }
    case TokenType::kCharConstant:
    case TokenType::kComplex:
    case TokenType::kNumber:
      return NumberConstant(token);
    case TokenType::kLeftParenthesis: {
      NodePtr pipe = Deeper() ? Pipeline("parenthesized pipeline", TokenType::kRightParenthesis) : nullptr;
      --depth_;
      return pipe;
    }
    case TokenType::kString:
    case TokenType::kRawString: {
      std::string text;
      if (!Unquote(token, text)) return nullptr;
      return literal(NodeType::kString, Value::String(std::move(text)));
    }
    default:
      at_ = mark;
      return nullptr;
  }
}

NodePtr Parser::Identifier(const Token& token) {
  auto node = std::make_unique<IdentifierNode>(token.position, token.text);
  const auto at = functions_.find(token.text);
  if (at != functions_.end()) {
    node->function = &at->second;
  } else {
    node->builtin = FindBuiltin(token.text);
    if (node->builtin == nullptr) return Fail("function " + GoQuote(token.text) + " not defined");
  }
  return node;
}

NodePtr Parser::Variable(const Token& token) {
  const auto& known = scope_.variables;
  if (std::find(known.begin(), known.end(), token.text) == known.end()) {
    return Fail("undefined variable " + GoQuote(token.text));
  }
  auto node = std::make_unique<FieldNode>(NodeType::kVariable, token.position);
  node->names.push_back(token.text);
  return node;
}

NodePtr Parser::NumberConstant(const Token& token) {
  const Result<Number> number = ReadNumber(token);
  if (!number.ok()) return Fail(number.status().message());
  auto node = std::make_unique<LiteralNode>(NodeType::kNumber, token.position, token.text);
  node->number = *number;
  node->value = IdealConstant(*number, token.text);
  return node;
}

bool Parser::Unquote(const Token& token, std::string& out) {
  const std::string_view inner = token.text.substr(1, token.text.size() - 2);
  if (token.type == TokenType::kRawString) {
    out = inner;
    std::erase(out, '\r');
    return true;
  }
  if (GoUnquote(inner, '"', out)) return true;
  Fail("invalid syntax");
  return false;
}

}  // namespace croft::chart
