#pragma once

#include <functional>

#include "api/base/executor.h"
#include "tools/croft/join_client.h"

namespace croft::cli {

// Renews a node's identity while its agent runs: when the time for it has come, and again after a pause as long as the
// server is away. Keeps no thread; everything is posted to the Executor, on which `renewed` is called, once, when an
// identity other than `shown` is on the disk. The Executor must be stopped before this is destroyed.
class Renewal {
 public:
  Renewal(JoinSettings join, NodeIdentity shown, Clock& clock, Executor& executor, std::function<void()> renewed)
      : join_(std::move(join)),
        shown_(std::move(shown)),
        clock_(clock),
        executor_(executor),
        renewed_(std::move(renewed)) {}

  void Start();

 private:
  void Look();

  const JoinSettings join_;
  const NodeIdentity shown_;
  Clock& clock_;
  Executor& executor_;
  const std::function<void()> renewed_;
};

// Runs this program again, with the same arguments, in place of itself: the process stays, and all that it does begins
// anew. Returns an exit code, and only when that fails.
int BeginAnew();

}  // namespace croft::cli
