#include "operator/agent/podman/requests.h"

#include <algorithm>

namespace croft::agent::podman {
namespace {

constexpr int64_t kCpuPeriod = 100'000;  // microseconds
constexpr int64_t kLeastCpuQuota = 1000;

Json Strings(const std::vector<std::string>& list, JsonAllocator& allocator) {
  Json array(rapidjson::kArrayType);
  for (const std::string& text : list) array.PushBack(MakeString(text, allocator), allocator);
  return array;
}

Json Labels(const types::StringMap& labels, const std::string& owner, JsonAllocator& allocator) {
  Json object(rapidjson::kObjectType);
  for (const auto& [key, value] : labels) SetString(object, key, value, allocator);
  SetString(object, kOwnerLabel, owner, allocator);
  return object;
}

Json Mounts(const std::vector<MountSpec>& mounts, JsonAllocator& allocator) {
  Json array(rapidjson::kArrayType);
  for (const MountSpec& mount : mounts) {
    Json object(rapidjson::kObjectType);
    SetString(object, "destination", mount.destination, allocator);
    std::vector<std::string> options{mount.read_only ? "ro" : "rw"};
    if (mount.source.empty()) {
      SetString(object, "type", "tmpfs", allocator);
      if (!mount.size.empty()) options.push_back("size=" + mount.size);
    } else {
      SetString(object, "type", "bind", allocator);
      SetString(object, "source", mount.source, allocator);
      options.push_back("rbind");
      options.push_back("rslave");  // what the node mounts below shows; what the container mounts stays in it
    }
    Set(object, "options", Strings(options, allocator), allocator);
    array.PushBack(object, allocator);
  }
  return array;
}

void SetLimits(Json& request, const ContainerSpec& spec, JsonAllocator& allocator) {
  Json limits(rapidjson::kObjectType);
  if (spec.memory_bytes > 0) {
    Json memory(rapidjson::kObjectType);
    Set(memory, "limit", Json(spec.memory_bytes), allocator);
    Set(memory, "swap", Json(spec.memory_bytes), allocator);  // memory and swap together: no swap
    Set(limits, "memory", std::move(memory), allocator);
  }
  Json cpu(rapidjson::kObjectType);
  if (spec.cpu_milli > 0) {
    Set(cpu, "period", Json(kCpuPeriod), allocator);
    Set(cpu, "quota", Json(std::max(kLeastCpuQuota, spec.cpu_milli * kCpuPeriod / 1000)), allocator);
  }
  // 1024 shares are one core; without a request a container has the least weight that there is.
  Set(cpu, "shares", Json(std::max<int64_t>(2, spec.cpu_shares_milli * 1024 / 1000)), allocator);
  Set(limits, "cpu", std::move(cpu), allocator);
  Set(request, "resource_limits", std::move(limits), allocator);
}

// Kubernetes writes capabilities with or without CAP_.
std::vector<std::string> CapabilityNames(const std::vector<std::string>& names) {
  std::vector<std::string> full;
  for (const std::string& name : names) {
    full.push_back(name == "ALL" || name == "all" ? "ALL" : name.rfind("CAP_", 0) == 0 ? name : "CAP_" + name);
  }
  return full;
}

void SetSecurity(Json& request, const ContainerSpec& spec, JsonAllocator& allocator) {
  const types::SecurityContext own = spec.security.value_or(types::SecurityContext());
  std::optional<int64_t> user = own.run_as_user ? own.run_as_user : spec.pod_security.run_as_user;
  std::optional<int64_t> group = own.run_as_group ? own.run_as_group : spec.pod_security.run_as_group;
  if (user || group) {
    std::string text = std::to_string(user.value_or(0));
    if (group) text += ":" + std::to_string(*group);
    SetString(request, "user", text, allocator);
  }
  if (spec.pod_security.fs_group) {
    Set(request, "groups", Strings({std::to_string(*spec.pod_security.fs_group)}, allocator), allocator);
  }
  if (own.privileged.value_or(false)) Set(request, "privileged", Json(true), allocator);
  if (own.read_only_root_filesystem.value_or(false)) Set(request, "read_only_filesystem", Json(true), allocator);
  if (own.allow_privilege_escalation && !*own.allow_privilege_escalation) {
    Set(request, "no_new_privileges", Json(true), allocator);
  }
  if (own.capabilities) {
    if (!own.capabilities->add.empty()) {
      Set(request, "cap_add", Strings(CapabilityNames(own.capabilities->add), allocator), allocator);
    }
    if (!own.capabilities->drop.empty()) {
      Set(request, "cap_drop", Strings(CapabilityNames(own.capabilities->drop), allocator), allocator);
    }
  }
}

types::StringMap ReadLabels(const Json& item) {
  types::StringMap labels;
  const Json* object = Find(item, "Labels");
  if (object == nullptr || !object->IsObject()) return labels;
  for (const auto& member : object->GetObject()) {
    if (member.value.IsString()) labels[std::string(AsView(member.name))] = AsView(member.value);
  }
  return labels;
}

WallTime FromUnix(int64_t seconds) {
  return seconds > 0 ? WallTime(std::chrono::seconds(seconds)) : WallTime();
}

std::string FirstName(const Json& item) {
  const Json* names = Find(item, "Names");
  if (names == nullptr || !names->IsArray() || names->Empty() || !(*names)[0].IsString()) return {};
  return std::string(AsView((*names)[0]));
}

ContainerInfo ReadContainer(const Json& item) {
  ContainerInfo info;
  info.id = FindString(item, {"Id"});
  info.name = FirstName(item);
  info.sandbox_id = FindString(item, {"Pod"});
  info.image = FindString(item, {"Image"});
  info.image_id = FindString(item, {"ImageID"});
  const std::string_view state = FindString(item, {"State"});
  if (state == "running" || state == "paused" || state == "stopping") {
    info.state = RunState::kRunning;
  } else if (state == "exited" || state == "stopped") {
    info.state = RunState::kExited;
  }
  info.exit_code = static_cast<int>(FindInt(item, {"ExitCode"}));
  info.created_at = ParseTime(FindString(item, {"Created"})).value_or(WallTime());
  info.started_at = FromUnix(FindInt(item, {"StartedAt"}));
  info.finished_at = FromUnix(FindInt(item, {"ExitedAt"}));
  info.pid = static_cast<int>(FindInt(item, {"Pid"}));
  info.labels = ReadLabels(item);
  return info;
}

}  // namespace

JsonDocument PodRequest(const SandboxSpec& spec, const std::string& owner, const std::string& cgroup_parent) {
  JsonDocument request(rapidjson::kObjectType);
  auto& allocator = request.GetAllocator();
  SetString(request, "name", spec.name, allocator);
  Set(request, "labels", Labels(spec.labels, owner, allocator), allocator);
  Json netns(rapidjson::kObjectType);
  SetString(netns, "nsmode", spec.host_network ? "host" : "none", allocator);
  Set(request, "netns", std::move(netns), allocator);
  if (spec.host_network) {
    Set(request, "shared_namespaces", Strings({"net", "ipc"}, allocator), allocator);
  } else {
    SetString(request, "hostname", spec.hostname, allocator);
    Set(request, "shared_namespaces", Strings({"net", "ipc", "uts"}, allocator), allocator);
  }
  if (!cgroup_parent.empty()) SetString(request, "cgroup_parent", cgroup_parent, allocator);
  Set(request, "no_manage_hosts", Json(true), allocator);
  Set(request, "no_manage_resolv_conf", Json(true), allocator);
  return request;
}

JsonDocument ContainerRequest(const ContainerSpec& spec, const std::string& owner, int64_t log_bytes) {
  JsonDocument request(rapidjson::kObjectType);
  auto& allocator = request.GetAllocator();
  SetString(request, "name", spec.name, allocator);
  SetString(request, "pod", spec.sandbox_id, allocator);
  SetString(request, "image", spec.image, allocator);
  if (!spec.entrypoint.empty()) {
    Set(request, "entrypoint", Strings(spec.entrypoint, allocator), allocator);
  }
  if (!spec.command.empty() || !spec.entrypoint.empty()) {
    Set(request, "command", Strings(spec.command, allocator), allocator);
  }
  Json env(rapidjson::kObjectType);
  for (const auto& [name, value] : spec.env) SetString(env, name, value, allocator);
  Set(request, "env", std::move(env), allocator);
  if (!spec.working_dir.empty()) SetString(request, "work_dir", spec.working_dir, allocator);
  Set(request, "labels", Labels(spec.labels, owner, allocator), allocator);
  Set(request, "mounts", Mounts(spec.mounts, allocator), allocator);
  SetString(request, "restart_policy", "no", allocator);
  Json log(rapidjson::kObjectType);
  SetString(log, "driver", "k8s-file", allocator);
  SetString(log, "path", spec.log_path, allocator);
  if (log_bytes > 0) Set(log, "size", Json(log_bytes), allocator);
  Set(request, "log_configuration", std::move(log), allocator);
  SetLimits(request, spec, allocator);
  SetSecurity(request, spec, allocator);
  if (spec.tty) Set(request, "terminal", Json(true), allocator);
  if (spec.stdin_open) Set(request, "stdin", Json(true), allocator);
  return request;
}

std::vector<SandboxInfo> ReadContainers(const Json& list) {
  std::vector<SandboxInfo> sandboxes;
  if (!list.IsArray()) return sandboxes;
  for (const Json& item : list.GetArray()) {
    if (!FindBool(item, {"IsInfra"})) continue;
    const ContainerInfo infra = ReadContainer(item);
    SandboxInfo& sandbox = sandboxes.emplace_back();
    sandbox.id = infra.sandbox_id;
    sandbox.name = FindString(item, {"PodName"});
    sandbox.running = infra.state == RunState::kRunning;
    sandbox.pid = sandbox.running ? infra.pid : 0;
    sandbox.labels = infra.labels;
  }
  for (const Json& item : list.GetArray()) {
    if (FindBool(item, {"IsInfra"})) continue;
    ContainerInfo info = ReadContainer(item);
    const auto sandbox =
        std::find_if(sandboxes.begin(), sandboxes.end(), [&](const SandboxInfo& s) { return s.id == info.sandbox_id; });
    if (sandbox != sandboxes.end()) sandbox->containers.push_back(std::move(info));
  }
  return sandboxes;
}

}  // namespace croft::agent::podman
