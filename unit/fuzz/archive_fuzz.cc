#include "tools/chart/chart/archive.h"
#include "tools/chart/chart/load.h"
#include "tools/chart/value/gzip.h"
#include "unit/fuzz/target.h"

// A tar, packed or not: what is read of it stays within the limits and names files inside of the chart alone.
FUZZ_TARGET(archive) {
  using namespace croft;
  using namespace croft::chart;
  std::string packed;
  if (!data.starts_with("\x1f\x8b")) {
    const Result<std::string> gzip = Gzip(data);
    fuzz::Require(gzip.ok(), "anything can be packed");
    packed = *gzip;
  } else {
    packed = data;
  }
  const Result<std::vector<File>> files = ReadArchive(packed);
  if (!files.ok()) return;
  fuzz::Require(files->size() <= kMaxChartFiles, "no more files than are allowed");
  size_t bytes = 0;
  for (const File& file : *files) {
    fuzz::Require(file.data->size() <= kMaxChartFileBytes, "no file is larger than allowed");
    fuzz::Require(!file.name.starts_with('/') && !file.name.starts_with("..") &&
                      file.name.find("/../") == std::string::npos && !file.name.ends_with("/.."),
                  "names lead nowhere else: " + file.name);
    bytes += file.data->size();
  }
  fuzz::Require(bytes <= kMaxChartBytes, "no more bytes than are allowed");
  (void)LoadChartArchive(packed);
}
