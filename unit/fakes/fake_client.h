#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "api/base/executor.h"
#include "api/base/id.h"
#include "api/client/client.h"

namespace croft::fakes {

// An API server in memory, honest as far as controllers can tell: revisions, uids, generations, finalizers and graceful
// deletion, the status and finalize subresources, merge patches, selectors, watches. It knows no schema: nothing is
// validated, defaulted or pruned. Watches deliver through the Executor. A test may make it fail, answer late, deliver
// late or twice. Thread-safe.
class FakeClient final : public client::Client {
 public:
  FakeClient(Clock& clock, Random& random, Executor& executor);
  ~FakeClient() override;

  Result<ObjectPtr> Get(const GroupVersionResource& gvr, const Key& key) override;
  Result<client::ObjectList> List(const GroupVersionResource& gvr, const client::ListOptions& options) override;
  std::unique_ptr<client::Watch> StartWatch(const GroupVersionResource& gvr, const client::ListOptions& options,
                                            uint64_t revision, std::shared_ptr<client::WatchSink> sink) override;
  Result<ObjectPtr> Create(const GroupVersionResource& gvr, const std::string& ns, const Json& object) override;
  // binding (sets spec.nodeName) and eviction (deletes) of Pods.
  Result<ObjectPtr> CreateSubresource(const GroupVersionResource& gvr, const Key& key, std::string_view subresource,
                                      const Json& body) override;
  Result<ObjectPtr> Update(const GroupVersionResource& gvr, const Key& key, const Json& object,
                           std::string_view subresource = {}) override;
  // Strategic patches are taken as merge patches.
  Result<ObjectPtr> Patch(const GroupVersionResource& gvr, const Key& key, client::PatchType type, const Json& patch,
                          std::string_view subresource = {}) override;
  Status Delete(const GroupVersionResource& gvr, const Key& key, const client::DeleteOptions& options = {}) override;

  // Stores the object as it stands, status included; replaces an object of that name. Fails the test's process when
  // `json` is malformed.
  ObjectPtr Seed(const GroupVersionResource& gvr, std::string_view json);
  // Removes an object whatever its finalizers say.
  void Remove(const GroupVersionResource& gvr, const Key& key);

  // Asked before every call that is not a watch; a failure it returns is the call's. Verbs: get, list, create, update,
  // patch, delete.
  using Fault = std::function<Status(std::string_view verb, const GroupVersionResource& gvr, const Key& key)>;
  void SetFault(Fault fault);
  // The `nth` write from now on (1 is the next) fails with `why`.
  void FailWrite(int nth, Status why);
  // Takes back what FailWrite has announced and no write has met yet.
  void ForgetFailures();
  // Away: every call fails with kServiceUnavailable and all watches are closed with it.
  void SetAway(bool away);
  // Closes all watches.
  void CloseWatches(const Status& why);
  // Forgets the history: a watch from before now is Expired.
  void Compact();
  // While held, events wait.
  void HoldEvents(bool hold);
  // Each event is delivered `times` times.
  void RepeatEvents(int times);

  // Everything stored, without a fault.
  std::vector<ObjectPtr> All(const GroupVersionResource& gvr, const std::string& ns = {}) const;
  ObjectPtr Peek(const GroupVersionResource& gvr, const Key& key) const;  // null when absent
  // "create pods default/web-1", "patch/status deployments default/web": writes since the last call.
  std::vector<std::string> TakeWrites();
  uint64_t revision() const;

 private:
  struct Stream;
  class StreamWatch;
  struct Change {
    uint64_t revision;
    GroupVersionResource gvr;
    ObjectPtr old;
    ObjectPtr now;  // null: deleted; then `last` is what the DELETED event carries
    ObjectPtr last;
  };

  Status Refuse(std::string_view verb, const GroupVersionResource& gvr, const Key& key, std::string_view subresource);
  ObjectPtr Store(const GroupVersionResource& gvr, const Key& key, JsonDocument& json);
  void Drop(const GroupVersionResource& gvr, const Key& key);
  Result<ObjectPtr> Replace(const GroupVersionResource& gvr, const Key& key, JsonDocument next,
                            std::string_view subresource);
  void Publish(Change change);
  void Offer(const std::shared_ptr<Stream>& stream, const Change& change);
  void Deliver(const std::shared_ptr<Stream>& stream);
  ObjectPtr Find(const GroupVersionResource& gvr, const Key& key) const;

  Clock& clock_;
  Random& random_;
  Executor& executor_;
  mutable std::mutex mutex_;  // guards everything below
  std::map<GroupVersionResource, std::map<Key, ObjectPtr>> objects_;
  std::vector<Change> history_;
  std::vector<std::weak_ptr<Stream>> streams_;
  std::vector<std::string> writes_;
  Fault fault_;
  std::vector<std::pair<int, Status>> failing_writes_;
  uint64_t revision_ = 1;
  uint64_t compacted_ = 0;
  bool away_ = false;
  bool held_ = false;
  int repeat_ = 1;
};

}  // namespace croft::fakes
