#include <gtest/gtest.h>

#include "tools/chart/functions/time_object.h"
#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

Value At(int64_t seconds, int32_t nanoseconds = 0, const char* zone = "UTC") {
  return NewTime({seconds, nanoseconds, Zone::Load(zone)});
}

const Value kSummer = At(1720270984, 120000000);  // 2024-07-06 13:03:04.12 UTC, a Saturday
const Value kUtc = S("UTC");

TEST(DateFunctions, Format) {
  Check({
      {"a date", "dateInZone", {S("2006-01-02"), kSummer, kUtc}, R"("2024-07-06")"},
      {"by its old name", "date_in_zone", {S("02.01.06"), kSummer, kUtc}, R"("06.07.24")"},
      {"names", "dateInZone", {S("Monday Mon January Jan"), kSummer, kUtc}, R"("Saturday Sat July Jul")"},
      {"a clock of twelve hours", "dateInZone", {S("3:04:05PM 03pm"), kSummer, kUtc}, R"("1:03:04PM 01pm")"},
      {"padding", "dateInZone", {S("_2 2 02 1 01 002 __2"), kSummer, kUtc}, R"(" 6 6 06 7 07 188 188")"},
      {"fractions", "dateInZone", {S("05.000 05.999 05,99"), kSummer, kUtc}, R"("04.120 04.12 04,12")"},
      {"words that look like fields", "dateInZone", {S("Janet Month"), kSummer, kUtc}, R"("Janet Month")"},
      {"seconds since 1970", "dateInZone", {S("2006-01-02T15:04:05Z07:00"), I(0), kUtc}, R"("1970-01-01T00:00:00Z")"},
      {"before 1970", "dateInZone", {S("2006-01-02 15:04:05"), I(-1), kUtc}, R"("1969-12-31 23:59:59")"},
      {"anything else is now", "dateInZone", {S("2006-01-02"), S("x"), kUtc}, R"("2026-11-20")"},
      {"a day for a form", "htmlDateInZone", {kSummer, kUtc}, R"("2024-07-06")"},
      {"a zone that is not known is UTC", "dateInZone", {S("15 MST"), kSummer, S("Nowhere/Else")}, R"("13 UTC")"},
      {"no way out of the zones' folder",
       "dateInZone",
       {S("15 MST"), kSummer, S("../../../etc/passwd")},
       R"("13 UTC")"},
  });
}

TEST(DateFunctions, ZonesByRule) {
  if (!Zone::Load("Europe/Berlin")) GTEST_SKIP() << "no zoneinfo on this machine";
  Check({
      {"summer time", "dateInZone", {S("15:04 MST -07:00"), kSummer, S("Europe/Berlin")}, R"("15:03 CEST +02:00")"},
      {"winter time", "dateInZone", {S("15:04 MST -0700"), I(1704067200), S("Europe/Berlin")}, R"("01:00 CET +0100")"},
      {"long after the last change that is listed",
       "dateInZone",
       {S("2006 15:04 MST"), I(4118342400), S("Europe/Berlin")},
       R"("2100 02:00 CEST")"},
      {"in the south",
       "dateInZone",
       {S("2006 15:04 MST"), I(4102444800), S("Australia/Sydney")},
       R"("2100 11:00 AEDT")"},
      {"half hours", "dateInZone", {S("15:04 Z07:00"), kSummer, S("Asia/Kolkata")}, R"("18:33 +05:30")"},
  });
}

TEST(DateFunctions, Durations) {
  Check({
      {"seconds as a duration", "duration", {S("95")}, R"("1m35s")"},
      {"of a number", "duration", {Value::Int64(3600)}, R"("1h0m0s")"},
      {"an int is none", "duration", {I(3600)}, R"("0s")"},
      {"what is no number is none", "duration", {S("x")}, R"("0s")"},
      {"the greatest unit", "durationRound", {S("2400h10m5s")}, R"("3mo")"},
      {"one whole unit is not enough", "durationRound", {S("1h")}, R"("60m")"},
      {"since a time", "durationRound", {At(1795176527 - 90)}, R"("1m")"},
      {"nothing", "durationRound", {S("x")}, R"("0s")"},
      {"how long ago", "ago", {At(1795176527 - 90)}, R"("1m31s")"},
      {"how long ago by seconds", "ago", {I(1795176527 - 7200)}, R"("2h0m1s")"},
  });
}

