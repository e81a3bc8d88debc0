#include "operator/workloads/lab_service_plan.h"

#include <algorithm>

#include "api/base/id.h"
#include "api/types/resources.h"
#include "operator/runtime/write.h"
#include "operator/workloads/lab_template.h"

namespace croft::workloads {
namespace {

constexpr const char* kRestartedAt = "kubectl.kubernetes.io/restartedAt";

int64_t Seconds(const Json& spec, std::initializer_list<std::string_view> path, int64_t otherwise) {
  const auto parsed = ParseDuration(FindString(spec, path));
  return parsed ? std::chrono::duration_cast<std::chrono::seconds>(*parsed).count() : otherwise;
}

// Builds the parts of one Service, each from the same identity.
class Parts {
 public:
  explicit Parts(const Json& service)
      : spec_(*Find(service, "spec")), name_(FindString(service, {"metadata", "name"})) {
    owner_ = {"croft.lab/v1", "Service", name_, std::string(FindString(service, {"metadata", "uid"})), true, true};
    ns_ = FindString(service, {"metadata", "namespace"});
  }

  LabPart Deployment() const {
    JsonDocument json = Begin("apps/v1", "Deployment");
    auto& a = json.GetAllocator();
    Json spec(rapidjson::kObjectType);
    Set(spec, "replicas", Json(FindInt(spec_, {"replicas"}, 1)), a);
    SetString(Ensure(Ensure(spec, "selector", a), "matchLabels", a), kLabService, name_, a);
    Json& strategy = Ensure(spec, "strategy", a);
    if (FindString(spec_, {"update", "strategy"}) == "recreate") {
      SetString(strategy, "type", "Recreate", a);
    } else {
      SetString(strategy, "type", "RollingUpdate", a);
      Json& rolling = Ensure(strategy, "rollingUpdate", a);
      const Json* surge = Find(spec_, {"update", "maxSurge"});
      const Json* unavailable = Find(spec_, {"update", "maxUnavailable"});
      Set(rolling, "maxSurge", surge != nullptr ? Copy(*surge, a) : Json(1), a);
      Set(rolling, "maxUnavailable", unavailable != nullptr ? Copy(*unavailable, a) : Json(0), a);
    }
    const int64_t healthy = Seconds(spec_, {"update", "minimumHealthyTime"}, 0);
    Set(spec, "minReadySeconds", Json(healthy), a);
    // A deadline within the healthy time could never be met.
    Set(spec, "progressDeadlineSeconds",
        Json(std::max(healthy + 1, Seconds(spec_, {"update", "progressDeadline"}, 600))), a);
    Set(spec, "revisionHistoryLimit", Json(FindInt(spec_, {"update", "revisionHistoryLimit"}, 10)), a);
    Set(spec, "template", LabPodTemplate(name_, spec_, a), a);
    return End(resources::kDeployments, "Deployment", json, std::move(spec));
  }

  LabPart CoreService() const {
    if (!HasPorts()) return {resources::kServices, "Service", {}};
    JsonDocument json = Begin("v1", "Service");
    auto& a = json.GetAllocator();
    Json ports(rapidjson::kArrayType);
    for (const Json& port : Find(spec_, "ports")->GetArray()) {
      Json item(rapidjson::kObjectType);
      for (const char* member : {"name", "port", "targetPort", "protocol"}) {
        if (const Json* value = Find(port, member)) Set(item, member, Copy(*value, a), a);
      }
      if (Find(item, "protocol") == nullptr) SetString(item, "protocol", "TCP", a);
      ports.PushBack(std::move(item), a);
    }
    Json spec(rapidjson::kObjectType);
    SetString(spec, "type", "ClusterIP", a);
    SetString(Ensure(spec, "selector", a), kLabService, name_, a);
    Set(spec, "ports", std::move(ports), a);
    return End(resources::kServices, "Service", json, std::move(spec));
  }

