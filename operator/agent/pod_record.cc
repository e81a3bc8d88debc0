#include "operator/agent/pod_record.h"

#include <algorithm>

namespace croft::agent {

Failure NextFailure(const Failure* before, std::string reason, std::string message, WallTime now, Duration base,
                    Duration max) {
  Failure failure{std::move(reason), std::move(message), now, now, base};
  if (before != nullptr && before->delay > Duration::zero()) failure.delay = std::min(max, before->delay * 2);
  failure.retry_at = now + std::chrono::duration_cast<WallTime::duration>(failure.delay);
  return failure;
}

}  // namespace croft::agent
