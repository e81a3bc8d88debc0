#include "tools/chart/value/yaml_text.h"

#include <algorithm>

#include "tools/chart/value/json.h"
#include "tools/chart/value/yaml_scalar.h"

namespace croft::chart {
namespace {

constexpr std::string_view kNextLine = "\xC2\x85";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

size_t SizeAt(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

// What YAML 1.1 prints as it is; nothing beyond 16 bits.
bool IsPrintable(std::string_view text, size_t at, bool pretty) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first == '\n' || (first >= 0x20 && first < 0x7F) || (pretty && first == '\t');
  if (first == 0xC2) return byte(1) >= 0xA0;
  if (first == 0xED) return byte(1) < 0xA0;
  if (first == 0xEF) {
    return !(byte(1) == 0xBB && byte(2) == 0xBF) && !(byte(1) == 0xBF && (byte(2) == 0xBE || byte(2) == 0xBF));
  }
  return first > 0xC2 && first < 0xF0;
}

// What speaks against styles.
struct Analysis {
  bool indicators = false;  // it would read as structure
  bool special = false;
  bool tabs = false;
  bool breaks = false;
  bool space_at_edge = false;
  bool space_at_end = false;
  bool space_after_break = false;
  bool space_before_break = false;
};

bool IsBlankAt(std::string_view text, size_t at) {
  return text[at] == ' ' || text[at] == '\t';
}

bool BeginsStructure(std::string_view text) {
  if (text.starts_with("---") || text.starts_with("...")) return true;
  if (std::string_view("#,[]{}&*!|>'\"%@`").find(text[0]) != std::string_view::npos) return true;
  const bool alone = text.size() == 1 || IsBlankAt(text, 1);
  return alone && (text[0] == '?' || text[0] == ':' || text[0] == '-');
}

Analysis Analyze(std::string_view text, bool pretty) {
  Analysis found;
  found.indicators = BeginsStructure(text);
  bool after_space = false;
  bool after_break = false;
  bool after_white = true;
  for (size_t i = 0; i < text.size();) {
    const size_t size = SizeAt(text, i);
    const char c = text[i];
    const bool last = i + size == text.size();
    if (i > 0 && c == ':' && (last || IsBlankAt(text, i + 1))) found.indicators = true;
    if (i > 0 && c == '#' && after_white) found.indicators = true;
    if (c == '\t') found.tabs = true;
    if (!IsPrintable(text, i, pretty)) found.special = true;
    const bool is_break = BreakSize(text, i) > 0;
    if (c == ' ') {
      found.space_at_edge |= i == 0 || last;
      found.space_at_end |= last;
      found.space_after_break |= after_break;
    } else if (is_break) {
      found.breaks = true;
      found.space_before_break |= after_space;
    }
    after_space = c == ' ';
    after_break = is_break;
    after_white = c == ' ' || c == '\t' || is_break || c == '\0';
    i += size;
  }
  return found;
}

void AppendEscape(std::string& out, uint32_t c) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  static constexpr std::pair<uint32_t, char> kNamed[] = {
      {0x00, '0'}, {0x07, 'a'}, {0x08, 'b'},  {0x09, 't'}, {0x0A, 'n'}, {0x0B, 'v'},   {0x0C, 'f'},  {0x0D, 'r'},
      {0x1B, 'e'}, {0x22, '"'}, {0x5C, '\\'}, {0x85, 'N'}, {0xA0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};
  out += '\\';
  for (const auto& [known, name] : kNamed) {
    if (known != c) continue;
    out += name;
    return;
  }
  const int digits = c <= 0xFF ? 2 : c <= 0xFFFF ? 4 : 8;
  out += digits == 2 ? 'x' : digits == 4 ? 'u' : 'U';
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kHex[c >> shift & 15];
}

uint32_t CharacterAt(std::string_view text, size_t at) {
  const size_t size = SizeAt(text, at);
  auto c = static_cast<uint32_t>(static_cast<unsigned char>(text[at]));
  if (size > 1) c &= 0x3Fu >> (size - 1);
  for (size_t i = 1; i < size; ++i) c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3F);
  return c;
}

// Around U+0085, which ends a line, spaces go; one line break becomes a space, of several all but one stay.
std::string FoldNextLines(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    size_t lines = 0;
    while (end < text.size()) {
      if (text.substr(end, 2) == kNextLine) {
        ++lines;
        end += 2;
      } else if (text[end] == ' ') {
        ++end;
      } else {
        break;
      }
    }
    if (lines == 0) {
      out += text.substr(i, end - i);
      if (end < text.size()) out += text[end++];
    } else {
      out += lines == 1 ? " " : std::string(lines - 1, '\n');
    }
    i = end;
  }
  return out;
}

}  // namespace