  LabPart Ingress() const {
    const Json* expose = Find(spec_, "expose");
    if (expose == nullptr) return {resources::kLabIngresses, "Ingress", {}};
    JsonDocument json = Begin("croft.lab/v1", "Ingress");
    auto& a = json.GetAllocator();
    Json spec(rapidjson::kObjectType);
    Json rules(rapidjson::kArrayType);
    for (const std::string& host : Hosts()) {
      Json path(rapidjson::kObjectType);
      SetString(path, "path", FindString(*expose, {"path"}, "/"), a);
      SetString(path, "pathType", FindString(*expose, {"pathType"}, "Prefix"), a);
      Json& backend = Ensure(Ensure(path, "backend", a), "labService", a);
      SetString(backend, "name", name_, a);
      if (const Json* port = Find(*expose, "port")) Set(backend, "port", Copy(*port, a), a);
      Json paths(rapidjson::kArrayType);
      paths.PushBack(std::move(path), a);
      Json rule(rapidjson::kObjectType);
      SetString(rule, "host", host, a);
      Set(rule, "paths", std::move(paths), a);
      rules.PushBack(std::move(rule), a);
    }
    Set(spec, "rules", std::move(rules), a);
    if (Tls()) {
      const std::string_view certificate = FindString(*expose, {"certificate"});
      Json tls(rapidjson::kObjectType);
      Set(tls, "hosts", HostList(a), a);
      SetString(tls, "certificateName", certificate.empty() ? std::string_view(name_) : certificate, a);
      Json list(rapidjson::kArrayType);
      list.PushBack(std::move(tls), a);
      Set(spec, "tls", std::move(list), a);
    }
    if (const Json* of_class = Find(*expose, "ingressClassName")) Set(spec, "ingressClassName", Copy(*of_class, a), a);
    return End(resources::kLabIngresses, "Ingress", json, std::move(spec));
  }

  LabPart Certificate() const {
    const Json* expose = Find(spec_, "expose");
    if (expose == nullptr || !Tls() || !FindString(*expose, {"certificate"}).empty()) {
      return {resources::kLabCertificates, "Certificate", {}};
    }
    JsonDocument json = Begin("croft.lab/v1", "Certificate");
    auto& a = json.GetAllocator();
    Json spec(rapidjson::kObjectType);
    Set(spec, "names", HostList(a), a);
    if (const Json* issuer = Find(*expose, "issuer")) Set(spec, "issuer", Copy(*issuer, a), a);
    SetString(spec, "secretName", name_ + "-tls", a);
    return End(resources::kLabCertificates, "Certificate", json, std::move(spec));
  }

  std::string Url() const {
    if (Find(spec_, "expose") == nullptr) return {};
    const std::string_view path = FindString(spec_, {"expose", "path"}, "/");
    return std::string(Tls() ? "https://" : "http://") + Hosts()[0] + (path == "/" ? "" : std::string(path));
  }

 private:
  bool HasPorts() const {
    const Json* ports = Find(spec_, "ports");
    return ports != nullptr && ports->IsArray() && !ports->Empty();
  }
  bool Tls() const { return FindBool(spec_, {"expose", "tls"}, true); }
  std::vector<std::string> Hosts() const {
    std::vector<std::string> hosts = {std::string(FindString(spec_, {"expose", "host"}))};
    if (const Json* more = Find(spec_, {"expose", "hosts"}); more != nullptr && more->IsArray()) {
      for (const Json& host : more->GetArray()) {
        if (host.IsString() && AsView(host) != hosts[0]) hosts.emplace_back(AsView(host));
      }
    }
    return hosts;
  }
  Json HostList(JsonAllocator& allocator) const {
    Json list(rapidjson::kArrayType);
    for (const std::string& host : Hosts()) list.PushBack(MakeString(host, allocator), allocator);
    return list;
  }

