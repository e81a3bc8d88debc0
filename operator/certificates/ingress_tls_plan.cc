#include "operator/certificates/ingress_tls_plan.h"

#include <algorithm>
#include <set>

namespace croft::certificates {
namespace {

constexpr size_t kMostNames = 100;  // as the Certificate's schema says

bool IsMade(const types::lab::Certificate& certificate) {
  return certificate.metadata.annotations.count(kMadeForIngress) > 0;
}

// Made by a lab Certificate, hence not the user's own.
bool IsManaged(const types::Secret& secret) {
  return secret.metadata.annotations.count(kCertificateAnnotation) > 0;
}

IngressTlsPlan Unwanted(const IngressTlsWorld& world) {
  IngressTlsPlan plan;
  if (world.present.has_value() && IsMade(*world.present)) plan.action = IngressTlsPlan::Action::kDelete;
  return plan;
}

types::lab::Certificate Wanted(const IngressTlsWorld& world) {
  types::lab::Certificate certificate;
  certificate.metadata.name = world.key.name;
  certificate.metadata.ns = world.key.ns;
  certificate.metadata.annotations[kMadeForIngress] = "true";
  certificate.spec.secret_name = world.key.name;
  std::set<std::string> names;
  for (const ingress::DeclaredIngress& one : world.ingresses) {
    bool wants = false;
    for (const ingress::DeclaredTls& tls : one.tls) {
      if (tls.secret_name != world.key.name) continue;
      wants = true;
      names.insert(tls.hosts.begin(), tls.hosts.end());
      types::lab::Issuer& issuer = certificate.spec.issuer;
      const bool undecided = issuer.self_signed.empty() && issuer.ca.empty() && issuer.acme.empty();
      if (!undecided || tls.issuer.empty()) continue;
      Result<JsonDocument> json = ParseJson(tls.issuer.bytes);
      if (!json.ok()) continue;
      if (const Json* value = Find(*json, "selfSigned")) issuer.self_signed.bytes = WriteJson(*value);
      if (const Json* value = Find(*json, "ca")) issuer.ca.bytes = WriteJson(*value);
      if (const Json* value = Find(*json, "acme")) issuer.acme.bytes = WriteJson(*value);
    }
    if (!wants) continue;
    OwnerReference owner;
    owner.api_version = one.about.api_version;
    owner.kind = one.about.kind;
    owner.name = one.about.name;
    owner.uid = one.about.uid;
    certificate.metadata.owner_references.push_back(owner);
  }
  for (const std::string& name : names) {
    if (certificate.spec.names.size() < kMostNames) certificate.spec.names.push_back(name);
  }
  return certificate;
}

bool SameIssuer(const types::lab::Issuer& a, const types::lab::Issuer& b) {
  return a.self_signed == b.self_signed && a.ca == b.ca && a.acme == b.acme;
}

bool SameOwners(const std::vector<OwnerReference>& a, const std::vector<OwnerReference>& b) {
  const auto uids = [](const std::vector<OwnerReference>& owners) {
    std::set<std::string> out;
    for (const OwnerReference& owner : owners) out.insert(owner.uid);
    return out;
  };
  return uids(a) == uids(b);
}

}  // namespace

IngressTlsPlan PlanIngressTls(const IngressTlsWorld& world) {
  if (world.ingresses.empty() || world.other_certificate_writes_it) return Unwanted(world);
  if (world.secret.has_value() && !IsManaged(*world.secret)) return Unwanted(world);
  if (world.present.has_value() && !IsMade(*world.present)) return {};
  types::lab::Certificate wanted = Wanted(world);
  if (wanted.spec.names.empty()) return Unwanted(world);
  if (world.present.has_value() && world.present->spec.names == wanted.spec.names &&
      SameIssuer(world.present->spec.issuer, wanted.spec.issuer) &&
      SameOwners(world.present->metadata.owner_references, wanted.metadata.owner_references)) {
    return {};
  }
  return {IngressTlsPlan::Action::kWrite, std::move(wanted)};
}

}  // namespace croft::certificates
