#include "api/client/informer.h"

#include <map>
#include <set>

#include "api/base/backoff.h"
#include "api/base/log.h"

namespace croft::client {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstPause = 20ms;
constexpr Duration kLongestPause = 5s;
// After the server's time limit has ended a watch in the ordinary way.
constexpr Duration kBetweenWatches = 10ms;

}  // namespace

// Each list-and-watch attempt has an epoch. What arrives for an epoch that is over is dropped, so that a late callback
// of an abandoned watch can not disturb the one that followed it.
//
// Locks, outermost first: delivering_ (one change at a time reaches cache and handlers, and Stop waits for it), mutex_.
// Neither is held while a Watch is destroyed, since that waits for the sink.
class Informer::State : public std::enable_shared_from_this<State> {
 public:
  State(Client& client, Executor& executor, GroupVersionResource gvr, ListOptions options)
      : client_(client), executor_(executor), gvr_(std::move(gvr)), options_(std::move(options)) {}

  void Start() {
    {
      std::lock_guard lock(mutex_);
      if (started_ || stopped_) return;
      started_ = true;
    }
    PostAfter(Duration::zero(), 0, /*list=*/true);
  }

  void Stop() {
    std::unique_ptr<Watch> watch;
    {
      std::lock_guard delivering(delivering_);
      std::lock_guard lock(mutex_);
      stopped_ = true;
      watch = std::move(watch_);
    }
  }

  // Before Start, which publishes both to the threads of the executor.
  void AddHandler(EventHandler handler) { handlers_.push_back(std::move(handler)); }
  void AddIndex(std::string name, IndexFunction function) {
    const auto [it, added] = indexes_.try_emplace(std::move(name));
    if (added) it->second.function = std::move(function);
  }

  bool Synced() const {
    std::lock_guard lock(mutex_);
    return synced_;
  }

  ObjectPtr Get(const Key& key) const {
    std::lock_guard lock(mutex_);
    const auto it = objects_.find(key);
    return it == objects_.end() ? nullptr : it->second;
  }

  std::vector<ObjectPtr> List(const std::string& ns) const {
    std::lock_guard lock(mutex_);
    std::vector<ObjectPtr> out;
    for (auto it = objects_.lower_bound(Key{ns, ""}); it != objects_.end(); ++it) {
      if (!ns.empty() && it->first.ns != ns) break;
      out.push_back(it->second);
    }
    return out;
  }

  std::vector<ObjectPtr> ByIndex(const std::string& name, const std::string& value) const {
    std::lock_guard lock(mutex_);
    std::vector<ObjectPtr> out;
    const auto index = indexes_.find(name);
    if (index == indexes_.end()) return out;
    const auto keys = index->second.keys.find(value);
    if (keys == index->second.keys.end()) return out;
    out.reserve(keys->second.size());
    for (const Key& key : keys->second) out.push_back(objects_.at(key));
    return out;
  }

  const GroupVersionResource& gvr() const { return gvr_; }

 private:
  struct Index {
    IndexFunction function;
    std::unordered_map<std::string, std::set<Key>> keys;
  };

  class Sink final : public WatchSink {
   public:
    Sink(std::weak_ptr<State> state, uint64_t epoch) : state_(std::move(state)), epoch_(epoch) {}
    void OnEvent(const WatchEvent& event) override {
      if (const auto state = state_.lock()) state->OnEvent(epoch_, event);
    }
    void OnClosed(const Status& why) override {
      if (const auto state = state_.lock()) state->OnClosed(epoch_, why);
    }

   private:
    const std::weak_ptr<State> state_;
    const uint64_t epoch_;
  };

  bool Over(uint64_t epoch) const {
    std::lock_guard lock(mutex_);
    return stopped_ || epoch != epoch_;
  }

  void PostAfter(Duration delay, uint64_t epoch, bool list) {
    auto task = [weak = weak_from_this(), epoch, list] {
      if (const auto state = weak.lock()) state->Run(epoch, list);
    };
    if (delay == Duration::zero()) {
      executor_.Post(std::move(task));
    } else {
      executor_.PostAfter(delay, std::move(task));
    }
  }

