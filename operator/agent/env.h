#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operator/agent/config_source.h"

namespace croft::agent {

using Environment = std::vector<std::pair<std::string, std::string>>;  // in order; names are unique

// What a container may ask of its pod and node (fieldRef, resourceFieldRef).
struct PodFacts {
  const types::Pod& pod;
  std::string node_name;
  std::string host_ip;
  std::string pod_ip;
  int64_t node_cpu_milli = 0;     // allocatable: what an absent limit stands for
  int64_t node_memory_bytes = 0;  // likewise
};

// A container's environment: envFrom in order, then env, each value expanded with what stands before it. A missing
// object or key that is not optional is kInvalid and names both.
Result<Environment> MakeEnvironment(const PodFacts& facts, const types::Container& container, ConfigSource& source);

// Replaces $(NAME) by its value and $$ by $; a name that is not known stays as it is written.
std::string Expand(std::string_view text, const Environment& environment);

// "metadata.name", "metadata.labels['app']", "status.podIP" ...; kInvalid for what is not supported.
Result<std::string> FieldValue(const PodFacts& facts, const std::string& path);
// "limits.memory" in units of `divisor`, rounded up.
Result<std::string> ResourceValue(const PodFacts& facts, const types::Container& container,
                                  const types::ResourceFieldRef& ref);

}  // namespace croft::agent
