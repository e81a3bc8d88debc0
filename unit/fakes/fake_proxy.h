#pragma once

#include <mutex>
#include <vector>

#include "operator/ingress/proxy.h"

namespace croft::fakes {

// A proxy in memory: serves the model that was applied last, unless it was told to fail. Thread-safe.
class FakeProxy final : public ingress::Proxy {
 public:
  Status Apply(const ingress::RoutingModel& model) override {
    const std::lock_guard lock(mutex_);
    ++applies_;
    if (!failure_.ok()) return failure_;
    if (applied_.empty() || !(applied_.back() == model)) applied_.push_back(model);
    return Status::Ok();
  }

  // Every Apply fails with this until it is Ok again.
  void Fail(Status why) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(why);
  }
  // What is served now.
  ingress::RoutingModel model() const {
    const std::lock_guard lock(mutex_);
    return applied_.empty() ? ingress::RoutingModel{} : applied_.back();
  }
  // The different models that were served, oldest first.
  std::vector<ingress::RoutingModel> history() const {
    const std::lock_guard lock(mutex_);
    return applied_;
  }
  int applies() const {
    const std::lock_guard lock(mutex_);
    return applies_;
  }

 private:
  mutable std::mutex mutex_;
  Status failure_;                              // guarded by mutex_
  std::vector<ingress::RoutingModel> applied_;  // guarded by mutex_
  int applies_ = 0;                             // guarded by mutex_
};

}  // namespace croft::fakes
