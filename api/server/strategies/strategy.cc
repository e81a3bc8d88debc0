#include "api/server/strategies/strategy.h"

#include "api/server/strategies/kinds.h"
#include "api/server/strategies/policy.h"
#include "api/server/strategies/topics.h"

namespace croft::server {

const std::vector<std::vector<std::string>>& Strategy::assigned() const {
  static const std::vector<std::vector<std::string>> kNone;
  return kNone;
}
Status Strategy::PrepareForCreate(Json&, StrategyContext&) const {
  return Status::Ok();
}
Status Strategy::PrepareForUpdate(const Json&, Json&, StrategyContext&) const {
  return Status::Ok();
}
void Strategy::Validate(const Json&, Causes&) const {}
void Strategy::ValidateUpdate(const Json&, const Json&, Causes&) const {}
void Strategy::PrepareForStatus(const Json&, Json&, StrategyContext&) const {}
void Strategy::ValidateStatus(const Json&, const Json&, std::string_view, Causes&) const {}

StrategyRegistry::StrategyRegistry() {
  const auto add = [this](const char* group, const char* resource, std::unique_ptr<Strategy> strategy) {
    strategies_[{group, resource}] = std::move(strategy);
  };
  using Kind = WorkloadStrategy::Kind;
  add("", "configmaps", std::make_unique<ConfigMapStrategy>());
  add("", "endpoints", std::make_unique<EndpointsStrategy>());
  add("", "events", std::make_unique<EventStrategy>(EventStrategy::Form::kCore));
  add("", "namespaces", std::make_unique<NamespaceStrategy>());
  add("", "nodes", std::make_unique<NodeStrategy>());
  add("", "persistentvolumeclaims", std::make_unique<ClaimStrategy>());
  add("", "persistentvolumes", std::make_unique<VolumeStrategy>());
  add("", "pods", std::make_unique<PodStrategy>());
  add("", "secrets", std::make_unique<SecretStrategy>());
  add("", "serviceaccounts", std::make_unique<PlainStrategy>());
  add("", "services", std::make_unique<ServiceStrategy>());
  add("apiextensions.k8s.io", "customresourcedefinitions", std::make_unique<CrdStrategy>());
  add("apps", "daemonsets", std::make_unique<WorkloadStrategy>(Kind::kDaemonSet));
  add("apps", "deployments", std::make_unique<WorkloadStrategy>(Kind::kDeployment));
  add("apps", "replicasets", std::make_unique<WorkloadStrategy>(Kind::kReplicaSet));
  add("apps", "statefulsets", std::make_unique<WorkloadStrategy>(Kind::kStatefulSet));
  add("batch", "cronjobs", std::make_unique<CronJobStrategy>());
  add("batch", "jobs", std::make_unique<JobStrategy>());
  add("coordination.k8s.io", "leases", std::make_unique<PlainStrategy>());
  add("croft.lab", "certificates", std::make_unique<LabCertificateStrategy>());
  add("croft.lab", "ingresses", std::make_unique<LabIngressStrategy>());
  add("croft.lab", "services", std::make_unique<LabServiceStrategy>());
  add("discovery.k8s.io", "endpointslices", std::make_unique<EndpointSliceStrategy>());
  add("events.k8s.io", "events", std::make_unique<EventStrategy>(EventStrategy::Form::kEvents));
  add("networking.k8s.io", "ingressclasses", std::make_unique<IngressClassStrategy>());
  add("networking.k8s.io", "ingresses", std::make_unique<IngressStrategy>());
  AddRoleStrategies(strategies_);
  AddAdmissionStrategies(strategies_);
  AddReviewStrategies(strategies_);
  AddControllerStrategies(strategies_);
  AddLimitStrategies(strategies_);
  AddAutoscalerStrategies(strategies_);
  AddNetworkPolicyStrategies(strategies_);
  AddClassStrategies(strategies_);
  AddServiceRangeStrategies(strategies_);
  AddSigningRequestStrategies(strategies_);
  AddStorageStrategies(strategies_);
}

const Strategy& StrategyRegistry::For(const std::string& group, const std::string& resource) const {
  const auto it = strategies_.find({group, resource});
  return it == strategies_.end() ? general_ : *it->second;
}

}  // namespace croft::server