  void Run(uint64_t epoch, bool list) {
    if (Over(epoch)) return;
    if (list) {
      Result<ObjectList> listed = client_.List(gvr_, options_);
      if (!listed.ok()) return Again(epoch, listed.status(), true);
      std::lock_guard delivering(delivering_);
      if (Over(epoch)) return;
      TakeList(*listed);
    }
    uint64_t revision = 0;
    {
      std::lock_guard lock(mutex_);
      revision = revision_;
    }
    auto watch = client_.StartWatch(gvr_, options_, revision, std::make_shared<Sink>(weak_from_this(), epoch));
    {
      std::lock_guard lock(mutex_);
      // Stopped, or closed again before it was even here: it is destroyed after the lock is released.
      if (!stopped_ && epoch == epoch_) watch.swap(watch_);
    }
  }

  void Again(uint64_t epoch, const Status& why, bool list) {
    std::unique_ptr<Watch> finished;
    Duration pause;
    {
      std::lock_guard lock(mutex_);
      if (stopped_ || epoch != epoch_) return;
      ++epoch_;
      finished = std::move(watch_);
      if (why.ok()) {
        backoff_.Forget({});
        pause = kBetweenWatches;
      } else {
        pause = backoff_.Next({});
      }
    }
    finished.reset();
    if (!why.ok()) {
      log::Debug("informer starts again",
                 {{"resource", gvr_.resource}, {"list", list ? "yes" : "no"}, {"why", why.message()}});
    }
    PostAfter(pause, epoch + 1, list);
  }

  void OnClosed(uint64_t epoch, const Status& why) {
    // Not here: the watch may not be destroyed from inside its own call.
    executor_.Post([weak = weak_from_this(), epoch, why] {
      if (const auto state = weak.lock()) state->Again(epoch, why, why.IsExpired());
    });
  }

  void OnEvent(uint64_t epoch, const WatchEvent& event) {
    std::lock_guard delivering(delivering_);
    if (Over(epoch)) return;
    const uint64_t revision = event.object->meta().revision;
    if (event.type == WatchEvent::Type::kBookmark) {
      std::lock_guard lock(mutex_);
      revision_ = std::max(revision_, revision);
      return;
    }
    const bool deleted = event.type == WatchEvent::Type::kDeleted;
    ObjectPtr old;
    {
      std::lock_guard lock(mutex_);
      backoff_.Forget({});
      const auto it = objects_.find(event.object->key());
      if (it != objects_.end()) old = it->second;
      // Late or twice. An addition older than what was seen last would bring back what has been deleted since.
      if (!deleted && (revision < revision_ || (old != nullptr && revision <= old->meta().revision))) return;
      if (deleted && (old == nullptr || revision < old->meta().revision)) return;
      revision_ = std::max(revision_, revision);
    }
    Change(old, deleted ? nullptr : event.object);
  }

  // With delivering_ held.
  void TakeList(const ObjectList& list) {
    std::vector<ObjectPtr> gone;
    std::vector<std::pair<ObjectPtr, ObjectPtr>> changed;
    {
      std::lock_guard lock(mutex_);
      std::set<Key> present;
      for (const ObjectPtr& object : list.items) {
        present.insert(object->key());
        const auto it = objects_.find(object->key());
        const ObjectPtr old = it == objects_.end() ? nullptr : it->second;
        if (old == nullptr || old->meta().revision != object->meta().revision ||
            old->meta().uid != object->meta().uid) {
          changed.emplace_back(old, object);
        }
      }
      for (const auto& [key, object] : objects_) {
        if (!present.contains(key)) gone.push_back(object);
      }
      revision_ = list.revision;
      backoff_.Forget({});
    }
    for (const ObjectPtr& object : gone) Change(object, nullptr);
    for (const auto& [old, now] : changed) Change(old, now);
    std::lock_guard lock(mutex_);
    synced_ = true;
  }

