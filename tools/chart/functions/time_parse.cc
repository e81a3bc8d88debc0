#include <optional>

#include "tools/chart/functions/civil.h"
#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/go_time.h"
#include "tools/chart/functions/parse_number.h"
#include "tools/chart/functions/time_layout.h"
#include "tools/chart/functions/time_zone_name.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

bool IsDecimal(char c) {
  return c >= '0' && c <= '9';
}
bool IsDecimalAt(std::string_view text, size_t at) {
  return at < text.size() && IsDecimal(text[at]);
}

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool StartsWithFold(std::string_view text, std::string_view name) {
  if (text.size() < name.size()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    if (Lower(text[i]) != Lower(name[i])) return false;
  }
  return true;
}

// Reads one text. Each step takes what it understands off `rest_`, or says false; `range_` names what is out of range.
class Reader {
 public:
  Reader(std::string_view layout, std::string_view text, ZonePtr zone)
      : layout_(layout), text_(text), zone_(std::move(zone)) {}

  Result<Time> Read() {
    rest_ = text_;
    std::string_view layout = layout_;
    while (true) {
      const LayoutPiece piece = NextPiece(layout);
      if (!Skip(piece.before)) return Failed(piece.before, rest_, "");
      if (piece.field == Field::kNone) break;
      const std::string_view hold = rest_;
      next_layout_ = layout;
      const bool right = ReadField(piece);
      if (!range_.empty()) return Failed(piece.text, rest_, ": " + range_ + " out of range");
      if (!right) return Failed(piece.text, hold, "");
    }
    if (!rest_.empty()) return Failed("", rest_, ": extra text: " + GoQuote(rest_));
    if (pm_ && hour_ < 12) hour_ += 12;
    if (am_ && hour_ == 12) hour_ = 0;
    if (const std::string wrong = SettleDay(); !wrong.empty()) return Failed("", rest_, ": " + wrong);
    return Build();
  }

 private:
  Status Failed(std::string_view element, std::string_view value, const std::string& message) const {
    const std::string where = "parsing time " + GoQuote(text_);
    if (!message.empty()) return Wrong(where + message);
    return Wrong(where + " as " + GoQuote(layout_) + ": cannot parse " + GoQuote(value) + " as " + GoQuote(element));
  }

  // Blanks match any number of blanks.
  bool Skip(std::string_view prefix) {
    const auto cut = [](std::string_view& text) {
      while (text.starts_with(' ')) text.remove_prefix(1);
    };
    while (!prefix.empty()) {
      if (prefix[0] == ' ') {
        if (!rest_.empty() && rest_[0] != ' ') return false;
        cut(prefix);
        cut(rest_);
        continue;
      }
      if (!rest_.starts_with(prefix[0])) return false;
      prefix.remove_prefix(1);
      rest_.remove_prefix(1);
    }
    return true;
  }

  // One digit or two, always two where `fixed`.
  bool TakeNumber(int& out, bool fixed) { return TakeNumberOf(rest_, out, fixed); }
  static bool TakeNumberOf(std::string_view& text, int& out, bool fixed) {
    if (!IsDecimalAt(text, 0) || (fixed && !IsDecimalAt(text, 1))) return false;
    const size_t size = IsDecimalAt(text, 1) ? 2 : 1;
    out = size == 2 ? (text[0] - '0') * 10 + (text[1] - '0') : text[0] - '0';
    text.remove_prefix(size);
    return true;
  }

  template <size_t N>
  bool TakeName(const std::string_view (&names)[N], size_t length, int& out) {
    for (size_t i = 0; i < N; ++i) {
      const std::string_view name = names[i].substr(0, length);
      if (!StartsWithFold(rest_, name)) continue;
      rest_.remove_prefix(name.size());
      out = static_cast<int>(i);
      return true;
    }
    return false;
  }

  void CheckRange(int value, int least, int most, const char* what) {
    if (value < least || value > most) range_ = what;
  }

  bool ReadField(const LayoutPiece& piece) {
    int ignored = 0;
    constexpr size_t kWhole = std::string_view::npos;
    switch (piece.field) {
      case Field::kYear:
        return ReadShortYear();
      case Field::kLongYear:
        return ReadYear();
      case Field::kMonth:
      case Field::kLongMonth: {
        const bool found = TakeName(kMonthNames, piece.field == Field::kMonth ? 3 : kWhole, month_);
        if (found) ++month_;
        return found;
      }
      case Field::kNumMonth:
      case Field::kZeroMonth:
        if (!TakeNumber(month_, piece.field == Field::kZeroMonth)) return false;
        CheckRange(month_, 1, 12, "month");
        return true;
      case Field::kWeekday:
        return TakeName(kWeekdayNames, 3, ignored);
      case Field::kLongWeekday:
        return TakeName(kWeekdayNames, kWhole, ignored);
      case Field::kDay:
      case Field::kUnderDay:
      case Field::kZeroDay:
        if (piece.field == Field::kUnderDay && rest_.starts_with(' ')) rest_.remove_prefix(1);
        return TakeNumber(day_, piece.field == Field::kZeroDay);
      case Field::kUnderYearDay:
      case Field::kZeroYearDay:
        return ReadYearDay(piece.field == Field::kUnderYearDay);
      default:
        return ReadClock(piece);
    }
  }

