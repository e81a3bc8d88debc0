#pragma once

#include <string>
#include <string_view>

#include "tools/chart/value/value.h"

namespace croft::chart {

// What numbers become: float64 as Go's decoders make of all, or int64 where it is an integer that fits.
enum class Numbers { kFloat64, kExact };

// How deep lists and maps may be nested, read or written.
inline constexpr int kMaxValueDepth = 1000;

// As encoding/json reads: strict, the last of equal keys wins, what is no Unicode becomes U+FFFD. Errors are
// kBadRequest, in encoding/json's words.
Result<Value> ReadJson(std::string_view text, Numbers numbers = Numbers::kFloat64);
// Reads the value that `text` begins with and takes it off `text`, white space before it included.
Result<Value> TakeJson(std::string_view& text);

struct JsonStyle {
  bool escape_html = true;  // <, > and & as \u003c and so on
  std::string_view indent;  // by level; all on one line when empty
};
// As encoding/json writes, without a line break at its end. Fails for numbers that are none, and for what contains
// itself.
Result<std::string> WriteJson(const Value& value, const JsonStyle& style = {});

// Appends `value` as encoding/json writes a float64. It must be finite.
void AppendJsonFloat(std::string& out, double value);
// Appends `text` in quotes and with escapes.
void AppendJsonString(std::string& out, std::string_view text, bool escape_html = true);

}  // namespace croft::chart
