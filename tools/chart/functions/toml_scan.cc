#include "tools/chart/functions/toml_scan.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <optional>

#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/parse_number.h"
#include "tools/chart/functions/time_object.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

bool IsDecimal(char c) {
  return c >= '0' && c <= '9';
}
bool IsBare(char c) {
  return IsDecimal(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}
bool IsControl(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
}

// Underscores stand between digits alone.
bool UnderscoresStandRight(std::string_view word) {
  const auto digit = [&](size_t at) {
    return at < word.size() && std::isxdigit(static_cast<unsigned char>(word[at])) != 0;
  };
  for (size_t i = 0; i < word.size(); ++i) {
    if (word[i] == '_' && (i == 0 || !digit(i - 1) || !digit(i + 1))) return false;
  }
  return true;
}

// Dates and times by the forms that TOML has.
std::optional<Time> ReadTime(std::string word) {
  constexpr std::string_view kLayouts[] = {"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999",
                                           "2006-01-02", "15:04:05.999999999"};
  if (word.size() > 10 && (word[10] == ' ' || word[10] == 't')) word[10] = 'T';
  if (word.ends_with('z')) word.back() = 'Z';
  for (const std::string_view layout : kLayouts) {
    Result<Time> time = ParseGoTime(layout, word, Zone::Local());
    if (time.ok()) return std::move(*time);
  }
  return std::nullopt;
}

}  // namespace

Status TomlScanner::Failed(std::string_view why) const {
  const std::string_view read = whole_.substr(0, whole_.size() - rest_.size());
  const auto line = std::count(read.begin(), read.end(), '\n') + 1;
  return Wrong("toml: line " + std::to_string(line) + ": " + std::string(why));
}

bool TomlScanner::Take(std::string_view what) {
  if (!rest_.starts_with(what)) return false;
  rest_.remove_prefix(what.size());
  return true;
}

void TomlScanner::SkipBlanks() {
  while (next() == ' ' || next() == '\t') rest_.remove_prefix(1);
}

Status TomlScanner::SkipComment() {
  if (next() != '#') return Status::Ok();
  while (!done() && next() != '\n') {
    if (IsControl(next()) && !rest_.starts_with("\r\n"))
      return Failed("control characters are not allowed in comments");
    rest_.remove_prefix(1);
  }
  return Status::Ok();
}

Status TomlScanner::SkipLines() {
  do {
    SkipBlanks();
    CROFT_RETURN_IF_ERROR(SkipComment());
  } while (Take("\n") || Take("\r\n"));
  return Status::Ok();
}

Status TomlScanner::EndLine() {
  SkipBlanks();
  CROFT_RETURN_IF_ERROR(SkipComment());
  if (done() || Take("\n") || Take("\r\n")) return Status::Ok();
  return Failed("expected a line's end or a comment, but got " + GoQuote(rest_.substr(0, 1)));
}

