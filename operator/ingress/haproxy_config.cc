#include "operator/ingress/haproxy_config.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "api/base/id.h"
#include "operator/ingress/names.h"

namespace croft::ingress {
namespace {

std::string Milliseconds(Duration duration) {
  return std::to_string(std::max<int64_t>(1, std::chrono::duration_cast<std::chrono::milliseconds>(duration).count())) +
         "ms";
}

std::string Quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value.substr(0, 100)) out.push_back(c >= 0x20 && c < 0x7f && c != '"' ? c : '?');
  return out + "\"";
}

bool OnlyContains(std::string_view text, std::string_view extra) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [extra](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           extra.find(c) != std::string_view::npos;
  });
}

bool IsAddressWithPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view port = text.substr(colon + 1);
  std::string_view address = text.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  return (address.empty() || address == "*" || IsIpAddress(address)) && !port.empty() && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsLoopback(std::string_view address) {
  return address.substr(0, 4) == "127." || address.substr(0, 6) == "[::1]:";
}

Status CheckSettings(const HaproxySettings& settings) {
  if (settings.directory.size() > 80 || settings.directory.empty() || settings.directory.front() != '/' ||
      !OnlyContains(settings.directory, "._/@+-")) {
    return Status::Invalid("the ingress directory " + Quoted(settings.directory) +
                           " must be an absolute path of at most 80 letters, digits and ._/@+-, since HAProxy's "
                           "sockets live there; choose another data directory");
  }
  for (const auto* listeners : {&settings.http, &settings.https}) {
    for (const ProxyListener& listener : *listeners) {
      if (listener.fd < 0 && !IsAddressWithPort(listener.address)) {
        return Status::Invalid("the ingress address " + Quoted(listener.address) + " must be ADDRESS:PORT");
      }
    }
  }
  if (!settings.metrics_address.empty() &&
      (!IsAddressWithPort(settings.metrics_address) || !IsLoopback(settings.metrics_address))) {
    return Status::Invalid("the metrics address " + Quoted(settings.metrics_address) +
                           " must be a loopback ADDRESS:PORT");
  }
  if (!settings.nameserver.empty() && !IsAddressWithPort(settings.nameserver)) {
    return Status::Invalid("the name server " + Quoted(settings.nameserver) + " must be ADDRESS:PORT");
  }
  for (const std::string& proxy : settings.trusted_proxies) {
    if (!OnlyContains(proxy, ".:/")) {
      return Status::Invalid("the trusted proxy " + Quoted(proxy) + " must be an address or a CIDR");
    }
  }
  return Status::Ok();
}

Status CheckBackend(const Backend& backend) {
  if (!IsSafeName(backend.name)) return Status::Invalid("the backend name " + Quoted(backend.name) + " is not allowed");
  for (const Endpoint& endpoint : backend.endpoints) {
    if (!IsIpAddress(endpoint.ip) && (endpoint.ip.empty() || !IsRouteHost(endpoint.ip))) {
      return Status::Invalid("the endpoint address " + Quoted(endpoint.ip) + " of " + backend.name +
                             " is neither an IP address nor a host name");
    }
    if (endpoint.port < 1 || endpoint.port > 65535) {
      return Status::Invalid("the endpoint port " + std::to_string(endpoint.port) + " of " + backend.name +
                             " must be between 1 and 65535");
    }
  }
  return Status::Ok();
}

Status CheckRoute(const Route& route, const std::map<std::string, std::string>& backends) {
  if (!IsRouteHost(route.host)) return Status::Invalid("the host " + Quoted(route.host) + " is not a host name");
  if (!IsRoutePath(route.path)) {
    return Status::Invalid("the path " + Quoted(route.path) + " must begin with '/' and hold only printable ASCII");
  }
  if (!route.backend.empty() && backends.count(route.backend) == 0) {
    return Status::Invalid("the route " + route.host + route.path + " names the unknown backend " +
                           Quoted(route.backend));
  }
  return Status::Ok();
}

Status CheckCertificate(const ServedCertificate& certificate) {
  if (!IsSafeName(certificate.name)) {
    return Status::Invalid("the certificate name " + Quoted(certificate.name) + " is not allowed");
  }
  for (const std::string& host : certificate.hosts) {
    if (host.empty() || !IsRouteHost(host)) {
      return Status::Invalid("the host " + Quoted(host) + " of certificate " + certificate.name +
                             " is not a host name");
    }
  }
  for (const char c : certificate.pem) {
    if ((c < 0x20 && c != '\n' && c != '\r') || c >= 0x7f) {
      return Status::Invalid("the certificate " + certificate.name + " is not PEM text");
    }
  }
  return Status::Ok();
}

