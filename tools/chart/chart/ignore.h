#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"

namespace croft::chart {

// As Go's filepath.Match: * and ? stop at slashes, [a-z] and [^a-z] are sets, a backslash quotes. kBadRequest for a
// pattern that is none.
Result<bool> MatchPath(std::string_view pattern, std::string_view name);

// The rules of a .helmignore file. What hidden files templates/ has is ignored always.
class IgnoreRules {
 public:
  // The rules of no file.
  IgnoreRules();
  static Result<IgnoreRules> Parse(std::string_view text);

  // `path` from the chart's folder. A folder that is ignored is not gone into.
  bool Ignores(std::string_view path, bool is_folder) const;

 private:
  struct Rule {
    std::string pattern;
    bool negated = false;
    bool folders_only = false;
    bool name_only = false;  // the pattern has no slash: any file of this name
  };
  Status Add(std::string_view line);

  std::vector<Rule> rules_;
};

}  // namespace croft::chart
