#include <gtest/gtest.h>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

TEST(StringFunctions, CutAndTrim) {
  Check({
      {"white space goes from both ends", "trim", {S(" \t a b \n")}, R"("a b")"},
      {"white space beyond ASCII goes too", "trim", {S("\u2003x\u00a0")}, R"("x")"},
      {"all of the characters go from both ends", "trimAll", {S("$-"), S("$-5.00-$")}, R"("5.00")"},
      {"the old name does the same", "trimall", {S("$"), S("$5$")}, R"("5")"},
      {"a suffix goes once", "trimSuffix", {S("-"), S("a--")}, R"("a-")"},
      {"a suffix that is not there changes nothing", "trimSuffix", {S("x"), S("abc")}, R"("abc")"},
      {"a prefix goes once", "trimPrefix", {S("-"), S("--a")}, R"("-a")"},
      {"truncation keeps the front", "trunc", {I(3), S("hello")}, R"("hel")"},
      {"a negative count keeps the end", "trunc", {I(-3), S("hello")}, R"("llo")"},
      {"more than there is keeps all", "trunc", {I(63), S("hello")}, R"("hello")"},
      {"a negative count beyond the length keeps all", "trunc", {I(-9), S("hello")}, R"("hello")"},
      {"a count beyond 32 bits is no small one", "trunc", {I(int64_t{1} << 32), S("hello")}, R"("hello")"},
      {"a part by its ends", "substr", {I(1), I(3), S("hello")}, R"("el")"},
      {"a negative start is the text's", "substr", {I(-1), I(2), S("hello")}, R"("he")"},
      {"a negative end is the text's", "substr", {I(2), I(-1), S("hello")}, R"("llo")"},
      {"a part beyond the text fails", "substr", {I(9), I(-1), S("hello")}, "error"},
      {"a part that ends before it begins fails", "substr", {I(3), I(2), S("hello")}, "error"},
  });
}

TEST(StringFunctions, BuildAndReplace) {
  Check({
      {"repeated text", "repeat", {I(3), S("ab")}, R"("ababab")"},
      {"repeated never", "repeat", {I(0), S("ab")}, R"("")"},
      {"a negative count fails", "repeat", {I(-1), S("ab")}, "error: strings: negative Repeat count"},
      {"unbounded text is refused",
       "repeat",
       {I(int64_t{1} << 60), S("ab")},
       "error: the result would have more than 67108864 bytes"},
      {"nothing can be repeated without end", "repeat", {I(int64_t{1} << 60), S("")}, R"("")"},
      {"every occurrence is replaced", "replace", {S(" "), S("-"), S("a b c")}, R"("a-b-c")"},
      {"nothing stands before each rune and at the end", "replace", {S(""), S("."), S("aé")}, R"(".a.é.")"},
      {"each line is indented", "indent", {I(2), S("a\nb")}, R"("  a\n  b")"},
      {"empty lines too", "indent", {I(2), S("a\n\nb\n")}, R"("  a\n  \n  b\n  ")"},
      {"a line break comes first", "nindent", {I(4), S("a: 1\nb: 2")}, R"("\n    a: 1\n    b: 2")"},
      {"negative indents fail", "nindent", {I(-1), S("a")}, "error"},
      {"one is singular", "plural", {S("anchovy"), S("anchovies"), I(1)}, R"("anchovy")"},
      {"none is plural", "plural", {S("anchovy"), S("anchovies"), I(0)}, R"("anchovies")"},
      {"upper case goes beyond ASCII", "upper", {S("straße é")}, R"("STRAßE É")"},
      {"lower case", "lower", {S("HELLO É")}, R"("hello é")"},
      {"bytes that are no text are replaced where case changes",
       "upper",
       {S("a\xff"
          "é")},
       "\"A\uFFFDÉ\""},
      {"a part is found", "contains", {S("cat"), S("catch")}, "true"},
      {"a prefix", "hasPrefix", {S("cat"), S("catch")}, "true"},
      {"no suffix", "hasSuffix", {S("cat"), S("catch")}, "false"},
      {"a greeting", "hello", {}, R"("Hello!")"},
  });
}

TEST(StringFunctions, Quote) {
  Check({
      {"quotes and escapes", "quote", {S("a \"b\"\n\\")}, R"("\"a \\\"b\\\"\\n\\\\\"")"},
      {"nil is left out", "quote", {kNil, S("a"), kNil, I(1)}, R"("\"a\" \"1\"")"},
      {"nothing at all", "quote", {kNil}, R"("")"},
      {"numbers print as Go prints them", "quote", {F(1e6), F(0.1), B(true)}, R"("\"1e+06\" \"0.1\" \"true\"")"},
      {"single quotes escape nothing", "squote", {S("it's"), kNil, I(2)}, R"("'it's' '2'")"},
      {"values in a row", "cat", {S("Hello"), kNil, I(1), L({S("a")})}, R"("Hello 1 [a]")"},
      {"lists print in brackets", "toString", {L({I(1), S("a"), kNil})}, R"("[1 a <nil>]")"},
      {"nil prints", "toString", {kNil}, R"("<nil>")"},
  });
}

TEST(StringFunctions, SplitAndJoin) {
  Check({
      {"parts are numbered", "split", {S("$"), S("a$b")}, R"(map[string]string{"_0":"a", "_1":"b"})"},
      {"parts are counted", "splitn", {S("$"), I(2), S("a$b$c")}, R"(map[string]string{"_0":"a", "_1":"b$c"})"},
      {"no part at all", "splitn", {S("$"), I(0), S("a$b")}, R"(map[string]string{})"},
      {"a list of parts", "splitList", {S(","), S("a,,b")}, R"([]string{"a", "", "b"})"},
      {"nothing parts runes", "splitList", {S(""), S("aé")}, R"([]string{"a", "é"})"},
      {"nothing has one part", "splitList", {S(","), S("")}, R"([]string{""})"},
      {"values are joined as text, nil left out", "join", {S("_"), L({I(1), S("a"), kNil, B(true)})}, R"("1_a_true")"},
      {"one value is a list of one", "join", {S("_"), S("a")}, R"("a")"},
      {"nil is no text", "join", {S("_"), kNil}, R"("")"},
      {"texts are sorted by bytes",
       "sortAlpha",
       {L({S("b"), S("B"), I(10), I(9)})},
       R"([]string{"10", "9", "B", "b"})"},
      {"a value is a sorted list", "sortAlpha", {I(3)}, R"([]string{"3"})"},
      {"texts of a list", "toStrings", {L({I(1), kNil, F(1.5)})}, R"([]string{"1", "1.5"})"},
  });
}

}  // namespace
}  // namespace croft::chart::test
