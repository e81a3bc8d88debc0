#include "api/base/wire_time.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

TEST(WireTime, HasOneSpelling) {
  struct Case {
    const char* name;
    TimeForm form;
    const char* text;
    const char* canonical;  // or what is wrong with it
  };
  constexpr auto kSeconds = TimeForm::kSeconds;
  constexpr auto kMicros = TimeForm::kMicros;
  const Case cases[] = {
      {"as it is written", kSeconds, "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"},
      {"a fraction is cut off", kSeconds, "2026-01-31T12:00:00.999999Z", "2026-01-31T12:00:00Z"},
      {"another zone", kSeconds, "2026-01-01T01:30:00+02:00", "2025-12-31T23:30:00Z"},
      {"a zone behind", kSeconds, "2024-02-28T20:00:00-05:30", "2024-02-29T01:30:00Z"},
      {"years that no clock of ours counts", kSeconds, "9999-01-01T00:00:00+01:00", "9998-12-31T23:00:00Z"},
      {"microseconds", kMicros, "2026-01-31T12:00:00.000120Z", "2026-01-31T12:00:00.000120Z"},
      {"microseconds of another zone", kMicros, "2026-01-31T12:00:00.500000-01:00", "2026-01-31T13:00:00.500000Z"},
      {"none of the six digits", kMicros, "2026-01-01T02:00:00Z",
       R"(parsing time "2026-01-01T02:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000")"},
      {"too few of them", kMicros, "2026-01-01T02:00:00.5Z",
       R"(parsing time "2026-01-01T02:00:00.5Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse ".5Z" as ".000000")"},
      {"too many of them", kMicros, "2026-01-01T02:00:00.0000001Z",
       R"(parsing time "2026-01-01T02:00:00.0000001Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "1Z" as "Z07:00")"},
      {"no time", kSeconds, "notatime",
       R"(parsing time "notatime" as "2006-01-02T15:04:05Z07:00": cannot parse "notatime" as "2006")"},
      {"nothing", kSeconds, "", R"(parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006")"},
      {"a date alone", kSeconds, "2026-01-01",
       R"(parsing time "2026-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T")"},
      {"no zone", kSeconds, "2026-01-01T00:00:00",
       R"(parsing time "2026-01-01T00:00:00" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00")"},
      {"a month too many", kSeconds, "2026-13-01T00:00:00Z",
       R"(parsing time "2026-13-01T00:00:00Z": month out of range)"},
      {"a day too many", kSeconds, "2026-02-29T00:00:00Z", R"(parsing time "2026-02-29T00:00:00Z": day out of range)"},
      {"a second too many", kSeconds, "2026-02-28T00:00:60Z",
       R"(parsing time "2026-02-28T00:00:60Z": second out of range)"},
      {"more behind it", kSeconds, "2026-02-28T00:00:00Z!", R"(parsing time "2026-02-28T00:00:00Z!": extra text: "!")"},
  };
  for (const Case& c : cases) {
    const Result<std::string> time = CanonicalTime(c.text, c.form);
    EXPECT_EQ(time.ok() ? *time : time.status().message(), c.canonical) << c.name;
  }
}

}  // namespace
}  // namespace croft
