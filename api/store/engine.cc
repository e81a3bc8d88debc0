#include "api/store/engine.h"

#include <algorithm>
#include <utility>

#include "api/base/log.h"
#include "api/store/history.h"
#include "api/store/precondition.h"

namespace croft::store {
namespace {

// How far the revision on the disk is ahead: at a hundred ephemeral writes a second it is moved every quarter hour.
constexpr uint64_t kReserve = 100'000;
// With no durable write to join, ephemeral ones wait this many intervals.
constexpr int kIntervalsAlone = 6;

ObjectPtr LastState(const Object& object, uint64_t revision) {
  return Draft::From(object.ToJson())->Commit(revision, object.created());  // what is stored is well formed
}

Status FoundTwice(const std::string& object) {
  return Status::Unavailable("the store is damaged: it has the object " + object +
                             " twice; put a backup in its place, or move it away to begin with an empty lab");
}

}  // namespace

Engine::Engine(std::unique_ptr<Backend> backend, Options options)
    : options_(options),
      clock_(options.clock != nullptr ? *options.clock : system_clock_),
      backend_(std::move(backend)) {}

Engine::~Engine() {
  Stop();
}

Status Engine::Start() {
  Status twice;
  const Result<uint64_t> loaded = backend_->Load([&](Backend::Row row) {
    const std::string name = row.resource.resource + " " + row.key.ToString();
    if (!index_.Load(row.resource, std::move(row.object))) twice = FoundTwice(name);
  });
  if (!loaded.ok() || !twice.ok()) {
    stopping_ = true;
    return loaded.ok() ? twice : loaded.status();
  }
  // Clients take revision 0 for "any": an empty store begins at 1.
  opened_at_ = given_ = std::max<uint64_t>(*loaded, 1);
  reserved_ = *loaded;
  flushed_at_ = clock_.Steady();
  index_.Apply({}, given_);
  hub_ = std::make_unique<WatchHub>(options_, given_);
  if (!options_.inline_commits) {
    committer_ = std::thread([this] { Run(); });
    pthread_setname_np(committer_.native_handle(), "store-commit");
  }
  return Status::Ok();
}

void Engine::Commit(Write write, Done done) {
  std::unique_lock lock(mutex_);
  if (stopping_) {
    lock.unlock();
    done(Status::Unavailable("the store has stopped: nothing was stored"));
    return;
  }
  queue_.push_back({std::move(write), std::move(done)});
  if (!options_.inline_commits) {
    if (queue_.size() == 1) wake_.notify_one();
    return;
  }
  // A Done that commits comes through here again, and finds its write committed by the loop below it on the stack.
  if (committing_) return;
  committing_ = true;
  while (!queue_.empty()) {
    std::vector<Pending> batch = std::exchange(queue_, {});
    lock.unlock();
    CommitBatch(std::move(batch));
    lock.lock();
  }
  committing_ = false;
  wake_.notify_all();
}

Result<Snapshot> Engine::ListAt(const GroupResource& resource, const std::string& ns, uint64_t revision) const {
  const std::lock_guard showing(showing_);
  Snapshot snapshot = index_.List(resource, ns);
  if (revision == snapshot.revision) return snapshot;
  if (revision > snapshot.revision) {
    return Status::Expired("revision " + std::to_string(revision) + " is not there yet");
  }
  const Result<std::vector<EventPtr>> events = hub_->Since(resource, revision);
  if (!events.ok()) return events.status();
  snapshot.items = Undo(std::move(snapshot.items), *events, ns);
  snapshot.revision = revision;
  return snapshot;
}

Result<std::unique_ptr<Subscription>> Engine::Watch(const GroupResource& resource, uint64_t revision,
                                                    std::shared_ptr<Watcher> watcher, Telling telling) {
  if (revision > index_.Revision()) {
    return Status::Expired("resource version " + std::to_string(revision) +
                           " is not there yet, so it is of another store: list again and watch from there");
  }
  return hub_->Watch(resource, revision, std::move(watcher), telling);
}

void Engine::Stop() {
  {
    std::unique_lock lock(mutex_);
    if (std::exchange(stopping_, true)) return;
    if (options_.inline_commits) wake_.wait(lock, [this] { return !committing_; });
    wake_.notify_all();
  }
  if (committer_.joinable()) committer_.join();
  SaveAtStop();
}

void Engine::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto has_work = [this] { return stopping_ || !queue_.empty(); };
    if (unsaved_.empty()) {
      wake_.wait(lock, has_work);
    } else {
      const SteadyTime due = flushed_at_ + kIntervalsAlone * options_.ephemeral_flush;
      wake_.wait_for(lock, std::max(due - clock_.Steady(), Duration(std::chrono::milliseconds(1))), has_work);
    }
    if (queue_.empty() && stopping_) return;
    std::vector<Pending> batch = std::exchange(queue_, {});
    lock.unlock();
    if (!batch.empty()) {
      CommitBatch(std::move(batch));
    } else if (FlushIsDue(kIntervalsAlone)) {
      FlushEphemeral();
    }
    lock.lock();
  }
}

void Engine::CommitBatch(std::vector<Pending> batch) {
  Plan plan = Decide(batch);
  if (Status status = Persist(plan); !status.ok()) {
    FailBatch(std::move(batch), status);
    return;
  }
  given_ = plan.revision;
  if (!plan.durable) Remember(std::move(plan.changes));
  if (!plan.events.empty()) {
    const std::lock_guard showing(showing_);
    index_.Apply(plan.events, plan.revision);
    hub_->Publish(plan.events, plan.revision, clock_.Steady());
  }
  for (size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(plan.outcomes[i]));
  if (FlushIsDue(kIntervalsAlone)) FlushEphemeral();
}

