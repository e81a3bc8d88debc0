#include "tools/chart/chart/ignore.h"

#include <algorithm>

namespace croft::chart {
namespace {

Status BadPattern() {
  return Status::BadRequest("syntax error in pattern");
}

// One character of a pattern's set, its quoting backslash gone.
Result<char> TakeSetCharacter(std::string_view& pattern) {
  if (pattern.empty() || pattern[0] == '-' || pattern[0] == ']') return BadPattern();
  if (pattern[0] == '\\') {
    pattern.remove_prefix(1);
    if (pattern.empty()) return BadPattern();
  }
  const char c = pattern[0];
  pattern.remove_prefix(1);
  if (pattern.empty()) return BadPattern();
  return c;
}

// Takes a set, its opening bracket gone, off the pattern: whether it has `c`.
Result<bool> TakeSet(std::string_view& pattern, char c) {
  const bool negated = pattern.starts_with('^');
  if (negated) pattern.remove_prefix(1);
  bool found = false;
  for (int ranges = 0;; ++ranges) {
    if (pattern.starts_with(']') && ranges > 0) {
      pattern.remove_prefix(1);
      return found != negated;
    }
    const Result<char> low = TakeSetCharacter(pattern);
    if (!low.ok()) return low.status();
    char high = *low;
    if (pattern[0] == '-') {
      pattern.remove_prefix(1);
      const Result<char> end = TakeSetCharacter(pattern);
      if (!end.ok()) return end.status();
      high = *end;
    }
    found |= *low <= c && c <= high;
  }
}

// Checks a pattern to its end, whatever it is matched with.
Status Check(std::string_view pattern) {
  while (!pattern.empty()) {
    const char c = pattern[0];
    pattern.remove_prefix(1);
    if (c == '[') {
      const Result<bool> set = TakeSet(pattern, 'a');
      if (!set.ok()) return set.status();
    } else if (c == '\\') {
      if (pattern.empty()) return BadPattern();
      pattern.remove_prefix(1);
    }
  }
  return Status::Ok();
}

// Takes one element other than a star off the pattern, and what it matches off the name.
bool TakeOne(std::string_view& pattern, std::string_view& name) {
  if (name.empty()) return false;
  const char c = pattern[0];
  pattern.remove_prefix(1);
  if (c == '[') {
    const Result<bool> set = TakeSet(pattern, name[0]);
    if (!set.ok() || !*set) return false;
    name.remove_prefix(1);
    return true;
  }
  if (c == '?') {
    if (name[0] == '/') return false;
    name.remove_prefix(1);
    while (!name.empty() && (name[0] & 0xC0) == 0x80) name.remove_prefix(1);
    return true;
  }
  char wanted = c;
  if (c == '\\') {
    wanted = pattern[0];
    pattern.remove_prefix(1);
  }
  if (name[0] != wanted) return false;
  name.remove_prefix(1);
  return true;
}

}  // namespace

Result<bool> MatchPath(std::string_view pattern, std::string_view name) {
  CROFT_RETURN_IF_ERROR(Check(pattern));
  // Where to go on when what follows the last star does not match: with one more character in the star.
  bool star = false;
  std::string_view after_star;
  std::string_view star_name;
  while (true) {
    if (!pattern.empty() && pattern[0] == '*') {
      pattern.remove_prefix(1);
      star = true;
      after_star = pattern;
      star_name = name;
      continue;
    }
    if (pattern.empty() && name.empty()) return true;
    if (!pattern.empty() && TakeOne(pattern, name)) continue;
    if (!star || star_name.empty() || star_name[0] == '/') return false;
    star_name.remove_prefix(1);
    pattern = after_star;
    name = star_name;
  }
}

IgnoreRules::IgnoreRules() {
  static_cast<void>(Add("templates/.?*"));
}

Result<IgnoreRules> IgnoreRules::Parse(std::string_view text) {
  IgnoreRules rules;
  rules.rules_.clear();
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    CROFT_RETURN_IF_ERROR(rules.Add(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  CROFT_RETURN_IF_ERROR(rules.Add("templates/.?*"));
  return rules;
}

Status IgnoreRules::Add(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r\v\f";
  const size_t first = line.find_first_not_of(kSpace);
  if (first == std::string_view::npos || line[first] == '#') return Status::Ok();
  line = line.substr(first, line.find_last_not_of(kSpace) - first + 1);
  if (line.find("**") != std::string_view::npos) {
    return Status::BadRequest("double-star (**) syntax is not supported");
  }
  CROFT_RETURN_IF_ERROR(Check(line));
  Rule rule;
  rule.negated = line.starts_with('!');
  if (rule.negated) line.remove_prefix(1);
  rule.folders_only = line.ends_with('/');
  if (rule.folders_only) line.remove_suffix(1);
  rule.name_only = line.find('/') == std::string_view::npos;
  if (line.starts_with('/')) line.remove_prefix(1);
  rule.pattern = line;
  rules_.push_back(std::move(rule));
  return Status::Ok();
}

bool IgnoreRules::Ignores(std::string_view path, bool is_folder) const {
  if (path.empty() || path == "." || path == "./") return false;
  for (const Rule& rule : rules_) {
    const std::string_view name = rule.name_only ? path.substr(path.rfind('/') + 1) : path;
    const auto matches = [&] {
      const Result<bool> matched = MatchPath(rule.pattern, name);
      return matched.ok() && *matched;
    };
    if (rule.negated) {
      // A negated rule ignores all that it does not name.
      if ((rule.folders_only && !is_folder) || !matches()) return true;
      continue;
    }
    if (rule.folders_only && !is_folder) continue;
    if (matches()) return true;
  }
  return false;
}

}  // namespace croft::chart
