#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/base/clock.h"
#include "api/http/message.h"
#include "api/object/object.h"

namespace croft::server {

// What somebody wants to read of a container's output.
struct LogRequest {
  ObjectPtr pod;          // on a node
  std::string container;  // always named, and one of the pod's
  bool follow = false;
  bool previous = false;
  bool timestamps = false;
  std::optional<int64_t> tail_lines;
  std::optional<int64_t> limit_bytes;
  std::optional<WallTime> since;
};

// Where the logs of pods are read: from the agent in this process or from the one on the pod's node. Given to the
// server by whoever assembles it. Thread-safe.
class PodLogs {
 public:
  virtual ~PodLogs() = default;
  // Answers with text/plain, or with a Status that says why there is no log. Completes the reply, now or later.
  virtual void Open(LogRequest request, http::ResponderPtr responder) = 0;
};

}  // namespace croft::server
