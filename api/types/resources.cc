#include "api/types/resources.h"

#include <cctype>

#include "api/types/meta.h"

namespace croft::resources {

const GroupVersionResource kNamespaces{"", "v1", "namespaces"};
const GroupVersionResource kPods{"", "v1", "pods"};
const GroupVersionResource kNodes{"", "v1", "nodes"};
const GroupVersionResource kServices{"", "v1", "services"};
const GroupVersionResource kEndpoints{"", "v1", "endpoints"};
const GroupVersionResource kSecrets{"", "v1", "secrets"};
const GroupVersionResource kConfigMaps{"", "v1", "configmaps"};
const GroupVersionResource kEvents{"", "v1", "events"};
const GroupVersionResource kServiceAccounts{"", "v1", "serviceaccounts"};
const GroupVersionResource kDeployments{"apps", "v1", "deployments"};
const GroupVersionResource kReplicaSets{"apps", "v1", "replicasets"};
const GroupVersionResource kIngresses{"networking.k8s.io", "v1", "ingresses"};
const GroupVersionResource kIngressClasses{"networking.k8s.io", "v1", "ingressclasses"};
const GroupVersionResource kEndpointSlices{"discovery.k8s.io", "v1", "endpointslices"};
const GroupVersionResource kLeases{"coordination.k8s.io", "v1", "leases"};
const GroupVersionResource kCustomResourceDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions"};
const GroupVersionResource kLabNodes{"croft.lab", "v1", "labnodes"};
const GroupVersionResource kLabServices{"croft.lab", "v1", "services"};
const GroupVersionResource kLabIngresses{"croft.lab", "v1", "ingresses"};
const GroupVersionResource kLabCertificates{"croft.lab", "v1", "certificates"};

}  // namespace croft::resources

namespace croft::types {

OwnerReference ControllerOf(const TypeMeta& type, const ObjectMeta& meta) {
  return {type.api_version, type.kind, meta.name, meta.uid, true, true};
}

const OwnerReference* FindController(const std::vector<OwnerReference>& owners) {
  for (const OwnerReference& owner : owners) {
    if (owner.controller) return &owner;
  }
  return nullptr;
}

std::optional<int64_t> ParseQuantityMilli(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  double value = 0, fraction = 0.1;
  size_t n = 0;
  bool point = false, digit = false;
  for (; n < text.size() && (std::isdigit(static_cast<unsigned char>(text[n])) || text[n] == '.'); ++n) {
    if (text[n] == '.') {
      if (point) return std::nullopt;
      point = true;
      continue;
    }
    digit = true;
    if (point) {
      value += (text[n] - '0') * fraction;
      fraction /= 10;
    } else {
      value = value * 10 + (text[n] - '0');
    }
  }
  if (!digit) return std::nullopt;
  text.remove_prefix(n);
  double milli = 0;
  static constexpr std::pair<std::string_view, double> kSuffixes[] = {{"", 1e3},
                                                                      {"m", 1},
                                                                      {"k", 1e6},
                                                                      {"M", 1e9},
                                                                      {"G", 1e12},
                                                                      {"T", 1e15},
                                                                      {"P", 1e18},
                                                                      {"u", 1e-3},
                                                                      {"n", 1e-6},
                                                                      {"Ki", 1024e3},
                                                                      {"Mi", 1048576e3},
                                                                      {"Gi", 1073741824e3},
                                                                      {"Ti", 1099511627776e3},
                                                                      {"Pi", 1125899906842624e3}};
  bool known = false;
  for (const auto& [suffix, scale] : kSuffixes) {
    if (suffix != text) continue;
    milli = value * scale;
    known = true;
  }
  if (!known && text.size() > 1 && (text[0] == 'e' || text[0] == 'E')) {
    int exponent = 0;
    bool minus = false;
    text.remove_prefix(1);
    if (text[0] == '-' || text[0] == '+') {
      minus = text[0] == '-';
      text.remove_prefix(1);
    }
    if (text.empty() || text.size() > 2) return std::nullopt;
    for (const char c : text) {
      if (!std::isdigit(static_cast<unsigned char>(c))) return std::nullopt;
      exponent = exponent * 10 + (c - '0');
    }
    milli = value * 1e3;
    for (int i = 0; i < exponent; ++i) milli = minus ? milli / 10 : milli * 10;
    known = true;
  }
  if (!known || milli > 9e18) return std::nullopt;
  // A fraction of a thousandth counts as a whole one, as Kubernetes rounds up.
  int64_t whole = static_cast<int64_t>(milli);
  if (static_cast<double>(whole) + 1e-9 < milli) ++whole;
  return negative ? -whole : whole;
}

}  // namespace croft::types
