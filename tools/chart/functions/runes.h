#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/chart/value/go_quote.h"

namespace croft::chart {

// As Go's package unicode has them.
bool IsUpper(char32_t rune);
bool IsLower(char32_t rune);
bool IsTitle(char32_t rune);
bool IsLetter(char32_t rune);
bool IsDigit(char32_t rune);
bool IsNumber(char32_t rune);
bool IsPunct(char32_t rune);
bool IsSpace(char32_t rune);
char32_t ToUpper(char32_t rune);
char32_t ToLower(char32_t rune);
char32_t ToTitle(char32_t rune);

// The text's runes; bytes that are no UTF-8 are one replacement each.
std::u32string Runes(std::string_view text);
std::string FromRunes(std::u32string_view runes);
// How many bytes the first rune takes; `text` is not empty.
size_t RuneLength(std::string_view text);

std::string UpperCase(std::string_view text);
std::string LowerCase(std::string_view text);
std::string_view TrimSpace(std::string_view text);

}  // namespace croft::chart
