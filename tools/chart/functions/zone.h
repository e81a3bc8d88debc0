#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace croft::chart {

// What a zone's clocks show in a stretch of time.
struct ZonePeriod {
  std::string name;    // "CET"; may be empty
  int64_t offset = 0;  // seconds east of UTC
  int64_t begin = std::numeric_limits<int64_t>::min();
  int64_t end = std::numeric_limits<int64_t>::max();  // does not belong to it
};

// A time zone from the system's zoneinfo (RFC 8536), with the rule for the times after the last that is listed.
// Constant once read; read once per process.
class Zone {
 public:
  static std::shared_ptr<const Zone> Utc();
  static std::shared_ptr<const Zone> Fixed(std::string name, int64_t offset);
  // What TZ names, /etc/localtime otherwise, UTC in need.
  static std::shared_ptr<const Zone> Local();
  // "Europe/Berlin", "UTC", "Local"; null when there is none such.
  static std::shared_ptr<const Zone> Load(std::string_view name);
  // Of a zoneinfo file's bytes; null when malformed.
  static std::shared_ptr<const Zone> FromBytes(std::string_view bytes);

  ZonePeriod At(int64_t unix_seconds) const;
  // The offset of the period that is so named, at that local time if it can be; none when it never is.
  std::optional<int64_t> OffsetOf(std::string_view period_name, int64_t local_seconds) const;

 private:
  struct Period {
    int64_t offset = 0;
    bool summer = false;
    std::string name;
  };
  struct Change {
    int64_t at = 0;
    size_t period = 0;
  };

  const Period& First() const;

  std::vector<Period> periods_;
  std::vector<Change> changes_;
  std::string rule_;  // POSIX TZ: "CET-1CEST,M3.5.0,M10.5.0/3"
};

using ZonePtr = std::shared_ptr<const Zone>;

// The period at a time by a POSIX TZ rule; none when the rule is malformed. `last_change` begins what it holds for.
std::optional<ZonePeriod> PeriodByRule(std::string_view rule, int64_t last_change, int64_t unix_seconds);

}  // namespace croft::chart
