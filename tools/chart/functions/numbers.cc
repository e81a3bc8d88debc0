#include <cmath>
#include <limits>

#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/decimal.h"
#include "tools/chart/functions/parse_number.h"
#include "tools/chart/value/go_format.h"

namespace croft::chart {
namespace {

// Integers wrap around, as Go's do.
int64_t Wrapped(uint64_t value) {
  return static_cast<int64_t>(value);
}
uint64_t Bits(const Value& value) {
  return static_cast<uint64_t>(ToInteger(value));
}

Result<Value> Divide(int64_t a, int64_t b, bool remainder) {
  if (b == 0) return Wrong("runtime error: integer divide by zero");
  if (b == -1) return Value::Int64(remainder ? 0 : Wrapped(0 - static_cast<uint64_t>(a)));
  return Value::Int64(remainder ? a % b : a / b);
}

template <DecimalOperation operation>
Result<Value> Decimals(const Value& first, Rest<Value> rest) {
  std::vector<double> numbers;
  for (const Value& value : rest.values) numbers.push_back(ToFloat(value));
  const Result<double> result = Calculate(operation, ToFloat(first), numbers);
  if (!result.ok()) return result.status();
  return Value::Float64(*result);
}

// As Go's math.Max and math.Min: an infinity that way wins over NaN, and 0 over -0.
double Greater(double a, double b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (a == kInfinity || b == kInfinity) return kInfinity;
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  if (a == 0 && b == 0) return std::signbit(a) ? b : a;
  return std::max(a, b);
}
double Less(double a, double b) {
  return -Greater(-a, -b);
}

// 10^exponent in the steps that Go takes, since the last bit of great powers depends on them.
double PowerOfTen(int64_t exponent) {
  if (exponent == 0) return 1;
  uint64_t steps = exponent < 0 ? 0 - static_cast<uint64_t>(exponent) : static_cast<uint64_t>(exponent);
  double fraction = 1;
  int64_t scale = 0;
  int step_scale = 0;
  double step = std::frexp(10.0, &step_scale);
  int64_t wide_scale = step_scale;
  for (; steps != 0; steps >>= 1) {
    if (wide_scale < -4096 || wide_scale > 4096) {  // beyond any double
      scale += wide_scale;
      break;
    }
    if (steps & 1) {
      fraction *= step;
      scale += wide_scale;
    }
    step *= step;
    wide_scale <<= 1;
    if (step < .5) {
      step += step;
      --wide_scale;
    }
  }
  if (exponent < 0) {
    fraction = 1 / fraction;
    scale = -scale;
  }
  return std::ldexp(fraction, static_cast<int>(scale));
}

double Round(double value, int64_t places, double round_on) {
  const double power = PowerOfTen(places);
  const double digits = power * value;
  double whole = 0;
  const double rest = std::isinf(digits) ? std::numeric_limits<double>::quiet_NaN() : std::modf(digits, &whole);
  return (rest >= round_on ? std::ceil(digits) : std::floor(digits)) / power;
}

// How many numbers there are from start in steps up to stop, which does not count.
Result<int64_t> Steps(int64_t start, int64_t stop, int64_t step) {
  if ((stop < start && step >= 0) || (stop >= start && step <= 0) || stop == start) return int64_t{0};
  const auto wide = [](int64_t n) -> Wide { return n; };
  const Wide distance = stop < start ? wide(start) - stop : wide(stop) - start;
  const Wide size = step < 0 ? -wide(step) : wide(step);
  const Wide count = (distance + size - 1) / size;
  if (count > static_cast<Wide>(kMaxItems)) return TooLarge("items", kMaxItems);
  return static_cast<int64_t>(count);
}

Result<Value> UntilStep(int64_t start, int64_t stop, int64_t step) {
  const Result<int64_t> count = Steps(start, stop, step);
  if (!count.ok()) return count.status();
  std::vector<Value> items;
  items.reserve(static_cast<size_t>(*count));
  for (int64_t i = 0; i < *count; ++i) items.push_back(Value::Int(start + i * step));
  return NewList(std::move(items), kIntList);
}

// As the shell's seq: the end counts.
Result<std::string> Sequence(Rest<GoInt> given) {
  const size_t size = given.values.size();
  if (size == 0 || size > 3) return std::string();
  const int64_t start = size == 1 ? 1 : given.values.front().as_integer();
  const int64_t end = given.values.back().as_integer();
  const int64_t direction = end < start ? -1 : 1;
  int64_t step = direction;
  if (size == 3) {
    step = given.values[1].as_integer();
    if (direction < 0 && step > 0) return std::string();
  }
  const int64_t stop = Wrapped(static_cast<uint64_t>(end) + static_cast<uint64_t>(direction));
  const Result<int64_t> count = Steps(start, stop, step);
  if (!count.ok()) return count.status();
  std::string out;
  for (int64_t i = 0; i < *count; ++i) {
    if (i > 0) out += ' ';
    out += std::to_string(start + i * step);
  }
  return out;
}

void AddIntegers(Functions& functions) {
  functions["add"] = Bind([](Rest<Value> values) {
    uint64_t sum = 0;
    for (const Value& value : values.values) sum += Bits(value);
    return Value::Int64(Wrapped(sum));
  });
  functions["add1"] = Bind([](const Value& value) { return Value::Int64(Wrapped(Bits(value) + 1)); });
  functions["sub"] = Bind([](const Value& a, const Value& b) { return Value::Int64(Wrapped(Bits(a) - Bits(b))); });
  functions["mul"] = Bind([](const Value& first, Rest<Value> rest) {
    uint64_t product = Bits(first);
    for (const Value& value : rest.values) product *= Bits(value);
    return Value::Int64(Wrapped(product));
  });
  functions["div"] = Bind([](const Value& a, const Value& b) { return Divide(ToInteger(a), ToInteger(b), false); });
  functions["mod"] = Bind([](const Value& a, const Value& b) { return Divide(ToInteger(a), ToInteger(b), true); });
  const Function max = Bind([](const Value& first, Rest<Value> rest) {
    int64_t best = ToInteger(first);
    for (const Value& value : rest.values) best = std::max(best, ToInteger(value));
    return Value::Int64(best);
  });
  functions["max"] = max;
  functions["biggest"] = max;
  functions["min"] = Bind([](const Value& first, Rest<Value> rest) {
    int64_t best = ToInteger(first);
    for (const Value& value : rest.values) best = std::min(best, ToInteger(value));
    return Value::Int64(best);
  });
  functions["until"] = Bind([](GoInt count) { return UntilStep(0, count, count < 0 ? -1 : 1); });
  functions["untilStep"] = Bind([](GoInt start, GoInt stop, GoInt step) { return UntilStep(start, stop, step); });
  functions["seq"] = Bind([](Rest<GoInt> given) { return Sequence(given); });
}

void AddFloats(Functions& functions) {
  using enum DecimalOperation;
  functions["addf"] = Bind([](Rest<Value> rest) { return Decimals<kAdd>(Value::Float64(0), rest); });
  functions["add1f"] = Bind([](const Value& value) {
    const Value one = Value::Int(1);
    return Decimals<kAdd>(value, {Arguments(&one, 1)});
  });
  functions["subf"] = Bind([](const Value& first, Rest<Value> rest) { return Decimals<kSubtract>(first, rest); });
  functions["mulf"] = Bind([](const Value& first, Rest<Value> rest) { return Decimals<kMultiply>(first, rest); });
  functions["divf"] = Bind([](const Value& first, Rest<Value> rest) { return Decimals<kDivide>(first, rest); });
  functions["maxf"] = Bind([](const Value& first, Rest<Value> rest) {
    double best = ToFloat(first);
    for (const Value& value : rest.values) best = Greater(best, ToFloat(value));
    return Value::Float64(best);
  });
  functions["minf"] = Bind([](const Value& first, Rest<Value> rest) {
    double best = ToFloat(first);
    for (const Value& value : rest.values) best = Less(best, ToFloat(value));
    return Value::Float64(best);
  });
  functions["floor"] = Bind([](const Value& value) { return Value::Float64(std::floor(ToFloat(value))); });
  functions["ceil"] = Bind([](const Value& value) { return Value::Float64(std::ceil(ToFloat(value))); });
  functions["round"] = Bind([](const Value& value, GoInt places, Rest<double> round_on) {
    return Value::Float64(
        Round(ToFloat(value), places, round_on.values.empty() ? .5 : round_on.values.front().as_float()));
  });
}

}  // namespace

void AddNumbers(Functions& functions) {
  AddIntegers(functions);
  AddFloats(functions);
  functions["int"] = Bind([](const Value& value) { return Value::Int(ToInteger(value)); });
  functions["int64"] = Bind([](const Value& value) { return Value::Int64(ToInteger(value)); });
  functions["float64"] = Bind([](const Value& value) { return Value::Float64(ToFloat(value)); });
  functions["atoi"] = Bind([](std::string_view text) { return Value::Int(ParseInt(text, 10).value); });
  functions["toDecimal"] = Bind([](const Value& value) {  // from octal, as file modes are written
    const auto parsed = ParseInt(Text(value), 8);
    return Value::Int64(parsed.error == NumberError::kNone ? parsed.value : 0);
  });
}

}  // namespace croft::chart
