#include "tools/chart/functions/pattern.h"

#include <re2/re2.h>

#include <unordered_map>

#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/runes.h"

namespace croft::chart {
namespace {

constexpr size_t kMaxCached = 1000;
constexpr int64_t kMaxMemory = 64 << 20;  // of one expression's programs

// Go also names groups by (?<name>...), which this RE2 does not know.
std::string WithPythonNames(std::string_view expression) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (c == '\\' && i + 1 < expression.size()) {
      if (expression[i + 1] == 'Q' && !in_class) {
        const size_t end = std::min(expression.find("\\E", i), expression.size());
        out += expression.substr(i, end - i);
        i = end - 1;
        continue;
      }
      out += c;
      out += expression[++i];
      continue;
    }
    if (c == '[' && !in_class) {
      in_class = true;
      out += c;
      if (i + 1 < expression.size() && expression[i + 1] == '^') out += expression[++i];
      if (i + 1 < expression.size() && expression[i + 1] == ']') out += expression[++i];
      continue;
    }
    if (c == ']') in_class = false;
    out += c;
    if (!in_class && c == '(' && expression.substr(i).starts_with("(?<")) {
      out += "?P";
      ++i;
    }
  }
  return out;
}

// Single bytes can be matched in RE2 and not in Go.
bool HasByteEscape(std::string_view expression) {
  for (size_t i = 0; i + 1 < expression.size(); ++i) {
    if (expression[i] != '\\') continue;
    if (expression[i + 1] == 'C') return true;
    if (expression[i + 1] == 'Q') i = std::min(expression.find("\\E", i), expression.size()) - 1;
    ++i;
  }
  return false;
}

// The failure in Go's words where RE2 has others.
std::string WhyNot(const RE2& re) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"missing ]", "missing closing ]"},
      {"missing )", "missing closing )"},
      {"invalid repetition size", "invalid repeat count"},
      {"bad repetition operator", "invalid nested repetition operator"},
      {"no argument for repetition operator", "missing argument to repetition operator"},
  };
  const std::string& told = re.error();
  std::string out = told.substr(0, told.rfind(": "));
  for (const auto& [re2, go] : kWords) {
    if (told.starts_with(re2)) out = go;
  }
  return out + ": `" + re.error_arg() + "`";
}

struct Reference {
  std::string_view name;
  int64_t number = -1;  // where the name is one
  size_t length = 0;    // 0 where there is none
};

// What a `$` refers to: as many letters, digits and underscores as follow, or what stands in braces.
Reference ReadReference(std::string_view text) {
  const bool brace = text.starts_with('{');
  const std::string_view body = text.substr(brace ? 1 : 0);
  size_t size = 0;
  while (size < body.size()) {
    std::string_view rest = body.substr(size);
    const char32_t rune = TakeRune(rest);
    if (!IsLetter(rune) && !IsDigit(rune) && rune != '_') break;
    size = body.size() - rest.size();
  }
  if (size == 0 || (brace && (size >= body.size() || body[size] != '}'))) return {};
  Reference out{body.substr(0, size), 0, size + (brace ? 2 : 0)};
  for (const char c : out.name) {
    if (c < '0' || c > '9' || out.number >= 100000000) {
      out.number = -1;
      break;
    }
    out.number = out.number * 10 + (c - '0');
  }
  if (out.name.size() > 1 && out.name[0] == '0') out.number = -1;
  return out;
}

}  // namespace

struct Pattern::Compiled {
  Compiled(const std::string& expression, const RE2::Options& options) : re(expression, options) {}
  RE2 re;
  bool empty = false;
};

Pattern::Pattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Pattern::~Pattern() = default;

Result<std::shared_ptr<const Pattern>> Pattern::Compile(std::string_view expression) {
  thread_local std::unordered_map<std::string, std::shared_ptr<const Pattern>> cache;
  std::string key(expression);
  if (const auto at = cache.find(key); at != cache.end()) return at->second;
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  auto compiled = std::make_unique<Compiled>(WithPythonNames(expression), options);
  compiled->empty = expression.empty();
  if (!compiled->re.ok()) return Wrong("error parsing regexp: " + WhyNot(compiled->re));
  if (HasByteEscape(expression)) return Wrong("error parsing regexp: invalid escape sequence: `\\C`");
  if (cache.size() >= kMaxCached) cache.clear();
  std::shared_ptr<const Pattern> pattern(new Pattern(std::move(compiled)));
  cache.emplace(std::move(key), pattern);
  return pattern;
}

