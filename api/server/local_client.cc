#include "api/server/local_client.h"

#include <deque>

namespace croft::server {
namespace {

// A reader that lags behind by more than this lists again: cheaper than a queue without end.
constexpr size_t kMaxQueued = 100'000;

// Callers inside the process know their types: nothing unknown is to be reported, only dropped.
WriteOptions InternalWrite() {
  WriteOptions options;
  options.validation = FieldValidation::kIgnore;
  options.field_manager = "croft";
  return options;
}

Target TargetOf(const GroupVersionResource& gvr, const Key& key, std::string_view subresource = {}) {
  return {gvr, key.ns, key.name, std::string(subresource)};
}

PatchKind KindOf(client::PatchType type) {
  switch (type) {
    case client::PatchType::kJson:
      return PatchKind::kJson;
    case client::PatchType::kMerge:
      return PatchKind::kMerge;
    case client::PatchType::kStrategic:
      return PatchKind::kStrategic;
  }
  return PatchKind::kMerge;
}

client::WatchEvent::Type TypeOf(WatchEventType type) {
  switch (type) {
    case WatchEventType::kAdded:
      return client::WatchEvent::Type::kAdded;
    case WatchEventType::kModified:
      return client::WatchEvent::Type::kModified;
    case WatchEventType::kDeleted:
      return client::WatchEvent::Type::kDeleted;
  }
  return client::WatchEvent::Type::kModified;
}

// Takes events from the committing thread and hands them to the sink on the executor: at most one task at a time, which
// drains the queue. Two locks: one for the queue, taken briefly by whoever commits; one that is held while the sink
// runs, so that Close() can promise that no call begins after it.
class Delivery final : public WatchReceiver, public std::enable_shared_from_this<Delivery> {
 public:
  Delivery(Executor& executor, std::shared_ptr<client::WatchSink> sink) : executor_(executor), sink_(std::move(sink)) {}

  void OnEvent(WatchEventType type, const ObjectPtr& object, const store::EventPtr&) override {
    Enqueue({TypeOf(type), object});
  }
  void OnInitialEnd(uint64_t) override {}

  void Finish(Status why) {
    const std::lock_guard lock(queue_mutex_);
    if (finished_) return;
    finished_ = true;
    why_ = std::move(why);
    PostLocked();
  }

  void Close() {
    const std::lock_guard lock(calling_);
    closed_ = true;
  }

 private:
  void Enqueue(client::WatchEvent event) {
    const std::lock_guard lock(queue_mutex_);
    if (finished_) return;
    if (queue_.size() >= kMaxQueued) {
      finished_ = true;
      why_ = Status::Expired("the watch was too slow and has been ended; list again");
    } else {
      queue_.push_back(std::move(event));
    }
    PostLocked();
  }

  void PostLocked() {
    if (posted_) return;
    posted_ = true;
    executor_.Post([self = shared_from_this()] { self->Drain(); });
  }

  void Drain() {
    while (true) {
      client::WatchEvent event{};
      bool last = false;
      Status why;
      {
        const std::lock_guard lock(queue_mutex_);
        if (queue_.empty()) {
          posted_ = false;
          last = finished_ && !told_;
          if (!last) return;
          told_ = true;
          why = why_;
        } else {
          event = std::move(queue_.front());
          queue_.pop_front();
        }
      }
      const std::lock_guard lock(calling_);
      if (closed_) return;
      if (last) return sink_->OnClosed(why);
      sink_->OnEvent(event);
    }
  }

  Executor& executor_;
  const std::shared_ptr<client::WatchSink> sink_;
  std::mutex queue_mutex_;
  std::deque<client::WatchEvent> queue_;  // guarded by queue_mutex_
  bool posted_ = false;                   // guarded by queue_mutex_
  bool finished_ = false;                 // guarded by queue_mutex_
  bool told_ = false;                     // guarded by queue_mutex_
  Status why_;                            // guarded by queue_mutex_
  std::mutex calling_;                    // held while the sink runs
  bool closed_ = false;                   // guarded by calling_
};

class LocalWatch final : public client::Watch {
 public:
  LocalWatch(std::shared_ptr<Delivery> delivery, std::unique_ptr<store::Subscription> subscription)
      : delivery_(std::move(delivery)), subscription_(std::move(subscription)) {}
  ~LocalWatch() override {
    subscription_.reset();
    delivery_->Close();
  }

