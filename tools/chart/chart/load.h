#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/chart/chart/chart.h"

namespace croft::chart {

struct LoadOptions {
  // Takes what a person should know though it stops nothing, a line each. May be null.
  std::vector<std::string>* warnings = nullptr;
};

// A chart from a folder or a .tgz archive, with the charts in its charts/. Errors name what is wrong with which file,
// in Helm's words. In folders .helmignore counts, and symbolic links are followed.
Result<std::shared_ptr<Chart>> LoadChart(const std::string& path, const LoadOptions& options = {});
// The same from the bytes of an archive.
Result<std::shared_ptr<Chart>> LoadChartArchive(std::string_view bytes, const LoadOptions& options = {});
// The same from files that are read already.
Result<std::shared_ptr<Chart>> LoadChartFiles(std::vector<File> files, const LoadOptions& options = {});

// The files of a chart's folder, in the order of their names.
Result<std::vector<File>> ReadChartFolder(const std::string& path, const LoadOptions& options = {});

}  // namespace croft::chart
