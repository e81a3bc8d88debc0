#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace croft {

using WallTime = std::chrono::system_clock::time_point;    // what time stamps in objects are
using SteadyTime = std::chrono::steady_clock::time_point;  // what intervals and deadlines are measured with
using Duration = std::chrono::nanoseconds;

// Where the time comes from. Everything that reads the time takes a Clock, so that tests and the simulated lab can own
// it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime Now() const = 0;
  virtual SteadyTime Steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  WallTime Now() const override { return std::chrono::system_clock::now(); }
  SteadyTime Steady() const override { return std::chrono::steady_clock::now(); }
};

// RFC 3339 in UTC: "2026-11-20T12:08:47Z" as metadata's times are, and with microseconds as MicroTime's are.
std::string FormatTime(WallTime time);
std::string FormatMicroTime(WallTime time);
// Any RFC 3339 time with zone; none when malformed. What is outside the years 1678 to 2262 becomes the first or last
// moment that WallTime has.
std::optional<WallTime> ParseTime(std::string_view text);

// "5d3h", "12m", "47s": an age as kubectl's columns show it.
std::string FormatAge(Duration age);

// Go's duration notation: "1h30m", "250ms", "2160h"; none when malformed.
std::optional<Duration> ParseDuration(std::string_view text);
std::string FormatDuration(Duration duration);

}  // namespace croft