std::string WithoutEmptyLines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (!line.empty()) out.append(line).push_back('\n');
  }
  return out;
}

std::string HostAndPort(const Endpoint& endpoint) {
  const bool v6 = endpoint.ip.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.ip + "]" : endpoint.ip) + ":" + std::to_string(endpoint.port);
}

std::string ServerName(const Endpoint& endpoint) {
  std::string name = endpoint.ip + "_" + std::to_string(endpoint.port);
  std::replace(name.begin(), name.end(), ':', '-');
  return "s_" + name;
}

// The section of a backend. Servers that are names stand in it, since the runtime API can't add those.
std::string BackendSection(const Backend& backend, const HaproxySettings& settings) {
  std::string out = "backend " + backend.name + "\n  balance roundrobin\n";
  for (const Endpoint& endpoint : backend.endpoints) {
    if (IsIpAddress(endpoint.ip)) continue;
    out += "  server " + ServerName(endpoint) + " " +
           ServerWords({HostAndPort(endpoint), endpoint.draining}, settings) +
           " resolvers croft-dns init-addr last,libc,none\n";
  }
  return out;
}

bool NeedsResolver(const RoutingModel& model) {
  return std::any_of(model.backends.begin(), model.backends.end(), [](const Backend& backend) {
    return std::any_of(backend.endpoints.begin(), backend.endpoints.end(),
                       [](const Endpoint& endpoint) { return !IsIpAddress(endpoint.ip); });
  });
}

std::string GlobalSection(const HaproxySettings& settings) {
  std::string out = "# Written by Croft, which overwrites what is changed here.\nglobal\n";
  out += "  stats socket " + StatsSocketPath(settings) + " mode 600 level admin expose-fd listeners\n";
  out += "  fd-hard-limit 18000\n";
  out += "  hard-stop-after " + Milliseconds(settings.hard_stop_after) + "\n";
  if (settings.threads > 0) out += "  nbthread " + std::to_string(settings.threads) + "\n";
  out += "  tune.ssl.default-dh-param 2048\n";
  out += "  ssl-default-bind-options ssl-min-ver TLSv1.2\n";
  return out;
}

std::string PlainError(int code, std::string_view sentence) {
  return "  http-error status " + std::to_string(code) + " content-type \"text/plain; charset=utf-8\" lf-string \"" +
         std::string(sentence) + "\\n\"\n";
}

// A connection that can't be made is given up after a second and tried elsewhere, so that a machine without power costs
// a request one second at most until its checks have failed. A request that may be repeated is, when the endpoint
// closes without an answer.
std::string DefaultsSection() {
  return "defaults\n"
         "  mode http\n"
         "  timeout connect 1s\n"
         "  timeout client 50s\n"
         "  timeout server 50s\n"
         "  timeout tunnel 1h\n"
         "  timeout queue 5s\n"
         "  timeout http-request 15s\n"
         "  timeout http-keep-alive 60s\n"
         "  retries 3\n"
         "  option redispatch 1\n"
         "  retry-on conn-failure empty-response\n"
         "  option forwardfor\n"
         "  option dontlognull\n"
         "  http-reuse safe\n" +
         PlainError(502, "the service at %[var(txn.host)] closed the connection without a valid answer") +
         PlainError(503, "no endpoint of the service at %[var(txn.host)] is ready") +
         PlainError(504, "the service at %[var(txn.host)] did not answer in time");
}

std::string ForwardedRules(const HaproxySettings& settings) {
  std::string out;
  std::string condition;
  if (!settings.trusted_proxies.empty()) {
    out += "  acl trusted src";
    for (const std::string& proxy : settings.trusted_proxies) out += " " + proxy;
    out += "\n";
    condition = " unless trusted";
  }
  for (const char* header : {"X-Forwarded-For", "Forwarded", "X-Real-IP"}) {
    out += std::string("  http-request del-header ") + header + condition + "\n";
  }
  const std::string is_tls = condition.empty() ? " if { ssl_fc }" : " if { ssl_fc } !trusted";
  const std::string is_plain = condition.empty() ? " if !{ ssl_fc }" : " if !{ ssl_fc } !trusted";
  out += "  http-request set-header X-Forwarded-Proto https" + is_tls + "\n";
  out += "  http-request set-header X-Forwarded-Proto http" + is_plain + "\n";
  out += "  http-request set-header X-Forwarded-Host %[req.hdr(host)]" + condition + "\n";
  out += "  http-request set-header X-Forwarded-Port %[dst_port]" + condition + "\n";
  return out;
}

std::string Lookup(const std::string& key, const std::string& converter, const std::string& map) {
  return "  http-request set-var(txn.route) var(" + key + ")," + converter + "(" + map +
         ") if !{ var(txn.route) -m found }\n";
}

