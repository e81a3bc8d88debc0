#include "operator/workloads/install.h"
#include "operator/workloads/lab_service_plan.h"
#include "operator/workloads/lab_template.h"
#include "unit/operator/workloads/small_lab.h"

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;
using resources::kDeployments;
using resources::kLabCertificates;
using resources::kLabIngresses;
using resources::kLabServices;
using resources::kPods;
using resources::kReplicaSets;
using resources::kServices;

TEST(LabServicePlan, ProblemsNameTheirField) {
  struct Case {
    const char* name;
    const char* spec;
    const char* problem;  // the beginning of the only one; empty: none
  };
  const Case cases[] = {
      {"an image is enough", R"({"image":"i"})", ""},
      {"neither image nor template", R"({})", "spec.image: Required value"},
      {"two ports, one without a name", R"({"image":"i","ports":[{"name":"a","port":1},{"port":2}]})",
       "spec.ports[1].name: Required value"},
      {"two ports of one name", R"({"image":"i","ports":[{"name":"a","port":1},{"name":"a","port":2}]})",
       "spec.ports[1].name: Duplicate value"},
      {"a targetPort that the template does not have",
       R"({"template":{"spec":{"containers":[{"ports":[{"name":"x","containerPort":1}]}]}},"ports":[{"port":1,"targetPort":"y"}]})",
       "spec.ports[0].targetPort: Not found"},
      {"a targetPort that the template has",
       R"({"template":{"spec":{"containers":[{"ports":[{"name":"x","containerPort":1}]}]}},"ports":[{"port":1,"targetPort":"x"}]})",
       ""},
      {"exposed without a port", R"({"image":"i","expose":{"host":"h"}})", "spec.ports: Required value"},
      {"exposed at a port that is not there", R"({"image":"i","ports":[{"port":1}],"expose":{"host":"h","port":2}})",
       "spec.expose.port: Not found"},
  };
  for (const Case& c : cases) {
    const auto problems = LabServiceProblems(*ParseJson(c.spec));
    if (std::string(c.problem).empty()) {
      EXPECT_TRUE(problems.empty()) << c.name << ": " << problems[0];
    } else {
      ASSERT_EQ(problems.size(), 1u) << c.name;
      EXPECT_EQ(problems[0].rfind(c.problem, 0), 0u) << c.name << ": " << problems[0];
    }
  }
}

TEST(Covers, ToleratesDefaultsAndSeesChanges) {
  const auto covers = [](const char* actual, const char* wanted) {
    return Covers(*ParseJson(actual), *ParseJson(wanted));
  };
  EXPECT_TRUE(covers(R"({"a":1,"b":{"c":2,"default":3}})", R"({"b":{"c":2},"a":1})"));
  EXPECT_TRUE(covers(R"({"l":[{"n":1,"default":2}]})", R"({"l":[{"n":1}]})"));
  EXPECT_FALSE(covers(R"({"l":[{"n":1},{"n":2}]})", R"({"l":[{"n":1}]})"));
  EXPECT_FALSE(covers(R"({"a":2})", R"({"a":1})"));
  EXPECT_FALSE(covers(R"({})", R"({"a":1})"));
  EXPECT_TRUE(covers(R"({})", R"({"a":{},"b":[],"c":0,"d":null})"));
}

class LabServiceTest : public SmallLab {
 protected:
  LabServiceTest() {
    Settings settings;
    settings.workers = 1;
    settings.namespaced = [] { return std::vector<GroupVersionResource>(); };
    Install(*manager_, std::move(settings));
    for (const char* node : {"node-0", "node-1", "node-2"}) {
      client_.Seed(resources::kNodes,
                   std::string(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")") + node + "\"}}");
    }
  }
  void Apply(const std::string& spec) {
    Create(kLabServices,
           R"({"apiVersion":"croft.lab/v1","kind":"Service","metadata":{"name":"whoami"},"spec":)" + spec + "}");
  }
  void RollOn() {
    for (int i = 0; i < 30; ++i) {
      int node = 0;
      for (const types::Pod& pod : Pods()) {
        ++node;
        if (!types::IsReady(pod) && !pod.metadata.deleting()) MakeReady(pod, "node-" + std::to_string(node % 3));
      }
      EndTerminating();
      Settle();
    }
  }
  types::lab::ServiceStatus StatusOf() { return Read<types::lab::Service>(kLabServices, "whoami").status; }
  std::string Condition(const std::string& type) {
    const auto status = StatusOf();
    const types::Condition* condition = types::FindCondition(status.conditions, type);
    return condition == nullptr ? "" : condition->status + " " + condition->reason;
  }
  JsonDocument Json(const GroupVersionResource& gvr) {
    const ObjectPtr object = client_.Peek(gvr, {"default", "whoami"});
    return object == nullptr ? JsonDocument() : object->ToJson();
  }
};

