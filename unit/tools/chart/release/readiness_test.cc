#include "tools/chart/release/readiness.h"

#include <gtest/gtest.h>

namespace croft::chart {
namespace {

using State = Readiness::State;

TEST(Readiness, IsJudgedByTheStatus) {
  struct Case {
    const char* name;
    const char* object;
    State state;
    const char* why = "";
  };
  const Case cases[] = {
      {"a config map is ready when it is there", R"({"apiVersion":"v1","kind":"ConfigMap"})", State::kReady},
      {"a deployment that its controller has not seen",
       R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"generation":2},"status":{"observedGeneration":1}})",
       State::kWaiting, "its controller has not seen the change yet"},
      {"a deployment whose pods are old",
       R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"generation":1},"spec":{"replicas":3},
           "status":{"observedGeneration":1,"updatedReplicas":1,"availableReplicas":3}})",
       State::kWaiting, "1 of 3 replicas are of the new revision"},
      {"a deployment whose pods are not available",
       R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"generation":1},"spec":{"replicas":3},
           "status":{"observedGeneration":1,"updatedReplicas":3,"availableReplicas":2}})",
       State::kWaiting, "2 of 3 replicas are available"},
      {"a deployment of which as many are there as an update leaves",
       R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"generation":1},"spec":{"replicas":3,
           "strategy":{"rollingUpdate":{"maxUnavailable":"50%"}}},
           "status":{"observedGeneration":1,"updatedReplicas":3,"availableReplicas":2}})",
       State::kReady},
      {"a deployment that is made anew must be whole",
       R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"generation":1},"spec":{"replicas":4,
           "strategy":{"type":"Recreate"}},"status":{"observedGeneration":1,"updatedReplicas":4,"availableReplicas":3}})",
       State::kWaiting, "3 of 4 replicas are available"},
      {"a deployment that has exceeded its deadline",
       R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"generation":1},"status":{"observedGeneration":1,
           "conditions":[{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded"}]}})",
       State::kFailed, "its roll-out has exceeded its deadline"},
      {"a deployment that is paused",
       R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"generation":2},"spec":{"paused":true}})",
       State::kReady},
      {"a deployment of none", R"({"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":0}})", State::kReady},
      {"a stateful set that is half up",
       R"({"apiVersion":"apps/v1","kind":"StatefulSet","spec":{"replicas":2},
           "status":{"updatedReplicas":2,"readyReplicas":1}})",
       State::kWaiting, "1 of 2 replicas are ready"},
      {"a stateful set whose update keeps a part",
       R"({"apiVersion":"apps/v1","kind":"StatefulSet","spec":{"replicas":3,"updateStrategy":{"rollingUpdate":
           {"partition":2}}},"status":{"updatedReplicas":1,"readyReplicas":3}})",
       State::kReady},
      {"a daemon set that one node may lack",
       R"({"apiVersion":"apps/v1","kind":"DaemonSet","status":{"desiredNumberScheduled":3,"updatedNumberScheduled":3,
           "numberReady":2}})",
       State::kReady},
      {"a daemon set that two nodes lack",
       R"({"apiVersion":"apps/v1","kind":"DaemonSet","status":{"desiredNumberScheduled":3,"updatedNumberScheduled":3,
           "numberReady":1}})",
       State::kWaiting, "1 of 3 nodes have it ready"},
      {"a pod whose image is missing",
       R"({"apiVersion":"v1","kind":"Pod","status":{"phase":"Pending","containerStatuses":[{"name":"web","state":
           {"waiting":{"reason":"ImagePullBackOff","message":"no such image"}}}]}})",
       State::kWaiting, "container web: ImagePullBackOff: no such image"},
      {"a pod that no node takes",
       R"({"apiVersion":"v1","kind":"Pod","status":{"phase":"Pending","conditions":[{"type":"PodScheduled",
           "status":"False","reason":"Unschedulable","message":"no node has a GPU"}]}})",
       State::kWaiting, "Unschedulable: no node has a GPU"},
      {"a pod that is ready",
       R"({"apiVersion":"v1","kind":"Pod","status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}})",
       State::kReady},
      {"a pod that has failed", R"({"apiVersion":"v1","kind":"Pod","status":{"phase":"Failed"}})", State::kFailed,
       "it has failed"},
      {"a claim without volume", R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","status":{"phase":"Pending"}})",
       State::kWaiting, "it is Pending"},
      {"a service without address", R"({"apiVersion":"v1","kind":"Service","spec":{"type":"ClusterIP"}})",
       State::kWaiting, "it has no cluster address yet"},
      {"a headless service", R"({"apiVersion":"v1","kind":"Service","spec":{"clusterIP":"None"}})", State::kReady},
      {"a load balancer without address",
       R"({"apiVersion":"v1","kind":"Service","spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1"}})", State::kWaiting,
       "it has no external address yet"},
      {"a definition that waits", R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition"})",
       State::kWaiting, "it is not established yet"},
      {"a custom kind that says nothing", R"({"apiVersion":"x.io/v1","kind":"Plant"})", State::kReady},
      {"a certificate that is not issued",
       R"({"apiVersion":"cert-manager.io/v1","kind":"Certificate","status":{"conditions":[{"type":"Ready",
           "status":"False","reason":"Issuing","message":"the key is being made"}]}})",
       State::kWaiting, "Issuing: the key is being made"},
      {"a custom kind that has the name of a built-in one",
       R"({"apiVersion":"croft.lab/v1","kind":"Service","status":{"conditions":[{"type":"Ready","status":"True"}]}})",
       State::kReady},
      {"a job that has failed",
       R"({"apiVersion":"batch/v1","kind":"Job","status":{"conditions":[{"type":"Failed","status":"True",
           "reason":"BackoffLimitExceeded"}]}})",
       State::kFailed, "it has failed: BackoffLimitExceeded"},
  };
  for (const Case& c : cases) {
    const Readiness readiness = ReadinessOf(*ParseJson(c.object), false);
    EXPECT_EQ(readiness.state, c.state) << c.name;
    EXPECT_EQ(readiness.why, c.why) << c.name;
  }
}

TEST(Readiness, OfAJobIsWaitedForOnDemand) {
  const JsonDocument job =
      *ParseJson(R"({"apiVersion":"batch/v1","kind":"Job","spec":{"completions":3},"status":{"succeeded":1}})");
  EXPECT_TRUE(ReadinessOf(job, false).ready());
  EXPECT_EQ(ReadinessOf(job, true).why, "1 of 3 pods have succeeded");
}

}  // namespace
}  // namespace croft::chart
