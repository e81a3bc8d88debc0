#include "unit/operator/agent/agent_fixture.h"

namespace croft::agent {
namespace {

TEST_F(AgentTest, RegistersItsNodeAndRenewsItsLease) {
  const types::Node node = Node();
  EXPECT_TRUE(types::IsReady(node));
  EXPECT_EQ(types::FindAddress(node, "InternalIP"), "192.0.2.1");
  EXPECT_EQ(node.status.capacity.at("pods"), "110");
  EXPECT_EQ(node.status.capacity.at("memory"), "1Gi") << "spelled as the server does";
  EXPECT_EQ(node.status.node_info.container_runtime_version, "fake://1.0");
  EXPECT_EQ(node.status.daemon_endpoints.kubelet_endpoint.port, 10250);
  const auto renewed = [&] {
    return types::FromObject<types::Lease>(*client_.Peek(resources::kLeases, {"kube-node-lease", "n1"}))
        ->spec.renew_time;
  };
  Pass(seconds(2));
  const std::string first = renewed();
  Pass(seconds(2));
  EXPECT_LT(first, renewed());
}

TEST_F(AgentTest, CreatesItsNodeWhenTheLabHasNone) {
  client_.Remove(resources::kNodes, {"", "n1"});
  Settle();
  ASSERT_NE(client_.Peek(resources::kNodes, {"", "n1"}), nullptr);
  EXPECT_EQ(Node().metadata.labels.at("kubernetes.io/hostname"), "n1");
}

TEST_F(AgentTest, WhatItDoesNotKnowOfItsMachineIsReportedAsEmptyText) {
  const JsonDocument node = client_.Peek(resources::kNodes, {"", "n1"})->ToJson();
  const Json* machine_id = Find(node, {"status", "nodeInfo", "machineID"});
  ASSERT_NE(machine_id, nullptr) << "Kubernetes requires the field";
  EXPECT_EQ(AsView(*machine_id), "");
}

TEST_F(AgentTest, AnIdleNodeIsNotWritten) {
  client_.TakeWrites();
  Pass(minutes(1));
  for (const std::string& write : client_.TakeWrites()) EXPECT_THAT(write, HasSubstr("leases")) << write;
}

TEST_F(AgentTest, ANodeWhoseRuntimeIsDownIsNotReady) {
  runtime_.Fail(FakeRuntime::Operation::kList, Status::Unavailable("no podman"), 2);
  Pass(seconds(10));
  EXPECT_FALSE(types::IsReady(Node()));
  Pass(seconds(20));
  EXPECT_TRUE(types::IsReady(Node()));
}

TEST_F(AgentTest, RunsAPodWithAnAddressOfItsOwn) {
  AddPod("web", kApp);
  EXPECT_THAT(runtime_.Running(), ElementsAre("default/web/main"));
  const types::Pod pod = Pod("web");
  EXPECT_EQ(pod.status.phase, "Running");
  EXPECT_EQ(pod.status.pod_ip, "10.244.1.2");
  EXPECT_EQ(pod.status.host_ip, "192.0.2.1");
  EXPECT_TRUE(IsReady("web"));
  EXPECT_EQ(net_.Attached().at("uid-web"), "10.244.1.2");
  EXPECT_THAT(Events(), Contains("Started: Started container main"));
  EXPECT_THAT(Events(), Contains("Pulled: Container image \"app:1\" already present on machine"));
}

TEST_F(AgentTest, ASettledPodIsNotWrittenAgain) {
  AddPod("web", kApp);
  client_.TakeWrites();
  Pass(minutes(2));
  for (const std::string& write : client_.TakeWrites()) EXPECT_THAT(write, HasSubstr("leases")) << write;
}

TEST_F(AgentTest, PodsOnTheHostsNetworkHaveItsAddress) {
  AddPod("web", std::string(R"("hostNetwork":true,)") + kApp);
  EXPECT_EQ(Pod("web").status.pod_ip, "192.0.2.1");
  EXPECT_TRUE(net_.Attached().empty());
}

TEST_F(AgentTest, APodWaitsUntilTheNodeHasARange) {
  client_.Seed(resources::kNodes, R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}})");
  RestartAgent();
  AddPod("web", kApp);
  EXPECT_EQ(Waiting("web"), "ContainerCreating");
  EXPECT_EQ(runtime_.SandboxCount(), 0u);
  client_.Seed(resources::kNodes,
               R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"},"spec":{"podCIDR":"10.244.7.0/24"}})");
  Pass(seconds(5));
  EXPECT_EQ(Pod("web").status.pod_ip, "10.244.7.2");
}