Result<std::string> TomlScanner::ReadKeyPart() {
  SkipBlanks();
  if (next() == '"' || next() == '\'') {
    if (rest_.starts_with("\"\"\"") || rest_.starts_with("'''")) return Failed("a key has one line");
    return ReadString();
  }
  size_t size = 0;
  while (size < rest_.size() && IsBare(rest_[size])) ++size;
  if (size == 0) return Failed("expected a key, but got " + GoQuote(rest_.substr(0, 1)));
  std::string out(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return out;
}

Result<std::string> TomlScanner::ReadString() {
  if (Take("\"\"\"")) return ReadBasic(true);
  if (Take("'''")) return ReadLiteral(true);
  return Take("\"") ? ReadBasic(false) : (Take("'"), ReadLiteral(false));
}

Result<std::string> TomlScanner::ReadBasic(bool many_lines) {
  if (many_lines && !Take("\n")) Take("\r\n");
  std::string out;
  while (!done()) {
    const char c = next();
    if (c == '"' && (!many_lines || rest_.starts_with("\"\"\""))) {
      size_t quotes = 0;  // up to two may stand right before the end
      while (many_lines && quotes < 5 && quotes < rest_.size() && rest_[quotes] == '"') ++quotes;
      if (quotes > 3) out.append(quotes - 3, '"');
      rest_.remove_prefix(many_lines ? quotes : 1);
      return out;
    }
    if (c == '\\') {
      rest_.remove_prefix(1);
      CROFT_RETURN_IF_ERROR(ReadEscape(out, many_lines));
      continue;
    }
    if (IsControl(c) && !(many_lines && (c == '\n' || rest_.starts_with("\r\n")))) {
      return Failed(c == '\n' ? "strings cannot contain newlines"
                              : "control characters are not allowed inside strings");
    }
    out += c;
    rest_.remove_prefix(1);
  }
  return Failed("unexpected EOF; expected '\"'");
}

Result<std::string> TomlScanner::ReadLiteral(bool many_lines) {
  if (many_lines && !Take("\n")) Take("\r\n");
  const std::string_view end = many_lines ? "'''" : "'";
  size_t at = rest_.find(end);
  if (at == std::string_view::npos) return Failed("unexpected EOF; expected \"'\"");
  for (int i = 0; many_lines && i < 2 && at + 3 < rest_.size() && rest_[at + 3] == '\''; ++i) ++at;
  std::string out(rest_.substr(0, at));
  for (size_t i = 0; i < out.size(); ++i) {
    const bool line_end = out[i] == '\n' || (out[i] == '\r' && i + 1 < out.size() && out[i + 1] == '\n');
    if (IsControl(out[i]) && !(many_lines && line_end))
      return Failed("control characters are not allowed inside strings");
  }
  rest_.remove_prefix(at + end.size());
  return out;
}

Status TomlScanner::ReadEscape(std::string& out, bool many_lines) {
  constexpr std::string_view kLetters = "btnfre\"\\";
  constexpr std::string_view kMeanings = "\b\t\n\f\r\x1b\"\\";
  const char c = next();
  if (const size_t at = kLetters.find(c); c != '\0' && at != std::string_view::npos) {
    out += kMeanings[at];
    rest_.remove_prefix(1);
    return Status::Ok();
  }
  const size_t size = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (size > 0 && rest_.size() > size) {
    const auto rune = ParseUint(rest_.substr(1, size), 16);
    if (rune.error == NumberError::kNone && rune.value < 0x110000 && (rune.value < 0xD800 || rune.value > 0xDFFF)) {
      AppendRune(out, static_cast<char32_t>(rune.value));
      rest_.remove_prefix(1 + size);
      return Status::Ok();
    }
    return Failed("expected " + std::to_string(size) + " hexadecimal digits of a character");
  }
  // The end of a line that is escaped goes with all white space behind it.
  const size_t line = rest_.find_first_not_of(" \t\r");
  if (many_lines && line != std::string_view::npos && rest_[line] == '\n') {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
    return Status::Ok();
  }
  return Failed("invalid escape character " + GoQuote(rest_.substr(0, 1)));
}

Result<Value> TomlScanner::ReadScalar() {
  if (next() == '"' || next() == '\'') {
    Result<std::string> text = ReadString();
    if (!text.ok()) return text.status();
    return Value::String(std::move(*text));
  }
  size_t size = 0;
  while (size < rest_.size() &&
         (IsBare(rest_[size]) || rest_[size] == '+' || rest_[size] == '.' || rest_[size] == ':')) {
    ++size;
  }
  // A blank may stand between a date and its time.
  if (size == 10 && rest_[4] == '-' && rest_.size() > 12 && rest_[10] == ' ' && IsDecimal(rest_[11])) {
    ++size;
    while (size < rest_.size() &&
           (IsBare(rest_[size]) || rest_[size] == '+' || rest_[size] == '.' || rest_[size] == ':')) {
      ++size;
    }
  }
  const std::string_view word = rest_.substr(0, size);
  if (word.empty()) return Failed("expected value but found " + GoQuote(rest_.substr(0, 1)) + " instead");
  Result<Value> value = word == "true" || word == "false" ? Value::Bool(word == "true") : ReadNumber(word);
  if (value.ok()) rest_.remove_prefix(size);
  return value;
}

Result<Value> TomlScanner::ReadNumber(std::string_view word) {
  const std::string_view size = word.substr(word[0] == '+' || word[0] == '-' ? 1 : 0);
  if (size == "inf" || size == "nan")
    return Value::Float64(size == "nan" ? NAN : word[0] == '-' ? -INFINITY : INFINITY);
  const bool date = word.size() >= 8 && IsDecimal(word[0]) && (word[2] == ':' || (word.size() >= 10 && word[4] == '-'));
  if (date) {
    const std::optional<Time> time = ReadTime(std::string(word));
    if (!time) return Failed("invalid datetime: " + GoQuote(word));
    return NewTime(*time);
  }
  std::string plain;
  std::copy_if(word.begin(), word.end(), std::back_inserter(plain), [](char c) { return c != '_'; });
  const auto invalid = [&] { return Failed("invalid number: " + GoQuote(word)); };
  if (word.size() > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'o' || word[1] == 'b')) {
    const auto parsed = ParseInt(std::string_view(plain).substr(2), word[1] == 'x' ? 16 : word[1] == 'o' ? 8 : 2);
    const bool right = UnderscoresStandRight(word.substr(2)) && std::isxdigit(static_cast<unsigned char>(word[2])) != 0;
    return right && parsed.error == NumberError::kNone ? Result<Value>(Value::Int64(parsed.value)) : invalid();
  }
  const bool leading_zero = size.size() > 1 && size[0] == '0' && IsDecimal(size[1]);
  if (leading_zero || !UnderscoresStandRight(word)) return invalid();
  if (word.find_first_of(".eE") == std::string_view::npos) {
    const auto parsed = ParseInt(plain, 10);
    if (parsed.error == NumberError::kRange) return Failed(std::string(word) + " is out of range for int64");
    if (parsed.error != NumberError::kNone) return Failed("expected value but found " + GoQuote(word) + " instead");
    return Value::Int64(parsed.value);
  }
  const size_t dot = size.find('.');
  const bool digits_around = dot == std::string_view::npos ||
                             (dot > 0 && IsDecimal(size[dot - 1]) && dot + 1 < size.size() && IsDecimal(size[dot + 1]));
  const auto parsed = ParseFloat(plain);
  if (!digits_around || !IsDecimal(size[0]) || parsed.error != NumberError::kNone) {
    return invalid();
  }
  return Value::Float64(parsed.value);
}

}  // namespace croft::chart
