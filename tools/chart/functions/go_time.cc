#include "tools/chart/functions/go_time.h"

#include <cstdlib>
#include <limits>

#include "tools/chart/functions/civil.h"
#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/time_layout.h"

namespace croft::chart {
namespace {

constexpr int64_t kBillion = 1000000000;

int64_t WrappedSum(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

void AppendNumber(std::string& out, int64_t number, size_t width) {
  if (number < 0) out += '-';
  const std::string digits = std::to_string(number < 0 ? -number : number);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

// Writes one time by fields; computes what they need once.
class Writer {
 public:
  explicit Writer(const Time& time) : time_(time) {
    const ZonePeriod period = time.zone->At(time.seconds);
    zone_name_ = period.name;
    offset_ = period.offset;
    const int64_t local = WrappedSum(time.seconds, offset_);
    days_ = DayOf(local);
    date_ = DateOf(days_);
    second_of_day_ = local - days_ * kSecondsPerDay;
  }

  std::string Write(std::string_view layout) {
    while (!layout.empty()) {
      const LayoutPiece piece = NextPiece(layout);
      out_ += piece.before;
      WriteField(piece);
    }
    return std::move(out_);
  }

 private:
  void WriteField(const LayoutPiece& piece) {
    switch (piece.field) {
      case Field::kNone:
        return;
      case Field::kYear:
        return AppendNumber(out_, std::abs(date_.year) % 100, 2);
      case Field::kLongYear:
        return AppendNumber(out_, date_.year, 4);
      case Field::kMonth:
        out_ += kMonthNames[date_.month - 1].substr(0, 3);
        return;
      case Field::kLongMonth:
        out_ += kMonthNames[date_.month - 1];
        return;
      case Field::kNumMonth:
        return AppendNumber(out_, date_.month, 0);
      case Field::kZeroMonth:
        return AppendNumber(out_, date_.month, 2);
      case Field::kWeekday:
        out_ += kWeekdayNames[WeekdayOf(days_)].substr(0, 3);
        return;
      case Field::kLongWeekday:
        out_ += kWeekdayNames[WeekdayOf(days_)];
        return;
      case Field::kDay:
        return AppendNumber(out_, date_.day, 0);
      case Field::kUnderDay:
        return AppendPadded(date_.day, 2);
      case Field::kZeroDay:
        return AppendNumber(out_, date_.day, 2);
      case Field::kUnderYearDay:
        return AppendPadded(YearDay(), 3);
      case Field::kZeroYearDay:
        return AppendNumber(out_, YearDay(), 3);
      default:
        WriteClock(piece);
    }
  }

  void WriteClock(const LayoutPiece& piece) {
    const int64_t hour = second_of_day_ / 3600;
    const int64_t hour12 = hour % 12 == 0 ? 12 : hour % 12;
    const int64_t minute = second_of_day_ / 60 % 60;
    const int64_t second = second_of_day_ % 60;
    switch (piece.field) {
      case Field::kHour:
        return AppendNumber(out_, hour, 2);
      case Field::kHour12:
        return AppendNumber(out_, hour12, 0);
      case Field::kZeroHour12:
        return AppendNumber(out_, hour12, 2);
      case Field::kMinute:
        return AppendNumber(out_, minute, 0);
      case Field::kZeroMinute:
        return AppendNumber(out_, minute, 2);
      case Field::kSecond:
        return AppendNumber(out_, second, 0);
      case Field::kZeroSecond:
        return AppendNumber(out_, second, 2);
      case Field::kUpperHalf:
        out_ += hour >= 12 ? "PM" : "AM";
        return;
      case Field::kLowerHalf:
        out_ += hour >= 12 ? "pm" : "am";
        return;
      case Field::kZoneName:
        if (zone_name_.empty()) return AppendOffset({false, false, 2});
        out_ += zone_name_;
        return;
      case Field::kOffset:
        return AppendOffset(piece.offset);
      default:
        AppendFraction(piece);
    }
  }

  void AppendPadded(int64_t number, size_t width) {
    const std::string digits = std::to_string(number);
    if (digits.size() < width) out_.append(width - digits.size(), ' ');
    out_ += digits;
  }

  void AppendOffset(const OffsetStyle& style) {
    if (style.z && offset_ == 0) {
      out_ += 'Z';
      return;
    }
    // What is less than a minute west of UTC counts as east.
    const int64_t minutes = offset_ / 60;
    out_ += minutes < 0 ? '-' : '+';
    const int64_t size = std::abs(minutes);
    AppendNumber(out_, size / 60, 2);
    if (style.parts < 2) return;
    if (style.colons) out_ += ':';
    AppendNumber(out_, size % 60, 2);
    if (style.parts < 3) return;
    if (style.colons) out_ += ':';
    AppendNumber(out_, (minutes < 0 ? -offset_ : offset_) % 60, 2);
  }

  void AppendFraction(const LayoutPiece& piece) {
    const size_t width = piece.text.size() - 1;
    const bool trim = piece.field == Field::kTrimmedFraction;
    if (trim && time_.nanoseconds == 0) return;
    std::string digits;
    AppendNumber(digits, time_.nanoseconds, 9);
    if (width < 9) digits.resize(width);
    if (trim) {
      while (digits.ends_with('0')) digits.pop_back();
      if (digits.empty()) return;
    }
    out_ += piece.text[0];
    out_ += digits;
  }

  int64_t YearDay() const { return days_ - DaysFrom(date_.year, 1, 1) + 1; }

  const Time& time_;
  std::string zone_name_;
  int64_t offset_ = 0;
  int64_t days_ = 0;
  int64_t second_of_day_ = 0;
  CivilDate date_;
  std::string out_;
};

}  // namespace

Time Time::Of(WallTime time, ZonePtr zone) {
  const int64_t count = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  const int64_t seconds = count >= 0 ? count / kBillion : -((-(count + 1)) / kBillion) - 1;
  return {seconds, static_cast<int32_t>(count - seconds * kBillion), std::move(zone)};
}

Time Time::FromCivil(int64_t year, int64_t month, int64_t day, int64_t seconds_of_day, int32_t nanoseconds,
                     ZonePtr zone) {
  const int64_t local = DaysFrom(year, month, day) * kSecondsPerDay + seconds_of_day;
  // The offset is that of the time that is meant, which is known only with the offset: a second look mends a wrong
  // guess.
  const ZonePeriod guess = zone->At(local);
  int64_t offset = guess.offset;
  if (offset != 0) {
    const int64_t utc = local - offset;
    if (utc < guess.begin || utc >= guess.end) offset = zone->At(utc).offset;
  }
  return {local - offset, nanoseconds, std::move(zone)};
}

int64_t Time::LocalSeconds() const {
  return WrappedSum(seconds, zone->At(seconds).offset);
}

Time Time::Plus(int64_t more_nanoseconds) const {
  int64_t whole = more_nanoseconds / kBillion;
  int64_t rest = nanoseconds + more_nanoseconds % kBillion;
  if (rest >= kBillion) {
    ++whole;
    rest -= kBillion;
  } else if (rest < 0) {
    --whole;
    rest += kBillion;
  }
  return {WrappedSum(seconds, whole), static_cast<int32_t>(rest), zone};
}

int64_t Time::Since(const Time& other) const {
  const Wide difference = (static_cast<Wide>(seconds) - other.seconds) * kBillion + (nanoseconds - other.nanoseconds);
  if (difference > std::numeric_limits<int64_t>::max()) return std::numeric_limits<int64_t>::max();
  if (difference < std::numeric_limits<int64_t>::min()) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(difference);
}

bool Time::Before(const Time& other) const {
  return seconds < other.seconds || (seconds == other.seconds && nanoseconds < other.nanoseconds);
}

std::string Time::Format(std::string_view layout) const {
  return Writer(*this).Write(layout);
}

}  // namespace croft::chart
