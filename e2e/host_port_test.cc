// A port of a node leads to the pod that asks for it, from wherever the node is reached, and one node has it once.

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "e2e/lab.h"

namespace croft::e2e {
namespace {

constexpr const char* kWeb = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: web
        image: localhost/whoami:v1
        ports: [{containerPort: 8080, hostPort: 18080}]
)";

// A pod that is Ready while its node gets an answer at `address`:18080.
std::string Prober(const std::string& name, const std::string& node, const std::string& address) {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "}\nspec:\n  nodeName: " + node +
         "\n  containers:\n  - name: main\n    image: localhost/whoami:v1\n    readinessProbe: {httpGet: {host: " +
         address + ", port: 18080}, periodSeconds: 1, failureThreshold: 1}\n";
}

TEST(HostPort, LeadsToThePodThatAsksForIt) {
  Lab lab("e2e-hostport", 2);
  lab.Apply(kWeb);
  std::set<std::string> nodes;
  ASSERT_TRUE(Await(
      [&] {
        std::istringstream names(
            lab.JsonPath({"pods", "-l", "app=web"}, "{.items[?(@.status.phase==\"Running\")].spec.nodeName}"));
        for (std::string name; names >> name;) nodes.insert(name);
        return nodes.size() == 2;
      },
      std::chrono::seconds(30)))
      << lab.Kubectl({"describe", "pods"}).out;
  const std::string why = "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.";
  const std::string third =
      "{.items[?(@.status.phase==\"Pending\")].status.conditions[?(@.type==\"PodScheduled\")].message}";
  EXPECT_TRUE(Await(
      [&] {
        return lab.JsonPath({"pods", "-l", "app=web"}, third) == why;
      },
      std::chrono::seconds(30)))
      << lab.Kubectl({"describe", "pods"}).out;

  const std::string address =
      lab.JsonPath({"node", lab.Node(1)}, "{.status.addresses[?(@.type==\"InternalIP\")].address}");
  const std::vector<std::string> probers = {"from-another-machine", "from-the-node", "from-its-loopback"};
  lab.Apply(Prober(probers[0], lab.Node(2), address) + Prober(probers[1], lab.Node(1), address) +
            Prober(probers[2], lab.Node(1), "127.0.0.1"));
  const auto ready = [&](const std::string& pod, const char* value) {
    return Await(
        [&] {
          return lab.JsonPath({"pod", pod}, "{.status.conditions[?(@.type==\"Ready\")].status}") == value;
        },
        std::chrono::seconds(30));
  };
  for (const std::string& pod : probers) EXPECT_TRUE(ready(pod, "True")) << lab.Kubectl({"describe", "pod", pod}).out;

  EXPECT_EQ(lab.Kubectl({"delete", "deployment", "web"}).code, 0);
  for (const std::string& pod : probers) EXPECT_TRUE(ready(pod, "False")) << pod << " still gets an answer";
}

}  // namespace
}  // namespace croft::e2e
