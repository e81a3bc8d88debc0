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

  // Whoever else delivers waits until this is destroyed.
  std::unique_lock<std::recursive_mutex> Hold() { return std::unique_lock(mutex_); }

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

WatchHub::WatchHub(const Store::Options& options, uint64_t revision)
    : max_events_(options.event_log),
      max_bytes_(options.event_bytes),
      max_age_(options.event_age),
      start_(revision),
      own_thread_(!options.inline_commits),
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
    channel.bytes += event->object->bytes().size();
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
  auto entry = std::make_shared<Entry>(revision, std::move(watcher));
  std::unique_lock lock(mutex_);
  Channel& channel = ChannelOf(resource);
  CROFT_RETURN_IF_ERROR(CheckReach(channel, revision));
  const std::vector<EventPtr> logged = After(channel, revision);
  Entries& entries = own_thread_ && telling == Telling::kSoon ? channel.soon : channel.at_once;
  std::erase_if(entries, [](const auto& other) { return other->Closed(); });
  entries.push_back(entry);
  // What is published from here on waits for the log to be told, but only here: a thousand watchers that come back
  // together hold up nobody else.
  const auto hold = entry->Hold();
  lock.unlock();
  if (!logged.empty()) entry->Deliver(logged);
  return std::unique_ptr<Subscription>(std::make_unique<EntrySubscription>(std::move(entry)));
}

Result<std::vector<EventPtr>> WatchHub::Since(const GroupResource& resource, uint64_t revision) {
  const std::lock_guard lock(mutex_);
  const Channel& channel = ChannelOf(resource);
  CROFT_RETURN_IF_ERROR(CheckReach(channel, revision));
  return After(channel, revision);
}

Status WatchHub::CheckReach(const Channel& channel, uint64_t revision) {
  if (revision >= channel.floor) return Status::Ok();
  return Status::Expired("too old resource version: " + std::to_string(revision) + " (the oldest is " +
                         std::to_string(channel.floor) + "): list again and watch from there");
}

std::vector<EventPtr> WatchHub::After(const Channel& channel, uint64_t revision) {
  const auto first = std::partition_point(channel.log.begin(), channel.log.end(),
                                          [&](const Logged& logged) { return logged.event->revision <= revision; });
  std::vector<EventPtr> events;
  events.reserve(static_cast<size_t>(channel.log.end() - first));
  for (auto logged = first; logged != channel.log.end(); ++logged) events.push_back(logged->event);
  return events;
}

WatchHub::Channel& WatchHub::ChannelOf(const GroupResource& resource) {
  return channels_.try_emplace(resource, Channel{{}, 0, start_, {}, {}}).first->second;
}

void WatchHub::Trim(Channel& channel, SteadyTime now) const {
  const auto too_much = [&] {
    return channel.log.size() > max_events_ || channel.bytes > max_bytes_ || now - channel.log.front().at > max_age_;
  };
  while (!channel.log.empty() && too_much()) {
    const EventPtr& oldest = channel.log.front().event;
    channel.floor = oldest->revision;
    channel.bytes -= oldest->object->bytes().size();
    channel.log.pop_front();
  }
}

}  // namespace croft::store
