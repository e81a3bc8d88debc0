#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/client/informer.h"
#include "api/object/selector.h"

// Who controls an object: adoption of what a selector finds, release of what it no longer does.
namespace croft::workloads {

// Index of an informer's objects by their controlling owner; objects without one are found as orphans of a namespace.
void AddControllerIndex(client::Informer& informer);
std::vector<ObjectPtr> ControlledBy(const client::Informer& informer, const std::string& owner_uid);
std::vector<ObjectPtr> OrphansIn(const client::Informer& informer, const std::string& ns);

// The owner with controller=true; nullptr when there is none.
const OwnerReference* ControllerOf(const Meta& meta);

enum class Claim {
  kKeep,     // mine, and wanted
  kAdopt,    // nobody's, and wanted
  kRelease,  // mine, no longer wanted
  kIgnore,   // another's, or nothing to do with me
};
Claim DecideClaim(const Meta& object, const std::string& owner_uid, bool owner_deleting, bool selected);

// An owner as far as claiming is concerned.
struct Claimant {
  GroupVersionResource gvr;
  Key key;
  OwnerReference reference;
  bool deleting = false;
  LabelSelector selector;
};

// The objects that belong to `claimant`, after orphans that its selector finds were adopted and those that it does not
// find any more were released. Before the first adoption the server is asked whether the owner still stands: the cache
// may not know yet that it was deleted.
Result<std::vector<ObjectPtr>> ClaimObjects(client::Client& client, const client::Informer& informer,
                                            const Claimant& claimant);

// metadata.ownerReferences without the owner of that uid, or with one more; a patch that holds only for the revision of
// `object`.
Result<ObjectPtr> WriteOwners(client::Client& client, const GroupVersionResource& gvr, const Object& object,
                              const std::vector<OwnerReference>& owners);
// `finalizer` taken off. Gone already is ok.
Status RemoveFinalizer(client::Client& client, const GroupVersionResource& gvr, const Object& object,
                       std::string_view finalizer);

}  // namespace croft::workloads
