#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/runes.h"
#include "tools/chart/functions/word_case.h"

namespace croft::chart {
namespace {

// Go's strings.Title: what does not belong to a word.
bool IsSeparator(char32_t rune) {
  if (rune < 0x80) return !IsLetter(rune) && !IsDigit(rune) && rune != '_';
  return !IsLetter(rune) && !IsDigit(rune) && IsSpace(rune);
}

std::string Title(std::string_view text) {
  std::string out;
  char32_t before = ' ';
  while (!text.empty()) {
    const char32_t rune = TakeRune(text);
    AppendRune(out, IsSeparator(before) ? ToTitle(rune) : rune);
    before = rune;
  }
  return out;
}

std::string Untitle(std::string_view text) {
  std::string out;
  bool first = true;
  while (!text.empty()) {
    const char32_t rune = TakeRune(text);
    AppendRune(out, first && !IsSpace(rune) ? ToLower(rune) : rune);
    first = IsSpace(rune);
  }
  return out;
}

std::string SwapCase(std::string_view text) {
  std::string out;
  bool after_space = true;
  while (!text.empty()) {
    char32_t rune = TakeRune(text);
    if (IsUpper(rune) || IsTitle(rune)) {
      rune = ToLower(rune);
      after_space = false;
    } else if (IsLower(rune)) {
      rune = after_space ? ToTitle(rune) : ToUpper(rune);
      after_space = false;
    } else {
      after_space = IsSpace(rune);
    }
    AppendRune(out, rune);
  }
  return out;
}

char32_t Byte(char c) {
  return static_cast<unsigned char>(c);
}

// These two take each byte for a rune, as sprig does: what is not ASCII comes out otherwise than it went in.
std::string Initials(std::string_view text) {
  std::string out;
  bool gap = true;
  for (const char c : text) {
    if (gap && !IsSpace(Byte(c))) AppendRune(out, Byte(c));
    gap = IsSpace(Byte(c));
  }
  return out;
}

std::string WithoutSpace(std::string_view text) {
  std::string out;
  bool any = false;
  for (const char c : text) {
    if (IsSpace(Byte(c))) {
      any = true;
    } else {
      AppendRune(out, Byte(c));
    }
  }
  return any ? out : std::string(text);
}

// Lines of at most `width` bytes, broken at blanks; words that are longer are cut where `cut_words`, else they stand
// out.
Result<std::string> Wrap(std::string_view text, int64_t width, std::string_view line_end, bool cut_words) {
  if (line_end.empty()) line_end = "\n";
  const size_t room = width < 1 ? 1 : static_cast<size_t>(width);
  std::string out;
  while (text.size() > room) {
    if (text[0] == ' ') {
      text.remove_prefix(1);
      continue;
    }
    size_t end = text.substr(0, room + 1).rfind(' ');
    size_t skip = 1;  // the blank
    if (end == std::string_view::npos && cut_words) {
      end = room;
      skip = 0;
    } else if (end == std::string_view::npos) {
      end = text.find(' ', room);
      if (end == std::string_view::npos) break;
    }
    out.append(text.substr(0, end)).append(line_end);
    if (out.size() > kMaxText) return TooLarge("bytes", kMaxText);
    text.remove_prefix(end + skip);
  }
  return out.append(text);
}

constexpr std::string_view kDots = "...";

std::string AbbreviateEnd(std::string_view text, size_t width) {
  if (width < 4) return "";
  if (text.size() <= width) return std::string(text);
  return std::string(text.substr(0, width - 3)).append(kDots);
}

std::string Abbreviate(std::string_view text, int64_t offset, int64_t width) {
  if (width < 4) return "";
  const auto size = static_cast<int64_t>(text.size());
  if (size <= width) return std::string(text);
  offset = std::clamp<int64_t>(offset, 0, size);
  if (size - offset < width - 3) offset = size - (width - 3);
  if (offset <= 4) return AbbreviateEnd(text, static_cast<size_t>(width));
  if (width < 7) return "";
  std::string out(kDots);
  if (offset + width - 3 < size) {
    return out + AbbreviateEnd(text.substr(static_cast<size_t>(offset)), static_cast<size_t>(width - 3));
  }
  return out.append(text.substr(static_cast<size_t>(size - (width - 3))));
}

}  // namespace

void AddWords(Functions& functions) {
  functions["title"] = Bind([](std::string_view text) { return Title(text); });
  functions["untitle"] = Bind([](std::string_view text) { return Untitle(text); });
  functions["swapcase"] = Bind([](std::string_view text) { return SwapCase(text); });
  functions["initials"] = Bind([](std::string_view text) { return Initials(text); });
  functions["nospace"] = Bind([](std::string_view text) { return WithoutSpace(text); });
  functions["snakecase"] = Bind([](std::string_view text) { return JoinWords(text, '_'); });
  functions["kebabcase"] = Bind([](std::string_view text) { return JoinWords(text, '-'); });
  functions["camelcase"] = Bind([](std::string_view text) { return PascalCase(text); });
  functions["wrap"] = Bind([](GoInt width, std::string_view text) { return Wrap(text, width, "", false); });
  functions["wrapWith"] = Bind(
      [](GoInt width, std::string_view line_end, std::string_view text) { return Wrap(text, width, line_end, true); });
  functions["abbrev"] = Bind(
      [](GoInt width, std::string_view text) { return width < 4 ? std::string(text) : Abbreviate(text, 0, width); });
  functions["abbrevboth"] = Bind([](GoInt left, GoInt right, std::string_view text) {
    return right < 4 || (left > 0 && right < 7) ? std::string(text) : Abbreviate(text, left, right);
  });
}

}  // namespace croft::chart
