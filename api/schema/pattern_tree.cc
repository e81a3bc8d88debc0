#include "api/schema/pattern_tree.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "api/schema/utf8.h"

namespace croft::schema {
namespace {

constexpr char32_t kMaxRune = 0x10ffff;
constexpr int kMaxNesting = 200;
constexpr int kMaxRepeat = 1000;  // as Go has it

using Ranges = RuneRanges;
using NodePtr = std::unique_ptr<PatternNode>;

const Ranges kDigit = {{'0', '9'}};
const Ranges kSpace = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
const Ranges kWord = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};

struct PosixClass {
  std::string_view name;
  Ranges ranges;
};
const PosixClass kPosixClasses[] = {
    {"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
    {"alpha", {{'A', 'Z'}, {'a', 'z'}}},
    {"ascii", {{0, 0x7f}}},
    {"blank", {{'\t', '\t'}, {' ', ' '}}},
    {"cntrl", {{0, 0x1f}, {0x7f, 0x7f}}},
    {"digit", kDigit},
    {"graph", {{'!', '~'}}},
    {"lower", {{'a', 'z'}}},
    {"print", {{' ', '~'}}},
    {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
    {"space", {{'\t', '\r'}, {' ', ' '}}},
    {"upper", {{'A', 'Z'}}},
    {"word", kWord},
    {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
};

// Sorted, and no two ranges touch.
Ranges Normalize(Ranges ranges) {
  std::sort(ranges.begin(), ranges.end());
  Ranges out;
  for (const auto& range : ranges) {
    if (!out.empty() && range.first <= out.back().second + 1) {
      out.back().second = std::max(out.back().second, range.second);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

Ranges Negate(const Ranges& ranges) {
  Ranges out;
  char32_t from = 0;
  for (const auto& [low, high] : Normalize(ranges)) {
    if (low > from) out.emplace_back(from, low - 1);
    from = high + 1;
  }
  if (from <= kMaxRune) out.emplace_back(from, kMaxRune);
  return out;
}

// Adds the other case of ASCII letters.
Ranges FoldCase(Ranges ranges) {
  const Ranges given = ranges;
  for (const auto& [low, high] : given) {
    for (const auto& [first, last, shift] : {std::tuple{'a', 'z', -32}, std::tuple{'A', 'Z', 32}}) {
      const char32_t from = std::max<char32_t>(low, first);
      const char32_t to = std::min<char32_t>(high, last);
      if (from <= to) ranges.emplace_back(from + shift, to + shift);
    }
  }
  return ranges;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), rest_(text) {}

  Result<NodePtr> Run() {
    NodePtr tree = ParseAlternatives(0);
    if (error_.empty() && !rest_.empty()) Fail("unexpected )");
    if (!error_.empty()) return Status::Invalid(error_);
    return tree;
  }

 private:
  struct Flags {
    bool ignore_case = false;
    bool multi_line = false;
    bool dot_all = false;
  };

  NodePtr Fail(std::string_view why) {
    if (error_.empty()) error_ = std::string(why) + " at offset " + std::to_string(text_.size() - rest_.size());
    rest_ = {};
    return std::make_unique<PatternNode>();
  }
  bool Eat(std::string_view prefix) {
    if (!rest_.starts_with(prefix)) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }

  NodePtr MakeSet(Ranges ranges) const {
    auto node = std::make_unique<PatternNode>();
    node->kind = PatternNode::Kind::kSet;
    node->set = Normalize(flags_.ignore_case ? FoldCase(std::move(ranges)) : std::move(ranges));
    return node;
  }
  static NodePtr MakeAssert(PatternAssertion assertion) {
    auto node = std::make_unique<PatternNode>();
    node->kind = PatternNode::Kind::kAssert;
    node->assertion = assertion;
    return node;
  }

  NodePtr ParseAlternatives(int depth) {
    if (depth > kMaxNesting) return Fail("groups are nested too deeply");
    const Flags saved = flags_;
    auto node = std::make_unique<PatternNode>();
    node->kind = PatternNode::Kind::kAlternatives;
    do {
      node->children.push_back(ParseSequence(depth));
    } while (Eat("|"));
    flags_ = saved;
    return node;
  }

  NodePtr ParseSequence(int depth) {
    auto node = std::make_unique<PatternNode>();
    while (!rest_.empty() && rest_[0] != '|' && rest_[0] != ')') {
      NodePtr atom = ParseAtom(depth);
      if (atom != nullptr) node->children.push_back(ParseRepeat(std::move(atom)));
    }
    return node;
  }

  // nullptr for what only sets flags.
  NodePtr ParseAtom(int depth) {
    if (Eat("(")) return ParseGroup(depth);
    if (Eat("[")) return ParseClass();
    if (Eat(".")) return MakeSet(flags_.dot_all ? Ranges{{0, kMaxRune}} : Negate({{'\n', '\n'}}));
    if (Eat("^")) return MakeAssert(flags_.multi_line ? PatternAssertion::kLineBegin : PatternAssertion::kTextBegin);
    if (Eat("$")) return MakeAssert(flags_.multi_line ? PatternAssertion::kLineEnd : PatternAssertion::kTextEnd);
    if (Eat("\\")) return ParseEscape();
    if (std::string_view("*+?").find(rest_[0]) != std::string_view::npos) return Fail("nothing to repeat");
    const char32_t rune = TakeRune(rest_);
    return MakeSet({{rune, rune}});
  }

  NodePtr ParseGroup(int depth) {
    if (Eat("?")) {
      if (Eat("P<") || Eat("<")) {
        if (rest_.starts_with('=') || rest_.starts_with('!')) return Fail("look-around is not supported");
        const size_t end = rest_.find('>');
        if (end == std::string_view::npos) return Fail("unfinished group name");
        rest_.remove_prefix(end + 1);
      } else {
        Flags flags = flags_;
        if (!ParseFlags(flags)) return Fail("unknown kind of group");
        if (Eat(")")) return flags_ = flags, nullptr;
        if (!Eat(":")) return Fail("unknown kind of group");
        const Flags saved = std::exchange(flags_, flags);
        NodePtr node = FinishGroup(depth);
        flags_ = saved;
        return node;
      }
    }
    return FinishGroup(depth);
  }
  NodePtr FinishGroup(int depth) {
    NodePtr node = ParseAlternatives(depth + 1);
    return Eat(")") ? std::move(node) : Fail("missing )");
  }
  bool ParseFlags(Flags& flags) {
    for (bool on = true; !rest_.empty() && rest_[0] != ')' && rest_[0] != ':'; rest_.remove_prefix(1)) {
      switch (rest_[0]) {
        case '-':
          on = false;
          break;
        case 'i':
          flags.ignore_case = on;
          break;
        case 'm':
          flags.multi_line = on;
          break;
        case 's':
          flags.dot_all = on;
          break;
        case 'U':
          break;  // who is greedy does not matter to whether there is a match
        default:
          return false;
      }
    }
    return !rest_.empty();
  }

  NodePtr ParseRepeat(NodePtr atom) {
    int min = 0;
    int max = -1;
    if (!EatRepeat(min, max)) return atom;
    if (min > kMaxRepeat || max > kMaxRepeat || (max >= 0 && max < min)) return Fail("bad repetition count");
    if (EatRepeat(min, max)) return Fail("a repetition of a repetition");
    auto node = std::make_unique<PatternNode>();
    node->kind = PatternNode::Kind::kRepeat;
    node->min = min;
    node->max = max;
    node->children.push_back(std::move(atom));
    return node;
  }
  bool EatRepeat(int& min, int& max) {
    if (Eat("+")) {
      min = 1;
    } else if (Eat("?")) {
      max = 1;
    } else if (!Eat("*") && !EatCount(min, max)) {
      return false;
    }
    Eat("?");  // a lazy repetition matches the same texts
    return true;
  }
  // {2}, {2,} or {2,5}; anything else in braces is plain text.
  bool EatCount(int& min, int& max) {
    std::string_view at = rest_;
    if (!at.starts_with('{')) return false;
    at.remove_prefix(1);
    if (!TakeNumber(at, min)) return false;
    max = min;
    if (at.starts_with(',')) {
      at.remove_prefix(1);
      if (!TakeNumber(at, max)) max = -1;
    }
    if (!at.starts_with('}')) return false;
    rest_ = at.substr(1);
    return true;
  }
  static bool TakeNumber(std::string_view& at, int& number) {
    const size_t size = std::min(at.find_first_not_of("0123456789"), at.size());
    if (size == 0) return false;
    number = 0;
    for (const char c : at.substr(0, size)) number = std::min(number * 10 + (c - '0'), kMaxRepeat + 1);
    at.remove_prefix(size);
    return true;
  }

  NodePtr ParseEscape() {
    if (rest_.empty()) return Fail("a backslash ends the pattern");
    if (Eat("A")) return MakeAssert(PatternAssertion::kTextBegin);
    if (Eat("z")) return MakeAssert(PatternAssertion::kTextEnd);
    if (Eat("b")) return MakeAssert(PatternAssertion::kWordEdge);
    if (Eat("B")) return MakeAssert(PatternAssertion::kNoWordEdge);
    if (Eat("Q")) return ParseQuoted();
    Ranges set;
    return TakeEscaped(set) ? MakeSet(std::move(set)) : Fail("unknown escape");
  }
  NodePtr ParseQuoted() {
    auto node = std::make_unique<PatternNode>();
    while (!rest_.empty() && !Eat("\\E")) {
      const char32_t rune = TakeRune(rest_);
      node->children.push_back(MakeSet({{rune, rune}}));
    }
    return node;
  }

  // The characters that stand for what follows a backslash; false when there is no such escape.
  bool TakeEscaped(Ranges& set) {
    if (rest_.empty()) return false;
    const char32_t c = TakeRune(rest_);
    switch (c) {
      case 'd':
        return set = kDigit, true;
      case 'D':
        return set = Negate(kDigit), true;
      case 's':
        return set = kSpace, true;
      case 'S':
        return set = Negate(kSpace), true;
      case 'w':
        return set = kWord, true;
      case 'W':
        return set = Negate(kWord), true;
      case 'x':
        return TakeHex(set);
      default:
        break;
    }
    static constexpr std::string_view kNames = "aftnrv";
    static constexpr std::string_view kValues = "\a\f\t\n\r\v";
    char32_t value = c;
    if (const size_t at = c < 0x80 ? kNames.find(static_cast<char>(c)) : kNames.npos; at != kNames.npos) {
      value = static_cast<unsigned char>(kValues[at]);
    } else if (IsWordRune(c)) {
      return false;  // letters and digits have a meaning of their own, or none
    }
    set = {{value, value}};
    return true;
  }
  bool TakeHex(Ranges& set) {
    const bool braces = Eat("{");
    const size_t digits = std::min(rest_.find_first_not_of("0123456789abcdefABCDEF"), rest_.size());
    const size_t size = braces ? digits : std::min<size_t>(digits, 2);
    if (size == 0 || size > 6) return false;
    const auto value = static_cast<char32_t>(std::stoul(std::string(rest_.substr(0, size)), nullptr, 16));
    rest_.remove_prefix(size);
    set = {{value, value}};
    return value <= kMaxRune && (!braces || Eat("}"));
  }

  NodePtr ParseClass() {
    const bool negated = Eat("^");
    Ranges all;
    for (bool first = true; first || !rest_.starts_with(']'); first = false) {
      if (rest_.empty()) return Fail("missing ]");
      if (rest_.starts_with("[:")) {
        if (!TakePosix(all)) return Fail("unknown character class");
        continue;
      }
      Ranges low;
      if (!TakeClassItem(low)) return Fail("unknown escape");
      if (rest_.size() < 2 || rest_[0] != '-' || rest_[1] == ']') {
        all.insert(all.end(), low.begin(), low.end());
        continue;
      }
      rest_.remove_prefix(1);
      Ranges high;
      if (!TakeClassItem(high)) return Fail("unknown escape");
      if (!IsSingle(low) || !IsSingle(high) || high[0].first < low[0].first) return Fail("bad character range");
      all.emplace_back(low[0].first, high[0].first);
    }
    rest_.remove_prefix(1);
    if (flags_.ignore_case) all = FoldCase(std::move(all));
    return MakeSet(negated ? Negate(all) : std::move(all));
  }
  static bool IsSingle(const Ranges& set) { return set.size() == 1 && set[0].first == set[0].second; }
  bool TakeClassItem(Ranges& set) {
    if (rest_.empty()) return false;
    if (Eat("\\")) return TakeEscaped(set);
    const char32_t rune = TakeRune(rest_);
    set = {{rune, rune}};
    return true;
  }
  bool TakePosix(Ranges& set) {
    const size_t end = rest_.find(":]");
    if (end == std::string_view::npos) return false;
    std::string_view name = rest_.substr(2, end - 2);
    rest_.remove_prefix(end + 2);
    const bool negated = name.starts_with('^');
    if (negated) name.remove_prefix(1);
    for (const PosixClass& known : kPosixClasses) {
      if (known.name != name) continue;
      const Ranges ranges = negated ? Negate(known.ranges) : known.ranges;
      set.insert(set.end(), ranges.begin(), ranges.end());
      return true;
    }
    return false;
  }

  const std::string_view text_;
  std::string_view rest_;
  Flags flags_;
  std::string error_;
};

}  // namespace

Result<NodePtr> ParsePattern(std::string_view text) {
  return Parser(text).Run();
}

bool IsWordRune(std::optional<char32_t> rune) {
  return rune && std::any_of(kWord.begin(), kWord.end(),
                             [&](const auto& range) { return *rune >= range.first && *rune <= range.second; });
}

}  // namespace croft::schema
