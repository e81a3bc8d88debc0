#include "api/server/read_options.h"
#include "api/server/resource_service.h"

namespace croft::server {
namespace {

// `object` with another resourceVersion.
ObjectPtr AtRevision(const Object& object, uint64_t revision) {
  Result<Draft> draft = Draft::From(object.ToJson());
  return draft.ok() ? draft->Commit(revision) : nullptr;
}

// Passes on what a watch selects. An object that begins to match is ADDED for it, one that ceases to match DELETED.
class SelectingWatcher final : public store::Watcher {
 public:
  SelectingWatcher(std::string ns, Selectors selectors, std::function<ObjectPtr(const ObjectPtr&)> convert,
                   std::shared_ptr<WatchReceiver> receiver)
      : ns_(std::move(ns)),
        selectors_(std::move(selectors)),
        convert_(std::move(convert)),
        receiver_(std::move(receiver)) {}

  void OnEvent(const store::EventPtr& event) override {
    if (!ns_.empty() && event->object->ns() != ns_) return;
    if (selectors_.empty()) return Plain(event);
    const bool deleted = event->type == store::Event::Type::kDeleted;
    const bool matched = event->previous != nullptr ? selectors_.Matches(*event->previous)
                                                    : deleted && selectors_.Matches(*event->object);
    const bool matches = !deleted && selectors_.Matches(*event->object);
    if (matches) {
      Pass(matched ? WatchEventType::kModified : WatchEventType::kAdded, event->object, event);
    } else if (matched && deleted) {
      Pass(WatchEventType::kDeleted, event->object, event);
    } else if (matched) {
      // What the client knew last, at the revision at which it went out of sight.
      const ObjectPtr last = AtRevision(*event->previous, event->revision);
      if (last != nullptr) Pass(WatchEventType::kDeleted, last, nullptr);
    }
  }
  void OnPause() override { receiver_->OnPause(); }

 private:
  void Plain(const store::EventPtr& event) {
    switch (event->type) {
      case store::Event::Type::kAdded:
        return Pass(WatchEventType::kAdded, event->object, event);
      case store::Event::Type::kModified:
        return Pass(WatchEventType::kModified, event->object, event);
      case store::Event::Type::kDeleted:
        return Pass(WatchEventType::kDeleted, event->object, event);
    }
  }

  void Pass(WatchEventType type, const ObjectPtr& object, const store::EventPtr& source) {
    const ObjectPtr shown = convert_(object);
    receiver_->OnEvent(type, shown, shown == event_object(source) ? source : nullptr);
  }
  static ObjectPtr event_object(const store::EventPtr& event) { return event == nullptr ? nullptr : event->object; }

  const std::string ns_;
  const Selectors selectors_;
  const std::function<ObjectPtr(const ObjectPtr&)> convert_;
  const std::shared_ptr<WatchReceiver> receiver_;
};

}  // namespace

Result<std::unique_ptr<store::Subscription>> ResourceService::Watch(const Identity& who, const Target& target,
                                                                    const WatchOptions& options,
                                                                    const std::shared_ptr<WatchReceiver>& receiver) {
  Target asked = target;
  asked.name = SelectedName(options.field_selector);
  Result<Served> served = Admit(who, asked, "watch");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, false));
  CROFT_RETURN_IF_ERROR(CheckWatchOptions(options));
  Result<Selectors> selectors = ParseSelectors(*served, options.label_selector, options.field_selector);
  if (!selectors.ok()) return selectors.status();
  Result<uint64_t> from = ParseRevision(options.resource_version);
  if (!from.ok()) return from.status();

  const auto convert = [this, kept = *served](const ObjectPtr& object) { return InVersion(kept, object); };
  auto watcher = std::make_shared<SelectingWatcher>(target.ns, *selectors, convert, receiver);
  if (!options.send_initial_events.value_or(*from == 0)) {
    const uint64_t revision = *from == 0 ? parts_.store.Revision() : *from;
    return parts_.store.Watch(ResourceOf(*served), revision, std::move(watcher));
  }
  const store::Snapshot snapshot = parts_.store.List(ResourceOf(*served), target.ns);
  if (*from > snapshot.revision) return TooLargeRevision(*from, snapshot.revision);
  for (const ObjectPtr& object : snapshot.items) {
    if (selectors->empty() || selectors->Matches(*object)) {
      receiver->OnEvent(WatchEventType::kAdded, convert(object), nullptr);
    }
  }
  receiver->OnInitialEnd(snapshot.revision);
  return parts_.store.Watch(ResourceOf(*served), snapshot.revision, std::move(watcher));
}

}  // namespace croft::server
