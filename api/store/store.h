#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/result.h"
#include "api/object/object.h"

namespace croft::store {

struct GroupResource {
  std::string group;  // empty for core
  std::string resource;
  auto operator<=>(const GroupResource&) const = default;
};

// One change on its way in.
struct Write {
  GroupResource resource;
  Key key;
  std::optional<Draft> draft;  // the new object; none: delete
  // What must be stored now: 0: nothing; n: the object at revision n; none: anything, or nothing when there is a draft.
  std::optional<uint64_t> expected;
  bool ephemeral = false;  // need not survive a crash; reaches the disk seldom, and succeeds when the disk is full
};

// The committed object (of a delete: the last state, at the deletion's revision). A draft that says what is stored
// already is no write: the stored object is returned, the revision stays, nobody is told. kAlreadyExists, kConflict or
// kNotFound when `expected` does not hold; kServiceUnavailable, with the cause, when the disk can't take it: then
// nothing has changed.
using Done = std::function<void(Result<ObjectPtr>)>;

struct Event {
  enum class Type { kAdded, kModified, kDeleted };
  Type type;
  ObjectPtr object;    // of a delete: the last state with the deletion's revision
  ObjectPtr previous;  // null for kAdded
  uint64_t revision = 0;
  GroupResource resource;
};
using EventPtr = std::shared_ptr<const Event>;

// When a watcher is told of what was committed.
enum class Telling {
  kAtOnce,  // on the committing thread, before the writer is called back: for the few that must never be behind
  kSoon,    // on a thread of its own, so that a thousand watchers hold up no writer
};

// Receives events in the order of their revisions, one call at a time, on a thread that serves all: must only hand them
// on.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void OnEvent(const EventPtr& event) = 0;
  // After the last of some events that came together.
  virtual void OnPause() {}
};

// Ends its subscription when destroyed; no call to the watcher begins afterwards, and none is under way unless it is
// the one that destroys it. So do not destroy it holding a lock that OnEvent takes.
class Subscription {
 public:
  virtual ~Subscription() = default;
};

struct Snapshot {
  std::vector<ObjectPtr> items;  // ordered by namespace and name
  uint64_t revision = 0;         // of the whole store when it was taken
};

// Where objects are persisted. Used by one thread at a time.
class Backend {
 public:
  virtual ~Backend() = default;
  struct Row {
    uint64_t id;  // the revision at which the object was made: new rows come last, where a disk takes them best
    GroupResource resource;
    ObjectPtr object;  // null: deleted
    Key key;
  };
  // Every stored row, and the highest revision ever given out.
  virtual Result<uint64_t> Load(const std::function<void(Row)>& each) = 0;
  // Makes all rows and the revision durable, or none of them. No id comes twice. A deleted row may not be there.
  virtual Status Append(const std::vector<Row>& rows, uint64_t revision) = 0;
};

// Keeps nothing: a store that is gone when its process is.
std::unique_ptr<Backend> MemoryBackend();
// One SQLite file (WAL, synchronous=FULL), made 0600 when absent. kServiceUnavailable names the file and the cause (no
// space, no permission, damaged) and the remedy.
Result<std::unique_ptr<Backend>> SqliteBackend(const std::string& path);

// The objects of the lab: every live one in memory once, a log of recent events beside it, and a backend for
// durability. One 64-bit revision for the whole store, raised by every write. A write shows in Get, List and watches
// once it is durable; writers that wait at the same time share one transaction. Thread-safe.
class Store {
 public:
  struct Options {
    // How many recent events, and of what age, a watch of a resource can start from.
    size_t event_log = 4096;
    Duration event_age = std::chrono::minutes(5);
    // How much the objects in those events may hold together.
    size_t event_bytes = 64 * 1024 * 1024;
    // Ephemeral writes join a durable batch when the last that did so was this long ago, and are written without one
    // after six times as long. Stop() writes them too.
    Duration ephemeral_flush = std::chrono::minutes(10);
    // No threads of its own: the caller of Commit commits, and what others hand in meanwhile, and tells all watchers.
    // For the simulated lab.
    bool inline_commits = false;
    const Clock* clock = nullptr;  // must outlive the store; the system's when nullptr
  };
  virtual ~Store() = default;

  // `done` is called exactly once, on the committing thread (or this one): it must not block.
  virtual void Commit(Write write, Done done) = 0;
  // As above, and waits. Never from a Done or a Watcher.
  Result<ObjectPtr> CommitAndWait(Write write);

  virtual ObjectPtr Get(const GroupResource& resource, const Key& key) const = 0;
  // Of one namespace, or of all when empty.
  virtual Snapshot List(const GroupResource& resource, const std::string& ns) const = 0;
  // As List, of the state at an earlier revision: the present one, with what the event log has since then undone. So no
  // snapshot is pinned for anybody who reads page by page, and the log's bounds are the only ones. kExpired when the
  // log does not reach back so far, or `revision` is not there yet. Never from a Done or a Watcher.
  virtual Result<Snapshot> ListAt(const GroupResource& resource, const std::string& ns, uint64_t revision) const = 0;
  virtual uint64_t Revision() const = 0;

  // Delivers the events of `resource` after `revision`: those in the log before this returns, then as they are
  // committed, none missing and none twice. kExpired when the log does not reach back so far, or the store has not come
  // so far: the revision is of another store, which this one has taken the place of. Never from a Watcher.
  virtual Result<std::unique_ptr<Subscription>> Watch(const GroupResource& resource, uint64_t revision,
                                                      std::shared_ptr<Watcher> watcher,
                                                      Telling telling = Telling::kSoon) = 0;
  // Every watcher has been told of everything up to here.
  virtual uint64_t ToldRevision() const = 0;

  // Stops taking writes (they fail with kServiceUnavailable) after those under way are durable.
  virtual void Stop() = 0;
};

// Loads what the backend holds. After a crash the revision goes on well above the last one given out: none is ever
// given out twice.
Result<std::unique_ptr<Store>> Open(std::unique_ptr<Backend> backend, Store::Options options);

}  // namespace croft::store
