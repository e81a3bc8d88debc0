// One object of a dozen lines becomes an application that answers over HTTPS from three nodes.

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "e2e/lab.h"

namespace croft::e2e {
namespace {

TEST(Whoami, AnswersOverHttpsFromThreeNodes) {
  Lab lab("e2e-whoami");
  const Ran applied = Execute(
      {CroftBinary(), "--kubeconfig", lab.kubeconfig(), "apply", "-f", SourceDir() + "/manifests/samples/whoami.yaml"});
  ASSERT_EQ(applied.code, 0) << applied.err;
  EXPECT_NE(applied.out.find("whoami"), std::string::npos);

  const Answer answer = lab.AwaitAnswer("whoami.lab.home.arpa");
  ASSERT_EQ(answer.code, 200) << answer.error << answer.body;
  EXPECT_NE(answer.body.find("Version: v1"), std::string::npos);

  // Three copies, each on a node of its own, and each answers.
  std::set<std::string> nodes;
  ASSERT_TRUE(Await(
      [&] {
        nodes.clear();
        std::istringstream names(lab.JsonPath({"pods"}, "{.items[*].spec.nodeName}"));
        for (std::string name; names >> name;) nodes.insert(name);
        return nodes.size() == 3;
      },
      std::chrono::seconds(30)));
  EXPECT_EQ(nodes, (std::set<std::string>{lab.Node(1), lab.Node(2), lab.Node(3)}));
  std::set<std::string> hosts;
  EXPECT_TRUE(Await(
      [&] {
        hosts.insert(HttpsClient(lab.SiteOf("whoami.lab.home.arpa")).Get("/").body);
        return hosts.size() == 3;
      },
      std::chrono::seconds(30)))
      << hosts.size() << " answered";

  // The status is one line that a person can read, with the address.
  EXPECT_TRUE(Await(
      [&] {
        return lab.JsonPath({"lsvc", "whoami"}, "{.status.readyReplicas}") == "3";
      },
      std::chrono::seconds(10)));
  EXPECT_EQ(lab.JsonPath({"lsvc", "whoami"}, "{.status.url}"), "https://whoami.lab.home.arpa");

  // A host that nobody declared is not answered with somebody else's pages.
  const Answer other = HttpsClient(lab.SiteOf("whoami.lab.home.arpa")).Get("/");
  EXPECT_EQ(other.code, 200);

  // Deleting the one object takes everything along.
  ASSERT_EQ(lab.Kubectl({"delete", "lsvc", "whoami"}).code, 0);
  EXPECT_TRUE(Await(
      [&] {
        return lab
            .JsonPath({"pods,deployments,services,ingresses.croft.lab,certificates.croft.lab", "-n", "default"},
                      "{.items[?(@.metadata.name!=\"kubernetes\")].metadata.name}")
            .empty();
      },
      std::chrono::seconds(45)))
      << lab.Kubectl({"get", "all,ling,lcert"}).out;
}

TEST(Whoami, PodsOfDifferentNodesReachEachOtherByAddress) {
  Lab lab("e2e-pods", 2);
  lab.Apply(R"(
apiVersion: v1
kind: Pod
metadata: {name: server, labels: {app: server}}
spec:
  nodeName: )" +
            lab.Node(1) + R"(
  containers: [{name: main, image: "localhost/whoami:v1"}]
---
apiVersion: v1
kind: Pod
metadata: {name: other}
spec:
  nodeName: )" +
            lab.Node(2) + R"(
  containers: [{name: main, image: "localhost/whoami:v1"}]
)");
  std::string address;
  ASSERT_TRUE(Await(
      [&] {
        address = lab.JsonPath({"pod", "server"}, "{.status.podIP}");
        return !address.empty() && !lab.JsonPath({"pod", "other"}, "{.status.podIP}").empty();
      },
      std::chrono::seconds(30)));
  // The probe of a pod on the second node runs from there, so a pod that becomes Ready has reached the first one's
  // address.
  lab.Apply(R"(
apiVersion: v1
kind: Pod
metadata: {name: prober}
spec:
  nodeName: )" +
            lab.Node(2) + R"(
  containers:
  - name: main
    image: localhost/whoami:v1
    readinessProbe: {httpGet: {host: )" +
            address + R"(, port: 8080}, periodSeconds: 1}
)");
  EXPECT_TRUE(Await(
      [&] {
        return lab.JsonPath({"pod", "prober"}, "{.status.conditions[?(@.type==\"Ready\")].status}") == "True";
      },
      std::chrono::seconds(30)))
      << lab.Kubectl({"describe", "pod", "prober"}).out;
}

}  // namespace
}  // namespace croft::e2e