bool Pattern::Matches(std::string_view text) const {
  return compiled_->re.Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

bool Pattern::MatchFrom(std::string_view text, size_t from, std::vector<Span>& groups) const {
  thread_local std::vector<re2::StringPiece> pieces;
  pieces.resize(groups.size());
  const re2::StringPiece all(text.data(), text.size());
  if (!compiled_->re.Match(all, from, text.size(), RE2::UNANCHORED, pieces.data(), static_cast<int>(pieces.size()))) {
    return false;
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    groups[i].matched = pieces[i].data() != nullptr;
    groups[i].begin = groups[i].matched ? static_cast<size_t>(pieces[i].data() - text.data()) : 0;
    groups[i].end = groups[i].begin + pieces[i].size();
  }
  return true;
}

std::vector<Span> Pattern::Groups(std::string_view text, size_t from) const {
  std::vector<Span> groups(static_cast<size_t>(compiled_->re.NumberOfCapturingGroups()) + 1);
  if (!MatchFrom(text, from, groups)) groups.clear();
  return groups;
}

std::optional<Span> Pattern::Find(std::string_view text) const {
  std::vector<Span> match(1);
  if (!MatchFrom(text, 0, match)) return std::nullopt;
  return match[0];
}

std::vector<Span> Pattern::FindAll(std::string_view text, int64_t limit) const {
  std::vector<Span> out;
  std::vector<Span> match(1);
  size_t at = 0;
  std::optional<size_t> last_end;
  while ((limit < 0 || static_cast<int64_t>(out.size()) < limit) && at <= text.size() && MatchFrom(text, at, match)) {
    const Span found = match[0];
    // Nothing is found where a match has just ended.
    const bool accepted = found.end != at || found.begin != last_end;
    if (found.end == at) {
      at += at < text.size() ? RuneLength(text.substr(at)) : 1;
    } else {
      at = found.end;
    }
    last_end = found.end;
    if (accepted) out.push_back(found);
  }
  return out;
}

void Pattern::Expand(std::string& out, std::string_view with, std::string_view text,
                     const std::vector<Span>& groups) const {
  const auto write = [&](int64_t group) {
    if (group < 0 || group >= static_cast<int64_t>(groups.size())) return;
    const Span& span = groups[static_cast<size_t>(group)];
    if (span.matched) out += text.substr(span.begin, span.end - span.begin);
  };
  for (size_t dollar; (dollar = with.find('$')) != std::string_view::npos;) {
    out += with.substr(0, dollar);
    with.remove_prefix(dollar + 1);
    if (with.starts_with('$')) {
      out += '$';
      with.remove_prefix(1);
      continue;
    }
    const Reference reference = ReadReference(with);
    if (reference.length == 0) {
      out += '$';
      continue;
    }
    with.remove_prefix(reference.length);
    if (reference.number >= 0) {
      write(reference.number);
    } else {
      const auto& names = compiled_->re.NamedCapturingGroups();
      const auto at = names.find(std::string(reference.name));
      if (at != names.end()) write(at->second);
    }
  }
  out += with;
}

Result<std::string> Pattern::Replace(std::string_view text, std::string_view with, bool literal) const {
  literal = literal || with.find('$') == std::string_view::npos;
  std::vector<Span> groups(literal ? 1 : static_cast<size_t>(compiled_->re.NumberOfCapturingGroups()) + 1);
  std::string out;
  size_t last_end = 0;
  size_t at = 0;
  while (at <= text.size() && MatchFrom(text, at, groups)) {
    const Span match = groups[0];
    out += text.substr(last_end, match.begin - last_end);
    if (match.end > last_end || match.begin == 0) {  // an empty match right behind another is none
      if (literal) {
        out += with;
      } else {
        Expand(out, with, text, groups);
      }
      if (out.size() > kMaxText) return TooLarge("bytes", kMaxText);
    }
    last_end = match.end;
    const size_t next = at < text.size() ? at + RuneLength(text.substr(at)) : at + 1;
    at = match.end >= next ? match.end : next;
  }
  return out.append(text.substr(last_end));
}

std::vector<std::string_view> Pattern::Split(std::string_view text, int64_t limit) const {
  if (limit == 0) return {};
  if (!compiled_->empty && text.empty()) return {text};
  std::vector<std::string_view> out;
  size_t begin = 0;
  size_t end = 0;
  for (const Span& match : FindAll(text, limit)) {
    if (limit > 0 && static_cast<int64_t>(out.size()) == limit - 1) break;
    end = match.begin;
    if (match.end != 0) out.push_back(text.substr(begin, end - begin));
    begin = match.end;
  }
  if (end != text.size()) out.push_back(text.substr(begin));
  return out;
}

std::string QuoteMeta(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace croft::chart