constexpr const char* kWhoami =
    R"({"image":"localhost/whoami:v1","replicas":3,"ports":[{"name":"http","port":80,"targetPort":8080}],)"
    R"("readinessProbe":{"httpGet":{"port":8080}},"placement":{"spread":"zone"},"expose":{"host":"whoami.lab"}})";

TEST_F(LabServiceTest, BecomesAWholeApplication) {
  Apply(kWhoami);
  Start();
  RollOn();
  const types::lab::ServiceStatus status = StatusOf();
  EXPECT_EQ(status.summary, "3/3 ready on 3 nodes at https://whoami.lab");
  EXPECT_EQ(status.url, "https://whoami.lab");
  EXPECT_EQ(status.image, "localhost/whoami:v1");
  EXPECT_EQ(status.selector, "croft.lab/service=whoami");
  EXPECT_EQ(status.ready_replicas, 3);
  EXPECT_EQ(Condition("Ready"), "True AllAvailable");
  EXPECT_EQ(Condition("Progressing"), "True NewReplicaSetAvailable");

  const JsonDocument deployment = Json(kDeployments);
  const auto& container = (*Find(deployment, {"spec", "template", "spec", "containers"}))[0];
  EXPECT_EQ(FindString(container, {"image"}), "localhost/whoami:v1");
  EXPECT_EQ(WriteJson(*Find(container, "ports")), R"([{"name":"http","containerPort":8080,"protocol":"TCP"}])");
  EXPECT_NE(Find(container, "readinessProbe"), nullptr);
  EXPECT_EQ(Find(container, "livenessProbe"), nullptr) << "nothing is invented";
  EXPECT_EQ(
      FindString((*Find(deployment, {"spec", "template", "spec", "topologySpreadConstraints"}))[0], {"topologyKey"}),
      "zone");
  EXPECT_EQ(WriteJson(*Find(Json(kServices), {"spec", "ports"})),
            R"([{"name":"http","port":80,"targetPort":8080,"protocol":"TCP"}])");
  EXPECT_EQ(
      WriteJson(*Find(Json(kLabIngresses), {"spec", "rules"})),
      R"([{"host":"whoami.lab","paths":[{"path":"/","pathType":"Prefix","backend":{"labService":{"name":"whoami"}}}]}])");
  EXPECT_EQ(WriteJson(*Find(Json(kLabIngresses), {"spec", "tls"})),
            R"([{"hosts":["whoami.lab"],"certificateName":"whoami"}])");
  EXPECT_EQ(WriteJson(*Find(Json(kLabCertificates), "spec")), R"({"names":["whoami.lab"],"secretName":"whoami-tls"})");

  client_.TakeWrites();
  executor_.Advance(1h);
  EXPECT_TRUE(client_.TakeWrites().empty()) << "nothing is written when nothing changes";

  ASSERT_TRUE(client_.Delete(kLabServices, {"default", "whoami"}).ok());
  RollOn();
  for (const auto& gvr : {kDeployments, kServices, kLabIngresses, kLabCertificates, kReplicaSets, kPods}) {
    EXPECT_TRUE(client_.All(gvr).empty()) << gvr.resource;
  }
}

TEST_F(LabServiceTest, ANewImageIsRolledOutAndTheSummarySaysSo) {
  Apply(kWhoami);
  Start();
  RollOn();
  Patch(kLabServices, "whoami", R"({"spec":{"image":"localhost/whoami:v2"}})");
  Settle();
  EXPECT_EQ(StatusOf().summary, "3/3 ready, 1/3 updated to localhost/whoami:v2");
  EXPECT_EQ(Condition("Ready"), "False NotAllAvailable");
  RollOn();
  EXPECT_EQ(StatusOf().summary.rfind("3/3 ready on ", 0), 0u) << StatusOf().summary;
  for (const types::Pod& pod : Pods()) EXPECT_EQ(pod.spec.containers.at(0).image, "localhost/whoami:v2");
}