TEST_F(AgentTest, AnAgentThatRestartsAdoptsWhatRuns) {
  AddPod("web", R"("containers":[{"name":"main","image":"app:1","readinessProbe":{"tcpSocket":{"port":80}}}])");
  Pass(seconds(1));
  ASSERT_TRUE(IsReady("web"));
  client_.TakeWrites();
  RestartAgent();
  Pass(minutes(1));
  EXPECT_EQ(runtime_.Starts(), 1);
  EXPECT_EQ(Pod("web").status.pod_ip, "10.244.1.2");
  for (const std::string& write : client_.TakeWrites()) EXPECT_THAT(write, testing::Not(HasSubstr("pods"))) << write;
  AddPod("two", kApp);
  EXPECT_EQ(Pod("two").status.pod_ip, "10.244.1.3") << "the adopted address is taken";
}

TEST_F(AgentTest, WhileTheServerIsAwayPodsRunOnAndRestart) {
  AddPod("web", kApp);
  client_.SetAway(true);
  Pass(seconds(30));
  ASSERT_TRUE(runtime_.Kill("default/web", "main", 1));
  Pass(seconds(5));
  EXPECT_THAT(runtime_.Running(), ElementsAre("default/web/main"));
  EXPECT_EQ(runtime_.Starts("default/web"), 2);
  client_.SetAway(false);
  Pass(minutes(2));
  EXPECT_EQ(ContainerOf("web").restart_count, 1);
  EXPECT_EQ(runtime_.Starts("default/web"), 2);
}

TEST_F(AgentTest, ACrashingContainerBacksOff) {
  AddPod("web", R"("containers":[{"name":"main","image":"crash:1"}])");
  Pass(seconds(1));
  EXPECT_EQ(runtime_.Starts(), 2) << "the first restart comes at once";
  Pass(seconds(1));
  EXPECT_EQ(Waiting("web"), "CrashLoopBackOff");
  EXPECT_EQ(ContainerOf("web").last_state.terminated->exit_code, 3);
  EXPECT_THAT(Events(), Contains(HasSubstr("BackOff: Back-off restarting failed container main")));
  Pass(seconds(9));
  EXPECT_EQ(runtime_.Starts(), 2);
  Pass(seconds(1));
  EXPECT_EQ(runtime_.Starts(), 3);
  Pass(seconds(20));
  EXPECT_EQ(runtime_.Starts(), 3);
  Pass(seconds(1));
  EXPECT_EQ(runtime_.Starts(), 4);
  EXPECT_EQ(ContainerOf("web").restart_count, 3);
}

TEST_F(AgentTest, AJobThatEndsSucceedsAndGivesItsSandboxBack) {
  AddPod("job", R"("restartPolicy":"Never","containers":[{"name":"main","image":"job:1"}])");
  Pass(seconds(6));
  EXPECT_EQ(Pod("job").status.phase, "Succeeded");
  EXPECT_EQ(ContainerOf("job").state.terminated->reason, "Completed");
  EXPECT_EQ(runtime_.SandboxCount(), 0u);
  EXPECT_TRUE(net_.Attached().empty());
  EXPECT_EQ(volumes_.Pods().size(), 1u) << "files and logs stay until the pod goes";
  Delete("job", 0);
  EXPECT_TRUE(volumes_.Pods().empty());
}

TEST_F(AgentTest, InitContainersRunInOrderThenTheApplication) {
  runtime_.AddImage("init:1", {.runs_for = seconds(2)});
  AddPod("web",
         R"("initContainers":[{"name":"a","image":"init:1"},{"name":"b","image":"init:1"}],)" + std::string(kApp));
  EXPECT_THAT(runtime_.Running(), ElementsAre("default/web/a"));
  Pass(seconds(2));
  EXPECT_THAT(runtime_.Running(), ElementsAre("default/web/b"));
  EXPECT_EQ(Pod("web").status.phase, "Pending");
  Pass(seconds(2));
  EXPECT_THAT(runtime_.Running(), ElementsAre("default/web/main"));
  EXPECT_TRUE(IsReady("web"));
  RestartAgent();
  EXPECT_EQ(runtime_.Starts(), 3);
}

