#include <algorithm>
#include <filesystem>
#include <system_error>

#include "api/base/file.h"
#include "tools/chart/chart/archive.h"
#include "tools/chart/chart/ignore.h"
#include "tools/chart/chart/load.h"

namespace croft::chart {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxFolders = 64;  // one in the other: links can lead in circles

class Walk {
 public:
  Walk(IgnoreRules rules, const LoadOptions& options) : rules_(std::move(rules)), options_(options) {}

  Status Folder(const fs::path& path, const std::string& prefix, int depth) {
    if (depth > kMaxFolders) return Status::BadRequest("the folders of the chart have no end: " + path.string());
    std::error_code failed;
    std::vector<std::string> names;
    for (fs::directory_iterator at(path, failed), end; !failed && at != end; at.increment(failed)) {
      names.push_back(at->path().filename().string());
    }
    if (failed) return Status::BadRequest("open " + path.string() + ": " + failed.message());
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) CROFT_RETURN_IF_ERROR(Entry(path / name, prefix + name, depth));
    return Status::Ok();
  }

  std::vector<File> files;

 private:
  Status Entry(const fs::path& path, const std::string& name, int depth) {
    std::error_code failed;
    if (fs::is_symlink(fs::symlink_status(path, failed))) {
      const fs::path target = fs::canonical(path, failed);
      if (failed) return Status::BadRequest("error evaluating symlink " + path.string() + ": " + failed.message());
      if (options_.warnings != nullptr) {
        options_.warnings->push_back("found symbolic link in path: " + path.string() + " resolves to " +
                                     target.string() + ". Contents of linked file included and used");
      }
    }
    const fs::file_status status = fs::status(path, failed);
    if (failed) return Status::BadRequest("stat " + path.string() + ": " + failed.message());
    if (rules_.Ignores(name, fs::is_directory(status))) return Status::Ok();
    if (fs::is_directory(status)) return Folder(path, name + "/", depth + 1);
    if (!fs::is_regular_file(status)) {
      return Status::BadRequest("cannot load irregular file " + path.string() + " as it has file mode type bits set");
    }
    return Take(path, name);
  }

  Status Take(const fs::path& path, const std::string& name) {
    Result<std::string> data = ReadFile(path.string(), kMaxChartFileBytes);
    if (!data.ok()) {
      if (data.status().reason() != Reason::kRequestEntityTooLarge) return data.status();
      return Status::BadRequest("chart file \"" + path.filename().string() +
                                "\" is larger than the maximum file size " + std::to_string(kMaxChartFileBytes));
    }
    bytes_ += data->size();
    if (bytes_ > kMaxChartBytes || files.size() >= kMaxChartFiles) {
      return Status::BadRequest("the chart is larger than " + std::to_string(kMaxChartBytes) +
                                " bytes or has more than " + std::to_string(kMaxChartFiles) + " files");
    }
    files.push_back({name, std::make_shared<const std::string>(WithoutByteOrderMark(*data))});
    return Status::Ok();
  }

  const IgnoreRules rules_;
  const LoadOptions& options_;
  size_t bytes_ = 0;
};

}  // namespace

Result<std::vector<File>> ReadChartFolder(const std::string& path, const LoadOptions& options) {
  IgnoreRules rules;
  const Result<std::string> ignored = ReadFile(path + "/.helmignore", kMaxChartFileBytes);
  if (ignored.ok()) {
    Result<IgnoreRules> parsed = IgnoreRules::Parse(*ignored);
    if (!parsed.ok()) return parsed.status();
    rules = std::move(*parsed);
  } else if (!ignored.status().IsNotFound()) {
    return ignored.status();
  }
  Walk walk(std::move(rules), options);
  CROFT_RETURN_IF_ERROR(walk.Folder(path, "", 0));
  return std::move(walk.files);
}

}  // namespace croft::chart
