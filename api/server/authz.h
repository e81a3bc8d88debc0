#pragma once

#include <functional>
#include <string>

#include "api/object/object.h"
#include "api/server/identity.h"

namespace croft::server {

// What somebody wants to do, in RBAC's words.
struct Attributes {
  Identity identity;
  std::string verb;  // get, list, watch, create, update, patch, delete, deletecollection; in lower case otherwise
  bool is_resource = true;
  std::string group;
  std::string version;
  std::string resource;
  std::string subresource;
  std::string ns;
  std::string name;  // empty: any, or not known yet (create)
  std::string path;  // when is_resource is false
};

struct Decision {
  bool allowed = false;
  std::string reason;
};

// Decides who may do what. Thread-safe.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual Decision Authorize(const Attributes& attributes) const = 0;
};

// kForbidden in Kubernetes' words: 'pods is forbidden: User "x" cannot list resource "pods" in API group "" in the
// namespace "d"'.
Status ForbiddenStatus(const Attributes& attributes, const std::string& reason);

// The policy that a lab has without any Role: system:masters and the server's own controllers may do everything; a
// node's agent may read what it needs and write what is its own; everybody who is authenticated may look at
// discovery and ask about himself; anybody may ask for health and version.
class BuiltinAuthorizer final : public Authorizer {
 public:
  // The stored pod of that key; null when absent. Asked when an agent wants to change a pod.
  using PodLookup = std::function<ObjectPtr(const Key&)>;
  explicit BuiltinAuthorizer(PodLookup pods) : pods_(std::move(pods)) {}

  Decision Authorize(const Attributes& attributes) const override;

 private:
  Decision AuthorizeNode(const Attributes& attributes) const;
  bool NodeMayWrite(const Attributes& attributes, const std::string& node) const;

  const PodLookup pods_;
};

}  // namespace croft::server
