#include "tools/chart/template/parser.h"

#include <algorithm>

#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

// Of statements and parentheses in each other. Charts stay below 20.
constexpr int kMaxDepth = 500;

}  // namespace

Result<std::vector<std::shared_ptr<const Tree>>> Parser::Run() {
  Lex(source_->text, tokens_);
  if (!TopLevel()) return error_;
  std::vector<std::shared_ptr<const Tree>> out;
  out.reserve(trees_.size());
  for (auto& [name, tree] : trees_) out.push_back(std::move(tree));
  return out;
}

bool Parser::TopLevel() {
  NodeList root;
  while (Peek().type != TokenType::kEnd) {
    if (Peek().type == TokenType::kLeftDelimiter) {
      const size_t mark = at_;
      Next();
      if (NextNonSpace().type == TokenType::kKeywordDefine) {
        if (!Definition()) return false;
        continue;
      }
      at_ = mark;
    }
    NodePtr node = TextOrAction();
    if (node == nullptr) return false;
    if (node->type == NodeType::kEnd || node->type == NodeType::kElse) {
      Fail("unexpected " + ToString(*node));
      return false;
    }
    root.push_back(std::move(node));
  }
  return AddTree(source_->name, std::move(root));
}

bool Parser::Definition() {
  const Scope outer = std::exchange(scope_, {});
  const Token& token = NextNonSpace();
  std::string name;
  if (!TemplateName(token, "define clause", name)) return false;
  if (!Expect(TokenType::kRightDelimiter, "define clause") || !Body(name, "define clause")) return false;
  scope_ = outer;
  return true;
}

// Up to the {{end}}, in a scope that the caller has made.
bool Parser::Body(const std::string& name, const char* context) {
  NodeList root;
  const NodePtr end = ItemList(root);
  if (end == nullptr) return false;
  if (end->type != NodeType::kEnd) {
    Fail("unexpected " + ToString(*end) + " in " + context);
    return false;
  }
  return AddTree(name, std::move(root));
}

bool Parser::AddTree(std::string name, NodeList root) {
  auto& known = trees_[name];
  if (known == nullptr || IsEmpty(known->root)) {
    known = std::make_shared<const Tree>(Tree{std::move(name), source_, std::move(root)});
    return true;
  }
  if (IsEmpty(root)) return true;
  Fail("template: multiple definition of template " + GoQuote(name));
  return false;
}

NodePtr Parser::ItemList(NodeList& list) {
  while (PeekNonSpace().type != TokenType::kEnd) {
    NodePtr node = TextOrAction();
    if (node == nullptr || node->type == NodeType::kEnd || node->type == NodeType::kElse) return node;
    list.push_back(std::move(node));
  }
  return Fail("unexpected EOF");
}

NodePtr Parser::TextOrAction() {
  const Token& token = NextNonSpace();
  if (token.type == TokenType::kText) return std::make_unique<TextNode>(token.position, token.text);
  if (token.type != TokenType::kLeftDelimiter) return Unexpected(token, "input");
  scope_.action_line = token.line;
  NodePtr node = Deeper() ? Action() : nullptr;
  --depth_;
  scope_.action_line = 0;
  return node;
}

NodePtr Parser::Action() {
  const size_t mark = at_;
  const Token& token = NextNonSpace();
  switch (token.type) {
    case TokenType::kKeywordBlock:
      return Block();
    case TokenType::kKeywordBreak:
      return BreakOrContinue(NodeType::kBreak, "{{break}}");
    case TokenType::kKeywordContinue:
      return BreakOrContinue(NodeType::kContinue, "{{continue}}");
    case TokenType::kKeywordElse:
      return Else();
    case TokenType::kKeywordEnd:
      if (!Expect(TokenType::kRightDelimiter, "end")) return nullptr;
      return std::make_unique<Node>(NodeType::kEnd, token.position);
    case TokenType::kKeywordIf:
      return Branch(NodeType::kIf, "if");
    case TokenType::kKeywordRange:
      return Branch(NodeType::kRange, "range");
    case TokenType::kKeywordTemplate:
      return TemplateCall();
    case TokenType::kKeywordWith:
      return Branch(NodeType::kWith, "with");
    default:
      break;
  }
  at_ = mark;
  auto action = std::make_unique<BranchNode>(NodeType::kAction, PeekNonSpace().position);
  action->pipe = Pipeline("command", TokenType::kRightDelimiter);
  if (action->pipe == nullptr) return nullptr;
  return action;
}

