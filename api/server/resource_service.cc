#include "api/server/resource_service.h"

#include <algorithm>

#include "api/server/forms.h"
#include "api/server/metadata.h"
#include "api/server/read_options.h"

namespace croft::server {

store::GroupResource ResourceOf(const Served& served) {
  const Form* form = FindForm(served);
  return form != nullptr ? form->stored_as : store::GroupResource{served.def().group, served.def().plural};
}

bool ShowsObject(const Served& served, const std::string& subresource) {
  if (subresource.empty()) return true;
  if (subresource == "status") return served.version->has_status;
  const auto& extra = served.def().extra_subresources;
  const bool known = subresource == kApproval || subresource == kEphemeralContainers;
  return known && std::find(extra.begin(), extra.end(), subresource) != extra.end();
}

ResourceService::ResourceService(Parts parts) : parts_(parts) {}

Status ResourceService::CheckAllowed(const Identity& who, const Target& target, std::string_view verb) const {
  Attributes attributes;
  attributes.identity = who;
  attributes.verb = verb;
  attributes.group = target.gvr.group;
  attributes.version = target.gvr.version;
  attributes.resource = target.gvr.resource;
  attributes.subresource = target.subresource;
  attributes.ns = target.ns;
  attributes.name = target.name;
  const Decision decision = parts_.authorizer.Authorize(attributes);
  return decision.allowed ? Status::Ok() : ForbiddenStatus(attributes, decision.reason);
}

Result<Served> ResourceService::Admit(const Identity& who, const Target& target, std::string_view verb) const {
  CROFT_RETURN_IF_ERROR(CheckAllowed(who, target, verb));
  const CatalogViewPtr view = parts_.catalog.view();
  Served served = view->Find(target.gvr);
  if (served.definition == nullptr) return NotServed(*view, target.gvr);
  if (served.def().create_only && verb != "create") {
    return Status(Reason::kMethodNotAllowed, "the server does not allow this method on the requested resource");
  }
  return served;
}

Status ResourceService::CheckScope(const Served& served, const Target& target, bool needs_namespace) const {
  if (!served.def().namespaced && !target.ns.empty()) {
    return PathNotFound();
  }
  if (served.def().namespaced && target.ns.empty() && needs_namespace) return PathNotFound();
  return Status::Ok();
}

Status ResourceService::CheckNamespaceOpen(const Served& served, const std::string& ns, const std::string& name) const {
  if (!served.def().namespaced) return Status::Ok();
  const ObjectPtr found = parts_.store.Get({"", "namespaces"}, {"", ns});
  if (found == nullptr) return Status::ObjectNotFound("", "namespaces", ns);
  if (!found->meta().deleting) return Status::Ok();
  const std::string& group = served.def().group;
  StatusDetails details{group, served.def().plural, name, {}, {}, {}};
  details.causes.push_back({"NamespaceTerminating", "namespace " + ns + " is being terminated", "metadata.namespace"});
  Status status = Status::Forbidden(served.def().plural + (group.empty() ? "" : "." + group) + " \"" + name +
                                    "\" is forbidden: unable to create new content in namespace " + ns +
                                    " because it is being terminated");
  return status.WithDetails(std::move(details));
}

ObjectPtr ResourceService::Stored(const Served& served, const Target& target) const {
  return parts_.store.Get(ResourceOf(served), {target.ns, target.name});
}

bool Selectors::Matches(const Object& object) const {
  return (labels.empty() || labels.Matches(object.meta().labels)) && (fields.empty() || fields.Matches(object));
}

Result<Selectors> ParseSelectors(const Served& served, const std::string& labels, const std::string& fields) {
  Selectors selectors;
  if (!labels.empty()) {
    Result<LabelSelector> parsed = LabelSelector::Parse(labels);
    if (!parsed.ok()) return parsed.status();
    selectors.labels = std::move(*parsed);
  }
  if (fields.empty()) return selectors;
  Result<FieldConditions> parsed = FieldConditions::Parse(served, fields);
  if (!parsed.ok()) return parsed.status();
  selectors.fields = std::move(*parsed);
  return selectors;
}

Result<uint64_t> ParseRevision(const std::string& text) {
  if (text.empty()) return uint64_t{0};
  const Result<uint64_t> revision = ParseUnsigned(text);
  if (revision.ok()) return revision;
  return Status::BadRequest("invalid resource version: resourceVersion: Invalid value: \"" + text +
                            "\": " + revision.status().message());
}

Status ResourceService::Restore() {
  for (const ObjectPtr& crd : parts_.store.List({"apiextensions.k8s.io", "customresourcedefinitions"}, "").items) {
    ServeCrd(crd);
  }
  return parts_.addresses.Follow(parts_.store);
}

}  // namespace croft::server
