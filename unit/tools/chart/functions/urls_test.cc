#include <gtest/gtest.h>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

std::string Part(const char* url, const char* part) {
  const Result<Value> parts = CallFor("urlParse", {S(url)});
  return parts.ok() ? std::string(parts->as_map()->Find(part)->as_string()) : "error: " + parts.status().message();
}

TEST(UrlFunctions, Parse) {
  constexpr const char* kAll = "https://us%65r:p%40ss@example.com:8080/a%20b/c?q=1&r=%20#fr%61g";
  EXPECT_EQ(Part(kAll, "scheme"), "https");
  EXPECT_EQ(Part(kAll, "userinfo"), "user:p%40ss");
  EXPECT_EQ(Part(kAll, "host"), "example.com:8080");
  EXPECT_EQ(Part(kAll, "hostname"), "example.com");
  EXPECT_EQ(Part(kAll, "path"), "/a b/c");
  EXPECT_EQ(Part(kAll, "query"), "q=1&r=%20");
  EXPECT_EQ(Part(kAll, "fragment"), "frag");
  EXPECT_EQ(Part("mailto:a@b.c", "opaque"), "a@b.c");
  EXPECT_EQ(Part("http://[fe80::1%25en0]:80/", "hostname"), "fe80::1%en0");
  EXPECT_EQ(Part("/only/path", "path"), "/only/path");
  EXPECT_EQ(Part("http://host:port/", "host"),
            R"(error: unable to parse url: parse "http://host:port/": invalid port ":port" after host)");
  EXPECT_EQ(Part("http://x/%zz", "path"),
            R"(error: unable to parse url: parse "http://x/%zz": invalid URL escape "%zz")");
  EXPECT_TRUE(Part("1:2", "path").starts_with("error"));
  EXPECT_TRUE(Part("http://a b/", "host").starts_with("error"));
}

TEST(UrlFunctions, Join) {
  Check({
      {"all parts",
       "urlJoin",
       {M({{"scheme", S("http")},
           {"userinfo", S("u:p")},
           {"host", S("h:80")},
           {"path", S("/a b")},
           {"query", S("q=1")},
           {"fragment", S("f g")}})},
       R"("http://u:p@h:80/a%20b?q=1#f%20g")"},
      {"a path without its slash", "urlJoin", {M({{"host", S("h")}, {"path", S("p")}})}, R"("//h/p")"},
      {"what has no parts", "urlJoin", {M({{"scheme", S("mailto")}, {"opaque", S("a@b")}})}, R"("mailto:a@b")"},
      {"a colon that would make a scheme", "urlJoin", {M({{"path", S("a:b")}})}, R"("./a:b")"},
      {"nothing", "urlJoin", {M({})}, R"("")"},
      {"only texts",
       "urlJoin",
       {M({{"path", I(1)}})},
       "error: unable to parse path key, must be of type string, but int found"},
  });
}

}  // namespace
}  // namespace croft::chart::test
