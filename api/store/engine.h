#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <tuple>
#include <vector>

#include "api/store/index.h"
#include "api/store/store.h"
#include "api/store/watch_hub.h"

namespace croft::store {

// The Store. A writer queues its write and goes; one thread, the committer, takes all that wait as one batch:
//   1. check the preconditions in the order of arrival, against the index and the batch's own earlier writes;
//   2. encode each object with its revision;
//   3. make the batch durable in one transaction of the backend, unless all of it is ephemeral;
//   4. show it to Get and List, then to the log and the watchers;
//   5. call the writers back.
// A failure in 3 leaves no trace: the next batch takes its revisions, so that no number of them uses up the reserve
// that ephemeral writes live on. The disk holds a revision well ahead of those given out, so that ephemeral writes get
// theirs without a write to the disk and a crash repeats none.
class Engine final : public Store {
 public:
  Engine(std::unique_ptr<Backend> backend, Options options);
  ~Engine() override;

  // Reads the backend and starts committing. Called once, before anything else.
  Status Start();

  void Commit(Write write, Done done) override;
  ObjectPtr Get(const GroupResource& resource, const Key& key) const override { return index_.Get(resource, key); }
  Snapshot List(const GroupResource& resource, const std::string& ns) const override {
    return index_.List(resource, ns);
  }
  Result<Snapshot> ListAt(const GroupResource& resource, const std::string& ns, uint64_t revision) const override;
  uint64_t Revision() const override { return index_.Revision(); }
  Result<std::unique_ptr<Subscription>> Watch(const GroupResource& resource, uint64_t revision,
                                              std::shared_ptr<Watcher> watcher, Telling telling) override;
  uint64_t ToldRevision() const override { return hub_->Told(); }
  void Stop() override;

 private:
  struct Pending {
    Write write;
    Done done;
  };
  using Id = std::pair<GroupResource, Key>;
  struct Unsaved {
    ObjectPtr object;      // null: deleted
    uint64_t on_disk = 0;  // the backend's row for it; 0: none
  };
  using Changes = std::map<Id, Unsaved>;
  // What a batch comes to before anything is done.
  struct Plan {
    std::vector<Result<ObjectPtr>> outcomes;  // by writer
    std::vector<EventPtr> events;
    Changes changes;
    bool durable = false;  // at least one change must reach the disk
    uint64_t revision = 0;
  };

  void Run();
  void CommitBatch(std::vector<Pending> batch);
  Plan Decide(const std::vector<Pending>& batch) const;
  Result<ObjectPtr> DecideOne(const Write& write, Plan& plan) const;
  Status Persist(const Plan& plan);
  void FailBatch(std::vector<Pending> batch, const Status& cause);
  void Remember(Changes&& changes);
  bool FlushIsDue(int intervals) const;
  void FlushEphemeral();
  void SaveAtStop();
  std::vector<Backend::Row> RowsOf(const Changes& changes) const;

  const Options options_;
  const SystemClock system_clock_;
  const Clock& clock_;
  Index index_;
  std::unique_ptr<WatchHub> hub_;  // constant after Start

  // Of the committer.
  const std::unique_ptr<Backend> backend_;
  uint64_t opened_at_ = 0;
  uint64_t given_ = 0;       // the highest revision given out
  uint64_t reserved_ = 0;    // the revision on the disk; none above it is shown to anybody
  Changes unsaved_;          // ephemeral changes that the disk does not have
  SteadyTime flushed_at_{};  // when unsaved_ was last empty

  // Held while a batch is shown, so that who needs index and log sees them at one revision.
  mutable std::mutex showing_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Pending> queue_;  // guarded by mutex_
  bool stopping_ = false;       // guarded by mutex_
  bool committing_ = false;     // guarded by mutex_; of inline commits
  std::thread committer_;       // joined by the first Stop
};

}  // namespace croft::store
