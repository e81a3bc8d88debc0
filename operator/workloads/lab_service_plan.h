#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/types/apps.h"
#include "api/types/lab.h"

// What the lab's Service (croft.lab/v1) stands for. Pure.
namespace croft::workloads {

// On pods and on the selector of what is made for a Service.
inline constexpr const char* kLabService = "croft.lab/service";
// On what is made: a hash of what was declared when it was written last.
inline constexpr const char* kDeclared = "croft.lab/declared";

// One object that is made for a Service, of its name.
struct LabPart {
  GroupVersionResource gvr;
  std::string kind;
  std::string json;  // with metadata and spec; empty: there is to be none
};

struct LabServicePlan {
  std::vector<std::string> problems;     // why nothing is made or changed: "spec.ports[1].name: ..."
  bool not_supported = false;            // mode daemon: nothing is made or changed
  std::vector<std::string> unsupported;  // fields that are accepted and not acted on
  std::vector<LabPart> parts;            // Deployment, core Service, Ingress, Certificate
  std::string url;                       // of `expose`
};
LabServicePlan DecideLabService(const Json& service);

// Whether all that is wanted stands in `actual`; what it has beyond that (defaults, others' annotations) is no matter.
// Lists must have as many items, in that order.
bool Covers(const Json& actual, const Json& wanted);

// `standing` brought to what is wanted: labels and annotations are merged, the spec is replaced. Of a core Service only
// selector, ports and type are, since the server has put addresses into the rest; a Deployment keeps the mark of
// `kubectl rollout restart`.
JsonDocument Compose(const Json& standing, const Json& wanted);

struct LabServiceSight {
  std::optional<types::Deployment> deployment;  // its own
  std::vector<std::string> blocked;             // "Deployment default/web exists and ..."
  int nodes = 0;                                // on which its ready pods run
};
types::lab::ServiceStatus DecideLabStatus(const types::lab::Service& service, const LabServicePlan& plan,
                                          const LabServiceSight& sight, WallTime now);

}  // namespace croft::workloads
