#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tools/chart/chart/load.h"
#include "tools/chart/value/yaml.h"

namespace croft::chart {

// A chart of these files, by name and text.
inline Result<std::shared_ptr<Chart>> ChartOf(const std::vector<std::pair<std::string, std::string>>& files,
                                              std::vector<std::string>* warnings = nullptr) {
  std::vector<File> list;
  for (const auto& [name, text] : files) list.push_back({name, std::make_shared<const std::string>(text)});
  return LoadChartFiles(std::move(list), {warnings});
}

inline MapPtr ValuesOf(const std::string& yaml) {
  const Result<MapPtr> map = ReadYamlMap(yaml);
  return map.ok() ? *map : nullptr;
}

inline std::string AsJson(const MapPtr& map) {
  const Result<std::string> json = WriteJson(Value::Of(map), {.escape_html = false, .indent = ""});
  return json.ok() ? *json : json.status().message();
}

}  // namespace croft::chart
