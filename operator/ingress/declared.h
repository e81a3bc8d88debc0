#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/types/lab.h"
#include "api/types/network.h"
#include "operator/ingress/proxy.h"

// An Ingress of either kind in one shape. Pure.
namespace croft::ingress {

template <class T>
using Ref = std::shared_ptr<const T>;

// The controller that IngressClasses name to mean this one.
inline constexpr char kControllerName[] = "croft.lab/haproxy";
inline constexpr char kClassName[] = "croft";

// What people should know about an Ingress: becomes an Event.
struct Issue {
  std::string reason;  // "PathConflict"
  std::string message;
  bool operator==(const Issue&) const = default;
};

struct DeclaredBackend {
  enum class Kind { kNone, kService, kLabService, kAddress };
  Kind kind = Kind::kNone;
  std::string name;       // Service, or host of an address
  int port = 0;           // number; 0: by name, or the first
  std::string port_name;  // empty: by number, or the first
  std::string refused;    // why the route may not be served at all: something that protects it is not supported
};

struct DeclaredPath {
  std::string host;
  std::string path;
  PathMatch match = PathMatch::kPrefix;
  DeclaredBackend backend;
  std::string field;  // "spec.rules[0].http.paths[1]"
};

struct DeclaredTls {
  std::vector<std::string> hosts;
  std::string secret_name;       // never empty, unless certificate_name is set
  std::string certificate_name;  // a lab Certificate whose Secret is meant
  types::RawJson issuer;         // for a certificate that is made; empty: the lab's CA
  bool asked_for = true;         // false: nobody wrote `tls` for these hosts
};

struct DeclaredIngress {
  types::ObjectReference about;
  Key key;
  bool lab = false;
  std::string created;
  std::vector<DeclaredPath> paths;
  std::optional<DeclaredBackend> default_backend;
  std::vector<DeclaredTls> tls;  // together these cover every host of `paths`
  bool redirect = true;          // hosts with tls that was asked for, from HTTP to HTTPS
  std::vector<Issue> issues;
};

DeclaredIngress Declare(const types::Ingress& ingress);
DeclaredIngress Declare(const types::lab::Ingress& ingress);

// Whether this controller serves an Ingress that names `class_name` (empty: none). A class that does not exist is
// nobody's, so that the default class takes it: manifests from elsewhere name "nginx" and mean "the one there is".
bool ServesClass(const std::string& class_name, const std::vector<Ref<types::IngressClass>>& classes);
// spec.ingressClassName, or the annotation of before it.
std::string ClassOf(const types::Ingress& ingress);

// Whether `pattern` ("a.test", "*.test") is good for `host`.
bool HostMatches(const std::string& pattern, const std::string& host);

// The Ingresses that this controller serves and that are not being deleted: oldest first, then by name, so that of two
// with the same route the older keeps it.
std::vector<DeclaredIngress> DeclareAll(const std::vector<Ref<types::Ingress>>& ingresses,
                                        const std::vector<Ref<types::lab::Ingress>>& lab_ingresses,
                                        const std::vector<Ref<types::IngressClass>>& classes);

}  // namespace croft::ingress
