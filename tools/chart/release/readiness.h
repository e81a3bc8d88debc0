#pragma once

#include <string>

#include "api/object/json.h"

namespace croft::chart {

// Whether an object has become what its users wait for, and what is missing.
struct Readiness {
  enum class State { kReady, kWaiting, kFailed };  // failed: it won't become ready by waiting
  State state = State::kReady;
  std::string why;  // empty when ready: "2 of 3 replicas are available"

  bool ready() const { return state == State::kReady; }
};

// Judges by the object's status, as Helm's --wait does: workloads are rolled out, claims bound, load balancers have an
// address, jobs are done when `jobs` says so, definitions are established. Custom kinds that report a condition Ready
// (or Available) are ready when that is True; all others as soon as they exist.
Readiness ReadinessOf(const Json& object, bool jobs);

// Whether a Job or a Pod that runs once has come to a good end. All else is done as soon as it is there.
Readiness CompletionOf(const Json& object);

}  // namespace croft::chart
