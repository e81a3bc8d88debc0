#pragma once

#include <map>
#include <optional>
#include <string>

#include "api/base/clock.h"
#include "api/types/core.h"

namespace croft::agent {

// Something that could not be done and is tried again at `retry_at`.
struct Failure {
  std::string reason{};  // as it stands in a container's waiting state: "CreateContainerConfigError"
  std::string message{};
  WallTime at{};
  WallTime retry_at{};
  Duration delay{};  // how long this wait is; the next one is twice as long
};

// How far the image for one start of a container is.
struct ImageWork {
  enum class State { kPulling, kReady, kFailed };
  State state = State::kPulling;
  std::string image{};
  int attempt = 0;    // of the container that it is for
  Failure failure{};  // of kFailed
};

// The pause before a container that ended is started again.
struct CrashBackoff {
  Duration delay{};    // zero: none yet
  WallTime counted{};  // when the container had ended, the last time that the pause was raised
};

// A container that was asked to end.
struct StopWork {
  WallTime deadline{};
};

// What the agent remembers of a pod beside the API and the runtime's labels. All of it may be lost: then back-offs and
// probes begin anew and links and volumes are checked once more, but nothing is started or stopped for it.
struct PodRecord {
  std::string uid{};
  std::optional<WallTime> first_seen{};
  std::optional<WallTime> deletion_seen{};
  std::optional<Failure> pod_failure{};           // sandbox, address or volumes
  std::map<std::string, Failure> failures{};      // creating or starting a container; by name
  std::map<std::string, ImageWork> images{};      // by container name
  std::map<std::string, CrashBackoff> crashes{};  // by container name
  std::map<std::string, StopWork> stops{};        // by container id
  std::string attached{};                         // the sandbox that has its address
  std::string prepared{};                         // the sandbox for which volumes are in place
  WallTime prepared_at{};
  std::optional<types::PodStatus> written{};  // the status as written last
  uint64_t written_revision = 0;
};

// Pauses, as the kubelet's are.
inline constexpr Duration kCrashBackoffBase = std::chrono::seconds(10);
inline constexpr Duration kCrashBackoffMax = std::chrono::minutes(5);
inline constexpr Duration kCrashBackoffReset = std::chrono::minutes(10);  // of running
inline constexpr Duration kImageBackoffBase = std::chrono::seconds(10);
inline constexpr Duration kImageBackoffMax = std::chrono::minutes(5);
// A failed pull shows as ErrImagePull for that long, then as ImagePullBackOff until the next try.
inline constexpr std::chrono::seconds kErrImagePullShown(2);

// `failure` (of the same try before, if any) as it is after failing once more.
Failure NextFailure(const Failure* before, std::string reason, std::string message, WallTime now, Duration base,
                    Duration max);

}  // namespace croft::agent
