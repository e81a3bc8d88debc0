#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/chart/value/value.h"

namespace croft::chart {

struct Maintainer {
  std::string name;
  std::string email;
  std::string url;
};

// A chart that another needs, as Chart.yaml (or requirements.yaml) lists it.
struct Dependency {
  std::string name;
  std::string version;  // a range; in a lock the version itself
  std::string repository;
  std::string condition;  // paths in the values, separated by commas
  std::vector<std::string> tags;
  bool enabled = false;
  std::vector<Value> import_values;  // texts, or maps of child and parent
  std::string alias;
};

// Chart.yaml.
struct Metadata {
  std::string name;
  std::string home;
  std::vector<std::string> sources;
  std::string version;
  std::string description;
  std::vector<std::string> keywords;
  std::vector<Maintainer> maintainers;
  std::string icon;
  std::string api_version;  // "v1" or "v2"
  std::string condition;
  std::string tags;
  std::string app_version;
  bool deprecated = false;
  std::map<std::string, std::string> annotations;
  std::string kube_version;  // a range of Kubernetes' versions
  std::vector<Dependency> dependencies;
  std::string type;  // empty, "application" or "library"
};

// Chart.lock.
struct Lock {
  std::string generated;
  std::string digest;
  std::vector<Dependency> dependencies;
};

// A file of a chart. Copies share its bytes.
struct File {
  std::string name;  // from the chart's folder, with slashes
  std::shared_ptr<const std::string> data;
};

// A chart with the charts that it brings along.
struct Chart {
  Metadata metadata;
  std::optional<Lock> lock;
  std::vector<File> raw;        // all files but those of subcharts that come as archives, as they are
  std::vector<File> templates;  // templates/
  std::vector<File> files;      // neither templates nor what Helm knows: crds/ among them
  MapPtr values = std::make_shared<Map>();
  std::optional<std::string> schema;  // values.schema.json
  const Chart* parent = nullptr;      // which lives longer
  std::vector<std::shared_ptr<Chart>> dependencies;

  bool IsRoot() const { return parent == nullptr; }
  bool IsLibrary() const { return metadata.type == "library"; }
  const std::string& name() const { return metadata.name; }
  // "top/charts/sub": where its templates' names begin.
  std::string FullPath() const;
  // "top.sub"
  std::string Path() const;
  void SetDependencies(std::vector<std::shared_ptr<Chart>> charts);
};

// A file of crds/, of a chart or a subchart.
struct CrdFile {
  std::string filename;  // "top/charts/sub/crds/a.yaml"
  const File* file;
};
std::vector<CrdFile> CrdFiles(const Chart& chart);

// What `.Chart` is in a template: the metadata, with IsRoot.
Value ChartObject(const Chart& chart);

}  // namespace croft::chart
