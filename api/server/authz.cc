#include "api/server/authz.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "api/object/json.h"

namespace croft::server {
namespace {

bool IsOneOf(std::string_view value, std::initializer_list<std::string_view> set) {
  return std::find(set.begin(), set.end(), value) != set.end();
}

bool IsRead(std::string_view verb) {
  return IsOneOf(verb, {"get", "list", "watch"});
}

bool IsOpenPath(std::string_view path) {
  if (IsOneOf(path, {"/healthz", "/livez", "/readyz", "/version", "/version/"})) return true;
  return path.starts_with("/healthz/") || path.starts_with("/livez/") || path.starts_with("/readyz/");
}

bool IsDiscoveryPath(std::string_view path) {
  return IsOneOf(path, {"/api", "/apis", "/openid/v1/jwks", "/.well-known/openid-configuration"}) ||
         path.starts_with("/api/") || path.starts_with("/apis/") || path.starts_with("/openapi");
}

// Asking who I am and what I may do.
bool IsSelfReview(const Attributes& a) {
  return a.verb == "create" && IsOneOf(a.group, {"authentication.k8s.io", "authorization.k8s.io"}) &&
         a.resource.starts_with("selfsubject");
}

bool NodeMayRead(const Attributes& a) {
  if (a.group.empty()) {
    return IsOneOf(a.resource, {"pods", "nodes", "secrets", "configmaps", "services", "endpoints", "namespaces",
                                "serviceaccounts"});
  }
  if (a.group == "coordination.k8s.io") return a.resource == "leases";
  if (a.group == "discovery.k8s.io") return a.resource == "endpointslices";
  if (a.group == "networking.k8s.io") return IsOneOf(a.resource, {"ingresses", "ingressclasses"});
  return a.group == "croft.lab";
}

}  // namespace

Status ForbiddenStatus(const Attributes& a, const std::string& reason) {
  std::string message;
  StatusDetails details;
  if (a.is_resource) {
    const std::string resource = a.subresource.empty() ? a.resource : a.resource + "/" + a.subresource;
    std::string about = a.group.empty() ? a.resource : a.resource + "." + a.group;
    if (!a.name.empty()) about += " \"" + a.name + "\"";
    message = about + " is forbidden: User \"" + a.identity.user + "\" cannot " + a.verb + " resource \"" + resource +
              "\" in API group \"" + a.group + "\"";
    message += a.ns.empty() ? " at the cluster scope" : " in the namespace \"" + a.ns + "\"";
    details = {a.group, a.resource, a.name, {}, {}, {}};
  } else {
    message = "forbidden: User \"" + a.identity.user + "\" cannot " + a.verb + " path \"" + a.path + "\"";
  }
  if (!reason.empty()) message += ": " + reason;
  Status status = Status::Forbidden(std::move(message));
  return status.WithDetails(std::move(details));
}

Decision BuiltinAuthorizer::Authorize(const Attributes& a) const {
  if (a.identity.InGroup(Identity::kMastersGroup) || a.identity.user == Identity::kController) return {true, {}};
  if (!a.is_resource && a.verb == "get" && IsOpenPath(a.path)) return {true, {}};
  if (a.identity.anonymous()) return {};
  if (!a.is_resource && a.verb == "get" && IsDiscoveryPath(a.path)) return {true, {}};
  if (a.is_resource && IsSelfReview(a)) return {true, {}};
  if (a.identity.InGroup(Identity::kNodesGroup)) return AuthorizeNode(a);
  return {};
}

Decision BuiltinAuthorizer::AuthorizeNode(const Attributes& a) const {
  if (!a.is_resource || !a.identity.user.starts_with(Identity::kNodePrefix)) return {};
  const std::string node = a.identity.user.substr(Identity::kNodePrefix.size());
  if (node.empty()) return {false, "the client certificate names no node"};
  if (IsRead(a.verb)) {
    if (NodeMayRead(a)) return {true, {}};
    return {false, "a node's agent does not need it"};
  }
  if (NodeMayWrite(a, node)) return {true, {}};
  return {false, "node \"" + node + "\" may only change what is its own"};
}

bool BuiltinAuthorizer::NodeMayWrite(const Attributes& a, const std::string& node) const {
  const bool any_or_own = a.name == node || (a.name.empty() && a.verb == "create");
  if (a.group.empty() && a.resource == "nodes") {
    return IsOneOf(a.verb, {"create", "update", "patch"}) && IsOneOf(a.subresource, {"", "status"}) && any_or_own;
  }
  if (a.group == "coordination.k8s.io" && a.resource == "leases") {
    return a.ns == "kube-node-lease" && IsOneOf(a.verb, {"create", "update", "patch"}) && any_or_own;
  }
  if (a.group.empty() && a.resource == "events") return IsOneOf(a.verb, {"create", "update", "patch"});
  if (!a.group.empty() || a.resource != "pods" || a.name.empty()) return false;
  const bool wanted = (a.subresource == "status" && IsOneOf(a.verb, {"update", "patch"})) ||
                      (a.subresource.empty() && a.verb == "delete");
  if (!wanted) return false;
  const ObjectPtr pod = pods_({a.ns, a.name});
  // A pod that is gone is answered with "not found" further in.
  return pod == nullptr || FindString(pod->ToJson(), {"spec", "nodeName"}) == node;
}

}  // namespace croft::server
