#include <algorithm>

#include "api/server/continue_token.h"
#include "api/server/read_options.h"
#include "api/server/resource_service.h"

namespace croft::server {

Result<store::Snapshot> ResourceService::SnapshotFor(const Served& served, const std::string& ns,
                                                     const ListOptions& options,
                                                     const std::optional<Continue>& from) const {
  const store::GroupResource resource = ResourceOf(served);
  if (from)
    return from->revision ? parts_.store.ListAt(resource, ns, *from->revision) : parts_.store.List(resource, ns);
  const Result<uint64_t> wanted = ParseRevision(options.resource_version);
  if (!wanted.ok()) return wanted.status();
  if (*wanted > 0) {
    const uint64_t current = parts_.store.Revision();
    if (*wanted > current) return TooLargeRevision(*wanted, current);
    // A limit without a word on how the revision is meant asks for exactly that one.
    const std::string& match = options.resource_version_match;
    if (match == "Exact" || (match.empty() && options.limit > 0)) return parts_.store.ListAt(resource, ns, *wanted);
  }
  return parts_.store.List(resource, ns);
}

Result<ListResult> ResourceService::List(const Identity& who, const Target& target, const ListOptions& options) {
  Target asked = target;
  asked.name = SelectedName(options.field_selector);
  Result<Served> served = Admit(who, asked, "list");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, false));
  CROFT_RETURN_IF_ERROR(CheckListOptions(options));
  Result<Selectors> selectors = ParseSelectors(*served, options.label_selector, options.field_selector);
  if (!selectors.ok()) return selectors.status();

  const store::GroupResource resource = ResourceOf(*served);
  std::optional<Continue> from;
  if (!options.continue_token.empty()) {
    if (!options.resource_version.empty() && options.resource_version != "0") {
      return Status::BadRequest("specifying resource version is not allowed when using continue");
    }
    Result<Continue> decoded = DecodeContinue(resource, options.continue_token);
    if (!decoded.ok()) return decoded.status();
    from = std::move(*decoded);
  }
  Result<store::Snapshot> snapshot = SnapshotFor(*served, target.ns, options, from);
  ListResult result;
  if (!snapshot.ok()) {
    if (!snapshot.status().IsExpired()) return snapshot.status();
    if (!from) return Status::Expired("The resourceVersion for the provided list is too old.");
    result.expired = true;
    result.continue_token = EncodeContinue(resource, {std::nullopt, from->after});
    return result;
  }
  result.revision = snapshot->revision;
  const auto& items = snapshot->items;
  auto it = items.begin();
  if (from) {
    it = std::upper_bound(items.begin(), items.end(), from->after,
                          [](const Key& key, const ObjectPtr& object) { return key < object->key(); });
  }
  const size_t limit = options.limit > 0 ? static_cast<size_t>(options.limit) : SIZE_MAX;
  for (; it != items.end() && result.items.size() < limit; ++it) {
    if (selectors->empty() || selectors->Matches(**it)) result.items.push_back(InVersion(*served, *it));
  }
  // A page may be full while nothing more matches: then there is no next one.
  if (!selectors->empty()) {
    while (it != items.end() && !selectors->Matches(**it)) ++it;
  }
  if (it == items.end()) return result;
  result.continue_token = EncodeContinue(resource, {result.revision, result.items.back()->key()});
  if (selectors->empty()) result.remaining = items.end() - it;
  return result;
}

}  // namespace croft::server
