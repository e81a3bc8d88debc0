#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace croft::chart {

inline constexpr char32_t kReplacement = 0xFFFD;

// Takes the first rune off `text`, which must not be empty. Bytes that are no UTF-8 count as one replacement rune each:
// `valid`, where wanted, tells these from a replacement that is written in the text.
char32_t TakeRune(std::string_view& text, bool* valid = nullptr);
// Writes the replacement for what is no rune (surrogates, beyond Unicode's end).
void AppendRune(std::string& out, char32_t rune);
int64_t CountRunes(std::string_view text);

// As strconv has them: letters, marks, numbers, punctuation, symbols and the ASCII space.
bool IsPrint(char32_t rune);
// What identifiers are made of, the underscore aside.
bool IsLetterOrDigit(char32_t rune);
// Whether the text can be written between backquotes.
bool CanBackquote(std::string_view text);
// The text in double quotes, with Go's escapes; `ascii` escapes all that is not ASCII.
std::string GoQuote(std::string_view text, bool ascii = false);
// A rune in single quotes.
std::string GoQuoteRune(char32_t rune, bool ascii = false);

struct GoChar {
  char32_t value = 0;
  bool is_byte = false;  // written as one, "\xff"
};
// Takes one character or escape off what stands between the quotes of a Go constant; false when it is wrong.
bool TakeGoChar(std::string_view& text, char quote, GoChar& out);
// What stands between the quotes of a Go string, its escapes taken out; false when they are wrong.
bool GoUnquote(std::string_view inner, char quote, std::string& out);

}  // namespace croft::chart
