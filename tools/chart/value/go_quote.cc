#include "tools/chart/value/go_quote.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace croft::chart {
namespace {

// Where runes begin to be printable and where they end to be, by turns.
constexpr uint32_t kPrintTurns[] = {
#include "tools/chart/value/print_turns.inc"
};

// The same for letters and digits.
constexpr uint32_t kLetterTurns[] = {
#include "tools/chart/value/letter_turns.inc"
};

template <size_t kCount>
bool Within(const uint32_t (&turns)[kCount], char32_t rune) {
  const auto* turn = std::upper_bound(std::begin(turns), std::end(turns), static_cast<uint32_t>(rune));
  return (turn - std::begin(turns)) % 2 == 1;
}

bool IsSurrogate(char32_t rune) {
  return rune >= 0xD800 && rune < 0xE000;
}

void AppendHex(std::string& out, uint32_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += "0123456789abcdef"[(value >> shift) & 0xF];
}

// How Go escapes the rune `c`, without hexadecimals; 0 when it does not.
char ShortEscape(char32_t c) {
  switch (c) {
    case '\a':
      return 'a';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\v':
      return 'v';
    default:
      return 0;
  }
}

void AppendEscaped(std::string& out, char32_t rune, char quote, bool ascii) {
  if (rune == static_cast<unsigned char>(quote) || rune == '\\') {
    out += '\\';
    out += static_cast<char>(rune);
  } else if (ascii ? rune < 0x80 && IsPrint(rune) : IsPrint(rune)) {
    AppendRune(out, rune);
  } else if (const char escape = ShortEscape(rune)) {
    out += '\\';
    out += escape;
  } else if (rune < ' ' || rune == 0x7f) {
    out += "\\x";
    AppendHex(out, rune, 2);
  } else if (rune < 0x10000) {
    out += "\\u";
    AppendHex(out, rune, 4);
  } else {
    out += "\\U";
    AppendHex(out, rune, 8);
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes `digits` digits of the base off `text`.
bool TakeNumber(std::string_view& text, size_t digits, uint32_t base, uint32_t& number) {
  if (text.size() < digits) return false;
  number = 0;
  for (size_t i = 0; i < digits; ++i) {
    const int digit = HexDigit(text[i]);
    if (digit < 0 || static_cast<uint32_t>(digit) >= base) return false;
    number = number * base + static_cast<uint32_t>(digit);
  }
  text.remove_prefix(digits);
  return true;
}

// Takes what follows a backslash.
bool TakeEscape(std::string_view& text, char quote, GoChar& out) {
  if (text.empty()) return false;
  const char c = text.front();
  uint32_t number = 0;
  if (c >= '0' && c <= '7') {
    if (!TakeNumber(text, 3, 8, number) || number > 255) return false;
    out = {number, true};
    return true;
  }
  text.remove_prefix(1);
  if (c == 'x') {
    if (!TakeNumber(text, 2, 16, number)) return false;
    out = {number, true};
    return true;
  }
  if (c == 'u' || c == 'U') {
    if (!TakeNumber(text, c == 'u' ? 4 : 8, 16, number) || number > 0x10FFFF || IsSurrogate(number)) return false;
    out = {number, false};
    return true;
  }
  constexpr std::string_view kNames = "abfnrtv\\";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\";
  const size_t at = kNames.find(c);
  if (at == std::string_view::npos && c != quote) return false;
  out = {static_cast<unsigned char>(at == std::string_view::npos ? c : kMeanings[at]), false};
  return true;
}

}  // namespace

char32_t TakeRune(std::string_view& text, bool* valid) {
  if (valid != nullptr) *valid = true;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    text.remove_prefix(1);
    return first;
  }
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  char32_t rune = first & (0xFF >> (length + 1));
  bool good = first >= 0xC2 && first <= 0xF4 && text.size() >= length;
  for (size_t i = 1; good && i < length; ++i) {
    good = (byte(i) & 0xC0) == 0x80;
    rune = rune << 6 | (byte(i) & 0x3F);
  }
  const char32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  if (!good || rune < least || rune > 0x10FFFF || IsSurrogate(rune)) {
    if (valid != nullptr) *valid = false;
    text.remove_prefix(1);
    return kReplacement;
  }
  text.remove_prefix(length);
  return rune;
}

void AppendRune(std::string& out, char32_t rune) {
  if (rune > 0x10FFFF || IsSurrogate(rune)) rune = kReplacement;
  if (rune < 0x80) {
    out += static_cast<char>(rune);
  } else if (rune < 0x800) {
    out += static_cast<char>(0xC0 | rune >> 6);
    out += static_cast<char>(0x80 | (rune & 0x3F));
  } else if (rune < 0x10000) {
    out += static_cast<char>(0xE0 | rune >> 12);
    out += static_cast<char>(0x80 | (rune >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (rune & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | rune >> 18);
    out += static_cast<char>(0x80 | (rune >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (rune >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (rune & 0x3F));
  }
}

int64_t CountRunes(std::string_view text) {
  int64_t count = 0;
  for (; !text.empty(); ++count) TakeRune(text);
  return count;
}

bool IsPrint(char32_t rune) {
  if (rune < 0x7f) return rune >= ' ';
  return Within(kPrintTurns, rune);
}

bool IsLetterOrDigit(char32_t rune) {
  if (rune < 0x80) return std::isalnum(static_cast<unsigned char>(rune)) != 0;
  return Within(kLetterTurns, rune);
}

bool CanBackquote(std::string_view text) {
  while (!text.empty()) {
    bool valid = true;
    const char32_t rune = TakeRune(text, &valid);
    if (!valid || rune == 0xFEFF || rune == '`' || rune == 0x7f || (rune < ' ' && rune != '\t')) return false;
  }
  return true;
}

std::string GoQuote(std::string_view text, bool ascii) {
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  while (!text.empty()) {
    const char first = text.front();
    bool valid = true;
    const char32_t rune = TakeRune(text, &valid);
    if (valid) {
      AppendEscaped(out, rune, '"', ascii);
    } else {
      out += "\\x";
      AppendHex(out, static_cast<unsigned char>(first), 2);
    }
  }
  out += '"';
  return out;
}

std::string GoQuoteRune(char32_t rune, bool ascii) {
  if (rune > 0x10FFFF || IsSurrogate(rune)) rune = kReplacement;
  std::string out = "'";
  AppendEscaped(out, rune, '\'', ascii);
  out += '\'';
  return out;
}

bool TakeGoChar(std::string_view& text, char quote, GoChar& out) {
  if (text.empty() || text.front() == quote) return false;
  if (text.front() != '\\') {
    out = {TakeRune(text), false};
    return true;
  }
  text.remove_prefix(1);
  return TakeEscape(text, quote, out);
}

bool GoUnquote(std::string_view inner, char quote, std::string& out) {
  while (!inner.empty()) {
    GoChar c;
    if (inner.front() == '\n' || !TakeGoChar(inner, quote, c)) return false;
    if (c.is_byte) {
      out += static_cast<char>(c.value);
    } else {
      AppendRune(out, c.value);
    }
  }
  return true;
}

}  // namespace croft::chart
