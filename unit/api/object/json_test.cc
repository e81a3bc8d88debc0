#include "api/object/json.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

TEST(ParseJson, RefusesANestingOfTenThousandWithoutRecursing) {
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  const auto result = ParseJson(deep, kMaxJsonDepth);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), 400);
  EXPECT_NE(result.status().message().find("nested deeper than 500"), std::string::npos);
}

TEST(ParseJson, AcceptsAWideDocumentWithManyBrackets) {
  std::string wide = "[";
  for (int i = 0; i < 2000; ++i) wide += i == 0 ? "{}" : ",{}";
  EXPECT_TRUE(ParseJson(wide + "]").ok());
}

TEST(ParseJson, NamesThePlaceOfAnError) {
  const auto result = ParseJson("{\"a\": }");
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.status().message().find("byte 6"), std::string::npos) << result.status().message();
}

TEST(ParseJson, AByteOrderMarkHidesNothing) {
  const std::string mark = "\xEF\xBB\xBF";
  EXPECT_EQ(WriteJson(*ParseJson(mark + "[1]")), "[1]");
  const auto deep = ParseJson(mark + std::string(100'000, '[') + std::string(100'000, ']'), kMaxJsonDepth);
  ASSERT_FALSE(deep.ok());
  EXPECT_NE(deep.status().message().find("nested deeper than 500"), std::string::npos) << deep.status().message();
}

TEST(ParseJson, AZeroByteIsNotTheEnd) {
  const auto result = ParseJson(std::string_view("{}\0{}", 5));
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.status().message().find("byte 2"), std::string::npos) << result.status().message();
}

TEST(ParseJson, NumbersAreWhatTheyAre) {
  const struct {
    const char* text;
    const char* written;
  } kCases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"-0.0", "-0.0"},
      {"0e300", "0.0"},
      {"0.000e-300", "0.0"},
      {"1e-400", "0.0"},
      {"2147483648", "2147483648"},
      {"-2147483649", "-2147483649"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551615", "18446744073709551615"},
      {"18446744073709551616", "18446744073709553000.0"},
      {"1.0", "1.0"},
      {"1e2", "100.0"},
      {"0.1", "0.1"},
      {"9007199254740993.0", "9007199254740992.0"},
      {"1.7976931348623157e308", "1.7976931348623157e308"},
      {"5e-324", "5e-324"},
  };
  for (const auto& c : kCases) {
    const auto number = ParseJson(c.text);
    ASSERT_TRUE(number.ok()) << c.text;
    EXPECT_EQ(WriteJson(*number), c.written) << c.text;
  }
  EXPECT_TRUE(ParseJson("2147483647")->IsInt());
  EXPECT_FALSE(ParseJson("2147483648")->IsInt());
  EXPECT_FALSE(ParseJson("1.0")->IsInt64());
  const auto large = ParseJson("[1e309]");
  ASSERT_FALSE(large.ok());
  EXPECT_NE(large.status().message().find("Number too big"), std::string::npos) << large.status().message();
}

TEST(ParseJson, HalfASurrogatePairIsNoText) {
  EXPECT_EQ(WriteJson(*ParseJson(R"("\ud83d\ude00 \udc00")")), "\"\xF0\x9F\x98\x80 \xEF\xBF\xBD\"");
  EXPECT_FALSE(ParseJson(R"("\ud83d")").ok());
}

TEST(Equal, IsSoonToldOfObjectsInAnotherOrder) {
  std::string up = "{", down = "{";
  for (int i = 0; i < 100'000; ++i) {
    up += "\"k" + std::to_string(i) + "\":1,";
    down += "\"k" + std::to_string(99'999 - i) + "\":1,";
  }
  up.back() = down.back() = '}';
  JsonDocument a = *ParseJson(up);
  const JsonDocument b = *ParseJson(down);
  EXPECT_TRUE(Equal(a, b));
  a["k7"].SetInt(2);
  EXPECT_FALSE(Equal(a, b));
  EXPECT_TRUE(Equal(*ParseJson(R"({"a":[1,{"b":2,"c":{}}]})"), *ParseJson(R"({"a":[1.0,{"c":{},"b":2}]})")));
  EXPECT_FALSE(Equal(*ParseJson(R"({"a":1})"), *ParseJson(R"({"b":1})")));
  EXPECT_FALSE(Equal(*ParseJson(R"([1])"), *ParseJson(R"([1,2])")));
}

TEST(Find, WalksObjectsAndStopsAtOtherTypes) {
  const auto document = ParseJson(R"({"a":{"b":{"c":"x","n":5,"t":true}},"l":[1]})");
  EXPECT_EQ(FindString(*document, {"a", "b", "c"}), "x");
  EXPECT_EQ(FindInt(*document, {"a", "b", "n"}), 5);
  EXPECT_TRUE(FindBool(*document, {"a", "b", "t"}));
  EXPECT_EQ(FindString(*document, {"l", "b"}, "none"), "none");
  EXPECT_EQ(Find(*document, {"a", "x", "c"}), nullptr);
}

TEST(Set, ReplacesAddsAndErasesKeepingTheOrder) {
  auto document = *ParseJson(R"({"a":1,"b":2,"c":3})");
  auto& allocator = document.GetAllocator();
  Set(document, "b", Json(9), allocator);
  SetString(document, "d", "x", allocator);
  Ensure(document, "e", allocator);
  EXPECT_TRUE(Erase(document, "a"));
  EXPECT_FALSE(Erase(document, "zz"));
  EXPECT_EQ(WriteJson(document), R"({"b":9,"c":3,"d":"x","e":{}})");
}

}  // namespace
}  // namespace croft
