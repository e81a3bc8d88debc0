#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/base/result.h"

// What the ingress controller wants served: one model for lab Ingress and networking.k8s.io Ingress, free of any
// proxy's words.
namespace croft::ingress {

enum class PathMatch { kExact, kPrefix };

struct Endpoint {
  std::string id;  // stable for one pod: its uid, or the address
  std::string ip;
  int port = 0;
  bool draining = false;  // serves what it has, gets nothing new
  bool operator==(const Endpoint&) const = default;
};

// A group of endpoints that share a Service port.
struct Backend {
  std::string name;                 // "ns_service_port"; unique
  std::vector<Endpoint> endpoints;  // ordered by id
  bool operator==(const Backend&) const = default;
};

struct Route {
  std::string host;  // lower case; "" any host; "*.example.com"
  std::string path = "/";
  PathMatch match = PathMatch::kPrefix;
  std::string backend;  // a Backend's name; empty: answers 503
  bool redirect_to_https = false;
  bool operator==(const Route&) const = default;
};

struct ServedCertificate {
  std::string name;                // file-safe and stable: "ns_secret"
  std::string pem;                 // chain, then key
  std::vector<std::string> hosts;  // SNI names it is served for; empty: those in the certificate
  bool operator==(const ServedCertificate&) const = default;
};

struct RoutingModel {
  std::vector<Route> routes;  // most specific first
  std::vector<Backend> backends;
  std::vector<ServedCertificate> certificates;
  bool operator==(const RoutingModel&) const = default;
};

// A proxy that serves a RoutingModel. Thread-safe.
class Proxy {
 public:
  virtual ~Proxy() = default;
  // Makes the proxy serve exactly `model`; returns when it does. No request in flight is lost. On failure the previous
  // model goes on being served and the message says what is wrong and what to do.
  virtual Status Apply(const RoutingModel& model) = 0;
};

}  // namespace croft::ingress
