#include "api/server/api_services.h"

#include <future>
#include <vector>

#include "api/base/log.h"

namespace croft::server {
namespace {

const GroupVersionResource kApiServices = {"apiregistration.k8s.io", "v1", "apiservices"};
// By which the server knows its own; what Kubernetes' aggregator calls it.
constexpr const char* kManaged = "kube-aggregator.kubernetes.io/automanaged";

// Ranks as Kubernetes gives them: the core first, its own groups next, posted ones last.
struct Rank {
  int group;
  int version;
};
constexpr Rank kCore = {18000, 1};
constexpr Rank kBuiltin = {17500, 15};
constexpr Rank kPosted = {1000, 100};

bool IsBuiltin(const CatalogView& view, const std::string& group) {
  for (const DefinitionPtr& definition : view.definitions()) {
    if (definition->group == group && definition->builtin) return true;
  }
  return false;
}

std::string NameOf(const std::string& group, const std::string& version) {
  return version + "." + group;
}

JsonDocument Describe(const std::string& group, const std::string& version, bool builtin) {
  const Rank rank = group.empty() ? kCore : builtin ? kBuiltin : kPosted;
  JsonDocument object(rapidjson::kObjectType);
  auto& allocator = object.GetAllocator();
  Json& metadata = Ensure(object, "metadata", allocator);
  SetString(metadata, "name", NameOf(group, version), allocator);
  SetString(Ensure(metadata, "labels", allocator), kManaged, builtin ? "onstart" : "true", allocator);
  Json& spec = Ensure(object, "spec", allocator);
  if (!group.empty()) SetString(spec, "group", group, allocator);
  SetString(spec, "version", version, allocator);
  Set(spec, "groupPriorityMinimum", Json(rank.group), allocator);
  Set(spec, "versionPriority", Json(rank.version), allocator);
  return object;
}

}  // namespace

Status ApiServices::Create(const std::set<std::string>& present) {
  const CatalogViewPtr view = service_.catalog().view();
  // All at once: they share one commit.
  std::vector<std::future<Status>> made;
  for (const auto& [group, versions] : view->groups()) {
    for (const std::string& version : versions) {
      if (present.contains(NameOf(group, version))) continue;
      auto promise = std::make_shared<std::promise<Status>>();
      made.push_back(promise->get_future());
      service_.Create(ControllerIdentity(), {kApiServices, {}, {}, {}},
                      Describe(group, version, IsBuiltin(*view, group)), {},
                      [promise](const Result<WriteResult>& result) { promise->set_value(result.status()); });
    }
  }
  Status failure;
  for (auto& each : made) {
    const Status status = each.get();
    if (!status.ok() && !status.IsAlreadyExists()) failure = status.Annotate("registering a version of the API");
  }
  return failure;
}

Status ApiServices::Remove(const ObjectPtr& api_service) {
  const Result<DeleteResult> gone =
      service_.Delete(ControllerIdentity(), {kApiServices, {}, api_service->name(), {}}, {});
  return gone.ok() || gone.status().IsNotFound() ? Status::Ok() : gone.status();
}

Status ApiServices::Sync() {
  const std::lock_guard lock(mutex_);
  const CatalogViewPtr view = service_.catalog().view();
  std::set<std::string> present;
  for (const ObjectPtr& each : service_.store().List({kApiServices.group, kApiServices.resource}, "").items) {
    const JsonDocument json = each->ToJson();
    const bool served =
        view->HasGroupVersion(FindString(json, {"spec", "group"}), FindString(json, {"spec", "version"}));
    if (!served && !FindString(json, {"metadata", "labels", kManaged}).empty()) {
      CROFT_RETURN_IF_ERROR(Remove(each));
    } else {
      present.insert(each->name());
    }
  }
  return Create(present);
}

void ApiServices::SyncOrWarn() {
  const Status status = Sync();
  if (!status.ok()) log::Warn("the APIServices do not follow the kinds", {{"error", status.message()}});
}

}  // namespace croft::server
