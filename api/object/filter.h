#pragma once

#include "api/object/json.h"

namespace croft {

// Keeps the members of an object for which keep(name, value) is true, in their order. One pass, whatever their number.
template <class Keep>
void FilterMembers(Json& object, Keep keep) {
  auto end = object.MemberBegin();
  for (auto it = object.MemberBegin(); it != object.MemberEnd(); ++it) {
    if (!keep(AsView(it->name), it->value)) continue;
    if (end != it) {
      end->name = it->name;
      end->value = it->value;
    }
    ++end;
  }
  if (end != object.MemberEnd()) object.EraseMember(end, object.MemberEnd());
}

}  // namespace croft