TEST_F(LabServiceTest, ChangesByHandArePutBack) {
  Apply(kWhoami);
  Start();
  RollOn();
  Patch(kDeployments, "whoami", R"({"spec":{"replicas":7},"metadata":{"annotations":{"mine":"stays"}}})");
  Settle();
  EXPECT_EQ(FindInt(Json(kDeployments), {"spec", "replicas"}), 3);
  Patch(kDeployments, "whoami", R"({"spec":{"template":{"spec":{"hostNetwork":true}}}})");
  Settle();
  EXPECT_EQ(Find(Json(kDeployments), {"spec", "template", "spec", "hostNetwork"}), nullptr)
      << "also where nothing was declared";
  Patch(kServices, "whoami", R"({"spec":{"selector":{"croft.lab/service":"other"},"clusterIP":"10.96.0.9"}})");
  Settle();
  EXPECT_EQ(FindString(Json(kServices), {"spec", "selector", kLabService}), "whoami");
  EXPECT_EQ(FindString(Json(kServices), {"spec", "clusterIP"}), "10.96.0.9") << "what the server allocates stays";
  EXPECT_EQ(FindString(Json(kDeployments), {"metadata", "annotations", "mine"}), "stays");
  client_.Remove(kServices, {"default", "whoami"});
  Settle();
  EXPECT_FALSE(Json(kServices).IsNull());
}

TEST_F(LabServiceTest, ARestartByKubectlIsCarriedOut) {
  Apply(kWhoami);
  Start();
  RollOn();
  Patch(kDeployments, "whoami",
        R"({"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"now"}}}}})");
  RollOn();
  EXPECT_EQ(client_.All(kReplicaSets).size(), 2u);
  for (const types::Pod& pod : Pods())
    EXPECT_EQ(pod.metadata.annotations.count("kubectl.kubernetes.io/restartedAt"), 1u);
}

TEST_F(LabServiceTest, WhatIsNoLongerDeclaredGoes) {
  Apply(kWhoami);
  Start();
  RollOn();
  Patch(kLabServices, "whoami", R"({"spec":{"expose":null,"readinessProbe":null,"ports":null}})");
  RollOn();
  EXPECT_TRUE(Json(kLabIngresses).IsNull());
  EXPECT_TRUE(Json(kLabCertificates).IsNull());
  EXPECT_TRUE(Json(kServices).IsNull());
  const JsonDocument deployment = Json(kDeployments);
  EXPECT_EQ(Find((*Find(deployment, {"spec", "template", "spec", "containers"}))[0], "readinessProbe"), nullptr);
  EXPECT_EQ(StatusOf().url, "");
  EXPECT_EQ(StatusOf().summary.find("https"), std::string::npos) << StatusOf().summary;
}

TEST_F(LabServiceTest, AnObjectOfItsNameThatItDoesNotOwnIsNotTouched) {
  client_.Seed(kServices, R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"whoami","namespace":"default"},)"
                          R"("spec":{"selector":{"app":"old"}}})");
  Apply(kWhoami);
  Start();
  RollOn();
  EXPECT_EQ(WriteJson(*Find(Json(kServices), "spec")), R"({"selector":{"app":"old"}})");
  EXPECT_EQ(Condition("Ready"), "False NameTaken");
  EXPECT_NE(StatusOf().summary.find("Service default/whoami exists and does not belong"), std::string::npos);
  EXPECT_EQ(EventMessages("NameTaken").size(), 1u);
  client_.Remove(kServices, {"default", "whoami"});
  RollOn();
  EXPECT_EQ(Condition("Ready"), "True AllAvailable");
}

TEST_F(LabServiceTest, WhatIsNotActedOnIsSaid) {
  Apply(R"({"image":"i","mesh":true,"devices":[{"name":"gpu"}],"autoscale":{"max":3},"update":{"strategy":"canary"}})");
  Start();
  RollOn();
  EXPECT_EQ(Condition("Unsupported"), "True FieldsNotActedOn");
  const auto messages = EventMessages("Unsupported");
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0],
            "Accepted but not acted on: spec.update.strategy: canary, spec.autoscale, spec.mesh, spec.devices.");
  EXPECT_EQ(Condition("Ready"), "True AllAvailable");
}

TEST_F(LabServiceTest, ModeDaemonIsRefusedAloud) {
  Apply(R"({"image":"i","mode":"daemon"})");
  Start();
  EXPECT_EQ(Condition("Ready"), "False NotSupported");
  EXPECT_EQ(EventMessages("NotSupported").size(), 1u);
  EXPECT_TRUE(client_.All(kDeployments).empty());
}

TEST_F(LabServiceTest, AServiceThatIsWrongSaysWhatAndChangesNothing) {
  Apply(kWhoami);
  Start();
  RollOn();
  Patch(kLabServices, "whoami", R"({"spec":{"image":"v9","ports":[{"name":"a","port":1},{"port":2}]}})");
  Settle();
  EXPECT_EQ(Condition("Ready"), "False Invalid");
  EXPECT_EQ(StatusOf().summary.rfind("spec.ports[1].name: Required value", 0), 0u);
  EXPECT_EQ(Pods().at(0).spec.containers.at(0).image, "localhost/whoami:v1");
}

}  // namespace
}  // namespace croft::workloads
