#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "api/base/result.h"

namespace croft::schema {

// Characters as ranges, ends included.
using RuneRanges = std::vector<std::pair<char32_t, char32_t>>;

// What a place in the text may be asked to be.
enum class PatternAssertion : uint32_t { kTextBegin, kTextEnd, kLineBegin, kLineEnd, kWordEdge, kNoWordEdge };

// A part of a parsed regular expression.
struct PatternNode {
  enum class Kind { kSet, kAssert, kSequence, kAlternatives, kRepeat } kind = Kind::kSequence;
  RuneRanges set;  // of kSet: sorted, and no two ranges touch
  PatternAssertion assertion = PatternAssertion::kTextBegin;
  std::vector<std::unique_ptr<PatternNode>> children;
  int min = 0;  // of kRepeat
  int max = 0;  // -1: any number
};

// kInvalid says what is wrong and where. The depth of the tree is bounded.
Result<std::unique_ptr<PatternNode>> ParsePattern(std::string_view text);

// Whether a character counts as part of a word; none is not.
bool IsWordRune(std::optional<char32_t> rune);

}  // namespace croft::schema
