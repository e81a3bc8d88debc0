#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/clock.h"
#include "api/object/json.h"

namespace croft::server {

// One cell of a printed table.
struct Cell {
  enum class Type { kText, kNumber, kFlag };
  Type type = Type::kText;
  int64_t number = 0;  // of a flag 0 or 1
  std::string text;
  static Cell Of(int64_t n) { return {Type::kNumber, n, {}}; }
  static Cell Of(std::string t) { return {Type::kText, 0, std::move(t)}; }
  static Cell Of(std::string_view t) { return {Type::kText, 0, std::string(t)}; }
  static Cell Of(const char* t) { return {Type::kText, 0, t}; }
  static Cell Flag(bool set) { return {Type::kFlag, set ? 1 : 0, {}}; }
};

using CellFunction = Cell (*)(const Json& object, WallTime now);

// The cells that code renders, by "group/resource/Column". Columns that a schema's path finds are not in here.
using CellFunctions = std::map<std::string, CellFunction, std::less<>>;
const CellFunctions& AllCells();

void AddPodCells(CellFunctions& cells);
void AddNodeCells(CellFunctions& cells);
void AddWorkloadCells(CellFunctions& cells);
void AddNetworkCells(CellFunctions& cells);
void AddCoreCells(CellFunctions& cells);
void AddPolicyCells(CellFunctions& cells);
void AddLimitCells(CellFunctions& cells);

// How long ago a time stamp was: "5m"; "<unknown>" when absent or malformed.
std::string AgeOf(std::string_view time_stamp, WallTime now);
// "a=b,c=d" of a map of strings; "<none>" when empty.
std::string MapText(const Json* map);
// The number of members or elements; 0 when absent.
int64_t Count(const Json* value);
// The first few texts with commas, and how many more there are: "a,b,c + 2 more..."; "<none>" when empty.
std::string Shortened(const std::vector<std::string>& texts, size_t most);
std::string Joined(const std::vector<std::string>& texts, std::string_view separator = ",");

}  // namespace croft::server
