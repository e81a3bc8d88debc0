#pragma once

#include <cstdint>
#include <string_view>

namespace croft::chart {

// What a piece of one of Go's layouts stands for.
enum class Field : uint8_t {
  kNone,  // the end of the layout
  kLongMonth,
  kMonth,
  kNumMonth,
  kZeroMonth,
  kLongWeekday,
  kWeekday,
  kDay,
  kUnderDay,
  kZeroDay,
  kUnderYearDay,
  kZeroYearDay,
  kHour,
  kHour12,
  kZeroHour12,
  kMinute,
  kZeroMinute,
  kSecond,
  kZeroSecond,
  kLongYear,
  kYear,
  kUpperHalf,  // PM
  kLowerHalf,  // pm
  kZoneName,
  kOffset,  // "-0700" and its kin
  kFraction,
  kTrimmedFraction,
};

// How an offset is written: "Z07:00:00" has a Z for UTC, colons and three parts.
struct OffsetStyle {
  bool z = false;
  bool colons = false;
  int parts = 2;
};

struct LayoutPiece {
  std::string_view before;  // stands for itself
  std::string_view text;    // of the field itself
  Field field = Field::kNone;
  OffsetStyle offset;  // of kOffset
};

// Takes the text up to and with the next field off the layout.
LayoutPiece NextPiece(std::string_view& layout);

inline constexpr std::string_view kMonthNames[] = {"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
inline constexpr std::string_view kWeekdayNames[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                     "Thursday", "Friday", "Saturday"};

}  // namespace croft::chart
