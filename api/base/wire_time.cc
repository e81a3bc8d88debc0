#include "api/base/wire_time.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace croft {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Goes through a text piece by piece. What does not fit is told as Go's time.Parse does: the rest of the text and the
// piece of the layout.
class TimeReader {
 public:
  TimeReader(std::string_view text, TimeForm form) : text_(text), rest_(text), form_(form) {}

  Result<std::string> Read() {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    const bool read = Number(4, "2006", &year) && Literal("-") && Number(2, "01", &month) &&
                      InRange(month, 1, 12, "month") && Literal("-") && Number(2, "02", &day) && Literal("T") &&
                      Number(2, "15", &hour) && InRange(hour, 0, 23, "hour") && Literal(":") &&
                      Number(2, "04", &minute) && InRange(minute, 0, 59, "minute") && Literal(":") &&
                      Number(2, "05", &second) && InRange(second, 0, 59, "second") && Fraction() && Zone();
    if (!read) return Status::BadRequest(std::move(why_));
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return Status::BadRequest(About() + ": day out of range");
    if (!rest_.empty()) return Status::BadRequest(About() + ": extra text: " + Quoted(rest_));
    return Write(std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute - offset_) +
                 std::chrono::seconds(second));
  }

 private:
  static std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }
  std::string About() const { return "parsing time " + Quoted(text_); }

  bool Misfit(std::string_view rest, std::string_view piece) {
    const char* layout = form_ == TimeForm::kMicros ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00";
    why_ = About() + " as " + Quoted(layout) + ": cannot parse " + Quoted(rest) + " as " + Quoted(piece);
    return false;
  }

  bool InRange(int number, int least, int most, const char* what) {
    if (number < least || number > most) why_ = About() + ": " + what + " out of range";
    return number >= least && number <= most;
  }

  bool Digits(std::string_view text, size_t count) const {
    return text.size() >= count && std::all_of(text.begin(), text.begin() + count, IsDigit);
  }
  static int ValueOf(std::string_view digits) {
    int value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
  }

  bool Number(size_t digits, std::string_view piece, int* value) {
    if (!Digits(rest_, digits)) return Misfit(rest_, piece);
    *value = ValueOf(rest_.substr(0, digits));
    rest_.remove_prefix(digits);
    return true;
  }

  bool Literal(std::string_view piece) {
    if (!rest_.starts_with(piece)) return Misfit(rest_, piece);
    rest_.remove_prefix(piece.size());
    return true;
  }

  bool Fraction() {
    const bool there = rest_.starts_with('.') && Digits(rest_.substr(1), 1);
    if (form_ == TimeForm::kSeconds) {
      if (!there) return true;
      rest_.remove_prefix(1);
      rest_.remove_prefix(std::min(rest_.find_first_not_of("0123456789"), rest_.size()));
      return true;
    }
    if (!there || !Digits(rest_.substr(1), 6)) return Misfit(rest_, ".000000");
    micros_ = ValueOf(rest_.substr(1, 6));
    rest_.remove_prefix(7);
    return true;
  }

  bool Zone() {
    if (rest_.starts_with('Z')) {
      rest_.remove_prefix(1);
      return true;
    }
    const bool formed = (rest_.starts_with('+') || rest_.starts_with('-')) && rest_.size() >= 6 && rest_[3] == ':' &&
                        Digits(rest_.substr(1), 2) && Digits(rest_.substr(4), 2);
    if (!formed) return Misfit(rest_, "Z07:00");
    const int hours = ValueOf(rest_.substr(1, 2)), minutes = ValueOf(rest_.substr(4, 2));
    if (!InRange(hours, 0, 24, "time zone offset hour") || !InRange(minutes, 0, 60, "time zone offset minute")) {
      return false;
    }
    offset_ = (rest_[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    rest_.remove_prefix(6);
    return true;
  }

  std::string Write(std::chrono::sys_seconds time) const {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const auto seconds = static_cast<int>((time - day).count());
    char buffer[64];
    const int size = std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d",
                                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                   static_cast<unsigned>(date.day()), seconds / 3600, seconds / 60 % 60, seconds % 60);
    std::string text(buffer, static_cast<size_t>(size));
    if (form_ == TimeForm::kMicros) {
      std::snprintf(buffer, sizeof buffer, ".%06d", micros_);
      text += buffer;
    }
    return text + "Z";
  }

  const std::string_view text_;
  std::string_view rest_;
  const TimeForm form_;
  int micros_ = 0;
  int offset_ = 0;  // minutes ahead of UTC
  std::string why_;
};

}  // namespace

Result<std::string> CanonicalTime(std::string_view text, TimeForm form) {
  return TimeReader(text, form).Read();
}

}  // namespace croft
