#include "tools/chart/value/yaml_order.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace croft::chart {
namespace {

bool IsDigit(char32_t c) {
  return c >= '0' && c <= '9';
}

// Beyond ASCII all is taken for letters but for the blocks of signs, symbols and emoji.
bool IsLetter(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  const bool signs = c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c < 0x2C00) || (c >= 0x3000 && c < 0x3005) ||
                     (c >= 0xD800 && c < 0xF900) || (c >= 0xFE00 && c < 0xFE70) || (c >= 0xFEFF && c < 0xFF21) ||
                     (c >= 0xFFE0 && c < 0x10000) || (c >= 0x1F000 && c < 0x1FB00);
  return !signs;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// `text` is UTF-8.
std::u32string Runes(std::string_view text) {
  std::u32string runes;
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    char32_t c = size == 1 ? first : first & (0x3Fu >> (size - 1));
    for (size_t k = 1; k < size && i + k < text.size(); ++k)
      c = c << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    runes += c;
    i += size;
  }
  return runes;
}

// The number whose digits begin at `at`, `lead` before them, and where it ends. Wraps as Go's int64 does.
template <class Text>
int64_t NumberAt(const Text& text, size_t& at, uint64_t lead) {
  for (; at < text.size() && IsDigit(static_cast<char32_t>(text[at])); ++at) {
    lead = lead * 10 + static_cast<uint64_t>(text[at] - '0');
  }
  return static_cast<int64_t>(lead);
}

template <class Text>
bool Less(const Text& a, const Text& b, bool pretty) {
  size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
  if (i == a.size() || i == b.size()) return a.size() < b.size();
  const auto ca = static_cast<char32_t>(a[i]);
  const auto cb = static_cast<char32_t>(b[i]);
  const bool letter_a = IsLetter(ca);
  const bool letter_b = IsLetter(cb);
  if (letter_a && letter_b) return ca < cb;
  if (letter_a || letter_b) {
    const bool in_number = pretty && i > 0 && IsDigit(static_cast<char32_t>(a[i - 1]));
    return in_number ? letter_a : letter_b;
  }
  // A zero within a number is not one that leads it.
  uint64_t lead = 0;
  if (ca == '0' || cb == '0') {
    for (size_t j = i; j > 0 && IsDigit(static_cast<char32_t>(a[j - 1])); --j) {
      if (a[j - 1] != '0') {
        lead = 1;
        break;
      }
    }
  }
  size_t end_a = i;
  size_t end_b = i;
  const int64_t number_a = NumberAt(a, end_a, lead);
  const int64_t number_b = NumberAt(b, end_b, lead);
  if (number_a != number_b) return number_a < number_b;
  if (end_a != end_b) return end_a < end_b;
  return ca < cb;
}

}  // namespace

bool YamlKeyLess(std::string_view a, std::string_view b, bool pretty) {
  if (IsAscii(a) && IsAscii(b)) return Less(a, b, pretty);
  return Less(Runes(a), Runes(b), pretty);
}

}  // namespace croft::chart
