#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/chart/value/value.h"

namespace croft::chart {

// What stands between the percent sign and the verb.
struct FormatFlags {
  bool minus = false;
  bool plus = false;
  bool sharp = false;
  bool space = false;
  bool zero = false;
  bool plus_v = false;   // %+v
  bool sharp_v = false;  // %#v
  bool has_width = false;
  bool has_precision = false;
  int64_t width = 0;
  int64_t precision = 0;
};

// Prints values by a verb and flags to the end of a text.
class GoPrinter {
 public:
  explicit GoPrinter(std::string& out) : out_(out) {}

  FormatFlags flags;

  void Print(const Value& value, char32_t verb);
  // "%!d(string=hi)"
  void BadVerb(const Value& value, char32_t verb);
  bool full() const { return out_.size() > limit_; }

 private:
  void PrintItem(const Value& value, char32_t verb);
  void PrintList(const List& list, char32_t verb);
  void PrintBytes(const List& list, char32_t verb);
  void PrintMap(const Map& map, char32_t verb);
  void PrintObject(const Value& value, char32_t verb);
  // False when there is no such verb for the type.
  bool FormatInteger(uint64_t value, bool is_signed, char32_t verb);
  bool FormatDouble(double value, char32_t verb);
  bool FormatText(std::string_view text, char32_t verb);

  void Digits(uint64_t value, bool is_signed, int base, char32_t verb);
  void Unicode(uint64_t value);
  void Double(double value, char verb, int precision);
  void Hexadecimals(std::string_view text, bool capitals);
  void Quoted(std::string_view text);
  std::string_view Truncated(std::string_view text) const;
  void Pad(std::string_view text, bool zeros);
  void Padding(int64_t count, bool zeros);

  std::string& out_;
  size_t limit_ = out_.size() + (size_t{32} << 20);
  int depth_ = 0;
};

}  // namespace croft::chart