std::string RoutingRules(const HaproxySettings& settings) {
  const std::string exact = ExactMapPath(settings);
  const std::string prefix = PrefixMapPath(settings);
  std::string out =
      "  http-request set-var(txn.host) req.hdr(host),host_only,lower\n"
      "  http-request return status 400 content-type text/plain string \"malformed Host header\\n\""
      " if { var(txn.host) -m sub / }\n"
      "  http-request set-var(txn.path) path\n"
      "  http-request set-var(txn.any) var(txn.path),concat(/)\n"
      "  http-request set-var(txn.exact) var(txn.host),concat(,txn.path)\n"
      "  http-request set-var(txn.prefix) var(txn.host),concat(,txn.path,/)\n";
  out += Lookup("txn.exact", "map_str", exact);
  out += Lookup("txn.prefix", "map_beg", prefix);
  out +=
      "  http-request set-var(txn.domain) var(txn.host),regsub(^[^.]*,*) if !{ var(txn.route) -m found }\n"
      "  http-request set-var(txn.exact) var(txn.domain),concat(,txn.path) if !{ var(txn.route) -m found }\n"
      "  http-request set-var(txn.prefix) var(txn.domain),concat(,txn.path,/) if !{ var(txn.route) -m found }\n";
  out += Lookup("txn.exact", "map_str", exact);
  out += Lookup("txn.prefix", "map_beg", prefix);
  out += Lookup("txn.path", "map_str", exact);
  out += Lookup("txn.any", "map_beg", prefix);

  const std::string port = settings.public_https_port == 443 ? "" : ":" + std::to_string(settings.public_https_port);
  out +=
      "  http-request return status 404 content-type \"text/plain; charset=utf-8\" hdr X-Content-Type-Options nosniff"
      " lf-string \"no route for host %[var(txn.host)]\\n\" if !{ var(txn.route) -m found }\n";
  out += "  http-request redirect prefix https://%[var(txn.host)]" + port +
         " code 308 if !{ ssl_fc } { var(txn.route),field(2,:) -m str r }\n";
  out +=
      "  http-request set-var(txn.backend) var(txn.route),field(1,:)\n"
      "  http-request return status 503 content-type \"text/plain; charset=utf-8\" hdr X-Content-Type-Options nosniff"
      " lf-string \"the service behind this route of %[var(txn.host)] does not exist\\n\""
      " if { var(txn.backend) -m str croft-none }\n";
  return out;
}

std::string FrontendSection(const HaproxySettings& settings) {
  std::string out = "frontend croft-routes\n";
  int next_fd = kFirstInheritedFd;
  const auto place = [&next_fd](const ProxyListener& listener) {
    return listener.fd >= 0 ? "fd@" + std::to_string(next_fd++) : listener.address;
  };
  for (const ProxyListener& listener : settings.http) out += "  bind " + place(listener) + "\n";
  for (const ProxyListener& listener : settings.https) {
    out += "  bind " + place(listener) + " ssl crt-list " + CertificateListPath(settings) + " alpn h2,http/1.1\n";
  }
  out += RoutingRules(settings);
  out += ForwardedRules(settings);
  out +=
      "  http-request disable-l7-retry unless { method GET HEAD OPTIONS PUT DELETE }\n"
      "  use_backend %[var(txn.backend)]\n";
  return out;
}

// Takes no traffic: it only makes HAProxy keep the map that holds the fingerprint.
std::string StateSection(const HaproxySettings& settings) {
  return "backend croft-state\n  http-request set-header X-State %[str(applied),map_str(" + StateMapPath(settings) +
         ")]\n";
}

std::string MetricsSection(const HaproxySettings& settings) {
  if (settings.metrics_address.empty()) return {};
  return "frontend croft-metrics\n  bind " + settings.metrics_address +
         "\n  http-request use-service prometheus-exporter if { path /metrics }\n"
         "  http-request return status 404\n";
}

std::string ResolverSection(const HaproxySettings& settings) {
  return "resolvers croft-dns\n" +
         (settings.nameserver.empty() ? std::string("  parse-resolv-conf\n")
                                      : "  nameserver lab " + settings.nameserver + "\n") +
         "  hold valid 10s\n";
}

std::string RouteValue(const Route& route) {
  return (route.backend.empty() ? "croft-none" : route.backend) + (route.redirect_to_https ? ":r" : "");
}

}  // namespace

