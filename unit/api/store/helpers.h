#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/store/store.h"

namespace croft::store {

inline const GroupResource kPods{"", "pods"};
inline const GroupResource kDeployments{"apps", "deployments"};

inline Draft PodDraft(const Key& key, const std::string& note) {
  const auto json = ParseJson(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + key.name +
                              R"(","namespace":")" + key.ns + R"("},"note":")" + note + "\"}");
  return *Draft::From(*json);
}

inline Write Put(const Key& key, const std::string& note, std::optional<uint64_t> expected = std::nullopt) {
  return {kPods, key, PodDraft(key, note), expected, false};
}
inline Write Erase(const Key& key, std::optional<uint64_t> expected = std::nullopt) {
  return {kPods, key, std::nullopt, expected, false};
}
inline Write Ephemeral(Write write) {
  write.ephemeral = true;
  return write;
}

inline std::unique_ptr<Store> MustOpen(std::unique_ptr<Backend> backend, Store::Options options = {}) {
  auto store = Open(std::move(backend), options);
  if (!store.ok()) throw std::runtime_error(store.status().message());
  return std::move(*store);
}

// Until all watchers have been told of all that was committed.
inline void AwaitTold(const Store& store) {
  while (store.ToldRevision() < store.Revision()) std::this_thread::yield();
}

// Keeps what it is told.
class Recorder : public Watcher {
 public:
  void OnEvent(const EventPtr& event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
    wake_.notify_all();
  }
  std::vector<EventPtr> Await(size_t count) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return events_.size() >= count; });
    return events_;
  }
  std::vector<EventPtr> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<EventPtr> events_;  // guarded by mutex_
};

// Collects the outcomes of writes that are not waited for one by one.
class Outcomes {
 public:
  Done Next() {
    const std::lock_guard lock(mutex_);
    results_.emplace_back();
    return [this, at = results_.size() - 1](Result<ObjectPtr> result) {
      const std::lock_guard inner(mutex_);
      results_[at] = result.ok() ? "ok" : std::string(ReasonName(result.status().reason()));
      ++done_;
      wake_.notify_all();
    };
  }
  // The outcomes in the order in which the writes were handed in: "ok" or the reason.
  std::vector<std::string> Await() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return done_ == results_.size(); });
    return results_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::string> results_;  // guarded by mutex_
  size_t done_ = 0;                   // guarded by mutex_
};

}  // namespace croft::store
