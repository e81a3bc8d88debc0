#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/base/result.h"
#include "tools/chart/template/lexer.h"
#include "tools/chart/template/node.h"

namespace croft::chart {

// Parses one text, once. Where something is wrong the first error is kept, functions return nullptr or false, and all
// that called them return at once.
class Parser {
 public:
  Parser(std::shared_ptr<const Source> source, const Functions& functions)
      : source_(std::move(source)), functions_(functions) {}

  Result<std::vector<std::shared_ptr<const Tree>>> Run();

 private:
  // What a template keeps to itself while it is parsed.
  struct Scope {
    std::vector<std::string_view> variables = {"$"};
    int range_depth = 0;
    int action_line = 0;
  };

  // parser.cc: statements.
  bool TopLevel();
  bool Definition();
  bool Body(const std::string& name, const char* context);
  bool AddTree(std::string name, NodeList root);
  NodePtr ItemList(NodeList& list);  // returns the {{end}} or {{else}} behind it
  NodePtr TextOrAction();
  NodePtr Action();
  NodePtr Branch(NodeType type, const char* context);
  bool Otherwise(BranchNode& branch, const char* context);
  NodePtr BreakOrContinue(NodeType type, const char* context);
  NodePtr Else();
  NodePtr Block();
  NodePtr TemplateCall();
  bool TemplateName(const Token& token, const char* context, std::string& name);

  // parser_values.cc: what stands in actions.
  std::unique_ptr<PipeNode> Pipeline(const char* context, TokenType end);
  bool Declarations(const char* context, PipeNode& pipe);
  bool CheckPipeline(const PipeNode& pipe, const char* context);
  std::unique_ptr<CommandNode> Command();
  NodePtr Operand();
  NodePtr Chain(NodePtr node);
  NodePtr Term();
  NodePtr Identifier(const Token& token);
  NodePtr Variable(const Token& token);
  NodePtr NumberConstant(const Token& token);
  bool Unquote(const Token& token, std::string& out);

  const Token& Next();
  const Token& Peek();
  const Token& NextNonSpace();
  const Token& PeekNonSpace();
  bool Expect(TokenType type, const char* context);
  bool Deeper();

  std::nullptr_t Fail(const std::string& message);
  std::nullptr_t Unexpected(const Token& token, const char* context);

  std::shared_ptr<const Source> source_;
  const Functions& functions_;
  Tokens tokens_;
  size_t at_ = 0;
  size_t furthest_ = 0;  // errors tell its line
  Scope scope_;
  int depth_ = 0;
  std::map<std::string, std::shared_ptr<const Tree>, std::less<>> trees_;
  Status error_;
};

}  // namespace croft::chart