 private:
  const std::shared_ptr<Delivery> delivery_;
  std::unique_ptr<store::Subscription> subscription_;
};

Result<ObjectPtr> ObjectOf(Result<WriteResult> result) {
  if (!result.ok()) return result.status();
  return std::move(result->object);
}

JsonDocument CopyOf(const Json& json) {
  JsonDocument copy;
  copy.CopyFrom(json, copy.GetAllocator());
  return copy;
}

}  // namespace

Result<ObjectPtr> LocalClient::Get(const GroupVersionResource& gvr, const Key& key) {
  return service_.Get(who_, TargetOf(gvr, key));
}

Result<client::ObjectList> LocalClient::List(const GroupVersionResource& gvr, const client::ListOptions& options) {
  ListOptions list;
  list.label_selector = options.label_selector;
  list.field_selector = options.field_selector;
  Result<ListResult> result = service_.List(who_, {gvr, options.ns, {}, {}}, list);
  if (!result.ok()) return result.status();
  return client::ObjectList{std::move(result->items), result->revision};
}

std::unique_ptr<client::Watch> LocalClient::StartWatch(const GroupVersionResource& gvr,
                                                       const client::ListOptions& options, uint64_t revision,
                                                       std::shared_ptr<client::WatchSink> sink) {
  auto delivery = std::make_shared<Delivery>(executor_, std::move(sink));
  WatchOptions watch;
  watch.label_selector = options.label_selector;
  watch.field_selector = options.field_selector;
  watch.resource_version = std::to_string(revision);
  Result<std::unique_ptr<store::Subscription>> subscription =
      service_.Watch(who_, {gvr, options.ns, {}, {}}, watch, delivery);
  if (subscription.ok()) return std::make_unique<LocalWatch>(std::move(delivery), std::move(*subscription));
  delivery->Finish(subscription.status());
  return std::make_unique<LocalWatch>(std::move(delivery), nullptr);
}

Result<ObjectPtr> LocalClient::Create(const GroupVersionResource& gvr, const std::string& ns, const Json& object) {
  return ObjectOf(service_.CreateAndWait(who_, {gvr, ns, {}, {}}, CopyOf(object), InternalWrite()));
}

Result<ObjectPtr> LocalClient::CreateSubresource(const GroupVersionResource& gvr, const Key& key,
                                                 std::string_view subresource, const Json& body) {
  return ObjectOf(service_.CreateAndWait(who_, TargetOf(gvr, key, subresource), CopyOf(body), InternalWrite()));
}

Result<ObjectPtr> LocalClient::Update(const GroupVersionResource& gvr, const Key& key, const Json& object,
                                      std::string_view subresource) {
  return ObjectOf(service_.Update(who_, TargetOf(gvr, key, subresource), CopyOf(object), InternalWrite()));
}

Result<ObjectPtr> LocalClient::Patch(const GroupVersionResource& gvr, const Key& key, client::PatchType type,
                                     const Json& patch, std::string_view subresource) {
  return ObjectOf(service_.Patch(who_, TargetOf(gvr, key, subresource), KindOf(type), patch, InternalWrite()));
}

Status LocalClient::Delete(const GroupVersionResource& gvr, const Key& key, const client::DeleteOptions& options) {
  DeleteOptions erase;
  erase.uid = options.uid;
  erase.grace_period_seconds = options.grace_period_seconds;
  erase.propagation_policy = options.propagation_policy;
  return service_.Delete(who_, TargetOf(gvr, key), erase).status();
}

}  // namespace croft::server
