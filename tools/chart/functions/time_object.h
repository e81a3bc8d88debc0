#pragma once

#include <string>

#include "tools/chart/functions/go_time.h"
#include "tools/chart/value/value.h"

namespace croft::chart {

// What `now` and `toDate` return: now.Year, now.Format "15:04", (now.AddDate 0 1 0).Unix.
class TimeObject final : public Object {
 public:
  explicit TimeObject(Time time) : time_(std::move(time)) {}

  const Time& time() const { return time_; }
  std::string_view go_type() const override { return "time.Time"; }
  bool HasMethod(std::string_view name) const override;
  Result<Value> Call(std::string_view method, const std::vector<Value>& arguments) const override;
  // As JSON and YAML write it (RFC 3339).
  Value AsValue() const override;
  std::string ToString() const override { return time_.ToString(); }

 private:
  const Time time_;
};

Value NewTime(Time time);
// Null when the value is no time.
const Time* TimeIn(const Value& value);

}  // namespace croft::chart
