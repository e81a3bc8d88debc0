#include <gtest/gtest.h>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

TEST(WordFunctions, Case) {
  Check({
      {"words are found by capitals", "snakecase", {S("FirstName")}, R"("first_name")"},
      {"a row of capitals is a word", "snakecase", {S("HTTPServer")}, R"("http_server")"},
      {"the last capital begins the next word", "kebabcase", {S("MyHTTPServer")}, R"("my-http-server")"},
      {"connectors become one kind", "kebabcase", {S("GO_PATH of-it")}, R"("go-path-of-it")"},
      {"a number with letters is a word", "snakecase", {S("http2xx")}, R"("http_2xx")"},
      {"a number before a capital belongs to the word before", "snakecase", {S("Bld4Floor3rd")}, R"("bld4_floor_3rd")"},
      {"words join to one", "camelcase", {S("http_server")}, R"("HttpServer")"},
      {"connectors at the start stay", "camelcase", {S("_complex__case_")}, R"("_Complex_Case_")"},
      {"capitals become small", "camelcase", {S("GOLANG_IS_GREAT")}, R"("GolangIsGreat")"},
      {"nothing is no word", "snakecase", {S("")}, R"("")"},
      {"each word's first letter rises", "title", {S("hello wide-world it's")}, R"("Hello Wide-World It'S")"},
      {"each word's first letter falls", "untitle", {S("Hello WORLD")}, R"("hello wORLD")"},
      {"cases are swapped, words begin high", "swapcase", {S("This Is a.Test")}, R"("tHIS iS A.tEST")"},
      {"the first letters", "initials", {S("First Try  again")}, R"("FTa")"},
      {"no space is left", "nospace", {S("h e l\tl\no")}, R"("hello")"},
      {"where space goes, bytes become runes", "nospace", {S("é x")}, R"("Ã©x")"},
  });
}

TEST(WordFunctions, Fit) {
  Check({
      {"lines break at blanks", "wrap", {I(10), S("the quick brown fox")}, R"("the quick\nbrown fox")"},
      {"long words stand out", "wrap", {I(3), S("a longword b")}, R"("a\nlongword\nb")"},
      {"long words are cut", "wrapWith", {I(5), S("|"), S("HelloWorld")}, R"("Hello|World")"},
      {"a width below one counts as one", "wrap", {I(0), S("a b")}, R"("a\nb")"},
      {"the end gives way to dots", "abbrev", {I(5), S("hello world")}, R"("he...")"},
      {"too narrow for dots", "abbrev", {I(3), S("hello world")}, R"("hello world")"},
      {"both ends give way", "abbrevboth", {I(5), I(10), S("1234 5678 9123")}, R"("...5678...")"},
      {"short texts stay", "abbrev", {I(20), S("hello")}, R"("hello")"},
      {"unbounded text is refused",
       "wrapWith",
       {I(1), S(std::string(1 << 20, 'x')), S(std::string(1000, 'y'))},
       "error: the result would have more than 67108864 bytes"},
  });
}

}  // namespace
}  // namespace croft::chart::test
