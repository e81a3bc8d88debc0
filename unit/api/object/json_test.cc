#include "api/object/json.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

TEST(ParseJson, RefusesANestingOfTenThousandWithoutRecursing) {
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  const auto result = ParseJson(deep);
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
