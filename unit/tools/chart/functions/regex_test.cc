#include <gtest/gtest.h>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

TEST(RegexFunctions, Find) {
  Check({
      {"it matches somewhere", "regexMatch", {S("b+"), S("abbc")}, "true"},
      {"it does not", "regexMatch", {S("^b"), S("abbc")}, "false"},
      {"what can't be read matches nothing", "regexMatch", {S("("), S("(")}, "false"},
      {"or fails where it must", "mustRegexMatch", {S("("), S("(")}, "error"},
      {"the first match", "regexFind", {S("[a-z][1-9]"), S("x0a1b2")}, R"("a1")"},
      {"no match", "regexFind", {S("z"), S("abc")}, R"("")"},
      {"what can't be read fails", "regexFind", {S("[a"), S("abc")}, "error"},
      {"all matches", "regexFindAll", {S("[2,4,6,8]"), S("123456789"), I(-1)}, R"([]string{"2", "4", "6", "8"})"},
      {"some matches", "regexFindAll", {S("[2,4,6,8]"), S("123456789"), I(2)}, R"([]string{"2", "4"})"},
      {"no match is nil", "regexFindAll", {S("z"), S("abc"), I(-1)}, "[]string(nil)"},
      {"nothing matches between runes, but not behind a match",
       "regexFindAll",
       {S("a*"), S("baé"), I(-1)},
       R"([]string{"", "a", ""})"},
      {"bytes can't be matched", "mustRegexFind", {S("\\C"), S("a")}, "error"},
  });
}

TEST(RegexFunctions, Replace) {
  Check({
      {"groups by number", "regexReplaceAll", {S("a(x*)b"), S("-ab-axxb-"), S("${1}W")}, R"("-W-xxW-")"},
      {"a name is as long as it can be", "regexReplaceAll", {S("a(x*)b"), S("-ab-axxb-"), S("$1W")}, R"("---")"},
      {"groups by name", "regexReplaceAll", {S("(?P<k>\\w+)=(?P<v>\\w+)"), S("a=b"), S("$v=$k")}, R"("b=a")"},
      {"names in Go's other way", "regexReplaceAll", {S("(?<k>\\w+)=(?<v>\\w+)"), S("a=b"), S("$v=$k")}, R"("b=a")"},
      {"two dollars are one", "regexReplaceAll", {S("a"), S("a"), S("$$1")}, R"("$1")"},
      {"a lone dollar stays", "regexReplaceAll", {S("a"), S("a"), S("$-")}, R"("$-")"},
      {"nothing is replaced between runes", "regexReplaceAll", {S("x*"), S("aé"), S("-")}, R"("-a-é-")"},
      {"literally", "regexReplaceAllLiteral", {S("a(x*)b"), S("-ab-"), S("${1}")}, R"("-${1}-")"},
      {"what can't be read fails", "mustRegexReplaceAllLiteral", {S("a("), S("a"), S("b")}, "error"},
      {"text as it is", "regexQuoteMeta", {S("1.2.3+[x]")}, R"("1\\.2\\.3\\+\\[x\\]")"},
  });
}

TEST(RegexFunctions, Split) {
  Check({
      {"all parts", "regexSplit", {S("z+"), S("pizza"), I(-1)}, R"([]string{"pi", "a"})"},
      {"some parts", "regexSplit", {S("z"), S("azbzc"), I(2)}, R"([]string{"a", "bzc"})"},
      {"no part", "regexSplit", {S("z"), S("azb"), I(0)}, "[]string(nil)"},
      {"nothing has one part", "regexSplit", {S("z"), S(""), I(-1)}, R"([]string{""})"},
      {"between runes", "mustRegexSplit", {S(""), S("aé"), I(-1)}, R"([]string{"a", "é"})"},
  });
}

TEST(RegexFunctions, MustFormsDoTheSame) {
  const std::vector<Value> find = {S("b+"), S("abbcb"), I(-1)}, replace = {S("b+"), S("abbcb"), S("<$0>")};
  EXPECT_EQ(Call("mustRegexFindAll", find), R"([]string{"bb", "b"})");
  EXPECT_EQ(Call("regexFindAll", find), Call("mustRegexFindAll", find));
  EXPECT_EQ(Call("mustRegexReplaceAll", replace), R"("a<bb>c<b>")");
  EXPECT_EQ(Call("regexReplaceAll", replace), Call("mustRegexReplaceAll", replace));
}

}  // namespace
}  // namespace croft::chart::test
