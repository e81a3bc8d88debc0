#include "unit/fakes/fake_net.h"

#include <algorithm>

namespace croft::fakes {

Status FakeNet::AttachPod(int pid, const std::string& pod_uid, const std::string& ip) {
  std::lock_guard lock(mutex_);
  if (!attach_failures_.empty()) {
    Status why = attach_failures_.front();
    attach_failures_.erase(attach_failures_.begin());
    return why;
  }
  if (pid <= 0) return Status::Internal("no process " + std::to_string(pid));
  for (const auto& [uid, address] : attached_) {
    if (address == ip && uid != pod_uid) return Status::AlreadyExists("address " + ip + " belongs to pod " + uid);
  }
  attached_[pod_uid] = ip;
  return Status::Ok();
}

Status FakeNet::DetachPod(const std::string& pod_uid, const std::string&) {
  std::lock_guard lock(mutex_);
  attached_.erase(pod_uid);
  return Status::Ok();
}

Status FakeNet::SetPeerRoutes(const std::vector<network::PeerRoute>& routes) {
  std::lock_guard lock(mutex_);
  routes_ = routes;
  return Status::Ok();
}

Status FakeNet::SetHostPorts(const std::vector<network::HostPort>& ports) {
  std::lock_guard lock(mutex_);
  ++host_port_calls_;
  if (!host_port_failures_.empty()) {
    Status why = host_port_failures_.front();
    host_port_failures_.erase(host_port_failures_.begin());
    return why;
  }
  std::vector<network::HostPort> wanted = ports;
  std::sort(wanted.begin(), wanted.end());
  if (wanted == host_ports_) return Status::Ok();
  host_ports_ = std::move(wanted);
  ++host_port_writes_;
  return Status::Ok();
}

Result<std::vector<std::string>> FakeNet::AttachedAddresses() {
  std::lock_guard lock(mutex_);
  std::vector<std::string> addresses;
  for (const auto& [uid, address] : attached_) addresses.push_back(address);
  return addresses;
}

Status FakeNet::ProbeTcp(const std::string& host, int port, int) {
  return Probe(host + ":" + std::to_string(port), host);
}

Status FakeNet::ProbeHttp(const std::string& url, const std::vector<std::pair<std::string, std::string>>&, int) {
  const size_t scheme = url.find("://");
  const size_t start = scheme == std::string::npos ? 0 : scheme + 3;
  return Probe(url, url.substr(start, url.find_first_of(":/", start) - start));
}

Status FakeNet::Probe(const std::string& target, const std::string& host) {
  std::function<Status(const std::string&)> probe;
  {
    std::lock_guard lock(mutex_);
    probe = probe_;
    if (!probe) {
      const bool known =
          std::any_of(attached_.begin(), attached_.end(), [&](const auto& entry) { return entry.second == host; });
      return known ? Status::Ok() : Status::Unavailable("connection to " + target + " refused");
    }
  }
  return probe(target);
}

void FakeNet::SetProbe(std::function<Status(const std::string&)> probe) {
  std::lock_guard lock(mutex_);
  probe_ = std::move(probe);
}

void FakeNet::FailAttach(Status why, int times) {
  std::lock_guard lock(mutex_);
  attach_failures_.insert(attach_failures_.end(), static_cast<size_t>(times), why);
}

void FakeNet::FailHostPorts(Status why, int times) {
  std::lock_guard lock(mutex_);
  host_port_failures_.insert(host_port_failures_.end(), static_cast<size_t>(times), why);
}

void FakeNet::LoseHostPorts() {
  std::lock_guard lock(mutex_);
  host_ports_.clear();
}

void FakeNet::Reboot() {
  std::lock_guard lock(mutex_);
  attached_.clear();
  routes_.clear();
  host_ports_.clear();
}

std::map<std::string, std::string> FakeNet::Attached() const {
  std::lock_guard lock(mutex_);
  return attached_;
}

std::vector<network::PeerRoute> FakeNet::routes() const {
  std::lock_guard lock(mutex_);
  return routes_;
}

std::vector<std::string> FakeNet::HostPorts() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> texts;
  for (const network::HostPort& port : host_ports_) texts.push_back(network::Describe(port));
  return texts;
}

int FakeNet::host_port_calls() const {
  std::lock_guard lock(mutex_);
  return host_port_calls_;
}

int FakeNet::host_port_writes() const {
  std::lock_guard lock(mutex_);
  return host_port_writes_;
}

}  // namespace croft::fakes
