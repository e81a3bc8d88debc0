#include "api/base/clock.h"

#include <cctype>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace croft {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

std::tm Utc(WallTime time) {
  const std::time_t t = std::chrono::system_clock::to_time_t(std::chrono::floor<seconds>(time));
  std::tm tm{};
  gmtime_r(&t, &tm);
  return tm;
}

// Reads exactly `digits` decimal digits at *pos.
bool Number(std::string_view text, size_t* pos, int digits, int* value) {
  *value = 0;
  for (int i = 0; i < digits; ++i, ++*pos) {
    if (*pos >= text.size() || !std::isdigit(static_cast<unsigned char>(text[*pos]))) return false;
    *value = *value * 10 + (text[*pos] - '0');
  }
  return true;
}

bool Literal(std::string_view text, size_t* pos, char c) {
  if (*pos >= text.size() || text[*pos] != c) return false;
  ++*pos;
  return true;
}

}  // namespace

std::string FormatTime(WallTime time) {
  const std::tm tm = Utc(time);
  char buffer[32];
  std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%SZ", &tm);
  return buffer;
}

std::string FormatMicroTime(WallTime time) {
  const std::tm tm = Utc(time);
  const auto micros = duration_cast<microseconds>(time - std::chrono::floor<seconds>(time)).count();
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%s.%06dZ", date, static_cast<int>(micros));
  return buffer;
}

std::optional<WallTime> ParseTime(std::string_view text) {
  size_t pos = 0;
  int year, month, day, hour, minute, second;
  if (!Number(text, &pos, 4, &year) || !Literal(text, &pos, '-') || !Number(text, &pos, 2, &month) ||
      !Literal(text, &pos, '-') || !Number(text, &pos, 2, &day) || pos >= text.size() ||
      (text[pos] != 'T' && text[pos] != 't')) {
    return std::nullopt;
  }
  ++pos;
  if (!Number(text, &pos, 2, &hour) || !Literal(text, &pos, ':') || !Number(text, &pos, 2, &minute) ||
      !Literal(text, &pos, ':') || !Number(text, &pos, 2, &second)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  int64_t nanos = 0;
  if (pos < text.size() && text[pos] == '.') {
    int64_t scale = 100'000'000;
    const size_t start = ++pos;
    for (; pos < text.size() && std::isdigit(static_cast<unsigned char>(text[pos])); ++pos, scale /= 10) {
      nanos += (text[pos] - '0') * scale;
    }
    if (pos == start) return std::nullopt;
  }
  int offset_minutes = 0;
  if (pos < text.size() && (text[pos] == 'Z' || text[pos] == 'z')) {
    ++pos;
  } else if (pos < text.size() && (text[pos] == '+' || text[pos] == '-')) {
    const int sign = text[pos++] == '+' ? 1 : -1;
    int oh, om;
    if (!Number(text, &pos, 2, &oh) || !Literal(text, &pos, ':') || !Number(text, &pos, 2, &om)) return std::nullopt;
    offset_minutes = sign * (oh * 60 + om);
  } else {
    return std::nullopt;
  }
  if (pos != text.size()) return std::nullopt;
  const std::chrono::sys_seconds whole =
      std::chrono::sys_days(date) + hours(hour) + minutes(minute) + seconds(second) - minutes(offset_minutes);
  if (whole < std::chrono::ceil<seconds>(WallTime::min())) return WallTime::min();
  if (whole >= std::chrono::floor<seconds>(WallTime::max())) return WallTime::max();
  return std::chrono::time_point_cast<WallTime::duration>(whole + std::chrono::nanoseconds(nanos));
}

// Two units below ten of the larger one, one unit above: the thresholds that kubectl users are used to.
std::string FormatAge(Duration age) {
  const int64_t s = duration_cast<seconds>(age).count();
  if (s < 0) return "0s";
  const auto pair = [](int64_t a, const char* au, int64_t b, const char* bu) {
    return std::to_string(a) + au + (b == 0 ? "" : std::to_string(b) + bu);
  };
  if (s < 120) return std::to_string(s) + "s";
  const int64_t m = s / 60;
  if (m < 10) return pair(m, "m", s % 60, "s");
  if (m < 180) return std::to_string(m) + "m";
  const int64_t h = m / 60;
  if (h < 8) return pair(h, "h", m % 60, "m");
  if (h < 48) return std::to_string(h) + "h";
  const int64_t d = h / 24;
  if (d < 8) return pair(d, "d", h % 24, "h");
  if (d < 730) return std::to_string(d) + "d";
  const int64_t y = d / 365;
  if (y < 8) return pair(y, "y", d % 365, "d");
  return std::to_string(y) + "y";
}

std::optional<Duration> ParseDuration(std::string_view text) {
  if (text == "0") return Duration::zero();
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  double total = 0;  // nanoseconds
  while (!text.empty()) {
    size_t n = 0;
    double value = 0, fraction = 0.1;
    bool point = false, digit = false;
    for (; n < text.size() && (std::isdigit(static_cast<unsigned char>(text[n])) || text[n] == '.'); ++n) {
      if (text[n] == '.') {
        if (point) return std::nullopt;
        point = true;
      } else if (point) {
        value += (text[n] - '0') * fraction, fraction /= 10, digit = true;
      } else {
        value = value * 10 + (text[n] - '0'), digit = true;
      }
    }
    if (!digit) return std::nullopt;
    text.remove_prefix(n);
    static constexpr std::pair<std::string_view, double> kUnits[] = {{"ns", 1},  {"us", 1e3}, {"ms", 1e6},
                                                                     {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    bool known = false;
    for (const auto& [unit, nanos] : kUnits) {
      // "m" must not swallow the "m" of "ms"; that one stands earlier in the table.
      if (text.substr(0, unit.size()) != unit) continue;
      total += value * nanos;
      text.remove_prefix(unit.size());
      known = true;
      break;
    }
    if (!known) return std::nullopt;
  }
  if (total > 9.2e18) return std::nullopt;
  return Duration(static_cast<int64_t>(negative ? -total : total));
}

std::string FormatDuration(Duration duration) {
  int64_t ns = duration.count();
  if (ns == 0) return "0s";
  std::string text = ns < 0 ? "-" : "";
  if (ns < 0) ns = -ns;
  const int64_t h = ns / 3'600'000'000'000, m = ns / 60'000'000'000 % 60;
  const double s = static_cast<double>(ns % 60'000'000'000) / 1e9;
  if (h > 0) text += std::to_string(h) + "h";
  if (h > 0 || m > 0) text += std::to_string(m) + "m";
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.9g", s);
  return text + buffer + "s";
}

}  // namespace croft
