#pragma once

#include <string>

#include "api/object/json.h"
#include "api/server/catalog.h"
#include "api/store/store.h"

namespace croft::server {

// A version of a kind that shows objects otherwise than they are stored: events.k8s.io/v1 Events are core/v1 Events
// with other field names, and autoscaling/v1 has no field for most of what autoscaling/v2 says. Bodies are checked in
// the shown form and converted when all is checked, or converted first where only the stored form holds all that there
// is to check.
struct Form {
  store::GroupResource stored_as;
  const char* api_version;  // of what is stored
  void (*to_stored)(Json& object, JsonAllocator& allocator);
  void (*to_shown)(Json& object, JsonAllocator& allocator);
  bool checked_as_stored = false;
};

// Null for all that are shown as they are stored, but for apiVersion.
const Form* FindForm(const Served& served);

// Where a form says so, makes a body the stored form, by which it is checked from there on: `served` becomes its
// version.
void ToCheckedForm(Served& served, Json& body, JsonAllocator& allocator);
// Both do nothing where there is no form.
void ToStoredForm(const Served& served, Json& object, JsonAllocator& allocator);
void ToShownForm(const Served& served, Json& object, JsonAllocator& allocator);
// As it is shown to whoever reads: what the version requires and the stored form may lack is null, since strict clients
// (Java's) refuse an object without it.
void ToReadForm(const Served& served, Json& object, JsonAllocator& allocator);

// Where a field that a field selector names stands in what is stored.
std::string StoredField(const Served& served, const std::string& field);

}  // namespace croft::server
