#pragma once

#include <cstdint>

namespace croft::chart {

// Days since 1970-01-01 and dates of the Gregorian calendar, for years far off too.
struct CivilDate {
  int64_t year = 1970;
  int month = 1;  // 1 to 12
  int day = 1;
};

constexpr bool IsLeapYear(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int DaysIn(int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeapYear(year) ? 29 : kDays[month - 1];
}

// Months beyond 12 or below 1 count into other years, days into other months.
constexpr int64_t DaysFrom(int64_t year, int64_t month, int64_t day) {
  const int64_t years = month > 0 ? (month - 1) / 12 : -((12 - month) / 12);
  year += years;
  month -= years * 12;
  const int64_t y = month <= 2 ? year - 1 : year;  // years that begin in March end with the leap day
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t year_of_era = y - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468 + day - 1;
}

constexpr CivilDate DateOf(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month = (5 * day_of_year + 2) / 153;  // from March on
  const int day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  const int civil = static_cast<int>(month < 10 ? month + 3 : month - 9);
  return {year_of_era + era * 400 + (civil <= 2 ? 1 : 0), civil, day};
}

// 0 is Sunday.
constexpr int WeekdayOf(int64_t days) {
  return static_cast<int>(((days % 7) + 11) % 7);
}

constexpr int64_t kSecondsPerDay = 86400;
// Rounds down.
constexpr int64_t DayOf(int64_t seconds) {
  return seconds >= 0 ? seconds / kSecondsPerDay : -((-(seconds + 1)) / kSecondsPerDay) - 1;
}

}  // namespace croft::chart