  bool ReadClock(const LayoutPiece& piece) {
    switch (piece.field) {
      case Field::kHour:
        if (!TakeNumber(hour_, false)) return false;
        CheckRange(hour_, 0, 23, "hour");
        return true;
      case Field::kHour12:
      case Field::kZeroHour12:
        if (!TakeNumber(hour_, piece.field == Field::kZeroHour12)) return false;
        CheckRange(hour_, 0, 12, "hour");
        return true;
      case Field::kMinute:
      case Field::kZeroMinute:
        if (!TakeNumber(minute_, piece.field == Field::kZeroMinute)) return false;
        CheckRange(minute_, 0, 59, "minute");
        return true;
      case Field::kSecond:
      case Field::kZeroSecond:
        return ReadSecond(piece.field == Field::kZeroSecond);
      case Field::kUpperHalf:
        return ReadHalf("AM", "PM");
      case Field::kLowerHalf:
        return ReadHalf("am", "pm");
      case Field::kZoneName:
        return ReadZoneName();
      case Field::kOffset:
        return ReadOffset(piece.offset);
      case Field::kFraction:
        return ReadFraction(piece.text.size());
      default:
        return ReadTrimmedFraction();
    }
  }

  bool ReadShortYear() {
    if (rest_.size() < 2) return false;
    const auto parsed = ParseInt(rest_.substr(0, 2), 10);
    if (parsed.error != NumberError::kNone) return false;
    rest_.remove_prefix(2);
    year_ = static_cast<int>(parsed.value) + (parsed.value >= 69 ? 1900 : 2000);
    return true;
  }

  bool ReadYear() {
    if (rest_.size() < 4 || !IsDecimal(rest_[0])) return false;
    const auto parsed = ParseInt(rest_.substr(0, 4), 10);
    if (parsed.error != NumberError::kNone) return false;
    rest_.remove_prefix(4);
    year_ = static_cast<int>(parsed.value);
    return true;
  }

  bool ReadYearDay(bool blanks) {
    for (int i = 0; blanks && i < 2 && rest_.starts_with(' '); ++i) rest_.remove_prefix(1);
    size_t size = 0;
    int value = 0;
    for (; size < 3 && IsDecimalAt(rest_, size); ++size) value = value * 10 + (rest_[size] - '0');
    if (size == 0 || (!blanks && size != 3)) return false;
    rest_.remove_prefix(size);
    year_day_ = value;
    return true;
  }

  // A fraction may follow that the layout does not name.
  bool ReadSecond(bool fixed) {
    if (!TakeNumber(second_, fixed)) return false;
    CheckRange(second_, 0, 59, "second");
    if (!range_.empty() || rest_.size() < 2 || (rest_[0] != '.' && rest_[0] != ',') || !IsDecimal(rest_[1]))
      return true;
    std::string_view layout = next_layout_;
    const Field next = NextPiece(layout).field;
    if (next == Field::kFraction || next == Field::kTrimmedFraction) return true;
    return ReadTrimmedFraction();
  }

  bool ReadHalf(std::string_view am, std::string_view pm) {
    const std::string_view half = rest_.substr(0, 2);
    if (half != am && half != pm) return false;
    rest_.remove_prefix(2);
    (half == pm ? pm_ : am_) = true;
    return true;
  }

