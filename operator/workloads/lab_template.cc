#include "operator/workloads/lab_template.h"

#include <set>

#include "operator/workloads/lab_service_plan.h"

namespace croft::workloads {
namespace {

void CopyMember(const Json& from, const char* member, Json& to, JsonAllocator& allocator) {
  const Json* value = Find(from, member);
  if (value != nullptr && !value->IsNull()) Set(to, member, Copy(*value, allocator), allocator);
}

// A port is listened on under its own name; a targetPort in words names the container's port instead.
Json ContainerPorts(const Json& ports, JsonAllocator& allocator) {
  Json list(rapidjson::kArrayType);
  std::set<std::pair<int64_t, std::string>> taken;
  for (const Json& port : ports.GetArray()) {
    const Json* target = Find(port, "targetPort");
    const bool numbered = target != nullptr && target->IsInt64();
    const int64_t number = numbered ? target->GetInt64() : FindInt(port, {"port"});
    const std::string protocol(FindString(port, {"protocol"}, "TCP"));
    if (!taken.emplace(number, protocol).second) continue;
    Json item(rapidjson::kObjectType);
    const std::string_view name =
        target != nullptr && target->IsString() ? AsView(*target) : FindString(port, {"name"});
    if (!name.empty()) SetString(item, "name", name, allocator);
    Set(item, "containerPort", Json(number), allocator);
    SetString(item, "protocol", protocol, allocator);
    CopyMember(port, "hostPort", item, allocator);
    list.PushBack(std::move(item), allocator);
  }
  return list;
}

Json OneContainer(const std::string& name, const Json& spec, JsonAllocator& allocator) {
  Json container(rapidjson::kObjectType);
  SetString(container, "name", name, allocator);
  for (const char* member : {"image", "imagePullPolicy", "command", "args", "env", "envFrom", "resources",
                             "volumeMounts", "readinessProbe", "livenessProbe", "startupProbe", "securityContext"}) {
    CopyMember(spec, member, container, allocator);
  }
  if (const Json* ports = Find(spec, "ports"); ports != nullptr && ports->IsArray()) {
    Set(container, "ports", ContainerPorts(*ports, allocator), allocator);
  }
  Json pod(rapidjson::kObjectType);
  Json containers(rapidjson::kArrayType);
  containers.PushBack(std::move(container), allocator);
  Set(pod, "containers", std::move(containers), allocator);
  for (const char* member : {"volumes", "serviceAccountName", "imagePullSecrets", "terminationGracePeriodSeconds"}) {
    CopyMember(spec, member, pod, allocator);
  }
  return pod;
}

// Over the nodes, or the values of the label that `spread` names; a preference, so that a lab of one node works as
// well.
Json Spread(const std::string& name, std::string_view label, JsonAllocator& allocator) {
  Json constraint(rapidjson::kObjectType);
  Set(constraint, "maxSkew", Json(1), allocator);
  SetString(constraint, "topologyKey", label.empty() ? "kubernetes.io/hostname" : label, allocator);
  SetString(constraint, "whenUnsatisfiable", "ScheduleAnyway", allocator);
  SetString(Ensure(Ensure(constraint, "labelSelector", allocator), "matchLabels", allocator), kLabService, name,
            allocator);
  Json list(rapidjson::kArrayType);
  list.PushBack(std::move(constraint), allocator);
  return list;
}

bool HasContainerPort(const Json& spec, std::string_view name) {
  const Json* containers = Find(spec, {"template", "spec", "containers"});
  if (containers == nullptr || !containers->IsArray()) return false;
  for (const Json& container : containers->GetArray()) {
    const Json* ports = Find(container, "ports");
    if (ports == nullptr || !ports->IsArray()) continue;
    for (const Json& port : ports->GetArray()) {
      if (FindString(port, {"name"}) == name) return true;
    }
  }
  return false;
}

bool IsPortOf(const Json& ports, const Json& wanted) {
  for (const Json& port : ports.GetArray()) {
    if (wanted.IsString() ? FindString(port, {"name"}) == AsView(wanted)
                          : FindInt(port, {"port"}) == (wanted.IsInt64() ? wanted.GetInt64() : -1)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Json LabPodTemplate(const std::string& name, const Json& spec, JsonAllocator& allocator) {
  Json result(rapidjson::kObjectType);
  const Json* given = Find(spec, "template");
  if (given != nullptr && given->IsObject()) {
    result = Copy(*given, allocator);
  } else {
    Set(result, "spec", OneContainer(name, spec, allocator), allocator);
  }
  Json& labels = Ensure(Ensure(result, "metadata", allocator), "labels", allocator);
  SetString(labels, kLabService, name, allocator);
  if (Find(labels, "app.kubernetes.io/name") == nullptr) {
    SetString(labels, "app.kubernetes.io/name", name, allocator);
  }
  Json& pod = Ensure(result, "spec", allocator);
  const Json* placement = Find(spec, "placement");
  if (placement != nullptr && placement->IsObject()) {
    for (const char* member : {"nodeSelector", "tolerations", "affinity"})
      CopyMember(*placement, member, pod, allocator);
  }
  if (Find(pod, "topologySpreadConstraints") == nullptr) {
    Set(pod, "topologySpreadConstraints", Spread(name, FindString(spec, {"placement", "spread"}), allocator),
        allocator);
  }
  return result;
}

std::vector<std::string> UnsupportedLabFields(const Json& spec) {
  std::vector<std::string> fields;
  const std::string_view strategy = FindString(spec, {"update", "strategy"});
  if (strategy == "canary" || strategy == "blue-green")
    fields.push_back("spec.update.strategy: " + std::string(strategy));
  if (FindBool(spec, {"update", "automaticRevert"})) fields.emplace_back("spec.update.automaticRevert");
  if (!FindBool(spec, {"update", "automaticPromote"}, true)) fields.emplace_back("spec.update.automaticPromote");
  if (Find(spec, {"update", "canary"}) != nullptr) fields.emplace_back("spec.update.canary");
  if (Find(spec, "autoscale") != nullptr) fields.emplace_back("spec.autoscale");
  if (FindBool(spec, {"mesh"})) fields.emplace_back("spec.mesh");
  if (const Json* devices = Find(spec, "devices"); devices != nullptr && devices->IsArray() && !devices->Empty()) {
    fields.emplace_back("spec.devices");
  }
  if (!FindString(spec, {"placement", "priorityClassName"}).empty()) {
    fields.emplace_back("spec.placement.priorityClassName");
  }
  return fields;
}

std::vector<std::string> LabServiceProblems(const Json& spec) {
  std::vector<std::string> problems;
  if (Find(spec, "template") == nullptr && FindString(spec, {"image"}).empty()) {
    problems.emplace_back("spec.image: Required value: an image, or a whole template");
  }
  static const Json kNone(rapidjson::kArrayType);
  const Json* ports = Find(spec, "ports");
  if (ports == nullptr || !ports->IsArray()) ports = &kNone;
  std::set<std::string_view> names;
  for (rapidjson::SizeType i = 0; i < ports->Size(); ++i) {
    const Json& port = (*ports)[i];
    const std::string field = "spec.ports[" + std::to_string(i) + "]";
    const std::string_view name = FindString(port, {"name"});
    if (name.empty() && ports->Size() > 1) {
      problems.push_back(field + ".name: Required value: each of several ports needs a name");
    } else if (!name.empty() && !names.insert(name).second) {
      problems.push_back(field + ".name: Duplicate value: \"" + std::string(name) + "\"");
    }
    const Json* target = Find(port, "targetPort");
    if (target != nullptr && target->IsString() && Find(spec, "template") != nullptr &&
        !HasContainerPort(spec, AsView(*target))) {
      problems.push_back(field + ".targetPort: Not found: no container of the template has a port named \"" +
                         std::string(AsView(*target)) + "\"");
    }
  }
  if (Find(spec, "expose") != nullptr) {
    const Json* port = Find(spec, {"expose", "port"});
    if (ports->Empty()) problems.emplace_back("spec.ports: Required value: expose needs a port to lead to");
    if (port != nullptr && !ports->Empty() && !IsPortOf(*ports, *port)) {
      problems.emplace_back("spec.expose.port: Not found: " + WriteJson(*port) + " is none of spec.ports");
    }
  }
  return problems;
}

}  // namespace croft::workloads
