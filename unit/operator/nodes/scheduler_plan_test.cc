#include "operator/nodes/scheduler_plan.h"

#include <gtest/gtest.h>

#include <list>

#include "unit/gen/objects.h"

namespace croft::nodes {
namespace {

// Keeps the placed pods alive while candidates point to them.
class World {
 public:
  World& Node(types::Node node) {
    candidates_.push_back({std::move(node), {}});
    return *this;
  }
  World& With(types::Pod pod) {
    placed_.push_back(Measure(std::move(pod)));
    for (Candidate& candidate : candidates_) {
      if (candidate.node.metadata.name == placed_.back().pod.spec.node_name) candidate.pods.push_back(&placed_.back());
    }
    return *this;
  }
  Placement Place(types::Pod pod) { return nodes::Place(Measure(std::move(pod)), candidates_); }

 private:
  std::list<PlacedPod> placed_;
  std::vector<Candidate> candidates_;
};

TEST(Place, PrefersTheNodeWithoutASibling) {
  World world;
  world.Node(gen::Node("a")).Node(gen::Node("b")).Node(gen::Node("c"));
  world.With(gen::OwnedBy(gen::Pod("p1", "a"), "rs")).With(gen::OwnedBy(gen::Pod("p2", "c"), "rs"));
  EXPECT_EQ(world.Place(gen::OwnedBy(gen::Pod("p3"), "rs")).node, "b");
}

TEST(Place, ATerminatingSiblingDoesNotHoldAPlace) {
  World world;
  world.Node(gen::Node("a")).Node(gen::Node("b"));
  types::Pod leaving = gen::OwnedBy(gen::Pod("p1", "a"), "rs");
  leaving.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  world.With(leaving).With(gen::OwnedBy(gen::Pod("p2", "b"), "rs"));
  EXPECT_EQ(world.Place(gen::OwnedBy(gen::Pod("p3"), "rs")).node, "a");
}

TEST(Place, PrefersTheEmptierNode) {
  World world;
  world.Node(gen::Node("a")).Node(gen::Node("b"));
  world.With(gen::Requesting(gen::Pod("p1", "a"), "2", "1Gi"));
  EXPECT_EQ(world.Place(gen::Pod("p2")).node, "b");
}

TEST(Place, TiesGoByName) {
  World world;
  world.Node(gen::Node("b")).Node(gen::Node("a"));
  EXPECT_EQ(world.Place(gen::Pod("p")).node, "a");
}

struct Refusal {
  const char* name;
  types::Node node;
  types::Pod pod;
  const char* reason;
};

types::Pod WithAffinity(const char* expression) {
  types::Pod pod = gen::Pod("p");
  pod.spec.affinity.bytes = std::string(R"({"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":)") +
                            R"({"nodeSelectorTerms":[{"matchExpressions":[)" + expression + "]}]}}}";
  return pod;
}

TEST(Place, SaysWhyAPodFitsNowhere) {
  types::Node cordoned = gen::Node("n");
  cordoned.spec.unschedulable = true;
  types::Pod selecting = gen::Pod("p");
  selecting.spec.node_selector = {{"disk", "ssd"}};
  types::Node full = gen::Node("n");
  full.status.allocatable["pods"] = "0";
  const Refusal cases[] = {
      {"too little cpu", gen::Node("n"), gen::Requesting(gen::Pod("p"), "5", "1Mi"), "1 Insufficient cpu."},
      {"too little memory", gen::Node("n"), gen::Requesting(gen::Pod("p"), "1", "9Gi"), "1 Insufficient memory."},
      {"a cordoned node", cordoned, gen::Pod("p"), "1 node(s) were unschedulable."},
      {"a taint", gen::Tainted(gen::Node("n"), "gpu", "NoSchedule"), gen::Pod("p"),
       "1 node(s) had untolerated taint {gpu: }."},
      {"a node selector", gen::Node("n"), selecting, "1 node(s) didn't match Pod's node affinity/selector."},
      {"a full node", full, gen::Pod("p"), "1 Too many pods."},
      {"a required affinity", gen::Node("n"),
       WithAffinity(R"({"key":"kubernetes.io/hostname","operator":"NotIn","values":["n"]})"),
       "1 node(s) didn't match Pod's node affinity/selector."},
  };
  for (const Refusal& c : cases) {
    World world;
    world.Node(c.node);
    const Placement placement = world.Place(c.pod);
    EXPECT_EQ(placement.node, "") << c.name;
    EXPECT_EQ(placement.reason, std::string("0/1 nodes are available: ") + c.reason) << c.name;
  }
}

TEST(Place, WithoutNodesSaysSo) {
  EXPECT_EQ(World().Place(gen::Pod("p")).reason, "0/0 nodes are available.");
}

TEST(Place, HonoursEveryOperatorOfAnAffinity) {
  types::Node node = gen::Node("n");
  node.metadata.labels["cores"] = "8";
  const std::pair<const char*, bool> cases[] = {
      {R"({"key":"cores","operator":"Gt","values":["4"]})", true},
      {R"({"key":"cores","operator":"Lt","values":["4"]})", false},
      {R"({"key":"cores","operator":"Exists"})", true},
      {R"({"key":"cores","operator":"DoesNotExist"})", false},
      {R"({"key":"cores","operator":"In","values":["8","16"]})", true},
      {R"({"key":"none","operator":"NotIn","values":["x"]})", true},
  };
  for (const auto& [expression, fits] : cases) {
    World world;
    world.Node(node);
    EXPECT_EQ(world.Place(WithAffinity(expression)).node.empty(), !fits) << expression;
  }
}

TEST(Place, OneNodeGivesAHostPortToOnePod) {
  struct Case {
    const char* name;
    types::ContainerPort there;  // name, containerPort, hostPort, hostIP, protocol
    types::ContainerPort wanted;
    bool fits;
  };
  const Case cases[] = {
      {"the same port", {"", 80, 8080, "", "TCP"}, {"", 81, 8080, "", "TCP"}, false},
      {"TCP unless it is said", {"", 80, 8080, "", ""}, {"", 81, 8080, "", "TCP"}, false},
      {"another port", {"", 80, 8080, "", "TCP"}, {"", 80, 8081, "", "TCP"}, true},
      {"another protocol", {"", 53, 53, "", "TCP"}, {"", 53, 53, "", "UDP"}, true},
      {"no port of the node", {"", 80, 8080, "", "TCP"}, {"", 8080, 0, "", "TCP"}, true},
      {"two addresses", {"", 80, 80, "127.0.0.1", "TCP"}, {"", 80, 80, "10.0.0.1", "TCP"}, true},
      {"one address", {"", 80, 80, "10.0.0.1", "TCP"}, {"", 80, 80, "10.0.0.1", "TCP"}, false},
      {"one of all addresses", {"", 80, 80, "", "TCP"}, {"", 80, 80, "10.0.0.1", "TCP"}, false},
      {"all of them, one being taken", {"", 80, 80, "10.0.0.1", "TCP"}, {"", 80, 80, "0.0.0.0", "TCP"}, false},
  };
  for (const Case& c : cases) {
    types::Pod first = gen::Pod("p1", "a");
    first.spec.containers[0].ports = {c.there};
    types::Pod second = gen::Pod("p2");
    second.spec.containers[0].ports = {c.wanted};
    World world;
    world.Node(gen::Node("a")).With(first);
    const Placement placement = world.Place(second);
    EXPECT_EQ(placement.node, c.fits ? "a" : "") << c.name;
    if (c.fits) continue;
    EXPECT_EQ(placement.reason,
              "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.")
        << c.name;
  }
}

TEST(Place, ASidecarsHostPortCountsAndThatOfAnInitContainerDoesNot) {
  for (const bool sidecar : {true, false}) {
    types::Pod first = gen::Pod("p1", "a");
    types::Container init;
    init.restart_policy = sidecar ? "Always" : "";
    init.ports = {{"", 80, 8080, "", "TCP"}};
    first.spec.init_containers = {init};
    types::Pod second = gen::Pod("p2");
    second.spec.containers[0].ports = {{"", 80, 8080, "", "TCP"}};
    World world;
    world.Node(gen::Node("a")).With(first);
    EXPECT_EQ(world.Place(second).node.empty(), sidecar);
  }
}

TEST(Place, APodGoesWhereItsHostPortIsFree) {
  types::Pod first = gen::Pod("p1", "a");
  first.spec.containers[0].ports = {{"", 80, 8080, "", "TCP"}};
  types::Pod second = gen::Pod("p2");
  second.spec.containers[0].ports = first.spec.containers[0].ports;
  World world;
  world.Node(gen::Node("a")).Node(gen::Tainted(gen::Node("b"), "gpu", "PreferNoSchedule")).With(first);
  EXPECT_EQ(world.Place(second).node, "b");
}

TEST(Place, DoNotScheduleKeepsTheSkew) {
  types::Pod pod = gen::Pod("p3");
  pod.metadata.labels = {{"app", "x"}};
  pod.spec.topology_spread_constraints.bytes =
      R"([{"maxSkew":1,"topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"DoNotSchedule",)"
      R"("labelSelector":{"matchLabels":{"app":"x"}}}])";
  types::Pod there = pod;
  there.metadata.name = "p1";
  there.spec.node_name = "a";
  types::Node full = gen::Node("b");
  full.status.allocatable["pods"] = "0";
  World world;
  world.Node(gen::Node("a")).Node(full).With(there);
  const Placement placement = world.Place(pod);
  EXPECT_EQ(placement.reason,
            "0/2 nodes are available: 1 Too many pods, 1 node(s) didn't match pod topology spread constraints.");
}

TEST(Tolerates, FollowsKubernetesRules) {
  const types::Taint taint{"k", "v", "NoExecute", ""};
  const std::pair<types::Toleration, bool> cases[] = {
      {{"k", "Equal", "v", "NoExecute", {}}, true}, {{"k", "", "v", "", {}}, true},
      {{"k", "Exists", "", "", {}}, true},          {{"", "Exists", "", "", {}}, true},
      {{"k", "Equal", "w", "", {}}, false},         {{"k", "Exists", "", "NoSchedule", {}}, false},
      {{"other", "Exists", "", "", {}}, false},
  };
  for (const auto& [toleration, tolerates] : cases) {
    EXPECT_EQ(Tolerates({toleration}, taint), tolerates) << toleration.key << toleration.op << toleration.value;
  }
}

}  // namespace
}  // namespace croft::nodes
