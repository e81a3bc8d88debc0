#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/types/lab.h"

// Builders for the objects that tests need: a sensible one first, then what the case is about.
namespace croft::gen {

inline types::Pod Pod(std::string name, std::string node = {}) {
  types::Pod pod;
  pod.metadata.name = name;
  pod.metadata.ns = "default";
  pod.metadata.uid = "uid-" + name;
  pod.spec.node_name = std::move(node);
  types::Container container;
  container.name = "main";
  container.image = "localhost/app:v1";
  pod.spec.containers.push_back(container);
  return pod;
}

inline types::Pod Requesting(types::Pod pod, std::string cpu, std::string memory) {
  pod.spec.containers[0].resources.requests = {{"cpu", std::move(cpu)}, {"memory", std::move(memory)}};
  return pod;
}

inline types::Pod OwnedBy(types::Pod pod, std::string owner_uid) {
  pod.metadata.owner_references = {{"apps/v1", "ReplicaSet", "owner", std::move(owner_uid), true, true}};
  return pod;
}

// A node of 4 cores, 8 GiB and 110 pods that is Ready.
inline types::Node Node(std::string name) {
  types::Node node;
  node.metadata.name = name;
  node.metadata.uid = "uid-" + name;
  node.metadata.labels = {{"kubernetes.io/hostname", name}};
  node.status.allocatable = {{"cpu", "4"}, {"memory", "8Gi"}, {"pods", "110"}};
  node.status.conditions = {{.type = "Ready", .status = "True", .reason = "KubeletReady"}};
  return node;
}

inline types::Node Tainted(types::Node node, std::string key, std::string effect, std::string time = {}) {
  node.spec.taints.push_back({std::move(key), "", std::move(effect), std::move(time)});
  return node;
}

}  // namespace croft::gen