NodePtr Parser::Branch(NodeType type, const char* context) {
  const size_t variables = scope_.variables.size();
  auto branch = std::make_unique<BranchNode>(type, 0);
  branch->pipe = Pipeline(context, TokenType::kRightDelimiter);
  if (branch->pipe == nullptr) return nullptr;
  branch->position = branch->pipe->position;
  if (type == NodeType::kRange) ++scope_.range_depth;
  const NodePtr next = ItemList(branch->list);
  if (next == nullptr) return nullptr;
  if (type == NodeType::kRange) --scope_.range_depth;
  if (next->type == NodeType::kElse && !Otherwise(*branch, context)) return nullptr;
  scope_.variables.resize(variables);
  return branch;
}

bool Parser::Otherwise(BranchNode& branch, const char* context) {
  branch.has_else = true;
  const TokenType chained = branch.type == NodeType::kIf     ? TokenType::kKeywordIf
                            : branch.type == NodeType::kWith ? TokenType::kKeywordWith
                                                             : TokenType::kEnd;
  if (PeekNonSpace().type == chained) {
    NextNonSpace();
    NodePtr inner = Deeper() ? Branch(branch.type, context) : nullptr;
    --depth_;
    if (inner == nullptr) return false;
    branch.otherwise.push_back(std::move(inner));
    return true;
  }
  const NodePtr end = ItemList(branch.otherwise);
  if (end == nullptr) return false;
  if (end->type == NodeType::kEnd) return true;
  Fail("expected end; found " + ToString(*end));
  return false;
}

NodePtr Parser::BreakOrContinue(NodeType type, const char* context) {
  auto node = std::make_unique<Node>(type, Peek().position);
  if (!Expect(TokenType::kRightDelimiter, context)) return nullptr;
  if (scope_.range_depth == 0) return Fail(std::string(context) + " outside {{range}}");
  return node;
}

// "{{else}}", or the beginning of "{{else if ...}}".
NodePtr Parser::Else() {
  const Token& token = PeekNonSpace();
  auto node = std::make_unique<Node>(NodeType::kElse, token.position);
  if (token.type == TokenType::kKeywordIf || token.type == TokenType::kKeywordWith) return node;
  if (!Expect(TokenType::kRightDelimiter, "else")) return nullptr;
  return node;
}

NodePtr Parser::Block() {
  const Token& token = NextNonSpace();
  auto call = std::make_unique<TemplateNode>(token.position, "");
  if (!TemplateName(token, "block clause", call->name)) return nullptr;
  call->pipe = Pipeline("block clause", TokenType::kRightDelimiter);
  if (call->pipe == nullptr) return nullptr;
  const Scope outer = std::exchange(scope_, {});
  if (!Body(call->name, "block clause")) return nullptr;
  scope_ = outer;
  return call;
}

NodePtr Parser::TemplateCall() {
  const Token& token = NextNonSpace();
  auto call = std::make_unique<TemplateNode>(token.position, "");
  if (!TemplateName(token, "template clause", call->name)) return nullptr;
  if (PeekNonSpace().type == TokenType::kRightDelimiter) {
    NextNonSpace();
    return call;
  }
  call->pipe = Pipeline("template clause", TokenType::kRightDelimiter);
  if (call->pipe == nullptr) return nullptr;
  return call;
}

bool Parser::TemplateName(const Token& token, const char* context, std::string& name) {
  if (token.type != TokenType::kString && token.type != TokenType::kRawString) {
    Unexpected(token, context);
    return false;
  }
  return Unquote(token, name);
}

const Token& Parser::Next() {
  const Token& token = Peek();
  if (at_ + 1 < tokens_.list.size()) ++at_;
  return token;
}

const Token& Parser::Peek() {
  furthest_ = std::max(furthest_, at_);
  return tokens_.list[at_];
}

const Token& Parser::NextNonSpace() {
  PeekNonSpace();
  return Next();
}

const Token& Parser::PeekNonSpace() {
  while (Peek().type == TokenType::kSpace) Next();
  return Peek();
}

bool Parser::Expect(TokenType type, const char* context) {
  const Token& token = NextNonSpace();
  if (token.type != type) Unexpected(token, context);
  return token.type == type;
}

bool Parser::Deeper() {
  if (++depth_ <= kMaxDepth) return true;
  Fail("max expression depth exceeded");
  return false;
}

std::nullptr_t Parser::Fail(const std::string& message) {
  if (error_.ok()) {
    error_ = Status::Invalid("template: " + source_->name + ":" + std::to_string(tokens_.list[furthest_].line) + ": " +
                             message);
  }
  return nullptr;
}

std::nullptr_t Parser::Unexpected(const Token& token, const char* context) {
  if (token.type != TokenType::kError) return Fail("unexpected " + Describe(token) + " in " + context);
  std::string message = Describe(token);
  if (scope_.action_line != 0 && scope_.action_line != token.line) {
    message += message.ends_with(" action") ? "" : " in action";
    message += " started at " + source_->name + ":" + std::to_string(scope_.action_line);
  }
  return Fail(message);
}

}  // namespace croft::chart
