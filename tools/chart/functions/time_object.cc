#include "tools/chart/functions/time_object.h"

#include <functional>

#include "tools/chart/functions/civil.h"
#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/time_layout.h"

namespace croft::chart {
namespace {

// A number of a named type that prints as a word: time.Month, time.Weekday, time.Duration.
class NamedNumber final : public Object {
 public:
  NamedNumber(std::string_view type, std::string_view kind, int64_t number, std::string text)
      : type_(type), kind_(kind), number_(number), text_(std::move(text)) {}
  std::string_view go_type() const override { return type_; }
  std::string_view go_kind() const override { return kind_; }
  bool HasMethod(std::string_view name) const override { return name == "String" || Part(name) != 0; }
  Result<Value> Call(std::string_view method, const std::vector<Value>& arguments) const override {
    if (!arguments.empty()) return Wrong(std::string(method) + " takes no argument");
    if (method == "String") return Value::String(text_);
    const double part = Part(method);
    if (part == 0) return Wrong(std::string(type_) + " has no method " + std::string(method));
    if (method == "Hours" || method == "Minutes" || method == "Seconds") {
      return Value::Float64(static_cast<double>(number_) / part);
    }
    return Value::Int64(number_ / static_cast<int64_t>(part));
  }
  Value AsValue() const override { return kind_ == "int" ? Value::Int(number_) : Value::Int64(number_); }
  std::string ToString() const override { return text_; }

 private:
  // How many nanoseconds a duration's method counts by; 0 for what is none.
  double Part(std::string_view name) const {
    if (kind_ != "int64") return 0;
    if (name == "Hours") return 3600e9;
    if (name == "Minutes") return 60e9;
    if (name == "Seconds") return 1e9;
    if (name == "Milliseconds") return 1e6;
    if (name == "Microseconds") return 1e3;
    return name == "Nanoseconds" ? 1 : 0;
  }

