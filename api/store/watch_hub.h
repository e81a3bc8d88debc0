#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "api/store/store.h"

namespace croft::store {

// The recent events of each resource, and who is told of new ones. Publish is called by one thread at a time, the rest
// by any.
class WatchHub {
 public:
  // The log begins after `revision`. With inline commits there is no thread, and Publish tells all watchers.
  WatchHub(const Store::Options& options, uint64_t revision);
  // Tells what is left to tell.
  ~WatchHub();

  // Logs events and tells their watchers, in the order given. `revision` is the store's after them.
  void Publish(const std::vector<EventPtr>& events, uint64_t revision, SteadyTime now);
  uint64_t Told() const;
  // The logged events of a resource after `revision`; kExpired when the log does not reach back so far.
  Result<std::vector<EventPtr>> Since(const GroupResource& resource, uint64_t revision);
  Result<std::unique_ptr<Subscription>> Watch(const GroupResource& resource, uint64_t revision,
                                              std::shared_ptr<Watcher> watcher, Telling telling);

 private:
  class Entry;
  class EntrySubscription;
  struct Logged {
    EventPtr event;
    SteadyTime at;
  };
  using Entries = std::vector<std::shared_ptr<Entry>>;
  struct Channel {
    std::deque<Logged> log;
    size_t bytes = 0;  // of the objects in the log
    uint64_t floor;    // the log holds every event after this revision
    Entries at_once;
    Entries soon;
  };

  void Run();

  // With mutex_ held:
  Channel& ChannelOf(const GroupResource& resource);
  static Status CheckReach(const Channel& channel, uint64_t revision);
  static std::vector<EventPtr> After(const Channel& channel, uint64_t revision);
  void Trim(Channel& channel, SteadyTime now) const;

  const size_t max_events_;
  const size_t max_bytes_;
  const Duration max_age_;
  const uint64_t start_;
  const bool own_thread_;
  mutable std::mutex mutex_;                   // held while some are told at once: Watch() begins between two batches
  std::map<GroupResource, Channel> channels_;  // guarded by mutex_
  std::condition_variable wake_;
  std::vector<EventPtr> untold_;  // what the thread must tell next; guarded by mutex_
  uint64_t revision_;             // of the newest event that was published; guarded by mutex_
  uint64_t told_;                 // guarded by mutex_
  bool telling_ = false;          // guarded by mutex_
  bool stopping_ = false;         // guarded by mutex_
  std::thread teller_;
};

}  // namespace croft::store
