#include "unit/sim/invariants.h"

#include <algorithm>
#include <set>

#include "api/types/apps.h"
#include "api/types/lab.h"
#include "api/types/resources.h"

namespace croft::sim {
namespace {

constexpr char kSliceOf[] = "kubernetes.io/service-name";

const OwnerReference* ControllerOf(const std::vector<OwnerReference>& owners) {
  for (const OwnerReference& owner : owners) {
    if (owner.controller) return &owner;
  }
  return nullptr;
}

// One look at a lab that has, or has not, converged.
class Look {
 public:
  Look(Lab& lab, const Declared& declared) : lab_(lab), declared_(declared) {
    for (const auto& node : lab_.nodes()) {
      if (node->powered()) live_.insert(node->name());
    }
    pods_ = Read<types::Pod>(resources::kPods);
  }

  std::vector<std::string> Take() {
    LookForLeftovers();
    LookAtReplicaSets();
    LookAtPods();
    for (const auto& [name, application] : declared_) LookAtApplication(name, application);
    for (const auto& node : lab_.nodes()) LookAtContainers(*node);
    LookAtEndpoints();
    return std::move(found_);
  }

 private:
  template <class T>
  std::vector<T> Read(const GroupVersionResource& gvr) {
    std::vector<T> all;
    for (const ObjectPtr& object : lab_.All(gvr)) {
      auto parsed = types::FromObject<T>(*object);
      if (parsed.ok()) {
        all.push_back(std::move(*parsed));
      } else {
        Say(gvr.resource + " " + object->key().ToString() + " can not be read: " + parsed.status().message());
      }
    }
    return all;
  }

  void Say(std::string what) { found_.push_back(std::move(what)); }
  bool Lost(const types::Pod& pod) const {
    return pod.metadata.deleting() && !pod.spec.node_name.empty() && !live_.contains(pod.spec.node_name);
  }
  // What nobody declared, or is being deleted.
  void LookForLeftovers() {
    for (const GroupVersionResource& gvr :
         {resources::kLabServices, resources::kDeployments, resources::kServices, resources::kReplicaSets}) {
      for (const ObjectPtr& object : lab_.All(gvr)) {
        const std::string what = gvr.resource + "." + gvr.group + " " + object->key().ToString();
        if (object->meta().deleting) Say(what + " is being deleted still");
        if (gvr == resources::kReplicaSets || object->name() == "kubernetes") continue;
        const auto it = declared_.find(object->name());
        const bool wrong_kind = gvr == resources::kLabServices && it != declared_.end() && !it->second.lab_service;
        if (it == declared_.end() || wrong_kind) Say(what + " is not declared");
      }
    }
  }

  void LookAtReplicaSets() {
    std::map<std::string, std::string> deployments;
    for (const auto& deployment : Read<types::Deployment>(resources::kDeployments)) {
      deployments[deployment.metadata.uid] = deployment.metadata.name;
    }
    for (const auto& set : Read<types::ReplicaSet>(resources::kReplicaSets)) {
      const OwnerReference* owner = ControllerOf(set.metadata.owner_references);
      if (owner == nullptr || !deployments.contains(owner->uid)) {
        Say("ReplicaSet " + set.metadata.name + " has no Deployment");
      } else {
        application_of_[set.metadata.uid] = deployments[owner->uid];
      }
    }
  }

  void LookAtPods() {
    for (const types::Pod& pod : pods_) {
      if (Lost(pod)) continue;
      const OwnerReference* owner = ControllerOf(pod.metadata.owner_references);
      const auto it = owner == nullptr ? application_of_.end() : application_of_.find(owner->uid);
      const std::string what = "pod " + pod.metadata.name;
      if (it == application_of_.end()) {
        Say(what + " belongs to no ReplicaSet");
        continue;
      }
      const auto application = declared_.find(it->second);
      if (application == declared_.end()) {
        Say(what + " belongs to an application that is not declared");
        continue;
      }
      ++count_[it->second];
      if (pod.metadata.deleting()) Say(what + " is terminating on a live machine");
      if (!types::IsReady(pod)) Say(what + " is not ready: " + pod.status.phase + " on '" + pod.spec.node_name + "'");
      const types::Condition* ready = types::FindCondition(pod.status.conditions, "Ready");
      if (ready != nullptr && ready->status == "True" && !ready->reason.empty()) {
        Say(what + " is ready and still gives the reason " + ready->reason);
      }
      if (!live_.contains(pod.spec.node_name)) Say(what + " is bound to '" + pod.spec.node_name + "'");
      if (pod.spec.containers.at(0).image != application->second.image) {
        Say(what + " has image " + pod.spec.containers[0].image);
      }
    }
  }

