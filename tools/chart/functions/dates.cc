#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/go_time.h"
#include "tools/chart/functions/parse_number.h"
#include "tools/chart/functions/time_object.h"

namespace croft::chart {
namespace {

constexpr int64_t kSecond = 1000000000;

// A time, or seconds since 1970; anything else counts as now.
Time TimeOr(const Value& value, const Clock& clock) {
  if (const Time* time = TimeIn(value)) return *time;
  if (value.type() == Type::kInt || value.type() == Type::kInt64) return Time::Unix(value.as_integer(), Zone::Local());
  return Time::Of(clock.Now(), Zone::Local());
}

std::string FormatIn(const Time& time, std::string_view layout, std::string_view zone_name) {
  ZonePtr zone = Zone::Load(zone_name);
  return Time{time.seconds, time.nanoseconds, zone ? std::move(zone) : Zone::Utc()}.Format(layout);
}

// To whole seconds, halves away from zero.
int64_t Rounded(int64_t duration) {
  const int64_t rest = duration % kSecond;
  const Wide down = duration - rest;
  const Wide out = std::abs(rest) * 2 < kSecond ? down : down + (duration < 0 ? -kSecond : kSecond);
  if (out > INT64_MAX || out < INT64_MIN) return duration < 0 ? INT64_MIN : INT64_MAX;
  return static_cast<int64_t>(out);
}

std::string DurationOf(const Value& seconds) {
  int64_t count = 0;
  if (seconds.is_string()) count = ParseInt(seconds.as_string(), 10).value;
  if (seconds.type() == Type::kInt64) count = seconds.as_integer();
  return FormatGoDuration(static_cast<int64_t>(static_cast<uint64_t>(count) * static_cast<uint64_t>(kSecond)));
}

// The greatest unit of which there is more than one whole.
std::string RoundedDuration(const Value& value, const Clock& clock) {
  int64_t duration = 0;
  if (value.is_string()) {
    const Result<int64_t> parsed = ParseGoDuration(value.as_string());
    if (parsed.ok()) duration = *parsed;
  } else if (value.type() == Type::kInt64) {
    duration = value.as_integer();
  } else if (const Time* time = TimeIn(value)) {
    duration = Time::Of(clock.Now(), Zone::Utc()).Since(*time);
  }
  const uint64_t size = duration < 0 ? 0 - static_cast<uint64_t>(duration) : static_cast<uint64_t>(duration);
  constexpr uint64_t kHour = uint64_t{3600} * kSecond;
  constexpr std::pair<uint64_t, std::string_view> kUnits[] = {{kHour * 24 * 365, "y"}, {kHour * 24 * 30, "mo"},
                                                              {kHour * 24, "d"},       {kHour, "h"},
                                                              {kHour / 60, "m"},       {kSecond, "s"}};
  for (const auto& [unit, name] : kUnits) {
    if (size > unit) return std::to_string(size / unit).append(name);
  }
  return "0s";
}

Result<Value> Modified(std::string_view by, const Value& value, bool must) {
  const Time* time = TimeIn(value);
  if (time == nullptr) return Wrong("wrong type for value; expected time.Time; got " + std::string(value.GoType()));
  const Result<int64_t> duration = ParseGoDuration(by);
  if (!duration.ok()) return must ? Result<Value>(duration.status()) : value;
  return NewTime(time->Plus(*duration));
}

void AddFormats(Functions& functions, const Clock& clock) {
  constexpr std::string_view kHtml = "2006-01-02";
  functions["date"] = Bind(
      [&clock](std::string_view layout, const Value& date) { return FormatIn(TimeOr(date, clock), layout, "Local"); });
  functions["dateInZone"] = Bind([&clock](std::string_view layout, const Value& date, std::string_view zone) {
    return FormatIn(TimeOr(date, clock), layout, zone);
  });
  functions["date_in_zone"] = functions["dateInZone"];
  functions["htmlDate"] =
      Bind([&clock, kHtml](const Value& date) { return FormatIn(TimeOr(date, clock), kHtml, "Local"); });
  functions["htmlDateInZone"] = Bind(
      [&clock, kHtml](const Value& date, std::string_view zone) { return FormatIn(TimeOr(date, clock), kHtml, zone); });
}

}  // namespace

void AddDates(Functions& functions, const Sources& sources) {
  const Clock& clock = sources.clock;
  AddFormats(functions, clock);
  functions["now"] = Bind([&clock]() { return NewTime(Time::Of(clock.Now(), Zone::Local())); });
  functions["ago"] = Bind([&clock](const Value& date) {
    return FormatGoDuration(Rounded(Time::Of(clock.Now(), Zone::Utc()).Since(TimeOr(date, clock))));
  });
  functions["duration"] = Bind([](const Value& seconds) { return DurationOf(seconds); });
  functions["durationRound"] = Bind([&clock](const Value& value) { return RoundedDuration(value, clock); });
  functions["dateModify"] = Bind([](std::string_view by, const Value& date) { return Modified(by, date, false); });
  functions["date_modify"] = functions["dateModify"];
  functions["mustDateModify"] = Bind([](std::string_view by, const Value& date) { return Modified(by, date, true); });
  functions["must_date_modify"] = functions["mustDateModify"];
  functions["toDate"] = Bind([](std::string_view layout, std::string_view text) {
    Result<Time> time = ParseGoTime(layout, text, Zone::Local());
    return NewTime(time.ok() ? std::move(*time) : Time());
  });
  functions["mustToDate"] = Bind([](std::string_view layout, std::string_view text) -> Result<Value> {
    Result<Time> time = ParseGoTime(layout, text, Zone::Local());
    if (!time.ok()) return time.status();
    return NewTime(std::move(*time));
  });
  functions["unixEpoch"] = Bind([](const Value& date) -> Result<std::string> {
    const Time* time = TimeIn(date);
    if (time == nullptr) return Wrong("wrong type for value; expected time.Time; got " + std::string(date.GoType()));
    return std::to_string(time->seconds);
  });
}

}  // namespace croft::chart