  bool ReadZoneName() {
    if (rest_.starts_with("UTC")) {
      rest_.remove_prefix(3);
      utc_ = true;
      return true;
    }
    const size_t size = ZoneNameLength(rest_);
    if (size == 0) return false;
    zone_name_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  bool ReadOffset(const OffsetStyle& style) {
    if (style.z && rest_.starts_with('Z')) {
      rest_.remove_prefix(1);
      utc_ = true;
      return true;
    }
    const size_t step = style.colons ? 3 : 2;
    const size_t size = 3 + step * static_cast<size_t>(style.parts - 1);
    if (rest_.size() < size) return false;
    int parts[3] = {};
    bool right = true;
    for (size_t i = 0; i < static_cast<size_t>(style.parts); ++i) {
      const size_t at = i == 0 ? 1 : 3 + step * (i - 1) + (style.colons ? 1 : 0);
      if (i > 0 && style.colons && rest_[at - 1] != ':') return false;
      std::string_view two = rest_.substr(at, 2);
      right = right && TakeNumberOf(two, parts[i], true);
    }
    const char sign = rest_[0];
    rest_.remove_prefix(size);
    CheckRange(parts[0], 0, 24, "time zone offset hour");
    if (range_.empty()) CheckRange(parts[1], 0, 60, "time zone offset minute");
    if (range_.empty()) CheckRange(parts[2], 0, 60, "time zone offset second");
    const int64_t offset = (parts[0] * 60 + parts[1]) * 60 + parts[2];
    offset_ = sign == '-' ? -offset : offset;
    return right && (sign == '+' || sign == '-');
  }

  // `size` characters, the first a point or comma.
  bool ReadFraction(size_t size) {
    if (rest_.size() < size || (rest_[0] != '.' && rest_[0] != ',')) return false;
    int64_t value = 0;
    for (size_t i = 1; i < 10; ++i) {
      if (i < size && !IsDecimal(rest_[i])) return false;
      value = value * 10 + (i < size ? rest_[i] - '0' : 0);
    }
    rest_.remove_prefix(size);
    nanoseconds_ = static_cast<int32_t>(value);
    return true;
  }

  bool ReadTrimmedFraction() {
    if (rest_.size() < 2 || (rest_[0] != '.' && rest_[0] != ',') || !IsDecimal(rest_[1])) return true;
    size_t size = 1;
    while (IsDecimalAt(rest_, size)) ++size;
    return ReadFraction(size);
  }

  // Month and day from the day of the year, or what is wrong with them.
  std::string SettleDay() {
    if (year_day_ >= 0) {
      if (year_day_ < 1 || year_day_ > (IsLeapYear(year_) ? 366 : 365)) return "day-of-year out of range";
      const CivilDate date = DateOf(DaysFrom(year_, 1, year_day_));
      if (month_ >= 0 && month_ != date.month) return "day-of-year does not match month";
      if (day_ >= 0 && day_ != date.day) return "day-of-year does not match day";
      month_ = date.month;
      day_ = date.day;
    }
    if (month_ < 0) month_ = 1;
    if (day_ < 0) day_ = 1;
    return day_ < 1 || day_ > DaysIn(year_, month_) ? "day out of range" : "";
  }

  Time In(ZonePtr zone) const {
    return Time::FromCivil(year_, month_, day_, (hour_ * 60 + minute_) * 60 + second_, nanoseconds_, std::move(zone));
  }

  // An offset or a zone's name is the given zone's where it fits, else a zone of its own.
  Time Build() const {
    if (utc_) return In(Zone::Utc());
    Time time = In(offset_ || !zone_name_.empty() ? Zone::Utc() : zone_);
    if (offset_) {
      time.seconds -= *offset_;
      const ZonePeriod then = zone_->At(time.seconds);
      const bool ours = then.offset == *offset_ && (zone_name_.empty() || then.name == zone_name_);
      time.zone = ours ? zone_ : Zone::Fixed(std::string(zone_name_), *offset_);
    } else if (!zone_name_.empty()) {
      if (const std::optional<int64_t> known = zone_->OffsetOf(zone_name_, time.seconds)) {
        time.seconds -= *known;
        time.zone = zone_;
      } else {
        int64_t offset = 0;  // a name that is not known tells none: the clock is taken for UTC
        if (zone_name_.size() > 3 && zone_name_.starts_with("GMT")) {
          offset = ParseInt(zone_name_.substr(3), 10).value * 3600;
        }
        time.zone = Zone::Fixed(std::string(zone_name_), offset);
      }
    }
    return time;
  }

  const std::string_view layout_;
  const std::string_view text_;
  const ZonePtr zone_;
  std::string_view rest_;
  std::string_view next_layout_;
  std::string range_;
  int year_ = 0;
  int month_ = -1, day_ = -1, year_day_ = -1;
  int hour_ = 0, minute_ = 0, second_ = 0;
  int32_t nanoseconds_ = 0;
  bool am_ = false, pm_ = false, utc_ = false;
  std::optional<int64_t> offset_;
  std::string_view zone_name_;
};

}  // namespace

Result<Time> ParseGoTime(std::string_view layout, std::string_view text, const ZonePtr& zone) {
  return Reader(layout, text, zone).Read();
}

}  // namespace croft::chart