TEST_F(AgentTest, AMissingImageIsTriedAgainWithPauses) {
  AddPod("web", R"("containers":[{"name":"main","image":"nowhere:1"}])");
  EXPECT_EQ(Waiting("web"), "ErrImagePull");
  EXPECT_THAT(Events(), Contains("Failed: Failed to pull image \"nowhere:1\": no such image"));
  Pass(seconds(3));
  EXPECT_EQ(Waiting("web"), "ImagePullBackOff");
  runtime_.AddRemoteImage("nowhere:1");
  Pass(seconds(8));
  EXPECT_TRUE(IsReady("web"));
  EXPECT_EQ(runtime_.Pulls("nowhere:1"), 2);
}

TEST_F(AgentTest, PullPauseDoubles) {
  AddPod("web", R"("containers":[{"name":"main","image":"nowhere:1"}])");
  Pass(seconds(10));
  EXPECT_EQ(runtime_.Pulls("nowhere:1"), 2);
  Pass(seconds(19));
  EXPECT_EQ(runtime_.Pulls("nowhere:1"), 2);
  Pass(seconds(1));
  EXPECT_EQ(runtime_.Pulls("nowhere:1"), 3);
}

TEST_F(AgentTest, NeverPullingSaysThatTheImageIsMissing) {
  AddPod("web", R"("containers":[{"name":"main","image":"nowhere:1","imagePullPolicy":"Never"}])");
  EXPECT_EQ(Waiting("web"), "ErrImageNeverPull");
  EXPECT_EQ(runtime_.Pulls("nowhere:1"), 0);
}

TEST_F(AgentTest, AMissingConfigMapKeyHoldsTheContainerBackUntilItIsThere) {
  AddPod("web", R"("containers":[{"name":"main","image":"app:1","env":[{"name":"A","valueFrom":
      {"configMapKeyRef":{"name":"settings","key":"a"}}}]}])");
  EXPECT_EQ(Waiting("web"), "CreateContainerConfigError");
  EXPECT_EQ(ContainerOf("web").state.waiting->message, "configmap \"default/settings\" not found");
  client_.Seed(
      resources::kConfigMaps,
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"default","name":"settings"},"data":{"a":"1"}})");
  Pass(seconds(2));
  EXPECT_TRUE(IsReady("web"));
  EXPECT_EQ(runtime_.Spec("default/web", "main")->env, (Environment{{"A", "1"}}));
}

TEST_F(AgentTest, AVolumeThatIsNotSupportedIsNamed) {
  volumes_.SetAnswer(Status::Invalid("volume \"data\": nfs is not supported"));
  AddPod("web", kApp);
  EXPECT_EQ(Waiting("web"), "CreateContainerConfigError");
  EXPECT_THAT(Events(), Contains("FailedMount: volume \"data\": nfs is not supported"));
}

TEST_F(AgentTest, ReadinessFollowsTheProbe) {
  bool answers = false;
  net_.SetProbe([&](const std::string& target) {
    EXPECT_EQ(target, "http://10.244.1.2:8080/healthz");
    return answers ? Status::Ok() : Status::Unavailable("connection refused");
  });
  AddPod("web", R"("containers":[{"name":"main","image":"app:1","ports":[{"name":"http","containerPort":8080}],
      "readinessProbe":{"httpGet":{"path":"/healthz","port":"http"},"periodSeconds":2,"failureThreshold":2}}])");
  EXPECT_FALSE(IsReady("web"));
  EXPECT_EQ(Pod("web").status.phase, "Running");
  Pass(seconds(5));
  EXPECT_FALSE(IsReady("web"));
  EXPECT_THAT(Events(), Contains("Unhealthy: Readiness probe failed: connection refused"));
  answers = true;
  Pass(seconds(2));
  EXPECT_TRUE(IsReady("web"));
  answers = false;
  Pass(seconds(2));
  EXPECT_TRUE(IsReady("web")) << "one failure of two";
  Pass(seconds(2));
  EXPECT_FALSE(IsReady("web"));
}

TEST_F(AgentTest, AContainerThatComesUpBetweenProbesIsReadySoon) {
  AddPod("web", R"("containers":[{"name":"main","image":"app:1","readinessProbe":{"tcpSocket":{"port":80},
      "periodSeconds":60}}])");
  net_.SetProbe([&](const std::string&) {
    return clock_.Steady() > fakes::FakeClock().Steady() + milliseconds(600) ? Status::Ok() : Status::Unavailable("no");
  });
  RestartAgent();
  Pass(seconds(2));
  EXPECT_TRUE(IsReady("web"));
}

