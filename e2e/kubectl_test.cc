// kubectl of any age does on Croft what it does on Kubernetes.

#include <gtest/gtest.h>

#include "e2e/lab.h"

namespace croft::e2e {
namespace {

constexpr const char* kWeb = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: localhost/whoami:v1
        ports: [{containerPort: 8080}]
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
)";

Lab& SharedLab() {
  static Lab* lab = new Lab("e2e-kubectl");  // deleted by the environment below
  return *lab;
}

class LabEnvironment : public testing::Environment {
 public:
  void TearDown() override { delete &SharedLab(); }
};
const auto* const kEnvironment = testing::AddGlobalTestEnvironment(new LabEnvironment);

class Kubectl : public testing::TestWithParam<const char*> {
 protected:
  Ran Do(std::vector<std::string> args, const std::string& input = {}) {
    static const std::string old_one = OldKubectl(), new_one = NewKubectl();
    return SharedLab().KubectlOf(std::string(GetParam()) == "old" ? old_one : new_one, std::move(args), input,
                                 std::chrono::seconds(120));
  }
  // Runs it, expects success and each of `parts` in the output, and returns the output.
  std::string Expect(std::vector<std::string> args, const std::vector<std::string>& parts,
                     const std::string& input = {}) {
    std::string line;
    for (const std::string& arg : args) line += " " + arg;
    const Ran ran = Do(std::move(args), input);
    EXPECT_EQ(ran.code, 0) << "kubectl" << line << "\n" << ran.out << ran.err;
    for (const std::string& part : parts) {
      EXPECT_NE(ran.out.find(part), std::string::npos) << "kubectl" << line << "\nhas no '" << part << "':\n"
                                                       << ran.out << ran.err;
    }
    return ran.out;
  }
};

TEST_P(Kubectl, SeesTheNodes) {
  Expect({"get", "nodes"}, {"NAME", "STATUS", "ROLES", "AGE", "VERSION", "e2e-kubectl-1", "Ready"});
  Expect({"get", "nodes", "-o", "wide"}, {"INTERNAL-IP", "CONTAINER-RUNTIME", "podman://"});
  Expect({"describe", "node", "e2e-kubectl-1"}, {"Capacity:", "Ready", "Allocated resources"});
  Expect({"api-resources"}, {"lsvc", "deployments", "croft.lab/v1", "customresourcedefinitions"});
  Expect({"version"}, {"Server Version"});
}

TEST_P(Kubectl, SpeaksHttp2) {
  Expect({"get", "--raw", "/version"}, {"gitVersion"});
  Expect({"get", "--raw", "/metrics"}, {R"({method="GET",protocol="HTTP/2",code="200"})"});
}

TEST_P(Kubectl, RunsADeploymentThroughItsLife) {
  Expect({"apply", "-f", "-"}, {"deployment.apps/web created", "service/web created"}, kWeb);
  Expect({"rollout", "status", "deployment/web", "--timeout=90s"}, {"successfully rolled out"});
  Expect({"apply", "-f", "-"}, {"deployment.apps/web unchanged", "service/web unchanged"}, kWeb);
  Expect({"get", "pods", "-A", "-o", "wide"}, {"NAMESPACE", "NODE", "web-", "Running", "1/1"});
  Expect({"get", "deployment", "web"}, {"READY", "UP-TO-DATE", "AVAILABLE", "2/2"});
  Expect({"get", "deployment", "web", "-o", "yaml"},
         {"kind: Deployment", "deployment.kubernetes.io/revision", "image: localhost/whoami:v1"});
  Expect({"get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}"}, {"2"});
  Expect({"get", "service", "web"}, {"ClusterIP", "80/TCP"});
  Expect({"get", "endpoints", "web"}, {":8080"});
  Expect({"logs", "deployment/web"}, {"whoami v1 listening on port 8080"});
  Expect({"logs", "-l", "app=web", "--tail=1"}, {"listening"});
  Expect({"describe", "deployment", "web"}, {"Replicas:", "2 desired", "ScalingReplicaSet", "NewReplicaSetAvailable"});
  Expect({"describe", "pod", "-l", "app=web"}, {"Scheduled", "Started", "Readiness:", "Node:"});

  Expect({"scale", "deployment/web", "--replicas=3"}, {"scaled"});
  EXPECT_TRUE(SharedLab().AwaitReady("default", "app=web", 3));

  Expect({"set", "image", "deployment/web", "web=localhost/whoami:v2"}, {"image updated"});
  Expect({"rollout", "status", "deployment/web", "--timeout=90s"}, {"successfully rolled out"});
  Expect({"rollout", "history", "deployment/web"}, {"REVISION", "1", "2"});
  Expect({"rollout", "undo", "deployment/web"}, {"rolled back"});
  Expect({"rollout", "status", "deployment/web", "--timeout=90s"}, {"successfully rolled out"});
  Expect({"get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image}"},
         {"localhost/whoami:v1"});
  Expect({"rollout", "restart", "deployment/web"}, {"restarted"});
  Expect({"rollout", "status", "deployment/web", "--timeout=90s"}, {"successfully rolled out"});

  Expect({"label", "deployment", "web", "tier=front"}, {"labeled"});
  Expect({"annotate", "deployment", "web", "note=x"}, {"annotated"});
  Expect({"patch", "deployment", "web", "-p",
          R"({"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"b"}]}]}}}})"},
         {"patched"});
  Expect({"get", "deployment", "web", "-o",
          "jsonpath={.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].env[0].name}"},
         {"localhost/whoami:v1 A"});

  Expect({"delete", "-f", "-"}, {"deployment.apps \"web\" deleted", "service \"web\" deleted"}, kWeb);
  EXPECT_TRUE(Await(
      [&] {
        return SharedLab().JsonPath({"pods", "-l", "app=web"}, "{.items[*].metadata.name}").empty();
      },
      std::chrono::seconds(60)));
}

