#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "api/store/store.h"

namespace croft::store {

// The recent events of each resource, and who is told of new ones. Publish is called by one thread at a time, the rest
// by any.
class WatchHub {
 public:
  // The log begins after `revision`.
  WatchHub(size_t max_events, Duration max_age, uint64_t revision)
      : max_events_(max_events), max_age_(max_age), start_(revision) {}

  // Logs events and tells their watchers, in the order given.
  void Publish(const std::vector<EventPtr>& events, SteadyTime now);
  // The logged events of a resource after `revision`; kExpired when the log does not reach back so far.
  Result<std::vector<EventPtr>> Since(const GroupResource& resource, uint64_t revision);
  Result<std::unique_ptr<Subscription>> Watch(const GroupResource& resource, uint64_t revision,
                                              std::shared_ptr<Watcher> watcher);

 private:
  class Entry;
  class EntrySubscription;
  struct Logged {
    EventPtr event;
    SteadyTime at;
  };
  struct Channel {
    std::deque<Logged> log;
    uint64_t floor;  // the log holds every event after this revision
    std::vector<std::shared_ptr<Entry>> watchers;
  };

  // With mutex_ held:
  Channel& ChannelOf(const GroupResource& resource);
  static Status CheckReach(const Channel& channel, uint64_t revision);
  static std::deque<Logged>::const_iterator After(const Channel& channel, uint64_t revision);
  void Trim(Channel& channel, SteadyTime now) const;

  const size_t max_events_;
  const Duration max_age_;
  const uint64_t start_;
  std::mutex mutex_;                           // held while watchers are told: Watch() begins between two batches
  std::map<GroupResource, Channel> channels_;  // guarded by mutex_
};

}  // namespace croft::store
