#include "tools/chart/chart/load.h"

#include <filesystem>
#include <map>

#include "api/base/file.h"
#include "tools/chart/chart/archive.h"
#include "tools/chart/chart/metadata.h"
#include "tools/chart/value/yaml.h"

namespace croft::chart {
namespace {

constexpr int kMaxNestedCharts = 32;

Status Wrap(const std::string& what, const Status& status) {
  return {status.reason(), what + ": " + status.message()};
}

Result<std::shared_ptr<Chart>> Load(std::vector<File> files, const LoadOptions& options, int depth);

class Loader {
 public:
  Loader(const LoadOptions& options, int depth) : options_(options), depth_(depth) {}

  Result<std::shared_ptr<Chart>> Load(std::vector<File> files) {
    chart_->raw = files;
    // Whatever the order of the files: others are read by what this one says.
    for (const File& file : files) {
      if (file.name != "Chart.yaml") continue;
      found_ = true;
      if (const Status read = ReadMetadata(*file.data, chart_->metadata); !read.ok()) {
        return Wrap("cannot load Chart.yaml", read);
      }
      if (chart_->metadata.api_version.empty()) chart_->metadata.api_version = "v1";
    }
    for (File& file : files) CROFT_RETURN_IF_ERROR(Take(std::move(file)));
    if (!found_) return Status::BadRequest("Chart.yaml file is missing");
    CROFT_RETURN_IF_ERROR(ValidateMetadata(chart_->metadata));
    CROFT_RETURN_IF_ERROR(LoadSubcharts());
    return std::move(chart_);
  }

 private:
  Status Take(File file) {
    const std::string& name = file.name;
    if (name == "Chart.yaml") return Status::Ok();
    if (name == "Chart.lock" || name == "requirements.lock") return TakeLock(std::move(file));
    if (name == "values.yaml") {
      Result<MapPtr> values = ReadYamlMap(*file.data);
      if (!values.ok()) return Wrap("cannot load values.yaml", values.status());
      chart_->values = std::move(*values);
    } else if (name == "values.schema.json") {
      chart_->schema = *file.data;
    } else if (name == "requirements.yaml") {
      return TakeRequirements(std::move(file));
    } else if (name.starts_with("templates/")) {
      chart_->templates.push_back(std::move(file));
    } else if (name.starts_with("charts/") && !name.ends_with(".prov")) {
      file.name.erase(0, 7);
      subcharts_[file.name.substr(0, file.name.find('/'))].push_back(std::move(file));
    } else {
      chart_->files.push_back(std::move(file));
    }
    return Status::Ok();
  }

  // Charts of the first version have their dependencies in files of their own.
  Status TakeRequirements(File file) {
    found_ = true;
    if (chart_->metadata.api_version != "v1") {
      Warn(
          "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating "
          "dependencies to Chart.yaml.");
    }
    if (const Status read = ReadMetadata(*file.data, chart_->metadata); !read.ok()) {
      return Wrap("cannot load requirements.yaml", read);
    }
    if (chart_->metadata.api_version == "v1") chart_->files.push_back(std::move(file));
    return Status::Ok();
  }

  Status TakeLock(File file) {
    Result<Lock> lock = ReadLock(*file.data);
    if (!lock.ok()) return Wrap("cannot load " + file.name, lock.status());
    chart_->lock = std::move(*lock);
    if (file.name == "Chart.lock") return Status::Ok();
    found_ = true;
    if (chart_->metadata.api_version != "v1") {
      Warn(
          "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". We recommend migrating to "
          "Chart.lock.");
    } else {
      chart_->files.push_back(std::move(file));
    }
    return Status::Ok();
  }

  Status LoadSubcharts() {
    std::vector<std::shared_ptr<Chart>> charts;
    for (auto& [name, files] : subcharts_) {
      if (name.starts_with('_') || name.starts_with('.')) continue;
      Result<std::shared_ptr<Chart>> chart = LoadSubchart(name, std::move(files));
      if (!chart.ok()) {
        return Wrap("error unpacking subchart " + name + " in " + chart_->name(), chart.status());
      }
      charts.push_back(std::move(*chart));
    }
    chart_->SetDependencies(std::move(charts));
    return Status::Ok();
  }

  Result<std::shared_ptr<Chart>> LoadSubchart(const std::string& name, std::vector<File> files) {
    if (depth_ >= kMaxNestedCharts) return Status::BadRequest("its charts are nested too deep");
    if (name.ends_with(".tgz")) {
      if (files[0].name != name) {
        return Status::BadRequest("error unpacking subchart tar in " + chart_->name() + ": expected " + name +
                                  ", got " + files[0].name);
      }
      Result<std::vector<File>> unpacked = ReadArchive(*files[0].data);
      if (!unpacked.ok()) return unpacked.status();
      return chart::Load(std::move(*unpacked), options_, depth_ + 1);
    }
    std::vector<File> inside;
    for (File& file : files) {
      const size_t slash = file.name.find('/');
      if (slash == std::string::npos) continue;
      file.name.erase(0, slash + 1);
      inside.push_back(std::move(file));
    }
    return chart::Load(std::move(inside), options_, depth_ + 1);
  }

  void Warn(std::string text) {
    if (options_.warnings != nullptr) options_.warnings->push_back(std::move(text));
  }

  const LoadOptions& options_;
  const int depth_;
  std::shared_ptr<Chart> chart_ = std::make_shared<Chart>();
  bool found_ = false;
  std::map<std::string, std::vector<File>> subcharts_;
};

Result<std::shared_ptr<Chart>> Load(std::vector<File> files, const LoadOptions& options, int depth) {
  return Loader(options, depth).Load(std::move(files));
}

}  // namespace

Result<std::shared_ptr<Chart>> LoadChartFiles(std::vector<File> files, const LoadOptions& options) {
  return Load(std::move(files), options, 0);
}

Result<std::shared_ptr<Chart>> LoadChartArchive(std::string_view bytes, const LoadOptions& options) {
  Result<std::vector<File>> files = ReadArchive(bytes);
  if (!files.ok()) return files.status();
  return Load(std::move(*files), options, 0);
}

Result<std::shared_ptr<Chart>> LoadChart(const std::string& path, const LoadOptions& options) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) {
    Result<std::vector<File>> files = ReadChartFolder(path, options);
    if (!files.ok()) return files.status();
    return Load(std::move(*files), options, 0);
  }
  const Result<std::string> bytes = ReadFile(path, kMaxChartBytes);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->starts_with("\x1f\x8b\x08")) {
    const bool yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    return Status::BadRequest(
        "file '" + path + "' " +
        (yaml ? "seems to be a YAML file, but expected a gzipped archive" : "does not appear to be a gzipped archive"));
  }
  return LoadChartArchive(*bytes, options);
}

}  // namespace croft::chart
