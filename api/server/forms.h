#pragma once

#include <string>

#include "api/object/json.h"
#include "api/server/catalog.h"
#include "api/store/store.h"

namespace croft::server {

// A version of a kind that shows objects otherwise than they are stored: events.k8s.io/v1 Events are core/v1 Events
// with other field names. Bodies are checked in the shown form, and converted when all is checked.
struct Form {
  store::GroupResource stored_as;
  const char* api_version;  // of what is stored
  void (*to_stored)(Json& object, JsonAllocator& allocator);
  void (*to_shown)(Json& object, JsonAllocator& allocator);
};

// Null for all that are shown as they are stored, but for apiVersion.
const Form* FindForm(const Served& served);

// Both do nothing where there is no form.
void ToStoredForm(const Served& served, Json& object, JsonAllocator& allocator);
void ToShownForm(const Served& served, Json& object, JsonAllocator& allocator);

// Where a field that a field selector names stands in what is stored.
std::string StoredField(const Served& served, const std::string& field);

}  // namespace croft::server
