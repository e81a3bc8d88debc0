#include "operator/ingress/routing_plan.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "api/base/base64.h"
#include "operator/ingress/backend_plan.h"
#include "operator/ingress/names.h"
#include "operator/ingress/servable.h"

namespace croft::ingress {
namespace {

struct RouteKey {
  std::string host;
  std::string path;
  PathMatch match = PathMatch::kPrefix;
  auto operator<=>(const RouteKey&) const = default;
};

// 0: exact host, 1: wildcard, 2: any.
int HostRank(const std::string& host) {
  if (host.empty()) return 2;
  return host.front() == '*' ? 1 : 0;
}

bool MoreSpecific(const Route& a, const Route& b) {
  const auto rank = [](const Route& r) {
    return std::make_tuple(HostRank(r.host), std::cref(r.host), r.match == PathMatch::kExact ? 0 : 1,
                           -static_cast<long>(r.path.size()), std::cref(r.path));
  };
  return rank(a) < rank(b);
}

std::optional<std::string> SecretText(const types::Secret& secret, const char* key) {
  const auto found = secret.data.find(key);
  return found == secret.data.end() ? std::nullopt : Base64Decode(found->second);
}

void AddOnce(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

class Planner {
 public:
  explicit Planner(const World& world) : world_(world) {}

  RoutingPlan Run() {
    for (const DeclaredIngress& ingress : world_.ingresses) {
      ServedIngress served{ingress.about, ingress.key, ingress.lab, {}, ingress.issues, {}, {}};
      for (const DeclaredPath& path : ingress.paths) AddRoute(ingress, path, served);
      AddDefault(ingress, served);
      for (const DeclaredTls& tls : ingress.tls) AddCertificate(ingress, tls, served);
      plan_.ingresses.push_back(std::move(served));
    }
    std::sort(plan_.model.routes.begin(), plan_.model.routes.end(), MoreSpecific);
    for (auto& [name, backend] : backends_) plan_.model.backends.push_back(std::move(backend));
    for (auto& [name, certificate] : certificates_) {
      if (!certificate.hosts.empty()) plan_.model.certificates.push_back(std::move(certificate));
    }
    return std::move(plan_);
  }

 private:
  void AddRoute(const DeclaredIngress& ingress, const DeclaredPath& path, ServedIngress& served) {
    const RouteKey key{path.host, path.path, path.match};
    const auto [owner, is_new] = owners_.emplace(key, ingress.about);
    if (!is_new) {
      if (owner->second.uid == ingress.about.uid) return;  // the same path twice in one Ingress: the first counts
      served.issues.push_back({"PathConflict", path.field + ": " + path.host + path.path + " is served by the older " +
                                                   (owner->second.api_version == "croft.lab/v1" ? "lab " : "") +
                                                   "Ingress " + owner->second.ns + "/" + owner->second.name});
      return;
    }
    if (!path.host.empty()) AddOnce(served.hosts, path.host);
    const bool redirect = ingress.redirect && WantsTls(ingress, path.host);
    plan_.model.routes.push_back(
        {path.host, path.path, path.match, UseBackend(path.backend, ingress.key.ns, path.field, served), redirect});
  }

  static bool WantsTls(const DeclaredIngress& ingress, const std::string& host) {
    return std::any_of(ingress.tls.begin(), ingress.tls.end(), [&host](const DeclaredTls& tls) {
      return tls.asked_for && std::any_of(tls.hosts.begin(), tls.hosts.end(),
                                          [&host](const std::string& pattern) { return HostMatches(pattern, host); });
    });
  }

  // Only what its own Ingress (or, for hosts that nobody names, an older one) has not taken; that is no conflict.
  void AddDefault(const DeclaredIngress& ingress, ServedIngress& served) {
    if (!ingress.default_backend.has_value()) return;
    std::vector<std::string> hosts = served.hosts;
    hosts.emplace_back();
    for (const std::string& host : hosts) {
      if (!owners_.emplace(RouteKey{host, "/", PathMatch::kPrefix}, ingress.about).second) continue;
      plan_.model.routes.push_back({host, "/", PathMatch::kPrefix,
                                    UseBackend(*ingress.default_backend, ingress.key.ns, "spec.defaultBackend", served),
                                    ingress.redirect && WantsTls(ingress, host)});
    }
  }

  // The backend's name; empty when there is none.
  std::string UseBackend(const DeclaredBackend& declared, const std::string& ns, const std::string& field,
                         ServedIngress& served) {
    ResolvedBackend resolved = ResolveBackend(declared, ns, world_);
    if (!resolved.why.empty()) AddOnce(served.waiting_backends, field + ": " + resolved.why);
    std::string name = resolved.backend.name;
    if (!name.empty()) backends_.emplace(name, std::move(resolved.backend));
    return name;
  }

  // A host's certificate is the first that an Ingress, oldest first, names for it.
  void AddCertificate(const DeclaredIngress& ingress, const DeclaredTls& tls, ServedIngress& served) {
    Key key{ingress.key.ns, tls.secret_name};
    if (!tls.certificate_name.empty()) {
      const Key certificate{ingress.key.ns, tls.certificate_name};
      const auto found = world_.certificates.find(certificate);
      if (found == world_.certificates.end()) {
        AddOnce(served.waiting_certificates, "lab Certificate " + certificate.ToString() + " does not exist");
        return;
      }
      key.name = found->second->spec.secret_name;
    }
    const std::string name = SafeName(key.ns + "_" + key.name);
    if (certificates_.count(name) == 0) {
      std::string pem;
      if (std::string why = ReadPem(key, &pem); !why.empty()) {
        AddOnce(served.waiting_certificates, why);
        return;
      }
      certificates_[name] = {name, std::move(pem), {}};
    }
    std::vector<std::string>& hosts = certificates_[name].hosts;
    for (const std::string& host : tls.hosts) {
      if (certified_.insert(host).second) hosts.push_back(host);
    }
    std::sort(hosts.begin(), hosts.end());
  }

  // Empty when the Secret is usable; nothing that HAProxy would refuse may reach it, since it would refuse all.
  std::string ReadPem(const Key& key, std::string* pem) const {
    const std::string name = "Secret " + key.ToString();
    const auto found = world_.secrets.find(key);
    if (found == world_.secrets.end()) return name + " of type kubernetes.io/tls does not exist";
    const auto certificate = SecretText(*found->second, "tls.crt");
    const auto private_key = SecretText(*found->second, "tls.key");
    if (!certificate.has_value() || !private_key.has_value()) return name + " lacks tls.crt or tls.key";
    ServablePem servable = MakeServable(*certificate, *private_key);
    if (servable.pem.empty()) return name + ": " + servable.why;
    *pem = std::move(servable.pem);
    return {};
  }

  const World& world_;
  RoutingPlan plan_;
  std::map<RouteKey, types::ObjectReference> owners_;
  std::map<std::string, Backend> backends_;
  std::map<std::string, ServedCertificate> certificates_;
  std::set<std::string> certified_;
};

}  // namespace

RoutingPlan PlanRoutes(const World& world) {
  return Planner(world).Run();
}

}  // namespace croft::ingress
