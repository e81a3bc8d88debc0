#pragma once

#include <string>
#include <vector>

#include "operator/nodes/scheduler_plan.h"

namespace croft::nodes {

// Why `pod` can't run on `candidate`, in the words that kubectl users know ("Insufficient cpu"); empty: it can. `all`
// is every candidate, which topology spread compares.
std::string WhyNot(const PlacedPod& pod, const Candidate& candidate, const std::vector<Candidate>& all);

// Resources of the node that are not requested yet.
struct Free {
  int64_t cpu_milli = 0;
  int64_t memory_milli = 0;
  int64_t pods = 0;
};
Free FreeOn(const Candidate& candidate);

}  // namespace croft::nodes
