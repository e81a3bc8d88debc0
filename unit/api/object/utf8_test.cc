#include "api/object/utf8.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

TEST(Utf8, EachByteThatBelongsToNoCharacterIsReplaced) {
  struct Case {
    const char* name;
    std::string text;
    std::string clean;  // "?" stands for U+FFFD
  };
  const Case cases[] = {
      {"nothing", "", ""},
      {"ASCII", "abc", "abc"},
      {"two, three and four bytes", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
      {"the last character of all", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
      {"a zero byte is a character", std::string("a\0b", 3), std::string("a\0b", 3)},
      {"a byte that never stands", "a\xFFz", "a?z"},
      {"a continuation alone", "\x80", "?"},
      {"a character that ends early", "\xE2\x82", "??"},
      {"one that is interrupted",
       "\xE2\x82"
       "a",
       "??a"},
      {"an overlong form", "\xC0\x80", "??"},
      {"an overlong form of three bytes", "\xE0\x80\x80", "???"},
      {"a surrogate", "\xED\xA0\x80", "???"},
      {"beyond the last character", "\xF4\x90\x80\x80", "????"},
  };
  for (const Case& c : cases) {
    std::string wanted;
    for (const char byte : c.clean) wanted += byte == '?' ? std::string("\xEF\xBF\xBD") : std::string(1, byte);
    EXPECT_EQ(CleanUtf8(c.text), wanted) << c.name;
    EXPECT_EQ(IsUtf8(c.text), c.text == c.clean) << c.name;
  }
}

}  // namespace
}  // namespace croft