  void LookAtApplication(const std::string& name, const Application& application) {
    if (count_[name] != application.replicas) {
      Say(name + " has " + std::to_string(count_[name]) + " pods, declared are " +
          std::to_string(application.replicas));
    }
    const auto check = [&](const GroupVersionResource& gvr, const auto& what) {
      if (what.status.observed_generation != what.metadata.generation)
        Say(gvr.resource + " " + name + " is not observed");
      if (what.status.ready_replicas != application.replicas ||
          what.status.available_replicas != application.replicas ||
          what.status.updated_replicas != application.replicas) {
        Say(gvr.resource + " " + name + " tells another number of ready, available or updated replicas than it has");
      }
    };
    bool told = false;
    for (const auto& deployment : Read<types::Deployment>(resources::kDeployments)) {
      if (deployment.metadata.name != name) continue;
      check(resources::kDeployments, deployment);
      told = true;
    }
    if (!told) Say("Deployment " + name + " is missing");
    if (!application.lab_service) return;
    for (const auto& service : Read<types::lab::Service>(resources::kLabServices)) {
      if (service.metadata.name == name) check(resources::kLabServices, service);
    }
  }

  void LookAtContainers(NodeMachine& node) {
    if (!node.powered()) {
      if (!node.containers().Running().empty()) Say(node.name() + " runs containers without power");
      return;
    }
    std::vector<std::string> wanted;
    for (const types::Pod& pod : pods_) {
      if (pod.spec.node_name != node.name()) continue;
      for (const auto& container : pod.spec.containers) {
        wanted.push_back(pod.metadata.key().ToString() + "/" + container.name);
      }
    }
    std::sort(wanted.begin(), wanted.end());
    const std::vector<std::string> running = node.containers().Running();
    for (const std::string& name : running) {
      if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) Say(node.name() + " runs undeclared " + name);
    }
    for (const std::string& name : wanted) {
      const auto count = std::count(running.begin(), running.end(), name);
      if (count != 1) Say(node.name() + " runs " + name + " " + std::to_string(count) + " times");
    }
    if (node.containers().SandboxCount() != wanted.size()) {
      Say(node.name() + " has " + std::to_string(node.containers().SandboxCount()) + " sandboxes for " +
          std::to_string(wanted.size()) + " pods");
    }
  }

  void LookAtEndpoints() {
    std::map<std::string, std::set<std::string>> listed;
    for (const auto& slice : Read<types::EndpointSlice>(resources::kEndpointSlices)) {
      const auto label = slice.metadata.labels.find(kSliceOf);
      const std::string service = label == slice.metadata.labels.end() ? "" : label->second;
      if (service == "kubernetes") continue;
      if (!declared_.contains(service)) Say("EndpointSlice " + slice.metadata.name + " is of no declared Service");
      for (const auto& endpoint : slice.endpoints) {
        if (!endpoint.conditions.ready.value_or(true) || !endpoint.target_ref || endpoint.addresses.empty()) continue;
        if (!listed[service].insert(endpoint.target_ref->name + " " + endpoint.addresses[0]).second) {
          Say("pod " + endpoint.target_ref->name + " stands twice in the slices of " + service);
        }
      }
    }
    std::map<std::string, std::set<std::string>> ready;
    for (const types::Pod& pod : pods_) {
      const OwnerReference* owner = ControllerOf(pod.metadata.owner_references);
      const auto it = owner == nullptr ? application_of_.end() : application_of_.find(owner->uid);
      if (it == application_of_.end() || Lost(pod) || !types::IsReady(pod)) continue;
      ready[it->second].insert(pod.metadata.name + " " + pod.status.pod_ip);
    }
    for (const auto& [name, application] : declared_) {
      if (listed[name] == ready[name]) continue;
      Say("the slices of Service " + name + " list " + std::to_string(listed[name].size()) + " endpoints, " +
          std::to_string(ready[name].size()) + " pods are ready, and they are not the same");
    }
  }

  Lab& lab_;
  const Declared& declared_;
  std::set<std::string> live_;
  std::vector<types::Pod> pods_;
  std::map<std::string, std::string> application_of_;  // name by uid of the ReplicaSet
  std::map<std::string, int> count_;                   // pods by application
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> Differences(Lab& lab, const Declared& declared) {
  return Look(lab, declared).Take();
}

}  // namespace croft::sim
