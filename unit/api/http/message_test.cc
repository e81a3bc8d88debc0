#include "api/http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace croft::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(HeadersTest, NamesCompareWithoutCase) {
  const Headers headers{{"Content-Type", "a"}, {"content-type", "b"}};
  EXPECT_EQ(headers.Get("CONTENT-TYPE"), "a");
  EXPECT_TRUE(headers.Has("content-TYPE"));
  EXPECT_FALSE(headers.Has("Content"));
  EXPECT_EQ(headers.Get("Accept"), "");
}

TEST(RequestTest, TargetIsPathAndQuery) {
  Request request;
  request.target = "/api/v1/pods?limit=5&x=?";
  EXPECT_EQ(request.path(), "/api/v1/pods");
  EXPECT_EQ(request.query(), "limit=5&x=?");
  request.target = "/";
  EXPECT_EQ(request.path(), "/");
  EXPECT_EQ(request.query(), "");
}

TEST(PercentTest, DecodesAndRefusesWhatIsMalformed) {
  const struct {
    const char* name;
    std::string text;
    bool plus_is_space;
    std::optional<std::string> decoded;
  } kCases[] = {
      {"plain text stays", "a-b", false, "a-b"},
      {"either case of digits", "%2f%2F", false, "//"},
      {"plus in a query is a space", "a+b%2B", true, "a b+"},
      {"plus in a path is a plus", "a+b", false, "a+b"},
      {"zero byte", "%00", false, std::string(1, '\0')},
      {"cut off", "a%2", false, std::nullopt},
      {"not hexadecimal", "%zz", false, std::nullopt},
  };
  for (const auto& c : kCases) EXPECT_EQ(PercentDecode(c.text, c.plus_is_space), c.decoded) << c.name;
}

TEST(PercentTest, EncodedTextDecodesToItself) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(PercentDecode(PercentEncode(all), true), all);
  EXPECT_EQ(PercentEncode("app=web,tier in (a)"), "app%3Dweb%2Ctier%20in%20%28a%29");
}

TEST(QueryTest, GivesPairsInOrder) {
  EXPECT_THAT(ParseQuery("a=1&b=x%20y&&c&d=1=2&bad=%z&a=3"),
              ElementsAre(Pair("a", "1"), Pair("b", "x y"), Pair("c", ""), Pair("d", "1=2"), Pair("a", "3")));
  EXPECT_TRUE(ParseQuery("").empty());
}

}  // namespace
}  // namespace croft::http
