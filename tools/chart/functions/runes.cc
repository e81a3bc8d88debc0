#include "tools/chart/functions/runes.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace croft::chart {
namespace {

struct Shift {
  char32_t first, last;
  uint32_t step;
  int32_t by;
};

#include "tools/chart/functions/unicode.inc"

enum Class : uint32_t { kNone, kUpper, kLower, kTitle, kOtherLetter, kDigit, kOtherNumber, kPunct };

Class ClassOf(char32_t rune) {
  const auto* after = std::upper_bound(std::begin(kTurns), std::end(kTurns), rune << 3 | 7);
  return after == std::begin(kTurns) ? kNone : static_cast<Class>(*std::prev(after) & 7);
}

char32_t Shifted(std::span<const Shift> shifts, char32_t rune) {
  const auto at = std::lower_bound(shifts.begin(), shifts.end(), rune,
                                   [](const Shift& shift, char32_t r) { return shift.last < r; });
  if (at == shifts.end() || rune < at->first || (rune - at->first) % at->step != 0) return rune;
  return static_cast<char32_t>(static_cast<int32_t>(rune) + at->by);
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

template <class F>
std::string Mapped(std::string_view text, F map) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) AppendRune(out, map(TakeRune(text)));
  return out;
}

}  // namespace

bool IsUpper(char32_t rune) {
  return ClassOf(rune) == kUpper;
}
bool IsLower(char32_t rune) {
  return ClassOf(rune) == kLower;
}
bool IsTitle(char32_t rune) {
  return ClassOf(rune) == kTitle;
}
bool IsDigit(char32_t rune) {
  return ClassOf(rune) == kDigit;
}
bool IsPunct(char32_t rune) {
  return ClassOf(rune) == kPunct;
}
bool IsLetter(char32_t rune) {
  const Class c = ClassOf(rune);
  return c >= kUpper && c <= kOtherLetter;
}
bool IsNumber(char32_t rune) {
  const Class c = ClassOf(rune);
  return c == kDigit || c == kOtherNumber;
}
bool IsSpace(char32_t rune) {
  if (rune < 0x80) return rune == ' ' || (rune >= '\t' && rune <= '\r');
  return rune == 0x85 || rune == 0xA0 || rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200A) || rune == 0x2028 ||
         rune == 0x2029 || rune == 0x202F || rune == 0x205F || rune == 0x3000;
}

char32_t ToUpper(char32_t rune) {
  return Shifted(kToUpper, rune);
}
char32_t ToLower(char32_t rune) {
  return Shifted(kToLower, rune);
}
char32_t ToTitle(char32_t rune) {
  return Shifted(kToTitle, rune);
}

std::u32string Runes(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  while (!text.empty()) out += TakeRune(text);
  return out;
}

std::string FromRunes(std::u32string_view runes) {
  std::string out;
  out.reserve(runes.size());
  for (const char32_t rune : runes) AppendRune(out, rune);
  return out;
}

size_t RuneLength(std::string_view text) {
  const size_t before = text.size();
  TakeRune(text);
  return before - text.size();
}

std::string UpperCase(std::string_view text) {
  if (!IsAscii(text)) return Mapped(text, ToUpper);
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string LowerCase(std::string_view text) {
  if (!IsAscii(text)) return Mapped(text, ToLower);
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string_view TrimSpace(std::string_view text) {
  while (!text.empty()) {
    std::string_view rest = text;
    if (!IsSpace(TakeRune(rest))) break;
    text = rest;
  }
  size_t end = 0;  // behind the last rune that is no space
  for (std::string_view rest = text; !rest.empty();) {
    if (!IsSpace(TakeRune(rest))) end = text.size() - rest.size();
  }
  return text.substr(0, end);
}

}  // namespace croft::chart