TEST_F(AgentTest, AFailingLivenessProbeRestartsTheContainer) {
  bool alive = true;
  runtime_.SetExec([&](const types::StringMap&, const std::vector<std::string>& command) {
    EXPECT_THAT(command, ElementsAre("check"));
    return ExecResult{alive ? 0 : 1, "broken"};
  });
  AddPod("web", R"("containers":[{"name":"main","image":"app:1","livenessProbe":{"exec":{"command":["check"]},
      "periodSeconds":5,"failureThreshold":2}}])");
  Pass(seconds(20));
  EXPECT_EQ(runtime_.Starts(), 1);
  alive = false;
  Pass(seconds(10));
  alive = true;
  EXPECT_EQ(runtime_.Starts(), 2);
  EXPECT_EQ(ContainerOf("web").restart_count, 1);
  EXPECT_EQ(ContainerOf("web").last_state.terminated->exit_code, 143);
  EXPECT_THAT(Events(), Contains("Unhealthy: Liveness probe failed: broken"));
  EXPECT_THAT(Events(), Contains("Killing: Container main failed liveness probe, will be restarted"));
  Pass(minutes(2));
  EXPECT_EQ(runtime_.Starts(), 2);
}

TEST_F(AgentTest, AStartupProbeHoldsTheOthersBack) {
  bool started = false;
  net_.SetProbe([&](const std::string& target) {
    return target == "10.244.1.2:1" ? (started ? Status::Ok() : Status::Unavailable("no")) : Status::Unavailable("no");
  });
  AddPod("web", R"("containers":[{"name":"main","image":"app:1","startupProbe":{"tcpSocket":{"port":1},
      "periodSeconds":5,"failureThreshold":10},"livenessProbe":{"tcpSocket":{"port":2},"periodSeconds":1,
      "failureThreshold":3}}])");
  Pass(seconds(30));
  EXPECT_EQ(runtime_.Starts(), 1);
  EXPECT_EQ(ContainerOf("web").started, false);
  started = true;
  Pass(seconds(20));
  EXPECT_GE(runtime_.Starts(), 2) << "then liveness counts";
}

TEST_F(AgentTest, ADeletedPodEndsWithGraceAndLeavesNothing) {
  runtime_.AddImage("slow:1", {.term_delay = seconds(3)});
  AddPod("web", R"("containers":[{"name":"main","image":"slow:1"}])");
  Delete("web", 30);
  EXPECT_TRUE(Exists("web"));
  Pass(seconds(2));
  EXPECT_THAT(runtime_.Running(), ElementsAre("default/web/main"));
  Pass(seconds(3));
  EXPECT_FALSE(Exists("web"));
  EXPECT_EQ(runtime_.SandboxCount(), 0u);
  EXPECT_TRUE(net_.Attached().empty());
  EXPECT_TRUE(volumes_.Pods().empty());
}

TEST_F(AgentTest, AReadyPodGoesOnForAMomentAfterItsDeletion) {
  AddPod("web", kApp);
  Delete("web", 30);
  Pass(milliseconds(900));
  EXPECT_THAT(runtime_.Running(), ElementsAre("default/web/main"));
  Pass(milliseconds(200));
  EXPECT_FALSE(Exists("web"));
}

TEST_F(AgentTest, AContainerThatIgnoresTheSignalIsKilledWhenTheGraceIsOver) {
  runtime_.AddImage("deaf:1", {.ignores_term = true});
  AddPod("web", R"("containers":[{"name":"main","image":"deaf:1"}])");
  Delete("web", 10);
  Pass(seconds(8));
  EXPECT_EQ(runtime_.Running().size(), 1u);
  Pass(seconds(4));
  EXPECT_FALSE(Exists("web"));
}

TEST_F(AgentTest, ThePreStopHookRunsBeforeTheSignal) {
  std::vector<std::string> ran;
  runtime_.SetExec([&](const types::StringMap&, const std::vector<std::string>& command) {
    ran.push_back(command[0] + " while " + std::to_string(runtime_.Running().size()) + " runs");
    return ExecResult{};
  });
  AddPod("web",
         R"("containers":[{"name":"main","image":"app:1","lifecycle":{"preStop":{"exec":{"command":["bye"]}}}}])");
  Delete("web", 10);
  Pass(seconds(3));
  EXPECT_THAT(ran, ElementsAre("bye while 1 runs"));
  EXPECT_FALSE(Exists("web"));
}

