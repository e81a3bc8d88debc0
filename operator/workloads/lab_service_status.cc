#include "operator/runtime/events.h"
#include "operator/workloads/lab_service_plan.h"

namespace croft::workloads {
namespace {

std::string Join(const std::vector<std::string>& texts, const char* between) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : between) + text;
  return joined;
}

// What keeps the Service from being carried out at all: reason and sentence; both empty when nothing does.
std::pair<std::string, std::string> Hindrance(const LabServicePlan& plan, const LabServiceSight& sight) {
  if (plan.not_supported) {
    return {"NotSupported", "spec.mode: daemon is not supported yet; use replicas, or a core/v1 Pod per node"};
  }
  if (!plan.problems.empty()) return {"Invalid", Join(plan.problems, "; ")};
  if (!sight.blocked.empty()) return {"NameTaken", Join(sight.blocked, "; ")};
  return {};
}

std::string ImageOf(const types::Deployment& deployment) {
  const auto json = ParseJson(deployment.spec.pod_template.bytes);
  if (!json.ok()) return {};
  const Json* containers = Find(*json, {"spec", "containers"});
  if (containers == nullptr || !containers->IsArray() || containers->Empty()) return {};
  return std::string(FindString((*containers)[0], {"image"}));
}

std::string Summary(const types::lab::ServiceStatus& status, int32_t wanted, bool updating, int nodes) {
  const std::string of = "/" + std::to_string(wanted);
  std::string text = std::to_string(status.ready_replicas) + of + " ready";
  if (updating) {
    return text + ", " + std::to_string(status.updated_replicas) + of + " updated to " + status.image;
  }
  if (nodes > 0) text += " on " + std::to_string(nodes) + (nodes == 1 ? " node" : " nodes");
  return status.url.empty() ? text : text + " at " + status.url;
}

}  // namespace

types::lab::ServiceStatus DecideLabStatus(const types::lab::Service& service, const LabServicePlan& plan,
                                          const LabServiceSight& sight, WallTime now) {
  types::lab::ServiceStatus status;
  status.observed_generation = service.metadata.generation;
  status.conditions = service.status.conditions;
  status.selector = std::string(kLabService) + "=" + service.metadata.name;
  status.url = plan.url;
  const auto set = [&](const char* type, const char* value, const std::string& reason, const std::string& message) {
    types::Condition condition;
    condition.type = type;
    condition.status = value;
    condition.reason = reason;
    condition.message = message;
    condition.observed_generation = service.metadata.generation;
    runtime::SetCondition(status.conditions, condition, now);
  };

  const int32_t wanted = service.spec.replicas.value_or(1);
  bool updating = false;
  status.replicas = 0;
  if (sight.deployment) {
    const types::DeploymentStatus& of = sight.deployment->status;
    status.replicas = of.replicas;
    status.ready_replicas = of.ready_replicas;
    status.updated_replicas = of.updated_replicas;
    status.available_replicas = of.available_replicas;
    status.image = ImageOf(*sight.deployment);
    updating = of.updated_replicas < std::min(wanted, of.replicas) || of.replicas > of.updated_replicas ||
               of.observed_generation < sight.deployment->metadata.generation;
  }

  const auto [reason, hindrance] = Hindrance(plan, sight);
  if (!reason.empty()) {
    set("Ready", "False", reason, hindrance);
  } else if (!sight.deployment) {
    set("Ready", "False", "Starting", "Its Deployment is being made.");
  } else if (status.available_replicas >= wanted && !updating) {
    set("Ready", "True", "AllAvailable", "All replicas are available.");
  } else {
    set("Ready", "False", "NotAllAvailable",
        std::to_string(status.available_replicas) + " of " + std::to_string(wanted) + " replicas are available.");
  }
  const types::Condition* progress =
      sight.deployment ? types::FindCondition(sight.deployment->status.conditions, "Progressing") : nullptr;
  if (progress != nullptr) set("Progressing", progress->status.c_str(), progress->reason, progress->message);
  if (plan.unsupported.empty()) {
    std::erase_if(status.conditions, [](const types::Condition& c) { return c.type == "Unsupported"; });
  } else {
    set("Unsupported", "True", "FieldsNotActedOn", "Accepted but not acted on: " + Join(plan.unsupported, ", ") + ".");
  }
  status.summary = !reason.empty()     ? hindrance
                   : !sight.deployment ? "its Deployment is being made"
                                       : Summary(status, wanted, updating, sight.nodes);
  return status;
}

}  // namespace croft::workloads