TEST(DateFunctions, ReadAndChange) {
  const auto read = [](const char* layout, const char* text) {
    const Result<Value> time = CallFor("mustToDate", {S(layout), S(text)});
    return time.ok() ? TimeIn(*time)->Format("2006-01-02T15:04:05.999999999Z07:00") : time.status().message();
  };
  EXPECT_EQ(read("2006-01-02T15:04:05Z07:00", "2024-07-06T15:03:04.12Z"), "2024-07-06T15:03:04.12Z");
  EXPECT_EQ(read("2006-01-02 -0700", "2024-07-06 +0130"), "2024-07-06T00:00:00+01:30");
  EXPECT_EQ(read("Jan _2 2006 3PM MST", "Feb  9 2024 12AM UTC"), "2024-02-09T00:00:00Z");
  EXPECT_EQ(read("2006-002 MST", "2024-366 UTC"), "2024-12-31T00:00:00Z");
  EXPECT_EQ(read("2006-01-02", "2023-02-29"), R"(parsing time "2023-02-29": day out of range)");
  EXPECT_EQ(read("2006-01-02", "2023-13-01"), R"(parsing time "2023-13-01": month out of range)");
  EXPECT_EQ(read("2006-01-02", "2023x01"), R"(parsing time "2023x01" as "2006-01-02": cannot parse "x01" as "-")");
  EXPECT_EQ(read("2006", "2024 and more"), R"(parsing time "2024 and more": extra text: " and more")");
  EXPECT_EQ(Call("toString", {*CallFor("toDate", {S("2006"), S("x")})}), R"("0001-01-01 00:00:00 +0000 UTC")");

  EXPECT_EQ(Call("unixEpoch", {kSummer}), R"("1720270984")");
  EXPECT_EQ(Call("unixEpoch", {*CallFor("dateModify", {S("-1.5h"), kSummer})}), R"("1720265584")");
  EXPECT_EQ(Call("unixEpoch", {*CallFor("date_modify", {S("soon"), kSummer})}), R"("1720270984")");
  EXPECT_EQ(Call("mustDateModify", {S("1d"), kSummer}), R"(error: time: unknown unit "d" in duration "1d")");
  EXPECT_EQ(Call("unixEpoch", {*CallFor("must_date_modify", {S("24h"), kSummer})}), R"("1720357384")");
  EXPECT_EQ(Call("unixEpoch", {S("2024")}), "error: wrong type for value; expected time.Time; got string");
}

TEST(DateFunctions, ATimeTellsItsParts) {
  const auto ask = [](const char* method, const std::vector<Value>& arguments = {}) {
    const Result<Value> result = kSummer.as_object()->Call(method, arguments);
    return result.ok() ? Call("toString", {*result}) : "error: " + result.status().message();
  };
  EXPECT_EQ(ask("Year"), R"("2024")");
  EXPECT_EQ(ask("Month"), R"("July")");
  EXPECT_EQ(ask("Weekday"), R"("Saturday")");
  EXPECT_EQ(ask("YearDay"), R"("188")");
  EXPECT_EQ(ask("Hour"), R"("13")");
  EXPECT_EQ(ask("Unix"), R"("1720270984")");
  EXPECT_EQ(ask("Format", {S("15:04")}), R"("13:03")");
  EXPECT_EQ(ask("AddDate", {I(0), I(8), I(-6)}), R"("2025-02-28 13:03:04.12 +0000 UTC")");
  EXPECT_EQ(ask("Sub", {At(1720270984 - 90)}), R"("1m30.12s")");
  EXPECT_EQ(ask("After", {At(0)}), R"("true")");
  EXPECT_TRUE(ask("Format", {I(1)}).starts_with("error"));
  EXPECT_EQ(Call("int", {*kSummer.as_object()->Call("Month", {})}), "7");
  EXPECT_EQ(Call("date", {S("2006"), *CallFor("now", {})}), R"("2026")");
  EXPECT_EQ(Call("htmlDate", {kSummer}), R"("2024-07-06")");
}

}  // namespace
}  // namespace croft::chart::test