TEST_F(AgentTest, APodThatTheApiForgotIsRemovedAtOnce) {
  AddPod("web", kApp);
  client_.Remove(resources::kPods, {"default", "web"});
  Settle();
  EXPECT_EQ(runtime_.SandboxCount(), 0u);
  EXPECT_TRUE(net_.Attached().empty());
}

TEST_F(AgentTest, OrphansFromBeforeTheStartAreRemoved) {
  AddPod("web", kApp);
  agent_->Stop();
  agent_.reset();
  client_.Remove(resources::kPods, {"default", "web"});
  StartAgent();
  Settle();
  EXPECT_EQ(runtime_.SandboxCount(), 0u);
  EXPECT_TRUE(volumes_.Pods().empty());
}

TEST_F(AgentTest, APodOfTheSameNameReplacesTheFormer) {
  AddPod("web", kApp, "u1");
  client_.Remove(resources::kPods, {"default", "web"});
  AddPod("web", kApp, "u2");
  EXPECT_EQ(runtime_.SandboxCount(), 1u);
  EXPECT_EQ(net_.Attached().count("u2"), 1u);
  EXPECT_TRUE(IsReady("web"));
}

TEST_F(AgentTest, AfterARebootPodsRunAgainAtTheirAddress) {
  AddPod("web", kApp);
  AddPod("two", kApp);
  agent_->Stop();
  agent_.reset();
  runtime_.Reboot();
  net_.Reboot();
  StartAgent();
  Pass(seconds(1));
  EXPECT_EQ(runtime_.Running().size(), 2u);
  EXPECT_EQ(Pod("web").status.pod_ip, "10.244.1.2");
  EXPECT_EQ(ContainerOf("web").restart_count, 1);
  EXPECT_EQ(ContainerOf("web").last_state.terminated->exit_code, 255);
  EXPECT_EQ(runtime_.SandboxCount(), 2u);
  EXPECT_TRUE(IsReady("web"));
}

TEST_F(AgentTest, APodWhoseSandboxSomeoneRemovedRunsAgain) {
  AddPod("web", kApp);
  const std::vector<SandboxInfo> sandboxes = *runtime_.List();
  ASSERT_TRUE(runtime_.RemoveSandbox(sandboxes[0].id).ok());
  Pass(seconds(1));
  EXPECT_THAT(runtime_.Running(), ElementsAre("default/web/main"));
  EXPECT_EQ(ContainerOf("web").restart_count, 1);
  EXPECT_EQ(Pod("web").status.pod_ip, "10.244.1.2");
}

TEST_F(AgentTest, ASandboxThatFailsIsTriedAgain) {
  runtime_.Fail(FakeRuntime::Operation::kCreateSandbox, Status::Internal("no space left on device"), 2);
  net_.FailAttach(Status::Internal("veth: out of memory"));
  AddPod("web", kApp);
  EXPECT_EQ(Waiting("web"), "ContainerCreating");
  Pass(seconds(15));
  EXPECT_TRUE(IsReady("web"));
  EXPECT_EQ(runtime_.SandboxCount(), 1u);
  EXPECT_THAT(Events(), Contains("FailedCreatePodSandBox: no space left on device"));
}

TEST_F(AgentTest, AContainerThatCanNotStartSaysWhy) {
  runtime_.AddImage("broken:1", {.fails_to_start = true});
  AddPod("web", R"("containers":[{"name":"main","image":"broken:1"},{"name":"side","image":"app:1"}])");
  EXPECT_EQ(Waiting("web"), "RunContainerError");
  EXPECT_THAT(runtime_.Running(), ElementsAre("default/web/side"));
}

TEST_F(AgentTest, AnOutOfMemoryKillIsTold) {
  AddPod("web", std::string(R"("restartPolicy":"Never",)") + kApp);
  runtime_.Kill("default/web", "main", 137, true);
  Settle();
  EXPECT_EQ(ContainerOf("web").state.terminated->reason, "OOMKilled");
  EXPECT_EQ(Pod("web").status.phase, "Failed");
}

}  // namespace
}  // namespace croft::agent
