#include "api/server/strategies/pod_spec.h"

#include <algorithm>
#include <map>
#include <set>

#include "api/server/names.h"
#include "api/types/meta.h"

namespace croft::server {
namespace {

// "latest", or no tag at all, is what may have changed since it was pulled last.
bool NamesLatest(std::string_view image) {
  if (image.find('@') != std::string_view::npos) return false;
  const size_t slash = image.rfind('/');
  const size_t colon = image.rfind(':');
  const bool tagged = colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  return !tagged || image.substr(colon + 1) == "latest";
}

void DefaultContainer(Json& container, bool host_network, JsonAllocator& allocator) {
  if (FindString(container, {"imagePullPolicy"}).empty()) {
    const std::string_view image = FindString(container, {"image"});
    SetString(container, "imagePullPolicy", NamesLatest(image) ? "Always" : "IfNotPresent", allocator);
  }
  Json* ports = FindMutable(container, "ports");
  if (!host_network || ports == nullptr || !ports->IsArray()) return;
  for (Json& port : ports->GetArray()) {
    if (!port.IsObject()) continue;
    const int64_t number = FindInt(port, {"containerPort"});
    if (number > 0 && FindInt(port, {"hostPort"}) == 0) Set(port, "hostPort", Json(number), allocator);
  }
}

bool HasSource(const Json& volume) {
  for (const auto& member : volume.GetObject()) {
    if (AsView(member.name) != "name" && !member.value.IsNull()) return true;
  }
  return false;
}

void ValidateMounts(const Json& container, const std::string& path, const std::set<std::string_view>& volumes,
                    Causes& causes) {
  const Json* mounts = Find(container, "volumeMounts");
  if (mounts == nullptr || !mounts->IsArray()) return;
  std::set<std::string_view> places;
  for (size_t i = 0; i < mounts->Size(); ++i) {
    const Json& mount = (*mounts)[static_cast<rapidjson::SizeType>(i)];
    const std::string at = Indexed(path + ".volumeMounts", i);
    const std::string_view name = FindString(mount, {"name"});
    if (!name.empty() && !volumes.contains(name)) causes.NotFound(at + ".name", name);
    const std::string_view place = FindString(mount, {"mountPath"});
    if (!place.empty() && !places.insert(place).second) causes.Invalid(at + ".mountPath", place, "must be unique");
    for (const char* key : {"subPath", "subPathExpr"}) {
      const std::string sub = "/" + std::string(FindString(mount, {key})) + "/";
      if (sub.find("/../") != std::string::npos) {
        causes.Invalid(at + "." + key, FindString(mount, {key}), "must not contain '..'");
      } else if (sub.starts_with("//") && sub.size() > 2) {
        causes.Invalid(at + "." + key, FindString(mount, {key}), "must be a relative path");
      }
    }
  }
}

void ValidateResources(const Json& container, const std::string& path, Causes& causes) {
  const Json* requests = Find(container, {"resources", "requests"});
  const Json* limits = Find(container, {"resources", "limits"});
  if (requests == nullptr || limits == nullptr || !requests->IsObject() || !limits->IsObject()) return;
  for (const auto& request : requests->GetObject()) {
    const Json* limit = Find(*limits, AsView(request.name));
    if (limit == nullptr) continue;
    const auto amount = [](const Json& value) {
      return types::ParseQuantityMilli(value.IsString() ? std::string(AsView(value)) : WriteJson(value));
    };
    const auto wanted = amount(request.value);
    const auto most = amount(*limit);
    if (wanted && most && *wanted > *most) {
      causes.Invalid(path + ".resources.requests", request.value,
                     "must be less than or equal to " + std::string(AsView(request.name)) + " limit");
    }
  }
}

void ValidateProbe(const Json& container, const char* name, bool once, const std::string& path, Causes& causes) {
  const Json* probe = Find(container, name);
  if (probe == nullptr || !probe->IsObject()) return;
  const std::string at = path + "." + name;
  if (const Json* exec = Find(*probe, "exec")) {
    const Json* command = Find(*exec, "command");
    if (command == nullptr || !command->IsArray() || command->Empty()) causes.Required(at + ".exec.command");
  }
  if (once && FindInt(*probe, {"successThreshold"}, 1) != 1) {
    causes.Invalid(at + ".successThreshold", FindInt(*probe, {"successThreshold"}), "must be 1");
  }
}

void ValidateEnv(const Json& container, const std::string& path, Causes& causes) {
  const Json* env = Find(container, "env");
  if (env == nullptr || !env->IsArray()) return;
  for (size_t i = 0; i < env->Size(); ++i) {
    const Json& variable = (*env)[static_cast<rapidjson::SizeType>(i)];
    const std::string at = Indexed(path + ".env", i);
    const Json* from = Find(variable, "valueFrom");
    const std::string_view field = from == nullptr ? "" : FindString(*from, {"fieldRef", "fieldPath"});
    if (field.empty()) continue;
    static const std::set<std::string_view> kFields = {"metadata.name",   "metadata.namespace",     "metadata.uid",
                                                       "metadata.labels", "metadata.annotations",   "spec.nodeName",
                                                       "status.hostIP",   "status.hostIPs",         "status.podIP",
                                                       "status.podIPs",   "spec.serviceAccountName"};
    const bool subscripted = field.starts_with("metadata.labels['") || field.starts_with("metadata.annotations['");
    if (!kFields.contains(field) && !subscripted) {
      causes.Invalid(at + ".valueFrom.fieldRef.fieldPath", field, "is not a field that can be read");
    }
  }
}

void ValidatePorts(const Json& container, bool host_network, const std::string& path, Causes& causes,
                   std::set<std::string>& host_ports) {
  const Json* ports = Find(container, "ports");
  if (ports == nullptr || !ports->IsArray()) return;
  std::set<std::string_view> names;
  for (size_t i = 0; i < ports->Size(); ++i) {
    const Json& port = (*ports)[static_cast<rapidjson::SizeType>(i)];
    const std::string at = Indexed(path + ".ports", i);
    const std::string_view name = FindString(port, {"name"});
    if (!name.empty() && !names.insert(name).second) causes.Duplicate(at + ".name", name);
    const int64_t inside = FindInt(port, {"containerPort"});
    const int64_t outside = FindInt(port, {"hostPort"});
    if (const Json* given = Find(port, "containerPort"); given != nullptr && given->IsInt64() && inside == 0) {
      causes.Drop(at + ".containerPort");  // a client's word for nothing
      causes.Required(at + ".containerPort");
    }
    if (host_network && outside != 0 && inside != outside) {
      causes.Invalid(at + ".containerPort", inside, "must match `hostPort` when `hostNetwork` is true");
    }
    if (outside == 0) continue;
    const std::string key = std::string(FindString(port, {"protocol"}, "TCP")) + "/" +
                            std::string(FindString(port, {"hostIP"})) + "/" + std::to_string(outside);
    if (!host_ports.insert(key).second) causes.Duplicate(at + ".hostPort", key);
  }
}

std::set<std::string_view> ValidateVolumes(const Json& spec, const std::string& path, Causes& causes) {
  std::set<std::string_view> names;
  const Json* volumes = Find(spec, "volumes");
  if (volumes == nullptr || !volumes->IsArray()) return names;
  for (size_t i = 0; i < volumes->Size(); ++i) {
    const Json& volume = (*volumes)[static_cast<rapidjson::SizeType>(i)];
    const std::string at = Indexed(path + ".volumes", i);
    const std::string_view name = FindString(volume, {"name"});
    if (!name.empty() && !names.insert(name).second) causes.Duplicate(at + ".name", name);
    if (!volume.IsObject()) continue;
    int sources = 0;
    for (const auto& member : volume.GetObject()) {
      if (AsView(member.name) == "name" || member.value.IsNull()) continue;
      if (++sources > 1) {
        causes.Forbidden(at + "." + std::string(AsView(member.name)), "may not specify more than 1 volume type");
      }
    }
  }
  return names;
}

void ValidateNodeSelector(const Json& spec, const std::string& path, Causes& causes) {
  const Json* selector = Find(spec, "nodeSelector");
  if (selector == nullptr || !selector->IsObject()) return;
  for (const auto& label : selector->GetObject()) {
    const std::string key_why = CheckQualifiedName(AsView(label.name));
    if (!key_why.empty()) causes.Invalid(path + ".nodeSelector", AsView(label.name), key_why);
    if (!label.value.IsString()) continue;
    const std::string why = CheckLabelValue(AsView(label.value));
    if (!why.empty()) causes.Invalid(path + ".nodeSelector", AsView(label.value), why);
  }
}

}  // namespace

void ForEachContainer(const Json& spec, const std::string& path,
                      const std::function<void(const Json& container, const std::string& path)>& each) {
  for (const char* list : {"initContainers", "containers"}) {
    const Json* containers = Find(spec, list);
    if (containers == nullptr || !containers->IsArray()) continue;
    for (size_t i = 0; i < containers->Size(); ++i) {
      each((*containers)[static_cast<rapidjson::SizeType>(i)], Indexed(path + "." + list, i));
    }
  }
}

void DefaultPodSpec(Json& spec, JsonAllocator& allocator) {
  if (!spec.IsObject()) return;
  const bool host_network = FindBool(spec, {"hostNetwork"});
  for (const char* list : {"initContainers", "containers", "ephemeralContainers"}) {
    Json* containers = FindMutable(spec, list);
    if (containers == nullptr || !containers->IsArray()) continue;
    for (Json& container : containers->GetArray()) {
      if (container.IsObject()) DefaultContainer(container, host_network, allocator);
    }
  }
  if (Json* volumes = FindMutable(spec, "volumes"); volumes != nullptr && volumes->IsArray()) {
    for (Json& volume : volumes->GetArray()) {
      if (volume.IsObject() && !HasSource(volume)) Ensure(volume, "emptyDir", allocator);
    }
  }
  const std::string account(FindString(spec, {"serviceAccountName"}, FindString(spec, {"serviceAccount"})));
  if (!account.empty()) {
    SetString(spec, "serviceAccountName", account, allocator);
    SetString(spec, "serviceAccount", account, allocator);
  }
}

// A variable that stands twice is lost to who merges the list by names, unless the later one builds on the other.
void WarnOfPodSpec(const Json& spec, const std::string& path, std::vector<std::string>& warnings) {
  ForEachContainer(spec, path, [&](const Json& container, const std::string& at) {
    const Json* env = Find(container, "env");
    if (env == nullptr || !env->IsArray()) return;
    std::set<std::string_view> names;
    for (rapidjson::SizeType i = 0; i < env->Size(); ++i) {
      const std::string_view name = FindString((*env)[i], {"name"});
      if (names.insert(name).second) continue;
      const std::string_view value = FindString((*env)[i], {"value"});
      const std::string reference = "$(" + std::string(name) + ")";
      if (value != reference && value.find(reference) != std::string_view::npos) continue;
      warnings.push_back(Indexed(at + ".env", i) + ": hides previous definition of \"" + std::string(name) +
                         "\", which may be dropped when using apply");
    }
  });
}

void ValidatePodSpec(const Json& spec, const std::string& path, Causes& causes, const Json* claim_templates) {
  std::set<std::string_view> volumes = ValidateVolumes(spec, path, causes);
  if (claim_templates != nullptr && claim_templates->IsArray()) {
    for (const Json& claim : claim_templates->GetArray()) volumes.insert(FindString(claim, {"metadata", "name"}));
  }
  const bool host_network = FindBool(spec, {"hostNetwork"});
  std::set<std::string_view> names;
  std::set<std::string> host_ports;
  ForEachContainer(spec, path, [&](const Json& container, const std::string& at) {
    const std::string_view name = FindString(container, {"name"});
    if (!name.empty() && !names.insert(name).second) causes.Duplicate(at + ".name", name);
    ValidateMounts(container, at, volumes, causes);
    ValidateResources(container, at, causes);
    ValidateEnv(container, at, causes);
    ValidatePorts(container, host_network, at, causes, host_ports);
    ValidateProbe(container, "livenessProbe", true, at, causes);
    ValidateProbe(container, "startupProbe", true, at, causes);
    ValidateProbe(container, "readinessProbe", false, at, causes);
  });
  ValidateNodeSelector(spec, path, causes);
}

void ValidateLabelSelector(const Json& selector, const std::string& path, Causes& causes) {
  if (const Json* labels = Find(selector, "matchLabels"); labels != nullptr && labels->IsObject()) {
    for (const auto& label : labels->GetObject()) {
      const std::string key_why = CheckQualifiedName(AsView(label.name));
      if (!key_why.empty()) causes.Invalid(path + ".matchLabels", AsView(label.name), key_why);
      const std::string why = label.value.IsString() ? CheckLabelValue(AsView(label.value)) : "";
      if (!why.empty()) causes.Invalid(path + ".matchLabels", AsView(label.value), why);
    }
  }
  const Json* expressions = Find(selector, "matchExpressions");
  if (expressions == nullptr || !expressions->IsArray()) return;
  for (size_t i = 0; i < expressions->Size(); ++i) {
    const Json& expression = (*expressions)[static_cast<rapidjson::SizeType>(i)];
    const std::string at = Indexed(path + ".matchExpressions", i);
    const std::string_view op = FindString(expression, {"operator"});
    const Json* values = Find(expression, "values");
    const bool any = values != nullptr && values->IsArray() && !values->Empty();
    if ((op == "In" || op == "NotIn") && !any) {
      causes.Required(at + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
    } else if ((op == "Exists" || op == "DoesNotExist") && any) {
      causes.Forbidden(at + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else if (op != "In" && op != "NotIn" && op != "Exists" && op != "DoesNotExist") {
      causes.Invalid(at + ".operator", op, "not a valid selector operator");
    }
  }
}

}  // namespace croft::server
