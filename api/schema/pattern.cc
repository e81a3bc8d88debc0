#include "api/schema/pattern.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "api/schema/pattern_tree.h"
#include "api/schema/utf8.h"

namespace croft::schema {

// Writes the program that Thompson's construction gives for a tree.
class PatternCompiler {
 public:
  Result<Pattern> Run(const PatternNode& tree, std::string_view text) {
    Emit(tree);
    Add({Op::kMatch});
    if (too_large_) return Status::Invalid("the pattern is too large");
    pattern_.text_ = text;
    return std::move(pattern_);
  }

 private:
  using Op = Pattern::Op;

  uint32_t Next() const { return static_cast<uint32_t>(pattern_.program_.size()); }
  uint32_t Add(Pattern::Instruction instruction) {
    if (pattern_.program_.size() >= Pattern::kMaxInstructions) {
      too_large_ = true;
      return 0;
    }
    pattern_.program_.push_back(instruction);
    return Next() - 1;
  }
  Pattern::Instruction& At(uint32_t index) { return pattern_.program_[index]; }

  void Emit(const PatternNode& node) {
    if (too_large_) return;
    // Counts what adds no instruction too: empty groups can be repeated a thousand times a thousand times.
    if (++emitted_ > 4 * Pattern::kMaxInstructions) return static_cast<void>(too_large_ = true);
    switch (node.kind) {
      case PatternNode::Kind::kSet:
        Add({Op::kSet, SetOf(node)});
        return;
      case PatternNode::Kind::kAssert:
        Add({Op::kAssert, static_cast<uint32_t>(node.assertion)});
        return;
      case PatternNode::Kind::kSequence:
        for (const auto& child : node.children) Emit(*child);
        return;
      case PatternNode::Kind::kAlternatives:
        EmitAlternatives(node);
        return;
      case PatternNode::Kind::kRepeat:
        EmitRepeat(node);
        return;
    }
  }

  // A set that is repeated is kept once.
  uint32_t SetOf(const PatternNode& node) {
    const auto [known, fresh] = set_indices_.try_emplace(&node, static_cast<uint32_t>(pattern_.sets_.size()));
    if (fresh) pattern_.sets_.push_back(node.set);
    return known->second;
  }

  void EmitAlternatives(const PatternNode& node) {
    std::vector<uint32_t> jumps;
    for (size_t i = 0; i + 1 < node.children.size(); ++i) {
      const uint32_t split = Add({Op::kSplit, Next() + 1});
      Emit(*node.children[i]);
      jumps.push_back(Add({Op::kJump}));
      At(split).y = Next();
    }
    Emit(*node.children.back());
    for (const uint32_t jump : jumps) At(jump).x = Next();
  }

  void EmitRepeat(const PatternNode& node) {
    const PatternNode& child = *node.children[0];
    for (int i = 0; i < node.min && !too_large_; ++i) Emit(child);
    if (node.max < 0) {
      const uint32_t split = Add({Op::kSplit, Next() + 1});
      Emit(child);
      Add({Op::kJump, split});
      At(split).y = Next();
      return;
    }
    std::vector<uint32_t> splits;
    for (int i = node.min; i < node.max && !too_large_; ++i) {
      splits.push_back(Add({Op::kSplit, Next() + 1}));
      Emit(child);
    }
    for (const uint32_t split : splits) At(split).y = Next();
  }

  bool too_large_ = false;
  size_t emitted_ = 0;
  std::unordered_map<const PatternNode*, uint32_t> set_indices_;
  Pattern pattern_;
};

// One pass over a text with all threads of the program side by side.
class Pattern::Run {
 public:
  explicit Run(const Pattern& pattern) : program_(pattern.program_), sets_(pattern.sets_), seen_(program_.size(), 0) {}

  bool Matches(std::string_view text) {
    std::optional<char32_t> before;
    std::vector<uint32_t> waiting;
    for (size_t step = 1;; ++step) {
      const bool at_end = text.empty();
      std::string_view rest = text;
      const std::optional<char32_t> next = at_end ? std::nullopt : std::optional(TakeRune(rest));
      // A new thread starts at each character, since a match may begin anywhere.
      waiting.push_back(0);
      std::vector<uint32_t> ready;
      if (Follow(waiting, before, next, step, ready)) return true;
      if (at_end) return false;
      waiting.clear();
      for (const uint32_t at : ready) {
        if (Contains(sets_[program_[at].x], *next)) waiting.push_back(at + 1);
      }
      before = next;
      text = rest;
    }
  }

 private:
  // Goes through everything that consumes no character. True when the program's end is reached.
  bool Follow(std::vector<uint32_t>& open, std::optional<char32_t> before, std::optional<char32_t> next, size_t step,
              std::vector<uint32_t>& ready) {
    while (!open.empty()) {
      const uint32_t at = open.back();
      open.pop_back();
      if (seen_[at] == step) continue;
      seen_[at] = step;
      const Instruction& instruction = program_[at];
      switch (instruction.op) {
        case Op::kMatch:
          return true;
        case Op::kSet:
          ready.push_back(at);
          break;
        case Op::kJump:
          open.push_back(instruction.x);
          break;
        case Op::kSplit:
          open.push_back(instruction.x);
          open.push_back(instruction.y);
          break;
        case Op::kAssert:
          if (Holds(static_cast<PatternAssertion>(instruction.x), before, next)) open.push_back(at + 1);
          break;
      }
    }
    return false;
  }

  static bool Holds(PatternAssertion assertion, std::optional<char32_t> before, std::optional<char32_t> next) {
    switch (assertion) {
      case PatternAssertion::kTextBegin:
        return !before;
      case PatternAssertion::kTextEnd:
        return !next;
      case PatternAssertion::kLineBegin:
        return !before || *before == '\n';
      case PatternAssertion::kLineEnd:
        return !next || *next == '\n';
      case PatternAssertion::kWordEdge:
        return IsWordRune(before) != IsWordRune(next);
      default:
        return IsWordRune(before) == IsWordRune(next);
    }
  }

  static bool Contains(const CharSet& set, char32_t rune) {
    const auto after =
        std::upper_bound(set.begin(), set.end(), rune, [](char32_t r, const auto& range) { return r < range.first; });
    return after != set.begin() && rune <= std::prev(after)->second;
  }

  const std::vector<Instruction>& program_;
  const std::vector<CharSet>& sets_;
  std::vector<size_t> seen_;  // the step at which a place was last reached
};

Result<Pattern> Pattern::Compile(std::string_view text) {
  const auto tree = ParsePattern(text);
  if (!tree.ok()) return tree.status();
  return PatternCompiler().Run(**tree, text);
}

bool Pattern::Matches(std::string_view text) const {
  return Run(*this).Matches(text);
}

}  // namespace croft::schema
