#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "api/base/executor.h"
#include "api/store/store.h"

namespace croft::server {

// Notices when something that the server itself keeps is deleted or changed, and has it put back a moment later: the
// root certificate and the default account of each namespace, the API's own Service with its endpoints, the range of
// Services' addresses. Thread-safe.
class Upkeep {
 public:
  // Runs a task after a while, or never when the server has ended.
  using Later = std::function<void(Duration delay, Executor::Task task)>;
  enum class What { kNamespace, kApi, kServiceRange };
  // Puts back what is absent or wrong: of a namespace, or of what the whole lab has. It fails when that has to be tried
  // again.
  using Mend = std::function<Status(What what, const std::string& ns)>;

  Upkeep(Later later, Mend mend) : later_(std::move(later)), mend_(std::move(mend)) {}
  ~Upkeep();

  Status Follow(store::Store& store);

 private:
  class Follower;
  struct Place {
    What what;
    std::string ns{};
    auto operator<=>(const Place&) const = default;
  };

  void OnEvent(const store::Event& event);
  void Schedule(const Place& place, Duration delay);

  const Later later_;
  const Mend mend_;
  std::mutex mutex_;
  std::set<Place> due_;  // guarded by mutex_
  std::vector<std::unique_ptr<store::Subscription>> subscriptions_;
};

}  // namespace croft::server
