#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

std::string Text(const char* function, int64_t count) {
  return std::string(CallFor(function, {I(count)})->as_string());
}

TEST(RandomFunctions, TextsOfTheirAlphabet) {
  const struct {
    const char* function;
    size_t alphabet;
    int (*belongs)(int);
  } cases[] = {{"randAlphaNum", 62, isalnum},
               {"randAlpha", 52, isalpha},
               {"randNumeric", 10, isdigit},
               {"randAscii", 95, isprint}};
  for (const auto& c : cases) {
    const std::string text = Text(c.function, 5000);
    EXPECT_EQ(text.size(), 5000U) << c.function;
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), c.belongs)) << c.function << " " << text;
    EXPECT_EQ(std::set<char>(text.begin(), text.end()).size(), c.alphabet)
        << c.function << ": every character comes up";
    EXPECT_NE(text, Text(c.function, 5000)) << c.function;
    EXPECT_EQ(Text(c.function, 0), "");
    EXPECT_EQ(Text(c.function, -1), "");
    EXPECT_EQ(Call(c.function, {I(1 << 30)}), "error: the result would have more than 1048576 random characters");
  }
}

TEST(RandomFunctions, OtherThings) {
  std::set<int64_t> numbers;
  for (int i = 0; i < 200; ++i) numbers.insert(CallFor("randInt", {I(-2), I(3)})->as_integer());
  EXPECT_EQ(numbers, (std::set<int64_t>{-2, -1, 0, 1, 2}));
  EXPECT_EQ(Call("randInt", {I(3), I(3)}), "error: invalid argument to Intn");

  EXPECT_EQ(Text("randBytes", 12).size(), 16U) << "base64";
  EXPECT_TRUE(Call("randBytes", {I(-1)}).starts_with("error"));

  const std::string uuid(CallFor("uuidv4", {})->as_string());
  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '4');

  std::string shuffled(CallFor("shuffle", {S("abcdefghij")})->as_string());
  EXPECT_NE(shuffled, "abcdefghij");
  std::sort(shuffled.begin(), shuffled.end());
  EXPECT_EQ(shuffled, "abcdefghij");
}

TEST(RandomFunctions, HostsAreLookedUpOnlyOnDemand) {
  EXPECT_EQ(Call("getHostByName", {S("localhost")}), R"("")");
  const StillClock clock;
  SeededRandom random(1);
  Functions functions;
  AddNetwork(functions, {clock, random, true});
  const Result<Value> address = functions["getHostByName"].call(std::vector<Value>{S("127.0.0.1")});
  ASSERT_TRUE(address.ok()) << address.status().message();
  EXPECT_EQ(address->as_string(), "127.0.0.1");
}

}  // namespace
}  // namespace croft::chart::test
