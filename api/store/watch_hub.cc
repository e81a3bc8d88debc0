#include "api/store/watch_hub.h"

#include <algorithm>
#include <atomic>
#include <span>
#include <utility>

namespace croft::store {
namespace {

// About what it costs to send to one watcher. Rounds are so far apart that their sends fill half of one core at most:
// a thousand watchers wait for 10 ms, one waits for nothing.
constexpr auto kShare = std::chrono::microseconds(10);

}  // namespace

// One watcher. Its own mutex, and not the hub's, is what the end of a subscription waits for: at most one call. It is
// recursive since a watcher may end its subscription from within that call.
class WatchHub::Entry {
 public:
  Entry(uint64_t after, std::shared_ptr<Watcher> watcher) : after_(after), watcher_(std::move(watcher)) {}

  void Deliver(std::span<const EventPtr> events) {
    const std::lock_guard lock(mutex_);
    const std::shared_ptr<Watcher> keep = watcher_;
    for (const EventPtr& event : events) {
      if (watcher_ == nullptr) return;
      if (event->revision <= after_) continue;
      after_ = event->revision;
      keep->OnEvent(event);
    }
    if (watcher_ != nullptr) keep->OnPause();
  }

  void Close() {
    closed_ = true;
    std::shared_ptr<Watcher> last;  // destroyed without the lock
    const std::lock_guard lock(mutex_);
    last.swap(watcher_);
  }

  // Without waiting for a call under way.
  bool Closed() const { return closed_; }

 private:
  std::atomic<bool> closed_ = false;
  std::recursive_mutex mutex_;
  uint64_t after_;                    // guarded by mutex_
  std::shared_ptr<Watcher> watcher_;  // guarded by mutex_; null once closed
};

class WatchHub::EntrySubscription final : public Subscription {
 public:
  explicit EntrySubscription(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
  ~EntrySubscription() override { entry_->Close(); }

 private:
  const std::shared_ptr<Entry> entry_;
};

WatchHub::WatchHub(size_t max_events, Duration max_age, uint64_t revision, bool own_thread)
    : max_events_(max_events),
      max_age_(max_age),
      start_(revision),
      own_thread_(own_thread),
      revision_(revision),
      told_(revision) {
  if (!own_thread_) return;
  teller_ = std::thread([this] { Run(); });
  pthread_setname_np(teller_.native_handle(), "store-watch");
}

WatchHub::~WatchHub() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (teller_.joinable()) teller_.join();
}

void WatchHub::Publish(const std::vector<EventPtr>& events, uint64_t revision, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const bool idle = untold_.empty() && !telling_;
  for (const EventPtr& event : events) {
    Channel& channel = ChannelOf(event->resource);
    channel.log.push_back({event, now});
    for (const auto& entry : channel.at_once) entry->Deliver({&event, 1});
    if (own_thread_ && !channel.soon.empty()) untold_.push_back(event);
  }
  revision_ = revision;
  if (idle && untold_.empty()) told_ = revision;
  if (idle && !untold_.empty()) wake_.notify_one();
  for (auto& [resource, channel] : channels_) Trim(channel, now);
}

// What is committed while it tells, or soon after, is told together next: the more there is to do, the less each event
// costs.
void WatchHub::Run() {
  std::unique_lock lock(mutex_);
  auto not_before = std::chrono::steady_clock::now();
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !untold_.empty(); });
    if (untold_.empty()) return;
    wake_.wait_until(lock, not_before, [this] { return stopping_; });
    std::map<GroupResource, std::pair<std::vector<EventPtr>, Entries>> work;
    for (EventPtr& event : untold_) work[event->resource].first.push_back(std::move(event));
    for (auto& [resource, part] : work) part.second = ChannelOf(resource).soon;
    untold_.clear();
    const uint64_t revision = revision_;
    telling_ = true;
    lock.unlock();
    not_before = std::chrono::steady_clock::now();
    for (const auto& [resource, part] : work) {
      for (const auto& entry : part.second) entry->Deliver(part.first);
      not_before += kShare * part.second.size();
    }
    work.clear();
    lock.lock();
    telling_ = false;
    told_ = untold_.empty() ? revision_ : revision;
  }
}

uint64_t WatchHub::Told() const {
  const std::lock_guard lock(mutex_);
  return told_;
}

Result<std::unique_ptr<Subscription>> WatchHub::Watch(const GroupResource& resource, uint64_t revision,
                                                      std::shared_ptr<Watcher> watcher, Telling telling) {
  const std::lock_guard lock(mutex_);
  Channel& channel = ChannelOf(resource);
  CROFT_RETURN_IF_ERROR(CheckReach(channel, revision));
  auto entry = std::make_shared<Entry>(revision, std::move(watcher));
  auto subscription = std::make_unique<EntrySubscription>(entry);
  for (auto logged = After(channel, revision); logged != channel.log.end(); ++logged)
    entry->Deliver({&logged->event, 1});
  Entries& entries = own_thread_ && telling == Telling::kSoon ? channel.soon : channel.at_once;
  std::erase_if(entries, [](const auto& other) { return other->Closed(); });
  entries.push_back(std::move(entry));
  return std::unique_ptr<Subscription>(std::move(subscription));
}

Result<std::vector<EventPtr>> WatchHub::Since(const GroupResource& resource, uint64_t revision) {
  const std::lock_guard lock(mutex_);
  const Channel& channel = ChannelOf(resource);
  CROFT_RETURN_IF_ERROR(CheckReach(channel, revision));
  std::vector<EventPtr> events;
  for (auto logged = After(channel, revision); logged != channel.log.end(); ++logged) events.push_back(logged->event);
  return events;
}

Status WatchHub::CheckReach(const Channel& channel, uint64_t revision) {
  if (revision >= channel.floor) return Status::Ok();
  return Status::Expired("too old resource version: " + std::to_string(revision) + " (the oldest is " +
                         std::to_string(channel.floor) + "): list again and watch from there");
}

std::deque<WatchHub::Logged>::const_iterator WatchHub::After(const Channel& channel, uint64_t revision) {
  return std::partition_point(channel.log.begin(), channel.log.end(),
                              [&](const Logged& logged) { return logged.event->revision <= revision; });
}

WatchHub::Channel& WatchHub::ChannelOf(const GroupResource& resource) {
  return channels_.try_emplace(resource, Channel{{}, start_, {}}).first->second;
}

void WatchHub::Trim(Channel& channel, SteadyTime now) const {
  while (!channel.log.empty() && (channel.log.size() > max_events_ || now - channel.log.front().at > max_age_)) {
    channel.floor = channel.log.front().event->revision;
    channel.log.pop_front();
  }
}

}  // namespace croft::store