size_t BreakSize(std::string_view text, size_t at) {
  switch (text[at]) {
    case '\n':
    case '\r':
      return 1;
    case '\xC2':
      return text.substr(at, 2) == kNextLine ? 2 : 0;
    case '\xE2': {
      const std::string_view three = text.substr(at, 3);
      return three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9" ? 3 : 0;
    }
    default:
      return 0;
  }
}

bool HasBreak(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (BreakSize(text, i) > 0) return true;
  }
  return false;
}

std::string_view ChompMark(std::string_view text) {
  size_t last = text.size() - 1;
  while ((static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
  if (BreakSize(text, last) == 0) return "-";
  if (last == 0) return "+";
  size_t before = last - 1;
  while ((static_cast<unsigned char>(text[before]) & 0xC0) == 0x80) --before;
  return BreakSize(text, before) == 0 ? "" : "+";
}

TextStyle ChooseStyle(std::string_view text, bool as_key, bool pretty, bool resolves) {
  if (text.empty()) return TextStyle::kDouble;
  const Analysis found = Analyze(text, pretty);
  const bool no_quotes_but_double = found.special || found.space_before_break || found.tabs;
  if (text.find('\n') != std::string_view::npos) {
    const bool literal = !as_key && !found.space_at_end && !found.space_before_break && !found.special;
    return literal ? TextStyle::kLiteral : TextStyle::kDouble;
  }
  if (resolves && (ResolveYaml(text).kind != YamlScalar::Kind::kString || IsBase60(text))) return TextStyle::kDouble;
  if (as_key && found.breaks) return TextStyle::kDouble;
  if (no_quotes_but_double || found.space_after_break) return TextStyle::kDouble;
  return found.indicators || found.breaks || found.space_at_edge ? TextStyle::kSingle : TextStyle::kPlain;
}

void AppendDoubleQuoted(std::string& out, std::string_view text) {
  // A byte order mark at the beginning has all of the text escaped.
  const bool all = text.starts_with(kByteOrderMark);
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const size_t size = SizeAt(text, i);
    if (all || !IsPrintable(text, i, false) || BreakSize(text, i) > 0 || text[i] == '"' || text[i] == '\\') {
      AppendEscape(out, CharacterAt(text, i));
    } else {
      out += text.substr(i, size);
    }
    i += size;
  }
  out += '"';
}

bool IsPlainAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x7F;
  });
}

std::optional<std::string> ReadBackFromJson(std::string_view text) {
  bool next_line = false;
  for (size_t i = 0; i < text.size(); i += SizeAt(text, i)) {
    const uint32_t c = CharacterAt(text, i);
    if (c == 0x7F || (c > 0x7F && c < 0xA0 && c != 0x85) || c == 0xFFFE || c == 0xFFFF) return std::nullopt;
    next_line |= c == 0x85;
  }
  return next_line ? FoldNextLines(text) : std::string(text);
}

bool JsonKeyFits(std::string_view key) {
  if (key.find(kNextLine) != std::string_view::npos) return false;
  constexpr size_t kMax = 1024;
  if (key.size() * 6 + 2 <= kMax) return true;
  std::string json;
  AppendJsonString(json, key);
  const auto characters = std::count_if(json.begin(), json.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return static_cast<size_t>(characters) <= kMax;
}

}  // namespace croft::chart
