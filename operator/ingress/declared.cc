#include "operator/ingress/declared.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "operator/ingress/names.h"

namespace croft::ingress {
namespace {

constexpr char kRedirectAnnotation[] = "croft.lab/ssl-redirect";
constexpr char kNginxPrefix[] = "nginx.ingress.kubernetes.io/";
constexpr char kNginxRedirectAnnotation[] = "nginx.ingress.kubernetes.io/ssl-redirect";
constexpr char kClassAnnotation[] = "kubernetes.io/ingress.class";
constexpr char kDefaultClassAnnotation[] = "ingressclass.kubernetes.io/is-default-class";

std::string Annotation(const types::ObjectMeta& meta, const char* key) {
  const auto found = meta.annotations.find(key);
  return found == meta.annotations.end() ? std::string() : found->second;
}

void Start(const types::ObjectMeta& meta, const char* api_version, DeclaredIngress& out) {
  out.key = meta.key();
  out.created = meta.creation_timestamp;
  out.about.api_version = api_version;
  out.about.kind = "Ingress";
  out.about.ns = meta.ns;
  out.about.name = meta.name;
  out.about.uid = meta.uid;
  out.redirect =
      Annotation(meta, kRedirectAnnotation) != "false" && Annotation(meta, kNginxRedirectAnnotation) != "false";
}

void NoteForeignAnnotations(const types::ObjectMeta& meta, DeclaredIngress& out) {
  std::string names;
  for (const auto& [key, value] : meta.annotations) {
    if (key.rfind(kNginxPrefix, 0) != 0 || key == kNginxRedirectAnnotation) continue;
    names += (names.empty() ? "" : ", ") + key;
  }
  if (!names.empty()) out.issues.push_back({"NotSupported", "these annotations have no effect here: " + names});
}

// Keeps a path that can be served; says why another can't.
void AddPath(DeclaredPath path, DeclaredIngress& out) {
  if (!IsRouteHost(path.host)) {
    out.issues.push_back({"InvalidHost", path.field + ": the host is not a DNS name; the path is not served"});
    return;
  }
  if (path.path.empty()) path.path = "/";
  if (!IsRoutePath(path.path)) {
    out.issues.push_back(
        {"InvalidPath", path.field + ": the path must begin with '/' and hold only printable ASCII; it is not served"});
    return;
  }
  if (path.match == PathMatch::kPrefix) path.path = TrimPrefixPath(path.path);
  out.paths.push_back(std::move(path));
}

bool Covered(const std::string& host, const std::vector<DeclaredTls>& tls) {
  return std::any_of(tls.begin(), tls.end(), [&host](const DeclaredTls& entry) {
    return std::any_of(entry.hosts.begin(), entry.hosts.end(),
                       [&host](const std::string& pattern) { return HostMatches(pattern, host); });
  });
}

std::vector<std::string> HostsOf(const DeclaredIngress& ingress) {
  std::vector<std::string> hosts;
  for (const DeclaredPath& path : ingress.paths) {
    if (!path.host.empty() && std::find(hosts.begin(), hosts.end(), path.host) == hosts.end())
      hosts.push_back(path.host);
  }
  return hosts;
}

// An entry without hosts is for all of the Ingress'; hosts that no entry names get one of their own.
void AddTls(DeclaredTls entry, DeclaredIngress& out) {
  if (entry.hosts.empty()) entry.hosts = HostsOf(out);
  std::erase_if(entry.hosts, [&out](const std::string& host) {
    if (!host.empty() && IsRouteHost(host)) return false;
    out.issues.push_back({"InvalidHost", "spec.tls: a host is not a DNS name; it gets no certificate"});
    return true;
  });
  if (entry.hosts.empty()) return;
  if (entry.secret_name.empty() && entry.certificate_name.empty()) entry.secret_name = out.key.name + "-tls";
  out.tls.push_back(std::move(entry));
}

void CoverTheRest(DeclaredIngress& out) {
  DeclaredTls rest;
  rest.asked_for = false;
  rest.secret_name = out.key.name + "-lab-tls";
  for (const std::string& host : HostsOf(out)) {
    if (!Covered(host, out.tls)) rest.hosts.push_back(host);
  }
  if (!rest.hosts.empty()) out.tls.push_back(std::move(rest));
}

DeclaredBackend FromService(const types::IngressServiceBackend& service) {
  return {DeclaredBackend::Kind::kService, service.name, service.port.number, service.port.name, {}};
}

DeclaredBackend FromBackend(const types::IngressBackend& backend) {
  return backend.service.has_value() ? FromService(*backend.service) : DeclaredBackend{};
}

DeclaredBackend FromLab(const types::lab::Backend& backend) {
  DeclaredBackend out;
  if (backend.lab_service.has_value()) {
    out.kind = DeclaredBackend::Kind::kLabService;
    out.name = backend.lab_service->name;
    const std::string& port = backend.lab_service->port.bytes;
    if (!port.empty() && port.front() == '"') {
      out.port_name = port.substr(1, port.size() - 2);
    } else if (!port.empty()) {
      out.port = std::atoi(port.c_str());
    }
  } else if (backend.service.has_value()) {
    out = FromService(*backend.service);
  } else if (backend.address.has_value()) {
    out.kind = DeclaredBackend::Kind::kAddress;
    out.name = backend.address->host;
    out.port = backend.address->port;
  }
  if (!backend.tls.empty()) out.refused = "backend.tls is not supported yet, and plain text must not go in its place";
  if (!backend.protocol.empty() && backend.protocol != "http") {
    out.refused = "backend.protocol " + backend.protocol + " is not supported yet";
  }
  return out;
}

void NoteUnsupported(const std::string& field, bool is_set, DeclaredIngress& out) {
  if (is_set) out.issues.push_back({"NotSupported", field + " is accepted but has no effect yet"});
}

}  // namespace

bool HostMatches(const std::string& pattern, const std::string& host) {
  if (pattern == host) return true;
  if (pattern.rfind("*.", 0) != 0) return false;
  const size_t dot = host.find('.');
  return dot != std::string::npos && dot > 0 &&
         host.compare(dot, std::string::npos, pattern, 1, std::string::npos) == 0;
}

std::string ClassOf(const types::Ingress& ingress) {
  return ingress.spec.ingress_class_name.empty() ? Annotation(ingress.metadata, kClassAnnotation)
                                                 : ingress.spec.ingress_class_name;
}

bool ServesClass(const std::string& class_name, const std::vector<Ref<types::IngressClass>>& classes) {
  if (class_name == kClassName) return true;
  const auto ours = [](const types::IngressClass& one) { return one.spec.controller == kControllerName; };
  bool only_ours = true;
  for (const auto& one : classes) {
    if (one->metadata.name == class_name) return ours(*one);
    only_ours = only_ours && ours(*one);
  }
  for (const auto& one : classes) {
    if (Annotation(one->metadata, kDefaultClassAnnotation) == "true") return ours(*one);
  }
  return only_ours;
}

DeclaredIngress Declare(const types::Ingress& ingress) {
  DeclaredIngress out;
  Start(ingress.metadata, "networking.k8s.io/v1", out);
  NoteForeignAnnotations(ingress.metadata, out);
  if (ingress.spec.default_backend.has_value()) out.default_backend = FromBackend(*ingress.spec.default_backend);
  for (size_t i = 0; i < ingress.spec.rules.size(); ++i) {
    const types::IngressRule& rule = ingress.spec.rules[i];
    const std::string field = "spec.rules[" + std::to_string(i) + "]";
    if (!rule.http.has_value() || rule.http->paths.empty()) {
      if (out.default_backend.has_value())
        AddPath({rule.host, "/", PathMatch::kPrefix, *out.default_backend, field}, out);
      continue;
    }
    for (size_t j = 0; j < rule.http->paths.size(); ++j) {
      const types::HttpIngressPath& path = rule.http->paths[j];
      AddPath({rule.host, path.path, path.path_type == "Exact" ? PathMatch::kExact : PathMatch::kPrefix,
               FromBackend(path.backend), field + ".http.paths[" + std::to_string(j) + "]"},
              out);
    }
  }
  for (const types::IngressTls& tls : ingress.spec.tls) AddTls({tls.hosts, tls.secret_name, {}, {}, true}, out);
  CoverTheRest(out);
  return out;
}

DeclaredIngress Declare(const types::lab::Ingress& ingress) {
  DeclaredIngress out;
  Start(ingress.metadata, "croft.lab/v1", out);
  const types::lab::IngressSpec& spec = ingress.spec;
  out.lab = true;
  out.redirect = out.redirect && spec.redirect_to_https.value_or(true);
  NoteUnsupported("spec.ports", !spec.ports.empty(), out);
  NoteUnsupported("spec.rateLimit", !spec.rate_limit.empty(), out);
  NoteUnsupported("spec.headers", !spec.headers.empty(), out);
  NoteUnsupported("spec.timeouts", !spec.timeouts.empty(), out);
  NoteUnsupported("spec.maxBodySize", !spec.max_body_size.empty(), out);
  if (spec.default_backend.has_value()) {
    out.default_backend = FromLab(*spec.default_backend);
    if (!spec.auth.empty()) out.default_backend->refused = "auth is not supported yet";
  }
  for (size_t i = 0; i < spec.rules.size(); ++i) {
    for (size_t j = 0; j < spec.rules[i].paths.size(); ++j) {
      const types::lab::IngressPath& path = spec.rules[i].paths[j];
      const std::string field = "spec.rules[" + std::to_string(i) + "].paths[" + std::to_string(j) + "]";
      DeclaredPath declared{spec.rules[i].host, path.path,
                            path.path_type == "Exact" ? PathMatch::kExact : PathMatch::kPrefix, FromLab(path.backend),
                            field};
      // What should keep people out must not be dropped silently: the route is not served then.
      if (!spec.auth.empty() || !path.auth.empty()) declared.backend.refused = "auth is not supported yet";
      if (!path.backends.empty()) declared.backend.refused = "backends (weights) are not supported yet; use backend";
      if (!path.rewrite.empty()) declared.backend.refused = "rewrite is not supported yet";
      NoteUnsupported(field + ".sticky", !path.sticky.empty(), out);
      NoteUnsupported(field + ".rateLimit", !path.rate_limit.empty(), out);
      AddPath(std::move(declared), out);
    }
  }
  for (const types::lab::IngressTls& tls : spec.tls) {
    AddTls({tls.hosts, tls.secret_name, tls.certificate_name, tls.issuer, true}, out);
  }
  CoverTheRest(out);
  return out;
}

std::vector<DeclaredIngress> DeclareAll(const std::vector<Ref<types::Ingress>>& ingresses,
                                        const std::vector<Ref<types::lab::Ingress>>& lab_ingresses,
                                        const std::vector<Ref<types::IngressClass>>& classes) {
  std::vector<DeclaredIngress> all;
  for (const auto& ingress : ingresses) {
    const std::string class_name = ClassOf(*ingress);
    if (ingress->metadata.deleting() || !ServesClass(class_name, classes)) continue;
    all.push_back(Declare(*ingress));
  }
  for (const auto& ingress : lab_ingresses) {
    if (ingress->metadata.deleting() || !ServesClass(ingress->spec.ingress_class_name, classes)) continue;
    all.push_back(Declare(*ingress));
  }
  std::sort(all.begin(), all.end(), [](const DeclaredIngress& a, const DeclaredIngress& b) {
    return std::tie(a.created, a.key, a.lab) < std::tie(b.created, b.key, b.lab);
  });
  return all;
}

}  // namespace croft::ingress
