#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/types/node.h"

namespace croft::nodes {

// A pod as far as placing it matters.
struct PlacedPod {
  types::Pod pod;
  std::string owner_uid;  // of its controller; empty: none
  int64_t cpu_milli = 0;  // what its containers request together
  int64_t memory_milli = 0;
};

PlacedPod Measure(types::Pod pod);

struct Candidate {
  types::Node node;
  std::vector<const PlacedPod*> pods;  // on the node already, finished ones left out
};

struct Placement {
  std::string node;    // empty: nowhere
  std::string reason;  // why nowhere: "0/3 nodes are available: 2 Insufficient cpu, 1 node(s) were unschedulable."
};

// Where `pod` goes: of the nodes that pass all filters the one with the best score, ties by name, so that the same
// world always gives the same answer.
Placement Place(const PlacedPod& pod, const std::vector<Candidate>& candidates);

// Whether one of the tolerations covers the taint (core/v1 Toleration semantics).
bool Tolerates(const std::vector<types::Toleration>& tolerations, const types::Taint& taint);

}  // namespace croft::nodes
