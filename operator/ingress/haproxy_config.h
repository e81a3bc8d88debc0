#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/result.h"
#include "operator/ingress/proxy.h"

// A RoutingModel in HAProxy's words. Pure: same input, same text.
//
// A request's route is looked up in two maps, so that its cost does not grow with the number of routes: `exact` by
// "host/path" and `prefix` by the longest "host/path/" that the request's own "host/path/" begins with (the slash at
// the end makes prefixes match whole path elements). Each is asked for the host, then for "*.domain", then for any
// host. The value found is "backend", or "backend:r" for a redirect to HTTPS, with "croft-none" for no backend.
namespace croft::ingress {

// Where HAProxy listens.
struct ProxyListener {
  std::string address;  // "0.0.0.0:80", "[::]:443"
  int fd = -1;          // a listening socket of this process to hand over instead; stays the caller's
};

struct HaproxySettings {
  std::string directory;  // absolute; HAProxy's files and sockets; at most 80 characters of [A-Za-z0-9._/@+-]
  std::string program = "haproxy";
  std::vector<ProxyListener> http;
  std::vector<ProxyListener> https;
  int public_https_port = 443;  // the one that redirects name
  std::string metrics_address;  // "127.0.0.1:9101": Prometheus metrics at /metrics; empty: none. Loopback only
  std::string nameserver;       // "10.96.0.10:53": resolves backends that are names; empty: as /etc/resolv.conf says
  std::vector<std::string> trusted_proxies;  // addresses or CIDRs whose X-Forwarded-* headers are believed
  Duration check_interval = std::chrono::milliseconds(500);
  Duration hard_stop_after = std::chrono::seconds(60);  // for connections of a worker that a reload has replaced
  int threads = 0;                                      // 0: HAProxy's choice
};

struct HaproxyServer {
  std::string address;  // "10.42.0.7:8080"
  bool draining = false;
  bool operator==(const HaproxyServer&) const = default;
};

struct HaproxyCertificate {
  std::string pem;                 // without empty lines, which would end a command of the runtime API
  std::vector<std::string> hosts;  // SNI filters
  bool operator==(const HaproxyCertificate&) const = default;
};

// What HAProxy is to serve, divided by how it can be changed: `frame` and the sections by a reload only, all else in
// the running process.
struct HaproxyState {
  std::string frame;                                                    // global, defaults, frontends
  std::map<std::string, std::string> sections;                          // backend -> its section without servers
  std::map<std::string, std::map<std::string, HaproxyServer>> servers;  // backend -> server's name -> server
  std::string exact_map;
  std::string prefix_map;
  std::map<std::string, HaproxyCertificate> certificates;  // by name
  bool operator==(const HaproxyState&) const = default;
};

// Refuses (kInvalid, naming the value) a model or settings that hold anything which is not a host, path, address or
// name: the planner leaves such things out before, this is the second lock.
Result<HaproxyState> RenderHaproxy(const RoutingModel& model, const HaproxySettings& settings);

// The files that make a fresh HAProxy serve `state`, by name below the directory. The certificates' contain keys.
std::map<std::string, std::string> HaproxyFiles(const HaproxyState& state, const HaproxySettings& settings);

// A fingerprint of the whole state, equal between versions and restarts of Croft. HAProxy keeps it in a map, so that an
// adopted process can say what it serves.
std::string HaproxyFingerprint(const HaproxyState& state);

// The words after the server's name, as they stand in a `server` line and after `add server`.
std::string ServerWords(const HaproxyServer& server, const HaproxySettings& settings);

// A line of the crt-list.
std::string CertificateLine(const std::string& name, const HaproxyCertificate& certificate,
                            const HaproxySettings& settings);

// Absolute paths, by which the runtime API knows the maps and certificates too.
std::string ExactMapPath(const HaproxySettings& settings);
std::string PrefixMapPath(const HaproxySettings& settings);
std::string StateMapPath(const HaproxySettings& settings);
std::string CertificateListPath(const HaproxySettings& settings);
std::string CertificatePath(const std::string& name, const HaproxySettings& settings);
std::string StatsSocketPath(const HaproxySettings& settings);
std::string MasterSocketPath(const HaproxySettings& settings);

// The first of the descriptors that inherited sockets have inside HAProxy: http's, then https's, in order.
inline constexpr int kFirstInheritedFd = 3;

}  // namespace croft::ingress
