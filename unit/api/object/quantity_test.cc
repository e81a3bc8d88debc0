#include "api/object/quantity.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

TEST(Quantity, HasOneSpelling) {
  struct Case {
    const char* name;
    const char* text;
    const char* canonical;
  };
  const Case cases[] = {
      {"a whole number", "1", "1"},
      {"a fraction is written in the next smaller unit", "0.5", "500m"},
      {"one that begins with its point", ".25", "250m"},
      {"one without digits behind it", "2.", "2"},
      {"zeros behind the point say nothing", "1.0", "1"},
      {"zeros in front neither", "007", "7"},
      {"the largest suffix that leaves no fraction", "1000m", "1"},
      {"of a round number", "1000", "1k"},
      {"of one that is not round enough", "1500", "1500"},
      {"thousands of thousands", "100000k", "100M"},
      {"a tenth", "0.1", "100m"},
      {"a plus says nothing", "+3", "3"},
      {"a minus stays", "-0.5", "-500m"},
      {"no amount has no suffix", "0.0Gi", "0"},
      {"nor a sign", "-0", "0"},
      {"binary stays binary", "64Mi", "64Mi"},
      {"a binary fraction", "1.5Gi", "1536Mi"},
      {"half a gigabyte", "0.5Gi", "512Mi"},
      {"a binary amount in the largest unit", "1048576Ki", "1Gi"},
      {"one that is no multiple", "1500Ki", "1500Ki"},
      {"a small one is decimal", "0.5Ki", "512"},
      {"one that is no whole number too", "1.0001Ki", "1024102400u"},
      {"an exponent stays one", "1e3", "1e3"},
      {"that is a multiple of three", "1e4", "10e3"},
      {"written large", "5E6", "5e6"},
      {"with its sign", "12e+6", "12e6"},
      {"one that comes to nothing", "1500e-3", "1500e-3"},
      {"ones", "1000e-3", "1"},
      {"an exa", "2E", "2E"},
      {"more than the largest suffix", "3000E", "3000E"},
      {"a billionth", "1n", "1n"},
      {"less than a billionth counts as one", "0.1n", "1n"},
      {"a rest counts whole", "1.0000000001", "1000000001n"},
      {"away from zero", "-0.0000000001", "-1n"},
      {"nines carry over", "0.9999999999", "1"},
      {"a tiny exponent", "1e-100", "1e-9"},
      {"more than 64 bits of decimals", "123456789012345678901234567890", "123456789012345678901234567890"},
      {"of binary there is a largest one", "9Ei", "9223372036854775807"},
      {"which is just below this", "8Ei", "9223372036854775807"},
      {"and above this", "7Ei", "7Ei"},
      {"a binary fraction of many digits", "0.333333333333333333Gi", "357913941333333333n"},
  };
  for (const Case& c : cases) {
    const auto quantity = Quantity::Parse(c.text);
    ASSERT_TRUE(quantity) << c.name;
    EXPECT_EQ(quantity->Canonical(), c.canonical) << c.name << ": " << c.text;
    const auto again = Quantity::Parse(quantity->Canonical());
    ASSERT_TRUE(again) << c.name;
    EXPECT_EQ(again->Canonical(), c.canonical) << c.name << ", written and read";
    EXPECT_EQ(again->Milli(), quantity->Milli()) << c.name;
  }
}

TEST(Quantity, OthersAreNone) {
  for (const char* text :
       {"", "m", ".", "-", "1.2.3", "5x", "1e", "Gi", "1 k", "1e1.5", "1e+-1", "1e+", "1e99999999999", "1ki", "0x1"}) {
    EXPECT_FALSE(Quantity::Parse(text)) << text;
  }
}

TEST(Quantity, CountsThousandths) {
  const std::pair<const char*, int64_t> cases[] = {
      {"1", 1000}, {"-1", -1000}, {"1u", 1}, {"0.0005", 1}, {"1Ki", 1024000}, {"9e15", 9'000'000'000'000'000'000}};
  for (const auto& [text, milli] : cases) EXPECT_EQ(Quantity::Parse(text)->Milli(), milli) << text;
  for (const char* text : {"10e15", "1E", "7Ei", "1e400"}) EXPECT_FALSE(Quantity::Parse(text)->Milli()) << text;
}

}  // namespace
}  // namespace croft