std::string ExactMapPath(const HaproxySettings& settings) {
  return settings.directory + "/exact.map";
}
std::string PrefixMapPath(const HaproxySettings& settings) {
  return settings.directory + "/prefix.map";
}
std::string StateMapPath(const HaproxySettings& settings) {
  return settings.directory + "/state.map";
}
std::string CertificateListPath(const HaproxySettings& settings) {
  return settings.directory + "/certificates.list";
}
std::string CertificatePath(const std::string& name, const HaproxySettings& settings) {
  return settings.directory + "/certs/" + name + ".pem";
}
std::string StatsSocketPath(const HaproxySettings& settings) {
  return settings.directory + "/haproxy.sock";
}
std::string MasterSocketPath(const HaproxySettings& settings) {
  return settings.directory + "/master.sock";
}

std::string ServerWords(const HaproxyServer& server, const HaproxySettings& settings) {
  return server.address + " weight " + (server.draining ? "0" : "100") + " check inter " +
         Milliseconds(settings.check_interval) + " fall 2 rise 1 observe layer4 error-limit 3 on-error mark-down";
}

std::string CertificateLine(const std::string& name, const HaproxyCertificate& certificate,
                            const HaproxySettings& settings) {
  std::string line = CertificatePath(name, settings);
  for (const std::string& host : certificate.hosts) line += " " + host;
  return line;
}

Result<HaproxyState> RenderHaproxy(const RoutingModel& model, const HaproxySettings& settings) {
  CROFT_RETURN_IF_ERROR(CheckSettings(settings));
  HaproxyState state;
  state.frame = GlobalSection(settings) + DefaultsSection() +
                (NeedsResolver(model) ? ResolverSection(settings) : std::string()) + FrontendSection(settings) +
                MetricsSection(settings) + StateSection(settings);
  for (const Backend& backend : model.backends) {
    CROFT_RETURN_IF_ERROR(CheckBackend(backend));
    state.sections[backend.name] = BackendSection(backend, settings);
    auto& servers = state.servers[backend.name];
    for (const Endpoint& endpoint : backend.endpoints) {
      if (IsIpAddress(endpoint.ip)) servers[ServerName(endpoint)] = {HostAndPort(endpoint), endpoint.draining};
    }
  }
  std::map<std::string, std::string> exact;
  std::map<std::string, std::string> prefix;
  for (const Route& route : model.routes) {
    CROFT_RETURN_IF_ERROR(CheckRoute(route, state.sections));
    if (route.match == PathMatch::kExact) {
      exact.emplace(route.host + route.path, RouteValue(route));
      continue;
    }
    const std::string path(TrimPrefixPath(route.path));
    prefix.emplace(route.host + (path == "/" ? "/" : path + "/"), RouteValue(route));
  }
  for (const auto& [key, value] : exact) state.exact_map += key + " " + value + "\n";
  for (const auto& [key, value] : prefix) state.prefix_map += key + " " + value + "\n";
  for (const ServedCertificate& certificate : model.certificates) {
    CROFT_RETURN_IF_ERROR(CheckCertificate(certificate));
    state.certificates[certificate.name] = {WithoutEmptyLines(certificate.pem), certificate.hosts};
  }
  return state;
}

std::string HaproxyFingerprint(const HaproxyState& state) {
  std::string all = state.frame + state.exact_map + state.prefix_map;
  for (const auto& [name, section] : state.sections) all += section;
  for (const auto& [backend, servers] : state.servers) {
    for (const auto& [name, server] : servers) all += backend + "/" + name + (server.draining ? "-" : "+");
  }
  for (const auto& [name, certificate] : state.certificates) {
    all += name + certificate.pem;
    for (const std::string& host : certificate.hosts) all += host + " ";
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(StableHash(all)));
  return text;
}

std::map<std::string, std::string> HaproxyFiles(const HaproxyState& state, const HaproxySettings& settings) {
  std::map<std::string, std::string> files;
  std::string config = state.frame;
  for (const auto& [backend, section] : state.sections) {
    config += section;
    const auto servers = state.servers.find(backend);
    if (servers == state.servers.end()) continue;
    for (const auto& [name, server] : servers->second) {
      config += "  server " + name + " " + ServerWords(server, settings) + "\n";
    }
  }
  files["haproxy.cfg"] = std::move(config);
  files["exact.map"] = state.exact_map;
  files["prefix.map"] = state.prefix_map;
  files["state.map"] = "applied " + HaproxyFingerprint(state) + "\n";
  // The first certificate is shown to clients that ask for a host without one.
  std::string list = settings.directory + "/default.pem !*\n";
  for (const auto& [name, certificate] : state.certificates) {
    list += CertificateLine(name, certificate, settings) + "\n";
    files["certs/" + name + ".pem"] = certificate.pem;
  }
  files["certificates.list"] = std::move(list);
  return files;
}

}  // namespace croft::ingress