  // With delivering_ held. An object of the same name but another uid is another object: the old one went first.
  void Change(const ObjectPtr& old, const ObjectPtr& now) {
    if (old != nullptr && now != nullptr && old->meta().uid != now->meta().uid) {
      Change(old, nullptr);
      Change(nullptr, now);
      return;
    }
    {
      std::lock_guard lock(mutex_);
      for (auto& [name, index] : indexes_) {
        if (old != nullptr) Unindex(index, *old);
        if (now != nullptr) {
          for (const std::string& value : index.function(*now)) index.keys[value].insert(now->key());
        }
      }
      if (now != nullptr) {
        objects_[now->key()] = now;
      } else {
        objects_.erase(old->key());
      }
    }
    for (const EventHandler& handler : handlers_) handler(old, now);
  }

  static void Unindex(Index& index, const Object& object) {
    for (const std::string& value : index.function(object)) {
      const auto it = index.keys.find(value);
      if (it == index.keys.end()) continue;
      it->second.erase(object.key());
      if (it->second.empty()) index.keys.erase(it);
    }
  }

  Client& client_;
  Executor& executor_;
  const GroupVersionResource gvr_;
  const ListOptions options_;
  std::vector<EventHandler> handlers_;  // constant after Start

  std::mutex delivering_;
  mutable std::mutex mutex_;              // guards what follows
  std::map<std::string, Index> indexes_;  // names and functions are constant after Start
  std::map<Key, ObjectPtr> objects_;
  std::unique_ptr<Watch> watch_;
  Backoff backoff_{kFirstPause, kLongestPause};
  uint64_t epoch_ = 0;
  uint64_t revision_ = 0;  // of the last list, event or bookmark
  bool started_ = false;
  bool stopped_ = false;
  bool synced_ = false;
};

Informer::Informer(Client& client, Executor& executor, GroupVersionResource gvr, ListOptions options)
    : state_(std::make_shared<State>(client, executor, std::move(gvr), std::move(options))) {}
Informer::~Informer() {
  Stop();
}

void Informer::AddHandler(EventHandler handler) {
  state_->AddHandler(std::move(handler));
}
void Informer::AddIndex(std::string name, IndexFunction function) {
  state_->AddIndex(std::move(name), std::move(function));
}
void Informer::Start() {
  state_->Start();
}
void Informer::Stop() {
  state_->Stop();
}
bool Informer::Synced() const {
  return state_->Synced();
}
ObjectPtr Informer::Get(const Key& key) const {
  return state_->Get(key);
}
std::vector<ObjectPtr> Informer::List(const std::string& ns) const {
  return state_->List(ns);
}
std::vector<ObjectPtr> Informer::ByIndex(const std::string& name, const std::string& value) const {
  return state_->ByIndex(name, value);
}
const GroupVersionResource& Informer::gvr() const {
  return state_->gvr();
}

Informer& InformerFactory::For(const GroupVersionResource& gvr, const ListOptions& options) {
  const std::string scope = gvr.group + "/" + gvr.version + "/" + gvr.resource + "|" + options.ns + "|" +
                            options.label_selector + "|" + options.field_selector;
  std::lock_guard lock(mutex_);
  for (const auto& [name, informer] : informers_) {
    if (name == scope) return *informer;
  }
  return *informers_.emplace_back(scope, std::make_unique<Informer>(client_, executor_, gvr, options)).second;
}

std::shared_ptr<Informer> InformerFactory::Single(const GroupVersionResource& gvr) {
  auto made = std::make_shared<Informer>(client_, executor_, gvr);
  std::lock_guard lock(mutex_);
  std::erase_if(singles_, [](const auto& single) { return single.expired(); });
  if (stopped_) {
    made->Stop();
  } else {
    singles_.push_back(made);
  }
  return made;
}

void InformerFactory::Start() {
  std::lock_guard lock(mutex_);
  for (const auto& [name, informer] : informers_) informer->Start();
}

void InformerFactory::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const auto& [name, informer] : informers_) informer->Stop();
  for (const auto& single : singles_) {
    if (const auto informer = single.lock()) informer->Stop();
  }
}

bool InformerFactory::Synced() const {
  std::lock_guard lock(mutex_);
  for (const auto& [name, informer] : informers_) {
    if (!informer->Synced()) return false;
  }
  return true;
}

}  // namespace croft::client
