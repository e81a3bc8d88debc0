#include "api/schema/utf8.h"

namespace croft::schema {

char32_t TakeRune(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t length = first < 0x80            ? 1
                        : first >> 5 == 0b110   ? 2
                        : first >> 4 == 0b1110  ? 3
                        : first >> 3 == 0b11110 ? 4
                                                : 0;
  if (length == 1) return text.remove_prefix(1), first;
  char32_t rune = length == 0 ? 0 : first & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if (i >= text.size() || (text[i] & 0xc0) != 0x80) return text.remove_prefix(1), 0xfffd;
    rune = rune << 6 | (text[i] & 0x3f);
  }
  if (length == 0) return text.remove_prefix(1), 0xfffd;
  text.remove_prefix(length);
  return rune;
}

size_t CountRunes(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count) TakeRune(text);
  return count;
}

}  // namespace croft::schema
