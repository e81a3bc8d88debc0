#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operator/agent/pod_view.h"

namespace croft::agent {

// One step of a plan. Steps are carried out in order; the first that fails ends the round.
struct Action {
  enum class Kind {
    kRemoveSandbox,    // sandbox, pod_uid, ip; `detach` when its link goes too
    kForget,           // pod_uid: volumes, address and the record
    kCreateSandbox,    // attempt, restarts, ip (empty: allocate one)
    kAttach,           // gives the live sandbox its address
    kPrepareVolumes,   // makes the pod's files, or brings them up to date
    kStartContainer,   // container, attempt: image, create, start; raises the restart pause to `crash`
    kStopContainer,    // container_id, container, grace, why
    kRemoveContainer,  // container_id; its log too when container and attempt are given
    kDeletePod,        // from the API, with grace 0 and the pod's uid as precondition
  };
  Kind kind;
  std::string sandbox_id{};
  std::string pod_uid{};
  std::string ip{};
  bool detach = false;
  int attempt = 0;
  std::map<std::string, int> restarts{};
  std::string container{};     // name
  std::string container_id{};  // in the runtime
  std::chrono::seconds grace{};
  std::string why{};
  std::optional<CrashBackoff> crash{};
};

struct Plan {
  std::vector<Action> actions;
  std::optional<types::PodStatus> status;  // none: leave what the API has
  std::optional<Duration> again;           // look again after that
};

// How often files of ConfigMaps and Secrets in running pods are read again.
inline constexpr Duration kVolumeResync = std::chrono::seconds(30);

// What is to be done next for one pod name, and the status that it has now. Pure.
Plan Decide(const Observed& observed, WallTime now);

}  // namespace croft::agent
