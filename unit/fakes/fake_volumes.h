#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "operator/agent/volumes.h"

namespace croft::fakes {

// Pods' files that need no disk: remembers what was prepared, and can refuse. Thread-safe.
class FakeVolumes final : public agent::Volumes {
 public:
  Status Prepare(const agent::PodFacts& facts, agent::ConfigSource& source) override;
  Result<std::vector<agent::MountSpec>> Mounts(const agent::PodFacts& facts, const types::Container& container,
                                               const agent::Environment& environment) override;
  Status Remove(const std::string& pod_uid) override;
  std::vector<std::string> Pods() override;

  // What Prepare answers from now on.
  void SetAnswer(Status answer);
  int Prepared(const std::string& pod_uid) const;  // how often

 private:
  mutable std::mutex mutex_;
  Status answer_;                        // guarded by mutex_
  std::map<std::string, int> prepared_;  // by uid; guarded by mutex_
};

}  // namespace croft::fakes
