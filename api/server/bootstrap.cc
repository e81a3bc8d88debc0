#include "api/server/bootstrap.h"

#include "api/base/log.h"
#include "api/object/patch.h"
#include "api/types/resources.h"
#include "manifests/embedded.h"

namespace croft::server {
namespace {

JsonDocument Named(const char* api_version, const char* kind, const std::string& ns, const std::string& name) {
  JsonDocument object(rapidjson::kObjectType);
  auto& allocator = object.GetAllocator();
  SetString(object, "apiVersion", api_version, allocator);
  SetString(object, "kind", kind, allocator);
  Json& metadata = Ensure(object, "metadata", allocator);
  SetString(metadata, "name", name, allocator);
  if (!ns.empty()) SetString(metadata, "namespace", ns, allocator);
  return object;
}

constexpr const char* kApiPortName = "https";
const GroupVersionResource kServiceRanges{"networking.k8s.io", "v1", "servicecidrs"};

Json ApiPort(int number, JsonAllocator& allocator) {
  Json port(rapidjson::kObjectType);
  SetString(port, "name", kApiPortName, allocator);
  SetString(port, "protocol", "TCP", allocator);
  Set(port, "port", Json(number), allocator);
  return port;
}

Json ListOf(Json item, JsonAllocator& allocator) {
  Json list(rapidjson::kArrayType);
  list.PushBack(std::move(item), allocator);
  return list;
}

WriteOptions InternalWrite() {
  WriteOptions options;
  options.validation = FieldValidation::kIgnore;
  options.field_manager = "croft";
  return options;
}

}  // namespace

Status Bootstrap::CreateAbsent(const GroupVersionResource& gvr, const std::string& ns, JsonDocument object) {
  const std::string name(FindString(object, {"metadata", "name"}));
  if (service_.store().Get({gvr.group, gvr.resource}, {ns, name}) != nullptr) return Status::Ok();
  const Result<WriteResult> result =
      service_.CreateAndWait(ControllerIdentity(), {gvr, ns, {}, {}}, std::move(object), InternalWrite());
  if (result.ok() || result.status().IsAlreadyExists()) return Status::Ok();
  return result.status().Annotate("creating " + gvr.resource + " " + name);
}

Status Bootstrap::CreateEmbedded() {
  for (const manifests::EmbeddedFile& file : manifests::ReadEmbedded("bootstrap")) {
    Result<JsonDocument> object = ParseJson(file.json_text);
    if (!object.ok()) return object.status().Annotate(file.name);
    const auto [group, version] = SplitApiVersion(FindString(*object, {"apiVersion"}));
    const Served served =
        service_.catalog().view()->FindKind({group, version, std::string(FindString(*object, {"kind"}))});
    if (served.definition == nullptr) return Status::Internal(file.name + ": its kind is not served");
    const std::string ns(FindString(*object, {"metadata", "namespace"}));
    CROFT_RETURN_IF_ERROR(CreateAbsent({group, version, served.def().plural}, ns, std::move(*object)));
  }
  return Status::Ok();
}

Status Bootstrap::Keep(const GroupVersionResource& gvr, JsonDocument object) {
  const Key key{std::string(FindString(object, {"metadata", "namespace"})),
                std::string(FindString(object, {"metadata", "name"}))};
  const ObjectPtr present = service_.store().Get({gvr.group, gvr.resource}, key);
  if (present == nullptr) return CreateAbsent(gvr, key.ns, std::move(object));
  if (present->meta().deleting) return Status::Ok();  // made anew once it has gone
  const JsonDocument before = present->ToJson();
  JsonDocument after;
  after.CopyFrom(before, after.GetAllocator());
  ApplyMergePatch(after, object, after.GetAllocator());
  return Replace(gvr, before, std::move(after));
}

Status Bootstrap::Replace(const GroupVersionResource& gvr, const Json& before, JsonDocument after) {
  if (Equal(before, after)) return Status::Ok();
  const std::string ns(FindString(after, {"metadata", "namespace"}));
  const std::string name(FindString(after, {"metadata", "name"}));
  // Whatever its revision is by now.
  Erase(*FindMutable(after, "metadata"), "resourceVersion");
  const Status replaced =
      service_.Update(ControllerIdentity(), {gvr, ns, name, {}}, std::move(after), InternalWrite()).status();
  return replaced.ok() ? replaced : replaced.Annotate("updating " + gvr.resource + " " + name);
}

Status Bootstrap::Remove(const GroupVersionResource& gvr, const std::string& ns, const std::string& name) {
  const Status removed = service_.Delete(ControllerIdentity(), {gvr, ns, name, {}}, {}).status();
  return removed.IsNotFound() ? Status::Ok() : removed;
}

Status Bootstrap::WriteRootCertificate(const std::string& ns) {
  if (settings_.ca_pem.empty()) return Status::Ok();
  JsonDocument map = Named("v1", "ConfigMap", ns, kRootCertificate);
  auto& allocator = map.GetAllocator();
  Json& data = Ensure(map, "data", allocator);
  // Nothing else belongs into it.
  if (const ObjectPtr present = service_.store().Get({"", "configmaps"}, {ns, kRootCertificate})) {
    const JsonDocument json = present->ToJson();
    if (const Json* there = Find(json, "data"); there != nullptr && there->IsObject()) {
      for (const auto& member : there->GetObject()) Set(data, AsView(member.name), Json(), allocator);
    }
  }
  SetString(data, "ca.crt", settings_.ca_pem, allocator);
  return Keep(resources::kConfigMaps, std::move(map));
}

Status Bootstrap::MendNamespace(const std::string& ns) {
  const ObjectPtr standing = service_.store().Get({"", "namespaces"}, {"", ns});
  if (standing == nullptr || standing->meta().deleting) return Status::Ok();
  CROFT_RETURN_IF_ERROR(WriteRootCertificate(ns));
  return CreateAbsent(resources::kServiceAccounts, ns, Named("v1", "ServiceAccount", ns, kDefaultAccount));
}

void Bootstrap::FurnishNamespace(const std::string& ns) {
  const Status status = MendNamespace(ns);
  if (!status.ok()) log::Warn("a namespace could not be furnished", {{"namespace", ns}, {"error", status.message()}});
}

Status Bootstrap::CreateApiService(int api_port) {
  JsonDocument object = Named("v1", "Service", kApiNamespace, kApiName);
  auto& allocator = object.GetAllocator();
  Json& labels = Ensure(*FindMutable(object, "metadata"), "labels", allocator);
  SetString(labels, "component", "apiserver", allocator);
  SetString(labels, "provider", "kubernetes", allocator);
  Json& spec = Ensure(object, "spec", allocator);
  SetString(spec, "clusterIP", settings_.service_address, allocator);
  Json port = ApiPort(settings_.service_port, allocator);
  Set(port, "targetPort", Json(api_port), allocator);
  Set(spec, "ports", ListOf(std::move(port), allocator), allocator);
  return CreateAbsent(resources::kServices, kApiNamespace, std::move(object));
}

// What else people have made of the Service stays.
Status Bootstrap::LeadApiService(int api_port) {
  const ObjectPtr present = service_.store().Get({"", "services"}, {kApiNamespace, kApiName});
  if (present == nullptr) return CreateApiService(api_port);
  const JsonDocument before = present->ToJson();
  JsonDocument after;
  after.CopyFrom(before, after.GetAllocator());
  Json* ports = FindMutable(Ensure(after, "spec", after.GetAllocator()), "ports");
  if (ports == nullptr || !ports->IsArray()) return Status::Ok();
  for (Json& port : ports->GetArray()) {
    if (FindString(port, {"name"}) == kApiPortName) Set(port, "targetPort", Json(api_port), after.GetAllocator());
  }
  return Replace(resources::kServices, before, std::move(after));
}

Status Bootstrap::WriteApiEndpoints(const std::string& address, int api_port) {
  JsonDocument object = Named("v1", "Endpoints", kApiNamespace, kApiName);
  auto& allocator = object.GetAllocator();
  // The slice is written here as well.
  SetString(Ensure(*FindMutable(object, "metadata"), "labels", allocator), "endpointslice.kubernetes.io/skip-mirror",
            "true", allocator);
  Json ip(rapidjson::kObjectType);
  SetString(ip, "ip", address, allocator);
  Json subset(rapidjson::kObjectType);
  Set(subset, "addresses", ListOf(std::move(ip), allocator), allocator);
  Set(subset, "ports", ListOf(ApiPort(api_port, allocator), allocator), allocator);
  Set(object, "subsets", ListOf(std::move(subset), allocator), allocator);
  return Keep(resources::kEndpoints, std::move(object));
}

Status Bootstrap::WriteApiSlice(const std::string& address, int api_port) {
  JsonDocument object = Named("discovery.k8s.io/v1", "EndpointSlice", kApiNamespace, kApiName);
  auto& allocator = object.GetAllocator();
  SetString(Ensure(*FindMutable(object, "metadata"), "labels", allocator), "kubernetes.io/service-name", kApiName,
            allocator);
  const char* family = address.find(':') == std::string::npos ? "IPv4" : "IPv6";
  SetString(object, "addressType", family, allocator);
  Json endpoint(rapidjson::kObjectType);
  Set(endpoint, "addresses", ListOf(MakeString(address, allocator), allocator), allocator);
  Set(Ensure(endpoint, "conditions", allocator), "ready", Json(true), allocator);
  Set(object, "endpoints", ListOf(std::move(endpoint), allocator), allocator);
  Set(object, "ports", ListOf(ApiPort(api_port, allocator), allocator), allocator);
  const ObjectPtr present =
      service_.store().Get({resources::kEndpointSlices.group, "endpointslices"}, {kApiNamespace, kApiName});
  // A slice keeps its family for good.
  if (present != nullptr && FindString(present->ToJson(), {"addressType"}) != family) {
    CROFT_RETURN_IF_ERROR(Remove(resources::kEndpointSlices, kApiNamespace, kApiName));
  }
  return Keep(resources::kEndpointSlices, std::move(object));
}

Status Bootstrap::AnnounceApi(const std::string& address, int port) {
  const std::lock_guard lock(mutex_);
  api_port_ = port;
  CROFT_RETURN_IF_ERROR(LeadApiService(port));
  const Status told = WriteApiEndpoints(address, port);
  if (told.IsInvalid()) {
    // Better none than those of an earlier start.
    api_address_.clear();
    log::Info("the API's Service leads nowhere, for its address serves this machine alone", {{"address", address}});
    CROFT_RETURN_IF_ERROR(Remove(resources::kEndpointSlices, kApiNamespace, kApiName));
    return Remove(resources::kEndpoints, kApiNamespace, kApiName);
  }
  CROFT_RETURN_IF_ERROR(told);
  api_address_ = address;
  return WriteApiSlice(address, port);
}

Status Bootstrap::MendApi() {
  const std::lock_guard lock(mutex_);
  CROFT_RETURN_IF_ERROR(CreateApiService(api_port_));
  if (api_address_.empty()) return Status::Ok();
  CROFT_RETURN_IF_ERROR(WriteApiEndpoints(api_address_, api_port_));
  return WriteApiSlice(api_address_, api_port_);
}

Status Bootstrap::MendServiceRange() {
  const std::lock_guard lock(mutex_);
  JsonDocument object = Named("networking.k8s.io/v1", "ServiceCIDR", "", kApiName);
  auto& allocator = object.GetAllocator();
  Set(Ensure(object, "spec", allocator), "cidrs", ListOf(MakeString(settings_.service_range, allocator), allocator),
      allocator);
  const ObjectPtr present = service_.store().Get({kServiceRanges.group, kServiceRanges.resource}, {"", kApiName});
  if (present != nullptr) {
    const JsonDocument json = present->ToJson();
    const Json* ranges = Find(json, {"spec", "cidrs"});
    // What is there can not change, but may have got a second family.
    const bool right = ranges != nullptr && ranges->IsArray() && !ranges->Empty() && (*ranges)[0].IsString() &&
                       AsView((*ranges)[0]) == settings_.service_range;
    if (!right) CROFT_RETURN_IF_ERROR(Remove(kServiceRanges, "", kApiName));
  }
  CROFT_RETURN_IF_ERROR(CreateAbsent(kServiceRanges, "", std::move(object)));
  return TellServiceRangeReady();
}

Status Bootstrap::TellServiceRangeReady() {
  const ObjectPtr present = service_.store().Get({kServiceRanges.group, kServiceRanges.resource}, {"", kApiName});
  if (present == nullptr || present->meta().deleting) return Status::Ok();
  JsonDocument json = present->ToJson();
  auto& allocator = json.GetAllocator();
  Json others(rapidjson::kArrayType);
  if (const Json* told = Find(json, {"status", "conditions"}); told != nullptr && told->IsArray()) {
    for (const Json& condition : told->GetArray()) {
      const bool ready = FindString(condition, {"type"}) == "Ready";
      if (ready && FindString(condition, {"status"}) == "True") return Status::Ok();
      if (!ready) others.PushBack(Copy(condition, allocator), allocator);
    }
  }
  Json ready(rapidjson::kObjectType);
  SetString(ready, "type", "Ready", allocator);
  SetString(ready, "status", "True", allocator);
  SetString(ready, "lastTransitionTime", FormatTime(service_.clock().Now()), allocator);
  SetString(ready, "reason", "", allocator);
  SetString(ready, "message", "Kubernetes Service CIDR is ready", allocator);
  others.PushBack(std::move(ready), allocator);
  Set(Ensure(json, "status", allocator), "conditions", std::move(others), allocator);
  Erase(*FindMutable(json, "metadata"), "resourceVersion");
  const Target target{kServiceRanges, "", kApiName, "status"};
  return service_.Update(ControllerIdentity(), target, std::move(json), InternalWrite()).status();
}

Status Bootstrap::Run() {
  for (const char* ns : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    CROFT_RETURN_IF_ERROR(CreateAbsent(resources::kNamespaces, "", Named("v1", "Namespace", "", ns)));
  }
  CROFT_RETURN_IF_ERROR(CreateEmbedded());
  CROFT_RETURN_IF_ERROR(CreateApiService(settings_.api_port));
  CROFT_RETURN_IF_ERROR(MendServiceRange());
  // A crash may have come between a namespace and what belongs into it.
  for (const ObjectPtr& ns : service_.store().List({"", "namespaces"}, "").items) {
    if (!ns->meta().deleting) FurnishNamespace(ns->name());
  }
  return Status::Ok();
}

}  // namespace croft::server
