#pragma once

#include <string>

#include "api/object/object.h"
#include "api/types/core.h"

// What the agent writes on everything that it makes, so that a restarted agent knows its own again. All that must
// survive the agent stands here; what is lost with the process (back-offs, probe counts) starts anew.
namespace croft::agent::labels {

inline constexpr char kPod[] = "croft.lab/pod";            // "namespace/name"
inline constexpr char kPodUid[] = "croft.lab/pod-uid";     // metadata.uid
inline constexpr char kPodIp[] = "croft.lab/pod-ip";       // of a sandbox; absent with hostNetwork
inline constexpr char kAttempt[] = "croft.lab/attempt";    // of a sandbox: 0, 1 ...; of a container: its restart count
inline constexpr char kRestarts[] = "croft.lab/restarts";  // of a sandbox: restart counts of the one before it
inline constexpr char kContainer[] = "croft.lab/container";  // name within the pod
inline constexpr char kImage[] = "croft.lab/image";          // as the pod's spec names it

// The value of a label; empty when absent.
inline std::string Get(const types::StringMap& labels, const std::string& name) {
  const auto it = labels.find(name);
  return it == labels.end() ? std::string() : it->second;
}

// The key of the pod that a sandbox or container belongs to; empty name when the label is absent or malformed.
inline Key PodKey(const types::StringMap& labels) {
  const std::string text = Get(labels, kPod);
  const size_t slash = text.find('/');
  if (slash == std::string::npos) return {};
  return {text.substr(0, slash), text.substr(slash + 1)};
}

inline int Attempt(const types::StringMap& labels) {
  const std::string text = Get(labels, kAttempt);
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > 100'000'000) return 0;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace croft::agent::labels
