#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/chart/value/function.h"

namespace croft::chart {

struct Builtin;

// A text that templates were parsed from; their nodes point into it.
struct Source {
  std::string name;
  std::string text;
};

enum class NodeType : uint8_t {
  // Statements.
  kText,
  kAction,
  kIf,
  kWith,
  kRange,
  kTemplate,
  kBreak,
  kContinue,
  kEnd,   // while parsing only
  kElse,  // while parsing only
  // What pipelines consist of.
  kPipe,
  kCommand,
  kIdentifier,
  kField,
  kVariable,
  kChain,
  kDot,
  kNil,
  kBool,
  kNumber,
  kString,
};

struct Node {
  Node(NodeType t, uint32_t p) : type(t), position(p) {}
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  NodeType type;
  uint32_t position;  // in the source
};
using NodePtr = std::unique_ptr<Node>;
using NodeList = std::vector<NodePtr>;

struct TextNode : Node {
  TextNode(uint32_t p, std::string_view t) : Node(NodeType::kText, p), text(t) {}
  std::string_view text;
};

struct CommandNode : Node {
  explicit CommandNode(uint32_t p) : Node(NodeType::kCommand, p) {}
  NodeList arguments;
};

struct PipeNode : Node {
  explicit PipeNode(uint32_t p) : Node(NodeType::kPipe, p) {}
  std::vector<std::string_view> variables;
  bool assigns = false;  // to variables that are there
  std::vector<std::unique_ptr<CommandNode>> commands;
};

// An action, {{if}}, {{with}} or {{range}}.
struct BranchNode : Node {
  BranchNode(NodeType t, uint32_t p) : Node(t, p) {}
  std::unique_ptr<PipeNode> pipe;
  NodeList list;
  NodeList otherwise;
  bool has_else = false;
};

struct TemplateNode : Node {
  TemplateNode(uint32_t p, std::string n) : Node(NodeType::kTemplate, p), name(std::move(n)) {}
  std::string name;
  std::unique_ptr<PipeNode> pipe;  // none means nil
};

struct IdentifierNode : Node {
  IdentifierNode(uint32_t p, std::string_view n) : Node(NodeType::kIdentifier, p), name(n) {}
  std::string_view name;
  const Function* function = nullptr;  // one of the two
  const Builtin* builtin = nullptr;
};

// A field ".a.b", or a variable "$x.a.b", whose name is the first.
struct FieldNode : Node {
  FieldNode(NodeType t, uint32_t p) : Node(t, p) {}
  std::vector<std::string_view> names;
};

struct ChainNode : Node {
  ChainNode(uint32_t p, NodePtr n) : Node(NodeType::kChain, p), node(std::move(n)) {}
  NodePtr node;
  std::vector<std::string_view> names;
};

// What a number constant can be taken for.
struct Number {
  bool is_int = false;
  bool is_uint = false;
  bool is_float = false;
  int64_t int_value = 0;
  double float_value = 0;
};

// A bool, number, string, dot or nil.
struct LiteralNode : Node {
  LiteralNode(NodeType t, uint32_t p, std::string_view s) : Node(t, p), spelled(s) {}
  std::string_view spelled;
  Value value;  // a number that overflows int has none
  Number number;
};

// A template: what a file or a {{define}} holds.
struct Tree {
  std::string name;
  std::shared_ptr<const Source> source;
  NodeList root;
};

// Whether executing would write nothing but spaces.
bool IsEmpty(const NodeList& list);
// As errors show it.
std::string ToString(const Node& node);

}  // namespace croft::chart
