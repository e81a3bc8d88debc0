#include "tools/chart/chart/ignore.h"

#include <gtest/gtest.h>

namespace croft::chart {
namespace {

TEST(MatchPath, MatchesAsGoDoes) {
  struct Case {
    std::string pattern;
    std::string name;
    bool matches;
  };
  const Case cases[] = {
      {"abc", "abc", true},
      {"*", "abc", true},
      {"*c", "abc", true},
      {"a*", "a", true},
      {"a*", "ab/c", false},
      {"a*/b", "abc/b", true},
      {"a*/b", "a/c/b", false},
      {"a*b*c*d*e*/f", "axbxcxdxe/f", true},
      {"a?b",
       "a\xE2\x98\xBA"
       "b",
       true},
      {"a???b",
       "a\xE2\x98\xBA"
       "b",
       false},
      {"[a-c]x", "bx", true},
      {"[^a-c]x", "bx", false},
      {"a\\*b", "a*b", true},
      {"a\\*b", "ab", false},
      {"*x", "xxx", true},
      {"", "", true},
  };
  for (const Case& c : cases) {
    const Result<bool> matched = MatchPath(c.pattern, c.name);
    ASSERT_TRUE(matched.ok()) << c.pattern;
    EXPECT_EQ(*matched, c.matches) << c.pattern << " on " << c.name;
  }
  for (const char* bad : {"[", "[]a]", "[-]", "[x-]", "[a-b-c]", "a[", "\\"})
    EXPECT_FALSE(MatchPath(bad, "a").ok()) << bad;
}

TEST(IgnoreRules, IgnoresAsHelmDoes) {
  struct Case {
    std::string name;
    std::string rules;
    std::string path;
    bool is_folder;
    bool ignored;
  };
  const Case cases[] = {
      {"a name anywhere", "*.txt", "a/b/c.txt", false, true},
      {"comments and blank lines are no rules", "# *.txt\n\n", "c.txt", false, false},
      {"a path from the top", "/c.txt", "c.txt", false, true},
      {"but not below it", "/c.txt", "a/c.txt", false, false},
      {"a path with a slash is whole", "a/*.txt", "a/c.txt", false, true},
      {"and only that", "a/*.txt", "b/a/c.txt", false, false},
      {"a folder", ".git/", ".git", true, true},
      {"not a file of that name", ".git/", ".git", false, false},
      {"a negated rule ignores all else", "!a.txt", "b.txt", false, true},
      {"and not what it names", "!a.txt", "a.txt", false, false},
      {"hidden templates", "", "templates/.x.swp", false, true},
      {"a byte order mark is no part of a rule", "\xEF\xBB\xBF*.txt\r\n", "c.txt", false, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Result<IgnoreRules> rules = IgnoreRules::Parse(c.rules);
    ASSERT_TRUE(rules.ok());
    EXPECT_EQ(rules->Ignores(c.path, c.is_folder), c.ignored);
  }
  EXPECT_EQ(IgnoreRules::Parse("a/**").status().message(), "double-star (**) syntax is not supported");
  EXPECT_EQ(IgnoreRules::Parse("[").status().message(), "syntax error in pattern");
}

}  // namespace
}  // namespace croft::chart