  const std::string_view type_;  // constants
  const std::string_view kind_;
  const int64_t number_;
  const std::string text_;
};

Value Number(std::string_view type, std::string_view kind, int64_t number, std::string text) {
  return Value::Of(std::make_shared<NamedNumber>(type, kind, number, std::move(text)));
}

struct Parts {
  int64_t days = 0;
  int64_t second = 0;  // of the day
  CivilDate date;
};

Parts PartsOf(const Time& time) {
  const int64_t local = time.LocalSeconds();
  const int64_t days = DayOf(local);
  return {days, local - days * kSecondsPerDay, DateOf(days)};
}

using Getter = Value (*)(const Time&);
struct NamedGetter {
  std::string_view name;
  Getter get;
};

constexpr int64_t kZeroSeconds = -62135596800;

const NamedGetter kGetters[] = {
    {"Year", [](const Time& t) { return Value::Int(PartsOf(t).date.year); }},
    {"Month",
     [](const Time& t) {
       const int month = PartsOf(t).date.month;
       return Number("time.Month", "int", month, std::string(kMonthNames[month - 1]));
     }},
    {"Day", [](const Time& t) { return Value::Int(PartsOf(t).date.day); }},
    {"Weekday",
     [](const Time& t) {
       const int day = WeekdayOf(PartsOf(t).days);
       return Number("time.Weekday", "int", day, std::string(kWeekdayNames[day]));
     }},
    {"YearDay",
     [](const Time& t) {
       const Parts parts = PartsOf(t);
       return Value::Int(parts.days - DaysFrom(parts.date.year, 1, 1) + 1);
     }},
    {"Hour", [](const Time& t) { return Value::Int(PartsOf(t).second / 3600); }},
    {"Minute", [](const Time& t) { return Value::Int(PartsOf(t).second / 60 % 60); }},
    {"Second", [](const Time& t) { return Value::Int(PartsOf(t).second % 60); }},
    {"Nanosecond", [](const Time& t) { return Value::Int(t.nanoseconds); }},
    {"Unix", [](const Time& t) { return Value::Int64(t.seconds); }},
    {"UnixMilli", [](const Time& t) { return Value::Int64(t.seconds * 1000 + t.nanoseconds / 1000000); }},
    {"UnixMicro", [](const Time& t) { return Value::Int64(t.seconds * 1000000 + t.nanoseconds / 1000); }},
    {"UnixNano",
     [](const Time& t) {
       return Value::Int64(
           static_cast<int64_t>(static_cast<uint64_t>(t.seconds) * 1000000000U + static_cast<uint64_t>(t.nanoseconds)));
     }},
    {"UTC",
     [](const Time& t) {
       return NewTime({t.seconds, t.nanoseconds, Zone::Utc()});
     }},
    {"Local",
     [](const Time& t) {
       return NewTime({t.seconds, t.nanoseconds, Zone::Local()});
     }},
    {"IsZero", [](const Time& t) { return Value::Bool(t.seconds == kZeroSeconds && t.nanoseconds == 0); }},
    {"String", [](const Time& t) { return Value::String(t.ToString()); }},
};

const NamedGetter* FindGetter(std::string_view name) {
  for (const NamedGetter& getter : kGetters) {
    if (getter.name == name) return &getter;
  }
  return nullptr;
}

Result<Value> Compare(const Time& time, std::string_view method, const Value& other) {
  const Time* that = TimeIn(other);
  if (that == nullptr) return Wrong(std::string(method) + " takes a time");
  if (method == "Before") return Value::Bool(time.Before(*that));
  if (method == "After") return Value::Bool(that->Before(time));
  if (method == "Equal") return Value::Bool(time.Same(*that));
  const int64_t difference = time.Since(*that);
  return Number("time.Duration", "int64", difference, FormatGoDuration(difference));
}

Result<Value> AddDate(const Time& time, const std::vector<Value>& by) {
  for (const Value& number : by) {
    if (!number.is_integer() || std::abs(number.as_integer()) > 1000000000)
      return Wrong("AddDate takes three integers");
  }
  const Parts parts = PartsOf(time);
  return NewTime(Time::FromCivil(parts.date.year + by[0].as_integer(), parts.date.month + by[1].as_integer(),
                                 parts.date.day + by[2].as_integer(), parts.second, time.nanoseconds, time.zone));
}

}  // namespace

Value NewTime(Time time) {
  return Value::Of(std::make_shared<TimeObject>(std::move(time)));
}

const Time* TimeIn(const Value& value) {
  if (!value.is_object()) return nullptr;
  const auto* object = dynamic_cast<const TimeObject*>(value.as_object().get());
  return object ? &object->time() : nullptr;
}

bool TimeObject::HasMethod(std::string_view name) const {
  constexpr std::string_view kOthers[] = {"Format", "Before", "After", "Equal", "Sub", "Add", "AddDate"};
  for (const std::string_view other : kOthers) {
    if (other == name) return true;
  }
  return FindGetter(name) != nullptr;
}

Result<Value> TimeObject::Call(std::string_view method, const std::vector<Value>& arguments) const {
  if (const NamedGetter* getter = FindGetter(method)) {
    return arguments.empty() ? getter->get(time_) : Result<Value>(Wrong(std::string(method) + " takes no argument"));
  }
  if (method == "AddDate" && arguments.size() == 3) return AddDate(time_, arguments);
  if (!HasMethod(method) || arguments.size() != 1) {
    return Wrong("time.Time has no method " + std::string(method) + " of " + std::to_string(arguments.size()) +
                 " arguments");
  }
  if (method == "Format") {
    if (!arguments[0].is_string()) return Wrong("Format takes a layout");
    return Value::String(time_.Format(arguments[0].as_string()));
  }
  if (method == "Add") return NewTime(time_.Plus(ToInteger(arguments[0])));
  return Compare(time_, method, arguments[0]);
}

Value TimeObject::AsValue() const {
  return Value::String(time_.Format("2006-01-02T15:04:05.999999999Z07:00"));
}

}  // namespace croft::chart
