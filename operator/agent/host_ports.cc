#include "operator/agent/host_ports.h"

#include <arpa/inet.h>

#include <algorithm>

#include "api/types/host_ports.h"

namespace croft::agent {
namespace {

using runtime::Outcome;

constexpr std::chrono::seconds kReview(60);
constexpr Duration kNotAdopted = std::chrono::milliseconds(100);

bool IsIpv4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

// A pod that asks for ports, and the port of one that has been given out.
struct Asking {
  const types::Pod* pod;
  std::string address;
};
struct Given {
  types::ContainerPort port;
  const types::Pod* pod;
};

bool OlderFirst(const Asking& a, const Asking& b) {
  const types::ObjectMeta &x = a.pod->metadata, &y = b.pod->metadata;
  return x.creation_timestamp != y.creation_timestamp ? x.creation_timestamp < y.creation_timestamp : x.uid < y.uid;
}

}  // namespace

HostPortPlan PlanHostPorts(const std::vector<types::Pod>& pods,
                           const std::function<std::string(const std::string& uid)>& address_of) {
  std::vector<Asking> asking;
  for (const types::Pod& pod : pods) {
    if (pod.spec.host_network || types::IsFinished(pod)) continue;
    std::string address = address_of(pod.metadata.uid);
    if (!address.empty()) asking.push_back({&pod, std::move(address)});
  }
  std::sort(asking.begin(), asking.end(), OlderFirst);
  HostPortPlan plan;
  std::vector<Given> given;
  for (const Asking& one : asking) {
    const std::string& uid = one.pod->metadata.uid;
    for (const types::ContainerPort& port : types::HostPorts(one.pod->spec)) {
      if (!types::IsEveryHostIp(port.host_ip) && !IsIpv4(port.host_ip)) continue;
      const auto taken = std::find_if(given.begin(), given.end(),
                                      [&](const Given& other) { return types::HostPortsCollide(other.port, port); });
      if (taken != given.end()) {
        plan.refused[uid] = "host port " + std::to_string(port.host_port) + "/" + port.protocol +
                            " of this node belongs to pod " + taken->pod->metadata.key().ToString();
        continue;
      }
      given.push_back({port, one.pod});
      plan.ports.push_back({types::IsEveryHostIp(port.host_ip) ? std::string() : port.host_ip, port.host_port,
                            port.protocol, one.address, port.container_port});
      plan.holders.insert(uid);
    }
  }
  return plan;
}

Result<bool> HostPorts::Review() {
  std::lock_guard lock(mutex_);
  std::vector<types::Pod> asking;
  for (const ObjectPtr& object : pods_()) {
    if (object->bytes().find("\"hostPort\"") == std::string::npos) continue;
    Result<types::Pod> pod = types::FromObject<types::Pod>(*object);
    if (pod.ok()) asking.push_back(std::move(*pod));
  }
  HostPortPlan plan = PlanHostPorts(asking, [this](const std::string& uid) { return addresses_.Find(uid); });
  CROFT_RETURN_IF_ERROR(net_.SetHostPorts(plan.ports));
  last_ = std::move(plan);
  return !last_.ports.empty();
}

Status HostPorts::Open(const std::string& uid) {
  const Result<bool> reviewed = Review();
  if (!reviewed.ok()) return reviewed.status();
  review_();
  std::lock_guard lock(mutex_);
  const auto refused = last_.refused.find(uid);
  return refused == last_.refused.end() ? Status::Ok() : Status::AlreadyExists(refused->second);
}

void HostPorts::Close(const std::string& uid) {
  {
    std::lock_guard lock(mutex_);
    if (!last_.holders.contains(uid)) return;
  }
  review_();
}

Outcome HostPortReconciler::Reconcile(const Key&) {
  if (!adopted_) return Outcome::After(kNotAdopted);
  const Result<bool> any = ports_.Review();
  if (!any.ok()) return Outcome::Retry(any.status());
  return *any ? Outcome::After(kReview) : Outcome::Done();
}

}  // namespace croft::agent
