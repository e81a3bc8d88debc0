#include "api/store/watch_hub.h"

#include <algorithm>
#include <utility>

namespace croft::store {

// One watcher. Its own mutex, and not the hub's, is what the end of a subscription waits for: at most one call. It is
// recursive since a watcher may end its subscription from within that call.
class WatchHub::Entry {
 public:
  Entry(uint64_t after, std::shared_ptr<Watcher> watcher) : after_(after), watcher_(std::move(watcher)) {}

  void Deliver(const EventPtr& event) {
    const std::lock_guard lock(mutex_);
    if (watcher_ == nullptr || event->revision <= after_) return;
    const std::shared_ptr<Watcher> keep = watcher_;
    keep->OnEvent(event);
  }

  void Close() {
    std::shared_ptr<Watcher> last;  // destroyed without the lock
    const std::lock_guard lock(mutex_);
    last.swap(watcher_);
  }

  bool Closed() {
    const std::lock_guard lock(mutex_);
    return watcher_ == nullptr;
  }

 private:
  const uint64_t after_;
  std::recursive_mutex mutex_;
  std::shared_ptr<Watcher> watcher_;  // guarded by mutex_; null once closed
};

class WatchHub::EntrySubscription final : public Subscription {
 public:
  explicit EntrySubscription(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
  ~EntrySubscription() override { entry_->Close(); }

 private:
  const std::shared_ptr<Entry> entry_;
};

void WatchHub::Publish(const std::vector<EventPtr>& events, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  for (const EventPtr& event : events) {
    Channel& channel = ChannelOf(event->resource);
    channel.log.push_back({event, now});
    for (const auto& entry : channel.watchers) entry->Deliver(event);
  }
  for (auto& [resource, channel] : channels_) Trim(channel, now);
}

Result<std::unique_ptr<Subscription>> WatchHub::Watch(const GroupResource& resource, uint64_t revision,
                                                      std::shared_ptr<Watcher> watcher) {
  const std::lock_guard lock(mutex_);
  Channel& channel = ChannelOf(resource);
  CROFT_RETURN_IF_ERROR(CheckReach(channel, revision));
  auto entry = std::make_shared<Entry>(revision, std::move(watcher));
  auto subscription = std::make_unique<EntrySubscription>(entry);
  for (auto logged = After(channel, revision); logged != channel.log.end(); ++logged) entry->Deliver(logged->event);
  std::erase_if(channel.watchers, [](const auto& other) { return other->Closed(); });
  channel.watchers.push_back(std::move(entry));
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
