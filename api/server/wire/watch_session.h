#pragma once

#include <array>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/http/message.h"
#include "api/server/resource_service.h"
#include "api/server/wire/table.h"

namespace croft::server {

// How a watch shows its objects.
struct WatchForm {
  enum class As { kObject, kTable, kPartial };
  As as = As::kObject;
  std::string version = "v1";                        // of meta.k8s.io, for tables and partial objects
  IncludeObject include = IncludeObject::kMetadata;  // of tables
};

// The text of an event on the wire, made once for all watchers that want it in the same form. Thread-safe.
class EventEncoder {
 public:
  explicit EventEncoder(Clock& clock) : clock_(clock) {}
  // One JSON line. `source` may be null: then nothing is remembered.
  http::SharedBytes Encode(WatchEventType type, const ObjectPtr& object, const store::EventPtr& source,
                           const Served& served, const WatchForm& form);

 private:
  std::string Render(WatchEventType type, const ObjectPtr& object, const Served& served, const WatchForm& form) const;

  struct Slot {
    store::EventPtr event;
    WatchEventType type{};
    http::SharedBytes bytes;
  };
  Clock& clock_;
  std::mutex mutex_;
  std::array<Slot, 8> slots_;  // guarded by mutex_
  size_t next_ = 0;            // guarded by mutex_
};

// One open watch over HTTP: events are kept until the reply has begun, then pushed, those that come together as one.
// Ended by WatchSessions, which also
// drops the subscription, for that must not happen on the thread that delivers events. Thread-safe.
class WatchSession final : public WatchReceiver {
 public:
  struct Options {
    Served served;
    WatchForm form;
    bool bookmarks = false;
    bool mark_initial_end = false;  // a bookmark that says that the first state is complete
  };
  WatchSession(Options options, EventEncoder& encoder) : options_(std::move(options)), encoder_(encoder) {}

  void OnEvent(WatchEventType type, const ObjectPtr& object, const store::EventPtr& source) override;
  void OnInitialEnd(uint64_t revision) override;
  void OnPause() override;

  size_t pending_bytes() const;
  void Begin(std::shared_ptr<http::Stream> stream);
  // The client is gone.
  void MarkClosed();
  // Sends a bookmark, if the client wants any.
  void Bookmark(uint64_t revision);
  void End();
  bool closed() const;

 private:
  void Push();  // with mutex_ held
  std::string BookmarkLine(uint64_t revision, bool initial_end) const;

  const Options options_;
  EventEncoder& encoder_;
  mutable std::mutex mutex_;
  std::shared_ptr<http::Stream> stream_;    // guarded by mutex_; null until the reply has begun
  std::vector<http::SharedBytes> pending_;  // guarded by mutex_
  bool closed_ = false;                     // guarded by mutex_
  uint64_t last_revision_ = 0;              // of what was sent; guarded by mutex_
};

// All open watches: ends those that are over time or whose client has left, and sends bookmarks. Tick() is called every
// second, on a thread of its own. Thread-safe.
class WatchSessions {
 public:
  void Add(std::shared_ptr<WatchSession> session, std::unique_ptr<store::Subscription> subscription, SteadyTime now,
           Duration limit);
  // All sessions have been told of everything up to `revision`.
  void Tick(SteadyTime now, uint64_t revision);
  void EndAll();
  size_t size() const;

 private:
  struct Entry {
    std::shared_ptr<WatchSession> session;
    std::unique_ptr<store::Subscription> subscription;
    SteadyTime deadline;
    SteadyTime next_bookmark;
  };
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // guarded by mutex_
};

// The line that tells a client why its watch ended.
std::string WatchErrorLine(const Status& status);

}  // namespace croft::server
