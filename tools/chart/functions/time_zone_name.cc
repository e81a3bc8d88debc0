#include "tools/chart/functions/time_zone_name.h"

namespace croft::chart {
namespace {

// "+3", "-11": up to 23 hours.
size_t SignedHoursLength(std::string_view text) {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return 0;
  size_t size = 1;
  int hours = 0;
  for (; size < text.size() && text[size] >= '0' && text[size] <= '9'; ++size) {
    hours = hours * 10 + (text[size] - '0');
    if (hours > 23) return 0;
  }
  return size > 1 ? size : 0;
}

}  // namespace

size_t ZoneNameLength(std::string_view text) {
  if (text.size() < 3) return 0;
  if (text.starts_with("ChST") || text.starts_with("MeST")) return 4;
  if (text.starts_with("GMT")) return 3 + SignedHoursLength(text.substr(3));
  if (text[0] == '+' || text[0] == '-') return SignedHoursLength(text);
  size_t capitals = 0;
  while (capitals < 6 && capitals < text.size() && text[capitals] >= 'A' && text[capitals] <= 'Z') ++capitals;
  if (capitals == 3) return 3;
  if (capitals == 4) return text[3] == 'T' || text.starts_with("WITA") ? 4 : 0;
  return capitals == 5 && text[4] == 'T' ? 5 : 0;
}

}  // namespace croft::chart
