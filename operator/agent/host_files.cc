#include "operator/agent/host_files.h"

#include <algorithm>
#include <sstream>

namespace croft::agent {
namespace {

struct Resolver {
  std::vector<std::string> servers;
  std::vector<std::string> searches;
  std::vector<std::string> options;
};

Resolver ParseResolver(const std::string& text) {
  Resolver resolver;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    std::vector<std::string> values;
    for (std::string value; words >> value;) values.push_back(value);
    if (values.empty()) continue;
    if (key == "nameserver") resolver.servers.push_back(values[0]);
    if (key == "search") resolver.searches = values;
    if (key == "options") resolver.options.insert(resolver.options.end(), values.begin(), values.end());
  }
  return resolver;
}

void AddOnce(std::vector<std::string>* list, const std::string& value) {
  if (std::find(list->begin(), list->end(), value) == list->end()) list->push_back(value);
}

std::string Line(const std::string& key, const std::vector<std::string>& values) {
  if (values.empty()) return {};
  std::string line = key;
  for (const std::string& value : values) line += " " + value;
  return line + "\n";
}

}  // namespace

std::string PodHostname(const types::Pod& pod) {
  std::string name = (pod.spec.hostname.empty() ? pod.metadata.name : pod.spec.hostname).substr(0, 63);
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
  return name;
}

std::string HostsFile(const types::Pod& pod, const std::string& pod_ip, const std::string& domain,
                      const std::string& node_hosts) {
  std::string text;
  if (pod.spec.host_network) {
    text = node_hosts;
    if (!text.empty() && text.back() != '\n') text += '\n';
  } else {
    text =
        "127.0.0.1\tlocalhost\n"
        "::1\tlocalhost ip6-localhost ip6-loopback\n";
    const std::string host = PodHostname(pod);
    if (!pod_ip.empty()) {
      text += pod_ip + "\t";
      if (!pod.spec.subdomain.empty()) {
        text += host + "." + pod.spec.subdomain + "." + pod.metadata.ns + ".svc." + domain + "\t";
      }
      text += host + "\n";
    }
  }
  for (const types::HostAlias& alias : pod.spec.host_aliases) {
    text += alias.ip;
    for (const std::string& name : alias.hostnames) text += "\t" + name;
    text += "\n";
  }
  return text;
}

std::string ResolvConf(const types::Pod& pod, const DnsSettings& settings, const std::string& node_conf) {
  const std::string& policy = pod.spec.dns_policy;
  const bool cluster =
      !settings.server.empty() &&
      (policy == "ClusterFirstWithHostNet" || ((policy.empty() || policy == "ClusterFirst") && !pod.spec.host_network));
  Resolver resolver;
  if (cluster) {
    resolver.servers = {settings.server};
    resolver.searches = {pod.metadata.ns + ".svc." + settings.domain, "svc." + settings.domain, settings.domain};
    for (const std::string& search : ParseResolver(node_conf).searches) AddOnce(&resolver.searches, search);
    resolver.options = {"ndots:5"};
  } else if (policy != "None") {
    resolver = ParseResolver(node_conf);
  }
  if (pod.spec.dns_config) {
    for (const std::string& server : pod.spec.dns_config->nameservers) AddOnce(&resolver.servers, server);
    for (const std::string& search : pod.spec.dns_config->searches) AddOnce(&resolver.searches, search);
    for (const types::DnsOption& option : pod.spec.dns_config->options) {
      // The pod's word on an option replaces ours ("ndots").
      std::erase_if(resolver.options, [&](const std::string& known) {
        return known == option.name || known.rfind(option.name + ":", 0) == 0;
      });
      resolver.options.push_back(option.value.empty() ? option.name : option.name + ":" + option.value);
    }
  }
  std::string text = Line("search", resolver.searches);
  for (const std::string& server : resolver.servers) text += Line("nameserver", {server});
  return text + Line("options", resolver.options);
}

}  // namespace croft::agent
