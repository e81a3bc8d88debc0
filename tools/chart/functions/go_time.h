#pragma once

#include <string>
#include <string_view>

#include "api/base/clock.h"
#include "api/base/result.h"
#include "tools/chart/functions/zone.h"

namespace croft::chart {

// A moment as Go's time.Time has it: to the nanosecond, with the zone that it is shown in. Go's zero time is
// 0001-01-01.
struct Time {
  int64_t seconds = -62135596800;  // since 1970
  int32_t nanoseconds = 0;         // from 0 to 999,999,999
  ZonePtr zone = Zone::Utc();

  static Time Of(WallTime time, ZonePtr zone);
  static Time Unix(int64_t seconds, ZonePtr zone) { return {seconds, 0, std::move(zone)}; }
  // The moment when the zone's clocks show this. Numbers beyond their range count on.
  static Time FromCivil(int64_t year, int64_t month, int64_t day, int64_t seconds_of_day, int32_t nanoseconds,
                        ZonePtr zone);

  // Seconds since 1970 that the zone's clocks show.
  int64_t LocalSeconds() const;
  // Less than a nanosecond count can hold: about 292 years.
  Time Plus(int64_t more_nanoseconds) const;
  // this - other, cut to what a Go duration holds.
  int64_t Since(const Time& other) const;
  bool Before(const Time& other) const;
  bool Same(const Time& other) const { return seconds == other.seconds && nanoseconds == other.nanoseconds; }

  // By one of Go's layouts: "2006-01-02T15:04:05Z07:00".
  std::string Format(std::string_view layout) const;
  // "2026-11-20 12:08:47.5 +0000 UTC"
  std::string ToString() const { return Format("2006-01-02 15:04:05.999999999 -0700 MST"); }
};

// Reads a text by one of Go's layouts; what names no zone is in `zone`. kInvalid tells what did not fit where.
Result<Time> ParseGoTime(std::string_view layout, std::string_view text, const ZonePtr& zone);

// As time.ParseDuration reads it and Duration.String writes it, in nanoseconds: "1h30m0s", "1.5ms".
Result<int64_t> ParseGoDuration(std::string_view text);
std::string FormatGoDuration(int64_t nanoseconds);

}  // namespace croft::chart
