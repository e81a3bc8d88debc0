#include "api/store/index.h"

#include <algorithm>

namespace croft::store {

ObjectPtr Index::Get(const GroupResource& resource, const Key& key) const {
  const std::shared_lock lock(mutex_);
  const auto shelf = shelves_.find(resource);
  if (shelf == shelves_.end()) return nullptr;
  const auto slot = shelf->second.find(Name(key.ns, key.name));
  return slot == shelf->second.end() ? nullptr : slot->object;
}

Snapshot Index::List(const GroupResource& resource, const std::string& ns) const {
  Snapshot snapshot;
  const std::shared_lock lock(mutex_);
  snapshot.revision = revision_;
  const auto found = shelves_.find(resource);
  if (found == shelves_.end()) return snapshot;
  const Shelf& shelf = found->second;
  if (ns.empty()) {
    snapshot.items.reserve(shelf.size());
    for (const Slot& slot : shelf) snapshot.items.push_back(slot.object);
    return snapshot;
  }
  for (auto slot = shelf.lower_bound(Name(ns, {})); slot != shelf.end() && slot->object->ns() == ns; ++slot) {
    snapshot.items.push_back(slot->object);
  }
  return snapshot;
}

uint64_t Index::Revision() const {
  const std::shared_lock lock(mutex_);
  return revision_;
}

bool Index::Load(const GroupResource& resource, ObjectPtr object) {
  const std::lock_guard lock(mutex_);
  return shelves_[resource].insert(Slot{std::move(object)}).second;
}

void Index::Apply(const std::vector<EventPtr>& events, uint64_t revision) {
  const std::lock_guard lock(mutex_);
  for (const EventPtr& event : events) {
    Shelf& shelf = shelves_[event->resource];
    if (event->type == Event::Type::kDeleted) {
      const auto slot = shelf.find(Name(event->object->ns(), event->object->name()));
      if (slot != shelf.end()) shelf.erase(slot);
      continue;
    }
    const auto [slot, fresh] = shelf.insert(Slot{event->object});
    if (!fresh) slot->object = event->object;
  }
  revision_ = std::max(revision_, revision);
}

}  // namespace croft::store
