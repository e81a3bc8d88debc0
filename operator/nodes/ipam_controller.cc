#include "operator/nodes/ipam_controller.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstdint>

#include "api/types/lab.h"
#include "api/types/resources.h"

namespace croft::nodes {

std::string FreeSlice(const std::string& network, const std::set<std::string>& taken) {
  const size_t slash = network.find('/');
  int bits = 0;
  in_addr address{};
  if (slash == std::string::npos || inet_pton(AF_INET, network.substr(0, slash).c_str(), &address) != 1) return {};
  std::from_chars(network.data() + slash + 1, network.data() + network.size(), bits);
  if (bits < 8 || bits > 24) return {};
  const uint32_t base = ntohl(address.s_addr);
  const uint32_t slices = 1u << (24 - bits);
  for (uint32_t i = slices > 1 ? 1 : 0; i < slices; ++i) {
    in_addr slice{htonl(base + (i << 8))};
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &slice, text, sizeof text);
    std::string cidr = std::string(text) + "/24";
    if (!taken.contains(cidr)) return cidr;
  }
  return {};
}

IpamController::IpamController(runtime::Context context, client::Informer& nodes, client::Informer& lab_nodes,
                               std::string pod_network)
    : context_(context), nodes_(nodes), lab_nodes_(lab_nodes), pod_network_(std::move(pod_network)) {}

runtime::Outcome IpamController::Reconcile(const Key& key) {
  const ObjectPtr object = nodes_.Get(key);
  if (object == nullptr) return runtime::Outcome::Done();
  const Result<types::Node> node = types::FromObject<types::Node>(*object);
  if (!node.ok()) return runtime::Outcome::Terminal(node.status());
  if (!node->spec.pod_cidr.empty()) return runtime::Outcome::Done();

  std::set<std::string> taken = given_;
  for (const ObjectPtr& other : nodes_.List()) {
    const Result<types::Node> parsed = types::FromObject<types::Node>(*other);
    if (parsed.ok() && !parsed->spec.pod_cidr.empty()) taken.insert(parsed->spec.pod_cidr);
  }
  std::string cidr;
  if (const ObjectPtr declared = lab_nodes_.Get({"", key.name})) {
    const Result<types::lab::LabNode> lab_node = types::FromObject<types::lab::LabNode>(*declared);
    if (lab_node.ok() && !lab_node->spec.pod_cidr.empty() && !taken.contains(lab_node->spec.pod_cidr)) {
      cidr = lab_node->spec.pod_cidr;
    }
  }
  if (cidr.empty()) cidr = FreeSlice(pod_network_, taken);
  if (cidr.empty()) {
    return runtime::Outcome::Terminal(
        Status::Unavailable("no free /24 is left in the pod network " + pod_network_ + " for node " + key.name));
  }
  types::Node wanted;
  wanted.metadata.resource_version = node->metadata.resource_version;
  wanted.spec.pod_cidr = cidr;
  wanted.spec.pod_cidrs = {cidr};
  JsonDocument patch = types::ToJson(wanted);
  Erase(patch, "apiVersion");
  Erase(patch, "kind");
  Erase(patch, "status");
  const auto written = context_.client.Patch(resources::kNodes, key, client::PatchType::kMerge, patch);
  if (!written.ok())
    return written.status().IsNotFound() ? runtime::Outcome::Done() : runtime::Outcome::Retry(written.status());
  given_.insert(cidr);
  return runtime::Outcome::Done();
}

}  // namespace croft::nodes
