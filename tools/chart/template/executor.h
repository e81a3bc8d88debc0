#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/base/status.h"
#include "tools/chart/template/templates.h"

namespace croft::chart {

// What executing may use up before it is taken for endless. Executions that call each other (include, tpl) share one,
// on one thread, which has to have a stack of 8 MB as threads have by default.
struct Budget {
  uint64_t steps = 100'000'000;          // nodes evaluated; a call of a function counts for several
  size_t max_output = size_t{64} << 20;  // of one template, and of one function
  size_t max_stack = size_t{4} << 20;
  uintptr_t stack_base = 0;  // where the outermost execution stood, 0 before it
};

struct ExecuteOptions {
  bool missing_key_is_error = false;  // Helm's --strict; else what is missing is nil
};

// Writes what the template `name` makes of `data` to the end of `out`. Errors are Go's: "template: PLACE: executing
// NAME at <WHAT>: ...". nil is printed as "<no value>".
Status Execute(const Templates& templates, std::string_view name, const Value& data, const ExecuteOptions& options,
               Budget& budget, std::string& out);
// The same for a template that need not be in the set.
Status Execute(const Templates& templates, const Tree& tree, const Value& data, const ExecuteOptions& options,
               Budget& budget, std::string& out);

}  // namespace croft::chart
