#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tools/chart/template/executor.h"

namespace croft::chart {

// A file of templates/, of a chart or a subchart.
struct TemplateFile {
  std::string name;       // "top/charts/sub/templates/a.yaml"
  std::string base_path;  // "top/charts/sub/templates"
  std::string text;
  MapPtr data;  // what "." is; files of one chart share it. Rendering sets its "Template"
};

// What the cluster has: an object, a list of them, or an empty map. `name` and `ns` may be empty.
using Lookup = std::function<Result<Value>(std::string_view api_version, std::string_view kind, std::string_view ns,
                                           std::string_view name)>;

struct RenderOptions {
  bool strict = false;  // what is missing is an error
  bool lint = false;    // neither `required` nor `fail` fail
  bool dns = false;     // getHostByName asks
  Lookup lookup;        // without one `lookup` finds nothing
};

// Renders a chart's templates as Helm's engine does: adds include, tpl, required, fail and lookup to the functions,
// parses all files, and executes those that are no partials. For one rendering, on one thread.
//   Renderer renderer(functions, options);
//   Result<std::map<std::string, std::string>> manifests = renderer.Render(files);
class Renderer {
 public:
  Renderer(Functions functions, RenderOptions options, Budget budget = {});
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  // By file name. Errors are Helm's: "parse error at (PLACE): ...", "execution error at (PLACE): ...".
  Result<std::map<std::string, std::string>> Render(std::vector<TemplateFile> files);

 private:
  void AddFunctions();
  Result<std::string> Include(std::string_view name, const Value& data);
  Result<std::string> Tpl(std::string_view text, const Value& data);
  Result<const Trees*> Parsed(std::string_view text);
  Result<Value> Required(std::string_view warning, const Value& value) const;
  Result<std::string> Fail(std::string_view message) const;

  Functions functions_;
  RenderOptions options_;
  ExecuteOptions execute_;
  Budget budget_;
  const Templates* templates_ = nullptr;  // that are seen from where rendering is
  std::unordered_map<std::string, int> included_;
  std::map<std::string, Trees, std::less<>> parsed_;  // texts that `tpl` has seen
  size_t parsed_bytes_ = 0;
};

}  // namespace croft::chart
