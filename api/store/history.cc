#include "api/store/history.h"

#include <map>
#include <utility>

namespace croft::store {

std::vector<ObjectPtr> Undo(std::vector<ObjectPtr> now, const std::vector<EventPtr>& events, const std::string& ns) {
  // Of several events of one object the first tells what was there before all of them.
  std::map<Key, ObjectPtr> before;
  for (const EventPtr& event : events) {
    if (!ns.empty() && event->object->ns() != ns) continue;
    before.try_emplace(event->object->key(), event->previous);
  }
  if (before.empty()) return now;
  std::vector<ObjectPtr> then;
  then.reserve(now.size() + before.size());
  auto changed = before.begin();
  for (ObjectPtr& object : now) {
    const Key key = object->key();
    for (; changed != before.end() && changed->first < key; ++changed) {
      if (changed->second != nullptr) then.push_back(changed->second);
    }
    if (changed != before.end() && changed->first == key) {
      if (changed->second != nullptr) then.push_back(changed->second);
      ++changed;
    } else {
      then.push_back(std::move(object));
    }
  }
  for (; changed != before.end(); ++changed) {
    if (changed->second != nullptr) then.push_back(changed->second);
  }
  return then;
}

}  // namespace croft::store
