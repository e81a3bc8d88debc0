#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/base/result.h"
#include "tools/chart/template/node.h"

namespace croft::chart {

// What parsing one text yields: the template that it is, and those that it defines.
using Trees = std::vector<std::shared_ptr<const Tree>>;

// Parses Go's text/template. Built-in functions need no naming; `functions` has to outlive the trees, which point at
// what they call. Errors are Go's: "template: NAME:LINE: ...".
Result<Trees> Parse(std::string name, std::string text, const Functions& functions);

// A set of templates that see each other.
//   Templates templates(functions);
//   CROFT_RETURN_IF_ERROR(templates.Parse("chart/templates/a.yaml", text));
class Templates {
 public:
  explicit Templates(const Functions& functions) : functions_(functions) {}
  // A set that has what `base` has, and hides what it defines itself from it: what `tpl` needs. `base` has to outlive
  // it.
  explicit Templates(const Templates* base) : functions_(base->functions_), base_(base) {}
  Templates(const Templates&) = delete;
  Templates& operator=(const Templates&) = delete;

  // The last definition of a name holds, but for empty ones, which never take the place of another.
  Status Parse(std::string name, std::string text);
  void Add(const Trees& trees);

  const Tree* Find(std::string_view name) const;
  const Functions& functions() const { return functions_; }

 private:
  const Functions& functions_;
  const Templates* base_ = nullptr;
  std::map<std::string, std::shared_ptr<const Tree>, std::less<>> trees_;
};

}  // namespace croft::chart
