#include "operator/ingress/ingress_controller.h"

#include "api/types/resources.h"
#include "operator/runtime/write.h"

namespace croft::ingress {
namespace {

constexpr Duration kPause = std::chrono::milliseconds(20);
constexpr char kServiceLabel[] = "kubernetes.io/service-name";

template <class T>
std::map<Key, Ref<T>> ByKey(const std::vector<Ref<T>>& objects) {
  std::map<Key, Ref<T>> out;
  for (const Ref<T>& object : objects) out.emplace(object->metadata.key(), object);
  return out;
}

types::Condition MakeCondition(const char* type, const std::vector<std::string>& waiting, const char* reason,
                               const char* otherwise, const char* message, int64_t generation) {
  types::Condition condition;
  condition.type = type;
  condition.observed_generation = generation;
  condition.status = waiting.empty() ? "True" : "False";
  condition.reason = waiting.empty() ? otherwise : reason;
  condition.message = waiting.empty() ? message : waiting.front();
  if (waiting.size() > 1) condition.message += " (and " + std::to_string(waiting.size() - 1) + " more)";
  return condition;
}

}  // namespace

IngressController::IngressController(runtime::Context context, Sources sources, Proxy& proxy,
                                     std::vector<types::LoadBalancerIngress> addresses)
    : context_(context),
      sources_(sources),
      proxy_(proxy),
      addresses_(std::move(addresses)),
      events_(context, "croft-ingress") {}

World IngressController::Gather() {
  World world;
  const auto ingresses = ingresses_.Decode(sources_.ingresses.List());
  const auto lab_ingresses = lab_ingresses_.Decode(sources_.lab_ingresses.List());
  ingress_by_key_ = ByKey(ingresses);
  lab_ingress_by_key_ = ByKey(lab_ingresses);
  world.ingresses = DeclareAll(ingresses, lab_ingresses, classes_.Decode(sources_.classes.List()));
  world.services = ByKey(services_.Decode(sources_.services.List()));
  world.lab_services = ByKey(lab_services_.Decode(sources_.lab_services.List()));
  world.certificates = ByKey(certificates_.Decode(sources_.certificates.List()));
  world.secrets = ByKey(secrets_.Decode(sources_.secrets.List()));
  for (const auto& slice : slices_.Decode(sources_.slices.List())) {
    const auto service = slice->metadata.labels.find(kServiceLabel);
    if (service != slice->metadata.labels.end()) world.slices.emplace(Key{slice->metadata.ns, service->second}, slice);
  }
  return world;
}

runtime::Outcome IngressController::Reconcile(const Key&) {
  const Duration since = context_.clock.Steady() - last_;
  if (last_ != SteadyTime{} && since < kPause) return runtime::Outcome::After(kPause - since);
  const RoutingPlan plan = PlanRoutes(Gather());
  const Status applied = proxy_.Apply(plan.model);
  // A failure is spaced by the controller's own growing pauses.
  if (applied.ok()) last_ = context_.clock.Steady();

  Status failure = applied;
  for (const ServedIngress& served : plan.ingresses) {
    if (Status status = WriteStatus(served, applied); !status.ok() && !status.IsNotFound()) failure = status;
  }
  Tell(plan);
  return failure.ok() ? runtime::Outcome::Done() : runtime::Outcome::Retry(failure);
}

Status IngressController::WriteStatus(const ServedIngress& served, const Status& applied) {
  if (served.lab) {
    const auto found = lab_ingress_by_key_.find(served.key);
    return found == lab_ingress_by_key_.end() ? Status::Ok() : WriteLabStatus(served, applied, *found->second);
  }
  const auto found = ingress_by_key_.find(served.key);
  if (found == ingress_by_key_.end() || !applied.ok()) return Status::Ok();
  const types::Ingress& before = *found->second;
  if (before.status.load_balancer.ingress == addresses_) return Status::Ok();
  types::Ingress after = before;
  after.status.load_balancer.ingress = addresses_;
  return runtime::PatchStatus(context_.client, resources::kIngresses, served.key, before.metadata.resource_version,
                              types::ToJson(before), types::ToJson(after));
}

Status IngressController::WriteLabStatus(const ServedIngress& served, const Status& applied,
                                         const types::lab::Ingress& before) {
  types::lab::Ingress after = before;
  const int64_t generation = before.metadata.generation;
  const WallTime now = context_.clock.Now();
  auto& conditions = after.status.conditions;
  after.status.observed_generation = generation;
  after.status.hosts = served.hosts;
  if (applied.ok()) after.status.load_balancer.ingress = addresses_;
  runtime::SetCondition(conditions,
                        MakeCondition("BackendsReady", served.waiting_backends, "BackendNotReady", "AllReady",
                                      "every backend has a ready endpoint", generation),
                        now);
  runtime::SetCondition(conditions,
                        MakeCondition("CertificatesReady", served.waiting_certificates, "CertificateNotReady",
                                      "AllReady", "every host has its certificate", generation),
                        now);
  std::vector<std::string> waiting;
  if (!applied.ok()) waiting.push_back(applied.message());
  for (const auto* list : {&served.waiting_backends, &served.waiting_certificates}) {
    waiting.insert(waiting.end(), list->begin(), list->end());
  }
  runtime::SetCondition(conditions,
                        MakeCondition("Ready", waiting, applied.ok() ? "NotReady" : "ProxyFailed", "Serving",
                                      "all routes are served", generation),
                        now);
  return runtime::WriteStatus(context_.client, resources::kLabIngresses, before, after);
}

// An issue is told when it appears, and again only after it had gone.
void IngressController::Tell(const RoutingPlan& plan) {
  std::set<std::string> present;
  for (const ServedIngress& served : plan.ingresses) {
    std::vector<Issue> issues = served.issues;
    // The lab's own kind says this in its conditions.
    if (!served.lab) {
      for (const std::string& why : served.waiting_backends) issues.push_back({"BackendNotReady", why});
    }
    for (const Issue& issue : issues) {
      const std::string id = served.about.uid + "\n" + issue.reason + "\n" + issue.message;
      if (present.insert(id).second && told_.count(id) == 0) events_.Warning(served.about, issue.reason, issue.message);
    }
  }
  told_ = std::move(present);
}

}  // namespace croft::ingress
