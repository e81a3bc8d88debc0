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
  bool is_number = false;
  int64_t number = 0;
  std::string text;
  static Cell Of(int64_t n) { return {true, n, {}}; }
  static Cell Of(std::string t) { return {false, 0, std::move(t)}; }
  static Cell Of(std::string_view t) { return {false, 0, std::string(t)}; }
  static Cell Of(const char* t) { return {false, 0, t}; }
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
