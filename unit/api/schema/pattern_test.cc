#include "api/schema/pattern.h"

#include <gtest/gtest.h>

#include "api/schema/schema.h"

namespace croft::schema {
namespace {

struct MatchCase {
  const char* name;
  const char* pattern;
  const char* text;
  bool matches;
};

TEST(Pattern, ManyLargeOnesAreRefusedTogether) {
  std::string properties;
  for (int i = 0; i < 20'000; ++i) {
    const std::string number = std::to_string(i);
    properties += (i == 0 ? "\"p" : ",\"p") + number + R"(":{"type":"string","pattern":"(a{900}){9})" + number + "\"}";
  }
  const auto schema = Compile(*ParseJson(R"({"type":"object","properties":{)" + properties + "}}"), nullptr, "schema");
  ASSERT_FALSE(schema.ok());
  ASSERT_EQ(schema.status().details().causes.size(), 1u);
  EXPECT_NE(schema.status().details().causes[0].message.find("too large together"), std::string::npos);
}

TEST(Pattern, MatchesAsGoDoes) {
  const MatchCase cases[] = {
      {"a pattern without anchors is searched for", "b+", "aabba", true},
      {"an anchored pattern must cover the text", "^b+$", "aabba", false},
      {"the empty pattern matches everything", "", "x", true},
      {"a label of DNS", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "web-1", true},
      {"a label must not end with a dash", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "web-", false},
      {"alternatives", "^(tcp|udp)$", "udp", true},
      {"none of the alternatives", "^(tcp|udp)$", "sctp", false},
      {"an anchor belongs to its alternative", "^a|b$", "cb", true},
      {"an empty alternative", "^(a|)$", "", true},
      {"a count", "^a{2,3}$", "aaa", true},
      {"too many for a count", "^a{2,3}$", "aaaa", false},
      {"an open count", "^a{2,}$", "aaaaa", true},
      {"braces that are no count are text", "^a{x}$", "a{x}", true},
      {"a negated class", "^[^/]+$", "a/b", false},
      {"a class with a bracket first", "^[]a]+$", "]a", true},
      {"a dash at the end of a class", "^[a-]+$", "a-", true},
      {"escapes", R"(^\d+\.\d+\s\w$)", "1.25 x", true},
      {"a posix class", "^[[:alpha:]_]+$", "ab_", true},
      {"a dot is any character but a line break", "^a.c$", "a\nc", false},
      {"a character of several bytes is one", "^.$", "\xc3\xa9", true},
      {"a range beyond ASCII", "^[\xc3\xa0-\xc3\xaf]$", "\xc3\xa9", true},
      {"case is ignored on demand", "^(?i)Yes$", "yES", true},
      {"case is ignored in a group", "^(?i:a)b$", "Ab", true},
      {"and not beyond it", "^(?i:a)b$", "AB", false},
      {"hexadecimal", R"(^\x41\x{42}$)", "AB", true},
      {"word edges", R"(\bfoo\b)", "a foo b", true},
      {"no word edge", R"(\bfoo\b)", "afoob", false},
      {"a named group", "^(?P<year>[0-9]{4})$", "2026", true},
      {"a lazy repetition", "^a+?b$", "aab", true},
      {"quoted text", R"(^\Qa.b\E$)", "a.b", true},
      {"lines", "(?m)^b$", "a\nb\nc", true},
      {"repeated groups that may be empty", "^(a*)*b$", "aaab", true},
  };
  for (const MatchCase& c : cases) {
    const auto pattern = Pattern::Compile(c.pattern);
    ASSERT_TRUE(pattern.ok()) << c.name << ": " << pattern.status().message();
    EXPECT_EQ(pattern->Matches(c.text), c.matches) << c.name;
  }
}

TEST(Pattern, RefusesWhatIsMalformedOrTooMuch) {
  const std::string deep = std::string(5000, '(') + std::string(5000, ')');
  for (const std::string& text :
       {std::string("("), std::string(")"), std::string("[a"), std::string("*a"), std::string("a**"),
        std::string("[z-a]"), std::string("\\"), std::string("(?=a)"), std::string("(?<!a)b"), std::string("\\1"),
        std::string("\\pX"), std::string("a{1001}"), std::string("((a{1000}){1000}){1000}"),
        std::string("((){1000}){1000}"), deep}) {
    const auto pattern = Pattern::Compile(text);
    ASSERT_FALSE(pattern.ok()) << text.substr(0, 40);
    EXPECT_EQ(pattern.status().code(), 422);
  }
}

TEST(Pattern, StaysLinearWhereBacktrackingExplodes) {
  const auto pattern = Pattern::Compile("^(a+)+$");
  ASSERT_TRUE(pattern.ok());
  EXPECT_FALSE(pattern->Matches(std::string(100'000, 'a') + "b"));
}

}  // namespace
}  // namespace croft::schema
