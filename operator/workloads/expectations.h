#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "api/base/clock.h"

namespace croft::workloads {

// What an owner has created and deleted that its cache has not shown yet. While something is outstanding the owner must
// not count its objects: it would create or delete the difference a second time. An expectation that is never met (its
// event was lost in a relist) ends after a while, since the cache is right by then. Thread-safe.
class Expectations {
 public:
  explicit Expectations(Clock& clock) : clock_(clock) {}

  // After the create was answered; then the caller checks whether its cache has the object already, and if so calls
  // Observed itself: the event may have come before this call.
  void ExpectCreated(const std::string& owner_uid, const std::string& uid);
  // Before the delete is sent; Observed takes it back when that fails.
  void ExpectDeleted(const std::string& owner_uid, const std::string& uid);

  // Events of the objects: `present` as it stands now, `going` when it is being deleted, gone when absent.
  void Observed(const std::string& uid, bool present, bool going);
  void Forget(const std::string& owner_uid);

  // The objects whose deletion was asked for, and which the cache may still show as if nothing were.
  std::set<std::string> Going(const std::string& owner_uid) const;

  // None when nothing is outstanding; else how long to wait at most.
  std::optional<Duration> Outstanding(const std::string& owner_uid);

 private:
  struct Expected {
    std::set<std::string> created;
    std::set<std::string> deleted;
    SteadyTime until;
  };

  Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Expected> by_owner_;     // guarded by mutex_
  std::map<std::string, std::string> owner_of_;  // from an object's uid; guarded by mutex_
};

}  // namespace croft::workloads
