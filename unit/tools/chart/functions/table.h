#pragma once

#include <string>
#include <vector>

#include "api/base/clock.h"
#include "tools/chart/functions/functions.h"

namespace croft::chart::test {

inline Value S(std::string text) {
  return Value::String(std::move(text));
}
inline Value I(int64_t number) {
  return Value::Int(number);
}
inline Value F(double number) {
  return Value::Float64(number);
}
inline Value B(bool value) {
  return Value::Bool(value);
}
inline Value L(std::vector<Value> items) {
  return NewList(std::move(items));
}
inline Value M(std::map<std::string, Value, std::less<>> members) {
  return NewMap(std::move(members));
}
inline const Value kNil;

// Stands still at 2026-11-20 12:08:47.5 UTC.
class StillClock final : public Clock {
 public:
  WallTime Now() const override { return WallTime(std::chrono::milliseconds(1795176527500)); }
  SteadyTime Steady() const override { return {}; }
};

// All functions, with a clock that stands still and a seeded random source.
const Functions& TestFunctions();
// What the function gives as Go's %#v writes it ('[]interface {}{1, "a"}'), or "error: ..." for what fails.
std::string Call(const std::string& function, const std::vector<Value>& arguments);
Result<Value> CallFor(const std::string& function, const std::vector<Value>& arguments);

struct Case {
  const char* name;  // a sentence
  const char* function;
  std::vector<Value> arguments;
  const char* expected;  // as Call tells it; "error" alone takes any failure
};
void Check(const std::vector<Case>& cases);

}  // namespace croft::chart::test
