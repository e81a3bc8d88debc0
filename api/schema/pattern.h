#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/base/result.h"

namespace croft::schema {

// A regular expression of a schema, in the syntax of Go's regexp package (Kubernetes' own): no back references and no
// look-around. Matching takes time linear in the text and constant stack, whatever pattern and text are.
// Immutable once compiled, thread-safe.
class Pattern {
 public:
  // kInvalid says what is wrong and where. Patterns that need more than kMaxInstructions are refused.
  static Result<Pattern> Compile(std::string_view text);

  // Whether some part of `text` matches; anchors are up to the pattern.
  bool Matches(std::string_view text) const;
  const std::string& text() const { return text_; }
  // How many instructions it has.
  size_t size() const { return program_.size(); }

  static constexpr size_t kMaxInstructions = 10'000;

 private:
  friend class PatternCompiler;
  class Run;

  enum class Op : uint8_t { kSet, kSplit, kJump, kAssert, kMatch };
  struct Instruction {
    Op op;
    uint32_t x = 0;  // of kSet the index in sets_, of kAssert the assertion, else where to go on
    uint32_t y = 0;
  };
  using CharSet = std::vector<std::pair<char32_t, char32_t>>;  // sorted ranges, ends included

  std::string text_;
  std::vector<Instruction> program_;
  std::vector<CharSet> sets_;
};

}  // namespace croft::schema