Engine::Plan Engine::Decide(const std::vector<Pending>& batch) const {
  Plan plan;
  plan.revision = given_;
  plan.outcomes.reserve(batch.size());
  for (const Pending& pending : batch) plan.outcomes.push_back(DecideOne(pending.write, plan));
  return plan;
}

Result<ObjectPtr> Engine::DecideOne(const Write& write, Plan& plan) const {
  const Id id(write.resource, write.key);
  const auto earlier = plan.changes.find(id);
  const auto unsaved = unsaved_.find(id);
  const ObjectPtr current =
      earlier != plan.changes.end() ? earlier->second.object : index_.Get(write.resource, write.key);
  CROFT_RETURN_IF_ERROR(CheckPrecondition(write, current.get()));
  const bool saved = unsaved == unsaved_.end() && earlier == plan.changes.end();
  if (write.draft && current != nullptr && write.draft->Same(*current) && (write.ephemeral || saved)) return current;

  const uint64_t revision = ++plan.revision;
  auto event = std::make_shared<Event>();
  event->resource = write.resource;
  event->revision = revision;
  event->previous = current;
  event->object = write.draft ? write.draft->Commit(revision, current == nullptr ? revision : current->created())
                              : LastState(*current, revision);
  event->type = !write.draft         ? Event::Type::kDeleted
                : current == nullptr ? Event::Type::kAdded
                                     : Event::Type::kModified;
  const uint64_t on_disk = earlier != plan.changes.end() ? earlier->second.on_disk
                           : unsaved != unsaved_.end()   ? unsaved->second.on_disk
                           : current != nullptr          ? current->created()
                                                         : 0;
  plan.changes[id] = {write.draft ? event->object : nullptr, on_disk};
  plan.durable |= !write.ephemeral;
  ObjectPtr object = event->object;
  plan.events.push_back(std::move(event));
  return object;
}

// On success the disk has what must survive, and a revision that is not below any of the plan's.
Status Engine::Persist(const Plan& plan) {
  const uint64_t reserve = plan.revision > reserved_ ? plan.revision + kReserve : reserved_;
  if (!plan.durable && reserve == reserved_) return Status::Ok();
  std::vector<Backend::Row> rows;
  bool flush = false;
  if (plan.durable) {
    rows = RowsOf(plan.changes);
    flush = FlushIsDue(1);
  }
  if (flush) {
    Changes others = unsaved_;
    for (const auto& [id, change] : plan.changes) others.erase(id);
    std::vector<Backend::Row> more = RowsOf(others);
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  // An object made and deleted between two visits to the disk leaves no row.
  if (!rows.empty() || reserve != reserved_) CROFT_RETURN_IF_ERROR(backend_->Append(rows, reserve));
  reserved_ = reserve;
  if (flush) {
    unsaved_.clear();
  } else if (plan.durable) {
    for (const auto& [id, change] : plan.changes) unsaved_.erase(id);
  }
  if (unsaved_.empty()) flushed_at_ = clock_.Steady();
  return Status::Ok();
}

// The disk being full must not make nodes look dead: what needs no disk is tried again by itself.
void Engine::FailBatch(std::vector<Pending> batch, const Status& cause) {
  const bool mixed = std::any_of(batch.begin(), batch.end(), [](const Pending& p) { return !p.write.ephemeral; });
  std::vector<Pending> ephemeral;
  for (Pending& pending : batch) {
    if (mixed && pending.write.ephemeral) {
      ephemeral.push_back(std::move(pending));
    } else {
      pending.done(cause);
    }
  }
  if (!ephemeral.empty()) CommitBatch(std::move(ephemeral));
}

void Engine::Remember(Changes&& changes) {
  if (unsaved_.empty()) flushed_at_ = clock_.Steady();
  for (auto& [id, change] : changes) {
    if (change.object == nullptr && change.on_disk == 0) {
      unsaved_.erase(id);
    } else {
      unsaved_.insert_or_assign(id, std::move(change));
    }
  }
}

bool Engine::FlushIsDue(int intervals) const {
  return !unsaved_.empty() && clock_.Steady() - flushed_at_ >= intervals * options_.ephemeral_flush;
}

void Engine::FlushEphemeral() {
  flushed_at_ = clock_.Steady();
  if (Status status = backend_->Append(RowsOf(unsaved_), reserved_); !status.ok()) {
    log::Warn("ephemeral objects stay in memory only", {{"cause", status.message()}, {"objects", unsaved_.size()}});
    return;
  }
  unsaved_.clear();
}

// Nothing is given out any more, so the disk may have the exact revision.
void Engine::SaveAtStop() {
  if (hub_ == nullptr || (given_ == opened_at_ && unsaved_.empty())) return;
  if (Status status = backend_->Append(RowsOf(unsaved_), given_); !status.ok()) {
    log::Warn("the last ephemeral changes were not stored", {{"cause", status.message()}});
  }
}

std::vector<Backend::Row> Engine::RowsOf(const Changes& changes) const {
  std::vector<Backend::Row> rows;
  rows.reserve(changes.size());
  for (const auto& [id, change] : changes) {
    const uint64_t row = change.object == nullptr ? 0 : change.object->created();
    // Deleted, and perhaps made again since.
    if (change.on_disk != 0 && change.on_disk != row) rows.push_back({change.on_disk, id.first, nullptr, id.second});
    if (row != 0) rows.push_back({row, id.first, change.object, id.second});
  }
  return rows;
}

}  // namespace croft::store
