#pragma once

#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/store/store.h"

namespace croft::store {

// A shared mutex whose writer is let in before readers that come after it: a stream of lists must not keep commits
// waiting, as the system's own may.
class FairSharedMutex {
 public:
  void lock() {
    const std::lock_guard turn(turn_);
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }
  void lock_shared() {
    const std::lock_guard turn(turn_);
    mutex_.lock_shared();
  }
  void unlock_shared() { mutex_.unlock_shared(); }

 private:
  std::mutex turn_;
  std::shared_mutex mutex_;
};

// Every live object once, in order, by resource. A batch of changes shows as a whole or not at all. Thread-safe.
class Index {
 public:
  ObjectPtr Get(const GroupResource& resource, const Key& key) const;
  Snapshot List(const GroupResource& resource, const std::string& ns) const;
  uint64_t Revision() const;

  // While a store is opened. False: there is one of that name.
  bool Load(const GroupResource& resource, ObjectPtr object);
  // `revision` becomes that of the store.
  void Apply(const std::vector<EventPtr>& events, uint64_t revision);

 private:
  using Name = std::pair<std::string_view, std::string_view>;  // namespace, name

  // A set's element whose object may be replaced by one of the same name: half the memory of a map with its own keys.
  struct Slot {
    mutable ObjectPtr object;
  };
  struct ByName {
    using is_transparent = void;
    static Name Of(const Slot& slot) { return {slot.object->ns(), slot.object->name()}; }
    static Name Of(const Name& name) { return name; }
    bool operator()(const auto& a, const auto& b) const { return Of(a) < Of(b); }
  };
  using Shelf = std::set<Slot, ByName>;

  mutable FairSharedMutex mutex_;
  std::map<GroupResource, Shelf> shelves_;  // guarded by mutex_
  uint64_t revision_ = 0;                   // guarded by mutex_
};

}  // namespace croft::store
