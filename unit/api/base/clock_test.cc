#include "api/base/clock.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

using namespace std::chrono_literals;

TEST(Time, RoundTripsThroughRfc3339) {
  const WallTime time = WallTime(1'767'225'600s) + 123456us;
  EXPECT_EQ(FormatTime(time), "2026-01-01T00:00:00Z");
  EXPECT_EQ(FormatMicroTime(time), "2026-01-01T00:00:00.123456Z");
  EXPECT_EQ(ParseTime(FormatMicroTime(time)), time);
  EXPECT_EQ(ParseTime("2026-01-01T02:30:00+02:30"), WallTime(1'767'225'600s));
  EXPECT_EQ(ParseTime("0001-01-01T00:00:00Z"), WallTime::min());
  EXPECT_EQ(ParseTime("9999-12-31T23:59:59.999Z"), WallTime::max());
}

TEST(Time, RefusesWhatIsNotRfc3339) {
  for (const char* text : {"", "2026-01-01", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z",
                           "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx"}) {
    EXPECT_FALSE(ParseTime(text).has_value()) << text;
  }
}

TEST(Age, ReadsAsKubectlShowsIt) {
  const std::pair<Duration, const char*> cases[] = {
      {-5s, "0s"},    {47s, "47s"},     {119s, "119s"},      {120s, "2m"},       {3min + 5s, "3m5s"},
      {45min, "45m"}, {179min, "179m"}, {3h + 5min, "3h5m"}, {9h + 59min, "9h"}, {47h, "47h"},
      {48h, "2d"},    {75h, "3d3h"},    {24h * 400, "400d"}};
  for (const auto& [age, text] : cases) EXPECT_EQ(FormatAge(age), text);
}

TEST(GoDuration, ParsesAndFormats) {
  EXPECT_EQ(ParseDuration("1h30m"), Duration(90min));
  EXPECT_EQ(ParseDuration("250ms"), Duration(250ms));
  EXPECT_EQ(ParseDuration("1.5s"), Duration(1500ms));
  EXPECT_EQ(ParseDuration("-2m"), Duration(-2min));
  EXPECT_EQ(FormatDuration(2160h), "2160h0m0s");
  EXPECT_EQ(FormatDuration(1500ms), "1.5s");
  for (const char* text : {"", "h", "5", "3x", "1h-", "."}) EXPECT_FALSE(ParseDuration(text).has_value()) << text;
}

}  // namespace
}  // namespace croft
