#include "unit/sim/declared.h"

#include "api/types/resources.h"

namespace croft::sim {
namespace {

constexpr char kNamespace[] = "default";

std::string Quoted(const std::string& text) {
  return '"' + text + '"';
}

std::string LabServiceJson(const std::string& name, const Application& application) {
  return R"({"apiVersion":"croft.lab/v1","kind":"Service","metadata":{"name":)" + Quoted(name) +
         R"(},"spec":{"image":)" + Quoted(application.image) + R"(,"replicas":)" +
         std::to_string(application.replicas) +
         R"(,"ports":[{"name":"http","port":80,"targetPort":8080}],)"
         R"("readinessProbe":{"tcpSocket":{"port":8080},"periodSeconds":1}}})";
}

std::string DeploymentJson(const std::string& name, const Application& application) {
  return R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":)" + Quoted(name) +
         R"(},"spec":{"replicas":)" + std::to_string(application.replicas) +
         R"(,"selector":{"matchLabels":{"app.kubernetes.io/name":)" + Quoted(name) +
         R"(}},"template":{"metadata":{"labels":{"app.kubernetes.io/name":)" + Quoted(name) +
         R"(}},"spec":{"terminationGracePeriodSeconds":5,"containers":[{"name":"main","image":)" +
         Quoted(application.image) + R"(}]}}}})";
}

std::string ServiceJson(const std::string& name) {
  return R"({"apiVersion":"v1","kind":"Service","metadata":{"name":)" + Quoted(name) +
         R"(},"spec":{"selector":{"app.kubernetes.io/name":)" + Quoted(name) +
         R"(},"ports":[{"port":80,"targetPort":8080}]}})";
}

Status CreateOne(client::Client& api, const GroupVersionResource& gvr, const std::string& text) {
  const auto json = ParseJson(text);
  return json.ok() ? api.Create(gvr, kNamespace, *json).status() : json.status();
}

Status Patch(client::Client& api, const std::string& name, const Application& application, const std::string& spec) {
  const auto json = ParseJson(R"({"spec":)" + spec + "}");
  if (!json.ok()) return json.status();
  // Strategic merge is for Kubernetes' own kinds only.
  const auto type = application.lab_service ? client::PatchType::kMerge : client::PatchType::kStrategic;
  return api
      .Patch(application.lab_service ? resources::kLabServices : resources::kDeployments, {kNamespace, name}, type,
             *json)
      .status();
}

}  // namespace

Status Create(client::Client& api, const std::string& name, const Application& application) {
  if (application.lab_service) return CreateOne(api, resources::kLabServices, LabServiceJson(name, application));
  CROFT_RETURN_IF_ERROR(CreateOne(api, resources::kDeployments, DeploymentJson(name, application)));
  return CreateOne(api, resources::kServices, ServiceJson(name));
}

Status SetReplicas(client::Client& api, const std::string& name, const Application& application) {
  return Patch(api, name, application, R"({"replicas":)" + std::to_string(application.replicas) + "}");
}

Status SetImage(client::Client& api, const std::string& name, const Application& application) {
  const std::string image = R"("image":)" + Quoted(application.image);
  return Patch(api, name, application,
               application.lab_service ? "{" + image + "}"
                                       : R"({"template":{"spec":{"containers":[{"name":"main",)" + image + "}]}}}");
}

Status Delete(client::Client& api, const std::string& name, const Application& application) {
  if (application.lab_service) return api.Delete(resources::kLabServices, {kNamespace, name});
  CROFT_RETURN_IF_ERROR(api.Delete(resources::kDeployments, {kNamespace, name}));
  return api.Delete(resources::kServices, {kNamespace, name});
}

}  // namespace croft::sim
