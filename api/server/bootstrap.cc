#include "api/server/bootstrap.h"

#include "api/base/log.h"
#include "api/types/resources.h"
#include "manifests/embedded.h"

namespace croft::server {
namespace {

constexpr const char* kRootCertificate = "kube-root-ca.crt";

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

Status Bootstrap::CreateApiService() {
  JsonDocument object = Named("v1", "Service", "default", "kubernetes");
  auto& allocator = object.GetAllocator();
  Json& labels = Ensure(*FindMutable(object, "metadata"), "labels", allocator);
  SetString(labels, "component", "apiserver", allocator);
  SetString(labels, "provider", "kubernetes", allocator);
  Json& spec = Ensure(object, "spec", allocator);
  SetString(spec, "clusterIP", settings_.service_address, allocator);
  Json port(rapidjson::kObjectType);
  SetString(port, "name", "https", allocator);
  Set(port, "port", Json(settings_.service_port), allocator);
  Set(port, "targetPort", Json(settings_.api_port), allocator);
  Json ports(rapidjson::kArrayType);
  ports.PushBack(std::move(port), allocator);
  Set(spec, "ports", std::move(ports), allocator);
  return CreateAbsent(resources::kServices, "default", std::move(object));
}

Status Bootstrap::WriteRootCertificate(const std::string& ns) {
  if (settings_.ca_pem.empty()) return Status::Ok();
  const ObjectPtr present = service_.store().Get({"", "configmaps"}, {ns, kRootCertificate});
  if (present != nullptr && FindString(present->ToJson(), {"data", "ca.crt"}) == settings_.ca_pem) return Status::Ok();
  JsonDocument map = Named("v1", "ConfigMap", ns, kRootCertificate);
  SetString(Ensure(map, "data", map.GetAllocator()), "ca.crt", settings_.ca_pem, map.GetAllocator());
  if (present == nullptr) return CreateAbsent(resources::kConfigMaps, ns, std::move(map));
  return service_
      .Update(ControllerIdentity(), {resources::kConfigMaps, ns, kRootCertificate, {}}, std::move(map), InternalWrite())
      .status();
}

void Bootstrap::FurnishNamespace(const std::string& ns) {
  Status status = WriteRootCertificate(ns);
  if (status.ok()) {
    status = CreateAbsent(resources::kServiceAccounts, ns, Named("v1", "ServiceAccount", ns, "default"));
  }
  if (!status.ok()) log::Warn("a namespace could not be furnished", {{"namespace", ns}, {"error", status.message()}});
}

Status Bootstrap::Run() {
  for (const char* ns : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    CROFT_RETURN_IF_ERROR(CreateAbsent(resources::kNamespaces, "", Named("v1", "Namespace", "", ns)));
  }
  CROFT_RETURN_IF_ERROR(CreateEmbedded());
  CROFT_RETURN_IF_ERROR(CreateApiService());
  // A crash may have come between a namespace and what belongs into it.
  for (const ObjectPtr& ns : service_.store().List({"", "namespaces"}, "").items) {
    if (!ns->meta().deleting) FurnishNamespace(ns->name());
  }
  return Status::Ok();
}

}  // namespace croft::server