  JsonDocument Begin(const char* api_version, const char* kind) const {
    JsonDocument json(rapidjson::kObjectType);
    auto& a = json.GetAllocator();
    SetString(json, "apiVersion", api_version, a);
    SetString(json, "kind", kind, a);
    Json& metadata = Ensure(json, "metadata", a);
    SetString(metadata, "name", name_, a);
    SetString(metadata, "namespace", ns_, a);
    Json& labels = Ensure(metadata, "labels", a);
    SetString(labels, kLabService, name_, a);
    SetString(labels, "app.kubernetes.io/name", name_, a);
    Set(metadata, "ownerReferences", runtime::OwnersToJson({owner_}, a), a);
    return json;
  }
  static LabPart End(const GroupVersionResource& gvr, const char* kind, JsonDocument& json, Json spec) {
    auto& a = json.GetAllocator();
    Set(json, "spec", std::move(spec), a);
    const std::string hash = SafeEncode(StableHash(WriteJson(json)));
    SetString(Ensure(*FindMutable(json, "metadata"), "annotations", a), kDeclared, hash, a);
    return {gvr, kind, WriteJson(json)};
  }

  const Json& spec_;
  const std::string name_;
  std::string ns_;
  OwnerReference owner_;
};

}  // namespace

LabServicePlan DecideLabService(const Json& service) {
  LabServicePlan plan;
  const Json* spec = Find(service, "spec");
  if (spec == nullptr || !spec->IsObject()) {
    plan.problems.emplace_back("spec: Required value");
    return plan;
  }
  plan.unsupported = UnsupportedLabFields(*spec);
  plan.not_supported = FindString(*spec, {"mode"}) == "daemon";
  plan.problems = LabServiceProblems(*spec);
  if (plan.not_supported || !plan.problems.empty()) return plan;
  const Parts parts(service);
  plan.url = parts.Url();
  plan.parts.push_back(parts.Deployment());
  plan.parts.push_back(parts.CoreService());
  plan.parts.push_back(parts.Ingress());
  plan.parts.push_back(parts.Certificate());
  return plan;
}

bool Covers(const Json& actual, const Json& wanted) {
  if (wanted.IsObject()) {
    if (!actual.IsObject()) return wanted.ObjectEmpty();
    return std::all_of(wanted.MemberBegin(), wanted.MemberEnd(), [&](const auto& member) {
      const Json* found = Find(actual, AsView(member.name));
      if (found != nullptr) return Covers(*found, member.value);
      // The server leaves out what is empty.
      return member.value.IsNull() || (member.value.IsObject() && member.value.ObjectEmpty()) ||
             (member.value.IsArray() && member.value.Empty()) || (member.value.IsInt() && member.value.GetInt() == 0);
    });
  }
  if (wanted.IsArray()) {
    if (!actual.IsArray() || actual.Size() != wanted.Size()) return false;
    for (rapidjson::SizeType i = 0; i < wanted.Size(); ++i) {
      if (!Covers(actual[i], wanted[i])) return false;
    }
    return true;
  }
  return Equal(actual, wanted);
}

JsonDocument Compose(const Json& standing, const Json& wanted) {
  JsonDocument result;
  auto& a = result.GetAllocator();
  result.CopyFrom(standing, a);
  Json& metadata = Ensure(result, "metadata", a);
  for (const char* map : {"labels", "annotations"}) {
    const Json* members = Find(wanted, {"metadata", map});
    if (members == nullptr) continue;
    Json& target = Ensure(metadata, map, a);
    for (const auto& member : members->GetObject()) Set(target, AsView(member.name), Copy(member.value, a), a);
  }
  if (const Json* owners = Find(wanted, {"metadata", "ownerReferences"})) {
    Set(metadata, "ownerReferences", Copy(*owners, a), a);
  }
  const bool core_service = FindString(wanted, {"apiVersion"}) == "v1";
  const Json& spec = *Find(wanted, "spec");
  if (core_service) {
    Json& target = Ensure(result, "spec", a);
    for (const auto& member : spec.GetObject()) Set(target, AsView(member.name), Copy(member.value, a), a);
    return result;
  }
  Set(result, "spec", Copy(spec, a), a);
  const Json* restarted = Find(standing, {"spec", "template", "metadata", "annotations", kRestartedAt});
  if (restarted != nullptr) {
    Json& in_template = Ensure(Ensure(*FindMutable(result, "spec"), "template", a), "metadata", a);
    Set(Ensure(in_template, "annotations", a), kRestartedAt, Copy(*restarted, a), a);
  }
  return result;
}

}  // namespace croft::workloads
