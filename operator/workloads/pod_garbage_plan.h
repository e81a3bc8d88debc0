#pragma once

#include <optional>
#include <vector>

#include "api/base/clock.h"
#include "api/types/core.h"

// Which pods nobody minds any more. Pure.
namespace croft::workloads {

struct PodGarbageWorld {
  types::Pod pod;
  bool node_known = true;
  std::optional<Duration> node_missing_for;  // since it was first seen missing
};

enum class PodFate {
  kStays,
  kWait,    // its node is missing, but not for long enough
  kDelete,  // at once, without grace: nobody is there to stop it
};
PodFate DecidePodFate(const PodGarbageWorld& world, Duration missing_node_grace);

// The finished pods beyond `limit`, those that were created first.
std::vector<types::Pod> DecideFinishedSurplus(std::vector<types::Pod> finished, size_t limit);

}  // namespace croft::workloads
