#include "tools/chart/functions/civil.h"
#include "tools/chart/functions/zone.h"

namespace croft::chart {
namespace {

// Reads a POSIX TZ rule: NAME OFFSET [SUMMER [OFFSET] [,START[/TIME],END[/TIME]]].
class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : rest_(text) {}

  bool TakeName(std::string& out) {
    if (rest_.starts_with('<')) {
      const size_t end = rest_.find('>');
      if (end == std::string_view::npos) return false;
      out = rest_.substr(1, end - 1);
      rest_.remove_prefix(end + 1);
      return true;
    }
    size_t size = 0;
    while (size < rest_.size() && std::string_view("0123456789,-+").find(rest_[size]) == std::string_view::npos) ++size;
    out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return size >= 3;
  }

  // [+-]hh[:mm[:ss]] in seconds.
  bool TakeTime(int64_t& out) {
    const bool negative = rest_.starts_with('-');
    if (negative || rest_.starts_with('+')) rest_.remove_prefix(1);
    int64_t hours = 0, minutes = 0, seconds = 0;
    if (!TakeNumber(hours, 0, 24 * 7)) return false;
    if (Take(':')) {
      if (!TakeNumber(minutes, 0, 59)) return false;
      if (Take(':') && !TakeNumber(seconds, 0, 59)) return false;
    }
    out = (hours * 60 + minutes) * 60 + seconds;
    if (negative) out = -out;
    return true;
  }

  bool TakeNumber(int64_t& out, int64_t least, int64_t most) {
    size_t size = 0;
    out = 0;
    for (; size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '9'; ++size) {
      out = out * 10 + (rest_[size] - '0');
      if (out > most) return false;
    }
    rest_.remove_prefix(size);
    return size > 0 && out >= least;
  }

  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool done() const { return rest_.empty(); }
  char next() const { return rest_.empty() ? '\0' : rest_[0]; }

 private:
  std::string_view rest_;
};

// When in the year the clocks change: Mm.w.d, Jn (no leap days) or n.
struct Turn {
  enum class Kind { kMonth, kJulian, kDay } kind = Kind::kMonth;
  int64_t day = 0, week = 0, month = 0;
  int64_t time = 2 * 3600;

  bool Read(RuleReader& reader) {
    bool right = false;
    if (reader.Take('M')) {
      right = reader.TakeNumber(month, 1, 12) && reader.Take('.') && reader.TakeNumber(week, 1, 5) &&
              reader.Take('.') && reader.TakeNumber(day, 0, 6);
    } else if (reader.Take('J')) {
      kind = Kind::kJulian;
      right = reader.TakeNumber(day, 1, 365);
    } else {
      kind = Kind::kDay;
      right = reader.TakeNumber(day, 0, 365);
    }
    return right && (!reader.Take('/') || reader.TakeTime(time));
  }

  // Seconds from the year's begin by the clock that is valid before.
  int64_t SecondsIn(int64_t year) const {
    int64_t days = day;
    if (kind == Kind::kJulian) {
      days = day - 1 + (IsLeapYear(year) && day >= 60 ? 1 : 0);
    } else if (kind == Kind::kMonth) {
      const int64_t first = DaysFrom(year, month, 1);
      int64_t at = first + (day - WeekdayOf(first) + 7) % 7 + (week - 1) * 7;
      if (at >= first + DaysIn(year, static_cast<int>(month))) at -= 7;
      days = at - DaysFrom(year, 1, 1);
    }
    return days * kSecondsPerDay + time;
  }
};

}  // namespace

std::optional<ZonePeriod> PeriodByRule(std::string_view rule, int64_t last_change, int64_t unix_seconds) {
  RuleReader reader(rule);
  ZonePeriod standard, summer;
  if (!reader.TakeName(standard.name) || !reader.TakeTime(standard.offset)) return std::nullopt;
  standard.offset = -standard.offset;  // rules count west
  standard.begin = last_change;
  if (reader.done() || reader.next() == ',') return standard;
  if (!reader.TakeName(summer.name)) return std::nullopt;
  summer.offset = standard.offset + 3600;
  if (!reader.done() && reader.next() != ',') {
    if (!reader.TakeTime(summer.offset)) return std::nullopt;
    summer.offset = -summer.offset;
  }
  Turn start, end;
  RuleReader usual(",M3.2.0,M11.1.0");
  RuleReader& turns = reader.done() ? usual : reader;
  if (!turns.Take(',') || !start.Read(turns) || !turns.Take(',') || !end.Read(turns) || !turns.done()) {
    return std::nullopt;
  }
  const int64_t year = DateOf(DayOf(unix_seconds)).year;
  const auto begin_of = [](int64_t y) { return DaysFrom(y, 1, 1) * kSecondsPerDay; };
  const int64_t year_begin = begin_of(year), year_end = begin_of(year + 1);
  int64_t first = year_begin + start.SecondsIn(year) - standard.offset;
  int64_t second = year_begin + end.SecondsIn(year) - summer.offset;
  // On the southern half the summer goes over the year's end.
  ZonePeriod outer = standard, inner = summer;
  if (second < first) {
    std::swap(first, second);
    std::swap(outer, inner);
  }
  ZonePeriod& out = unix_seconds >= first && unix_seconds < second ? inner : outer;
  out.begin = unix_seconds < first ? year_begin : unix_seconds < second ? first : second;
  out.end = unix_seconds < first ? first : unix_seconds < second ? second : year_end;
  return out;
}

}  // namespace croft::chart
