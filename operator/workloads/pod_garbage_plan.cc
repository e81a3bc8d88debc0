#include "operator/workloads/pod_garbage_plan.h"

#include <algorithm>
#include <tuple>

namespace croft::workloads {

PodFate DecidePodFate(const PodGarbageWorld& world, Duration missing_node_grace) {
  const types::Pod& pod = world.pod;
  if (pod.spec.node_name.empty()) return pod.metadata.deleting() ? PodFate::kDelete : PodFate::kStays;
  if (world.node_known) return PodFate::kStays;
  if (!world.node_missing_for || *world.node_missing_for < missing_node_grace) return PodFate::kWait;
  return PodFate::kDelete;
}

std::vector<types::Pod> DecideFinishedSurplus(std::vector<types::Pod> finished, size_t limit) {
  if (finished.size() <= limit) return {};
  std::sort(finished.begin(), finished.end(), [](const types::Pod& a, const types::Pod& b) {
    return std::tie(a.metadata.creation_timestamp, a.metadata.ns, a.metadata.name) <
           std::tie(b.metadata.creation_timestamp, b.metadata.ns, b.metadata.name);
  });
  finished.resize(finished.size() - limit);
  return finished;
}

}  // namespace croft::workloads
