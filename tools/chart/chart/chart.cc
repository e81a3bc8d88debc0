#include "tools/chart/chart/chart.h"

#include <algorithm>

namespace croft::chart {
namespace {

bool IsManifest(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string extension(name.substr(dot));
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

void Collect(const Chart& chart, std::vector<CrdFile>& out) {
  for (const File& file : chart.files) {
    if (!file.name.starts_with("crds/") || !IsManifest(file.name)) continue;
    out.push_back({chart.FullPath() + "/" + file.name, &file});
  }
  for (const auto& dependency : chart.dependencies) Collect(*dependency, out);
}

}  // namespace

std::string Chart::FullPath() const {
  return IsRoot() ? name() : parent->FullPath() + "/charts/" + name();
}

std::string Chart::Path() const {
  return IsRoot() ? name() : parent->Path() + "." + name();
}

void Chart::SetDependencies(std::vector<std::shared_ptr<Chart>> charts) {
  dependencies = std::move(charts);
  for (const auto& chart : dependencies) chart->parent = this;
}

std::vector<CrdFile> CrdFiles(const Chart& chart) {
  std::vector<CrdFile> out;
  Collect(chart, out);
  return out;
}

}  // namespace croft::chart