TEST_P(Kubectl, ExplainsAndEdits) {
  Expect({"explain", "deployment.spec.strategy"}, {"strategy", "rollingUpdate"});
  Expect({"explain", "service.spec.expose", "--api-version=croft.lab/v1"}, {"croft.lab", "host"});
  Expect({"explain", "labnodes.spec"}, {"availability"});
  Expect({"create", "configmap", "settings", "--from-literal=colour=red"}, {"created"});
  const Ran edited =
      Execute({"env", "KUBE_EDITOR=sed -i s/red/blue/", std::string(GetParam()) == "old" ? OldKubectl() : NewKubectl(),
               "--kubeconfig", SharedLab().kubeconfig(), "edit", "configmap", "settings"});
  EXPECT_EQ(edited.code, 0) << edited.err;
  Expect({"get", "configmap", "settings", "-o", "jsonpath={.data.colour}"}, {"blue"});
  Expect({"delete", "configmap", "settings"}, {"deleted"});
}

TEST_P(Kubectl, WatchesAndWaits) {
  Expect({"create", "namespace", "watched"}, {"created"});
  Expect({"run", "one", "-n", "watched", "--image=localhost/whoami:v1"}, {"created"});
  Expect({"wait", "-n", "watched", "--for=condition=Ready", "pod/one", "--timeout=60s"}, {"condition met"});
  Expect({"delete", "namespace", "watched"}, {"deleted"});
}

TEST_P(Kubectl, ServesAKindPostedAtRunTime) {
  const std::string crd = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gardens.lab.example.com}
spec:
  group: lab.example.com
  scope: Namespaced
  names: {plural: gardens, singular: garden, kind: Garden, shortNames: [gdn]}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns: [{name: Beds, type: integer, jsonPath: .spec.beds}]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [beds]
            properties: {beds: {type: integer, minimum: 1, description: How many beds}}
)";
  Expect({"apply", "-f", "-"}, {"created"}, crd);
  Expect({"wait", "--for=condition=Established", "crd/gardens.lab.example.com", "--timeout=30s"}, {"condition met"});
  const std::string garden = "apiVersion: lab.example.com/v1\nkind: Garden\nmetadata: {name: back}\nspec: {beds: 4}\n";
  EXPECT_TRUE(Await([&] { return Do({"apply", "-f", "-"}, garden).code == 0; }, std::chrono::seconds(10)));
  Expect({"get", "gdn"}, {"NAME", "BEDS", "back", "4"});
  const Ran bad = Do({"apply", "--validate=false", "-f", "-"},
                     "apiVersion: lab.example.com/v1\nkind: Garden\nmetadata: {name: none}\nspec: {beds: 0}\n");
  EXPECT_NE(bad.err.find("spec.beds"), std::string::npos) << bad.err;
  Expect({"explain", "garden.spec.beds"}, {"How many beds"});
  // What an object of the kind owns goes with it.
  const std::string uid = Expect({"get", "garden", "back", "-o", "jsonpath={.metadata.uid}"}, {});
  Expect({"apply", "-f", "-"}, {"created"},
         "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: beds\n  ownerReferences: [{apiVersion: "
         "lab.example.com/v1, kind: Garden, name: back, uid: " +
             uid + "}]\n");
  Expect({"delete", "garden", "back"}, {"deleted"});
  EXPECT_TRUE(Await([&] { return Do({"get", "configmap", "beds"}).code != 0; }, std::chrono::seconds(30)));
  Expect({"delete", "crd", "gardens.lab.example.com"}, {"deleted"});
}

INSTANTIATE_TEST_SUITE_P(Clients, Kubectl, testing::Values("old", "new"),
                         [](const auto& param) { return std::string(param.param); });

}  // namespace
}  // namespace croft::e2e
