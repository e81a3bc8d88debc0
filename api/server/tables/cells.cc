#include "api/server/tables/cells.h"

namespace croft::server {

const CellFunctions& AllCells() {
  static const CellFunctions kCells = [] {
    CellFunctions cells;
    AddPodCells(cells);
    AddNodeCells(cells);
    AddWorkloadCells(cells);
    AddNetworkCells(cells);
    AddCoreCells(cells);
    AddPolicyCells(cells);
    AddLimitCells(cells);
    return cells;
  }();
  return kCells;
}

std::string AgeOf(std::string_view time_stamp, WallTime now) {
  const std::optional<WallTime> time = ParseTime(time_stamp);
  if (!time) return "<unknown>";
  return FormatAge(std::chrono::duration_cast<Duration>(now - *time));
}

std::string Joined(const std::vector<std::string>& texts, std::string_view separator) {
  std::string joined;
  for (const std::string& text : texts) {
    if (!joined.empty()) joined += separator;
    joined += text;
  }
  return joined;
}

std::string MapText(const Json* map) {
  if (map == nullptr || !map->IsObject() || map->ObjectEmpty()) return "<none>";
  std::vector<std::string> texts;
  for (const auto& member : map->GetObject()) {
    const std::string value = member.value.IsString() ? std::string(AsView(member.value)) : WriteJson(member.value);
    texts.push_back(std::string(AsView(member.name)) + "=" + value);
  }
  return Joined(texts);
}

int64_t Count(const Json* value) {
  if (value == nullptr) return 0;
  if (value->IsArray()) return value->Size();
  return value->IsObject() ? value->MemberCount() : 0;
}

std::string Shortened(const std::vector<std::string>& texts, size_t most) {
  if (texts.empty()) return "<none>";
  if (texts.size() <= most) return Joined(texts);
  const std::vector<std::string> first(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(most));
  return Joined(first) + " + " + std::to_string(texts.size() - most) + " more...";
}

}  // namespace croft::server
