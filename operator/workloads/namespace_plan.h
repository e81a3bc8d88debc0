#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/types/meta.h"

// What is told of a namespace that is being deleted. Pure.
namespace croft::workloads {

// What stood in it when it was emptied.
struct NamespaceContent {
  std::map<std::string, int> remaining;   // objects that are not gone yet, by "pods.", "deployments.apps"
  std::map<std::string, int> finalizers;  // how many of them each finalizer holds
  std::vector<std::string> failures;      // resources that could not be listed or emptied, and why

  bool empty() const { return remaining.empty() && failures.empty(); }
};

// The conditions that Kubernetes keeps of such a namespace, in its order and words: each is there, and "True" is what
// holds the namespace up. Conditions of others stay as they are.
std::vector<types::Condition> DecideNamespaceConditions(std::vector<types::Condition> present,
                                                        const NamespaceContent& content, WallTime now);

}  // namespace croft::workloads
