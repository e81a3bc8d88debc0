#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/base/executor.h"
#include "api/client/client.h"

namespace croft::client {

// A local copy of one resource, kept current by list and watch: lists once, follows the watch, lists again when the
// watch says Expired, tries again with growing pauses when the server is away. Events may reach handlers late or twice;
// a handler only marks keys as dirty. Started once, stopped once. Thread-safe. Owns no thread: everything is posted to
// the Executor.
class Informer {
 public:
  // `old` is null for a new object, `now` for a deleted one. Called one at a time.
  using EventHandler = std::function<void(const ObjectPtr& old, const ObjectPtr& now)>;
  // The index values of an object; Informer::ByIndex finds it by each of them.
  using IndexFunction = std::function<std::vector<std::string>(const Object&)>;

  Informer(Client& client, Executor& executor, GroupVersionResource gvr, ListOptions options = {});
  ~Informer();

  // Before Start only. An index that is there already stays as it is, so that controllers may share one by its name.
  void AddHandler(EventHandler handler);
  void AddIndex(std::string name, IndexFunction function);

  void Start();
  // No handler runs after it has returned.
  void Stop();

  // True once the first list has been taken in.
  bool Synced() const;

  ObjectPtr Get(const Key& key) const;  // null when absent
  // Objects of a namespace, or all of them; ordered by key.
  std::vector<ObjectPtr> List(const std::string& ns = {}) const;
  std::vector<ObjectPtr> ByIndex(const std::string& name, const std::string& value) const;

  const GroupVersionResource& gvr() const;

 private:
  class State;  // shared with posted tasks and the watch's sink
  std::shared_ptr<State> state_;
};

// The informers of a process: one per resource and scope, shared by all its controllers, and those of kinds that come
// later. Thread-safe.
class InformerFactory {
 public:
  InformerFactory(Client& client, Executor& executor) : client_(client), executor_(executor) {}

  // Made on first use. Before Start only.
  Informer& For(const GroupVersionResource& gvr, const ListOptions& options = {});
  // One of the caller's own, for a resource that may come and go while the process runs, at any time. The caller starts
  // it, and stops it before it lets go; Stop of the factory stops it too.
  std::shared_ptr<Informer> Single(const GroupVersionResource& gvr);
  void Start();
  void Stop();
  bool Synced() const;

 private:
  Client& client_;
  Executor& executor_;
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, std::unique_ptr<Informer>>> informers_;  // guarded by mutex_; in order of creation
  std::vector<std::weak_ptr<Informer>> singles_;                              // guarded by mutex_
  bool stopped_ = false;                                                      // guarded by mutex_
};

}  // namespace croft::client
