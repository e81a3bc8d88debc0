#pragma once

#include <string>
#include <vector>

#include "api/store/store.h"

namespace croft::store {

// What `now`, a list of namespace `ns` (all when empty), was before `events`, which are of its resource, in the order
// of their revisions, and end at now.revision. Pure.
std::vector<ObjectPtr> Undo(std::vector<ObjectPtr> now, const std::vector<EventPtr>& events, const std::string& ns);

}  // namespace croft::store
