#include "api/server/strategies/unacted.h"

#include <arpa/inet.h>

#include <string_view>
#include <utility>

#include "api/server/strategies/pod_spec.h"

namespace croft::server {
namespace {

// Fields that have no effect when they are set to something: the object that holds them (empty: the spec itself), and
// the field.
constexpr std::pair<std::string_view, std::string_view> kFields[] = {
    {"affinity", "podAffinity"},
    {"affinity", "podAntiAffinity"},
    {"", "hostIPC"},
    {"", "hostPID"},
    {"", "imagePullSecrets"},
    {"", "priorityClassName"},
    {"", "readinessGates"},
    {"", "runtimeClassName"},
    {"", "setHostnameAsFQDN"},
    {"", "shareProcessNamespace"},
    {"", "ephemeralContainers"},
};

bool Says(const Json* value) {
  if (value == nullptr || value->IsNull()) return false;
  if (value->IsBool()) return value->GetBool();
  if (value->IsArray()) return !value->Empty();
  if (value->IsObject()) return !value->ObjectEmpty();
  return !value->IsString() || value->GetStringLength() > 0;
}

// Pods have IPv4 addresses, and so have the ports of nodes that lead to them.
bool HasEffect(const Json& host_ip) {
  in_addr address{};
  return !Says(&host_ip) || (host_ip.IsString() && inet_pton(AF_INET, host_ip.GetString(), &address) == 1);
}

void Warn(const std::string& field, std::vector<std::string>& warnings) {
  warnings.push_back(field + ": kept, but nothing in Croft acts on it yet");
}

}  // namespace

void WarnOfUnacted(const Json& spec, const std::string& path, std::vector<std::string>& warnings) {
  for (const auto& [holder, field] : kFields) {
    const Json* value = holder.empty() ? Find(spec, field) : Find(spec, {holder, field});
    if (!Says(value)) continue;
    Warn(path + "." + std::string(holder) + (holder.empty() ? "" : ".") + std::string(field), warnings);
  }
  if (FindBool(spec, {"hostNetwork"})) return;  // its ports are the node's by themselves
  ForEachContainer(spec, path, [&](const Json& container, const std::string& at) {
    const Json* ports = Find(container, "ports");
    if (ports == nullptr || !ports->IsArray()) return;
    for (size_t i = 0; i < ports->Size(); ++i) {
      const Json& port = (*ports)[static_cast<rapidjson::SizeType>(i)];
      const Json* host_ip = Find(port, "hostIP");
      if (host_ip != nullptr && !HasEffect(*host_ip)) Warn(Indexed(at + ".ports", i) + ".hostIP", warnings);
    }
  });
}

}  // namespace croft::server
