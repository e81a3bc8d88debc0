#include "operator/agent/pod_plan.h"

#include <gtest/gtest.h>

#include "operator/agent/labels.h"
#include "operator/agent/pod_status.h"

namespace croft::agent {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Kind = Action::Kind;

const WallTime kNow = *ParseTime("2026-01-01T12:00:00Z");

types::Container MakeContainer(const std::string& name, const std::string& image = "app:1") {
  types::Container container;
  container.name = name;
  container.image = image;
  return container;
}

// A pod bound to this node, with what the runtime has of it. Short words for the tests below.
class World {
 public:
  World() {
    pod_.metadata.ns = "default";
    pod_.metadata.name = "web";
    pod_.metadata.uid = "u1";
    pod_.spec.containers.push_back(MakeContainer("main"));
    observed_.record.uid = "u1";
    observed_.node_ip = "192.0.2.1";
  }

  types::Pod& pod() { return pod_; }
  PodRecord& record() { return observed_.record; }
  Observed& observed() {
    observed_.pod = gone_ ? nullptr : &pod_;
    return observed_;
  }

  World& Gone() {
    gone_ = true;
    return *this;
  }
  World& Deleting(int grace, seconds since = seconds(0)) {
    pod_.metadata.deletion_grace_period_seconds = grace;
    pod_.metadata.deletion_timestamp = FormatTime(kNow - since + seconds(grace));
    return *this;
  }
  World& Init(const std::string& name) {
    pod_.spec.init_containers.push_back(MakeContainer(name));
    return *this;
  }
  World& Sidecar(const std::string& name) {
    Init(name);
    pod_.spec.init_containers.back().restart_policy = "Always";
    return *this;
  }
  World& Policy(const std::string& policy) {
    pod_.spec.restart_policy = policy;
    return *this;
  }
  // A sandbox with its address and files.
  World& Sandbox(const std::string& uid = "u1", bool running = true, int attempt = 0) {
    SandboxInfo info;
    info.id = "s" + std::to_string(attempt) + uid;
    info.running = running;
    info.pid = running ? 100 : 0;
    info.labels = {{labels::kPod, "default/web"},
                   {labels::kPodUid, uid},
                   {labels::kPodIp, "10.244.1.2"},
                   {labels::kAttempt, std::to_string(attempt)}};
    observed_.sandboxes.push_back(info);
    if (running && uid == "u1") observed_.record.attached = observed_.record.prepared = info.id;
    observed_.record.prepared_at = kNow;
    return *this;
  }
  World& Running(const std::string& name, int attempt = 0, seconds since = seconds(60)) {
    ContainerInfo& info = Add(name, attempt);
    info.state = RunState::kRunning;
    info.started_at = kNow - since;
    return *this;
  }
  World& Exited(const std::string& name, int code, int attempt = 0, seconds ago = seconds(1)) {
    ContainerInfo& info = Add(name, attempt);
    info.state = RunState::kExited;
    info.exit_code = code;
    info.started_at = kNow - ago - seconds(5);
    info.finished_at = kNow - ago;
    return *this;
  }
  World& Created(const std::string& name) {
    Add(name, 0);
    return *this;
  }
  World& Verdict(const std::string& name, ProbeVerdict verdict, int attempt = 0) {
    observed_.verdicts["c-" + name + std::to_string(attempt)] = std::move(verdict);
    return *this;
  }

  Plan Decide(Duration later = {}) {
    return agent::Decide(observed(), kNow + std::chrono::duration_cast<WallTime::duration>(later));
  }

 private:
  ContainerInfo& Add(const std::string& name, int attempt) {
    ContainerInfo info;
    info.id = "c-" + name + std::to_string(attempt);
    info.image = "app:1";
    info.created_at = kNow - minutes(2) + seconds(attempt);
    info.labels = {{labels::kContainer, name}, {labels::kImage, "app:1"}, {labels::kAttempt, std::to_string(attempt)}};
    observed_.sandboxes.back().containers.push_back(info);
    return observed_.sandboxes.back().containers.back();
  }

  types::Pod pod_;
  Observed observed_;
  bool gone_ = false;
};

// "sandbox attach volumes start:main/0": a plan in a line.
std::string Line(const Plan& plan) {
  std::string line;
  for (const Action& action : plan.actions) {
    if (!line.empty()) line += " ";
    switch (action.kind) {
      case Kind::kRemoveSandbox:
        line += "remove:" + action.sandbox_id + (action.detach ? "+detach" : "");
        break;
      case Kind::kForget:
        line += "forget";
        break;
      case Kind::kCreateSandbox:
        line += "sandbox/" + std::to_string(action.attempt);
        break;
      case Kind::kAttach:
        line += "attach";
        break;
      case Kind::kPrepareVolumes:
        line += "volumes";
        break;
      case Kind::kStartContainer:
        line += "start:" + action.container + "/" + std::to_string(action.attempt);
        break;
      case Kind::kStopContainer:
        line += "stop:" + action.container + "/" + std::to_string(action.grace.count()) + "s";
        break;
      case Kind::kRemoveContainer:
        line += "remove:" + action.container_id;
        break;
      case Kind::kDeletePod:
        line += "delete";
        break;
    }
  }
  return line;
}

std::string Condition(const Plan& plan, const char* type) {
  const types::Condition* condition = types::FindCondition(plan.status->conditions, type);
  return condition == nullptr ? "none" : condition->status + (condition->reason.empty() ? "" : "/" + condition->reason);
}

std::string StateOf(const types::ContainerStatus& status) {
  const types::ContainerState& state = status.state;
  if (state.waiting) return "waiting " + state.waiting->reason;
  if (state.running) return "running since " + state.running->started_at;
  if (!state.terminated) return "nothing";
  return "terminated " + state.terminated->reason + " " + std::to_string(*state.terminated->exit_code);
}

struct Case {
  const char* name;
  std::function<void(World&)> arrange;
  const char* actions;
  const char* phase;  // empty: no status
};

class PlanTable : public testing::TestWithParam<Case> {};

TEST_P(PlanTable, Decides) {
  World world;
  GetParam().arrange(world);
  const Plan plan = world.Decide();
  EXPECT_EQ(Line(plan), GetParam().actions) << GetParam().name;
  EXPECT_EQ(plan.status ? plan.status->phase : "", GetParam().phase) << GetParam().name;
}

const Case kCases[] = {
    {"A new pod gets sandbox, address, files and its container", [](World&) {}, "sandbox/0 attach volumes start:main/0",
     "Pending"},
    {"A running pod is left alone", [](World& w) { w.Sandbox().Running("main"); }, "", "Running"},
    {"After a restart of the agent only link and files are checked",
     [](World& w) {
       w.Sandbox().Running("main");
       w.record() = {.uid = "u1"};
     },
     "attach volumes", "Running"},
    {"The first init container runs alone", [](World& w) { w.Init("a").Init("b").Sandbox(); }, "start:a/0", "Pending"},
    {"The second init container follows the first", [](World& w) { w.Init("a").Init("b").Sandbox().Exited("a", 0); },
     "start:b/0", "Pending"},
    {"The application follows the last init container", [](World& w) { w.Init("a").Sandbox().Exited("a", 0); },
     "start:main/0", "Pending"},
    {"A failed init container is tried again", [](World& w) { w.Init("a").Sandbox().Exited("a", 1); }, "start:a/1",
     "Pending"},
    {"A failed init container of a pod that never restarts fails it",
     [](World& w) { w.Policy("Never").Init("a").Sandbox().Exited("a", 1); }, "", "Failed"},
    {"The application waits until a sidecar has started",
     [](World& w) {
       w.Sidecar("s").Sandbox().Running("s");
       w.pod().spec.init_containers[0].startup_probe.emplace();
     },
     "", "Pending"},
    {"The application follows a started sidecar", [](World& w) { w.Sidecar("s").Sandbox().Running("s"); },
     "start:main/0", "Pending"},
    {"A sidecar that ended is started again beside the application",
     [](World& w) { w.Sidecar("s").Sandbox().Exited("s", 0).Running("main"); }, "start:s/1", "Running"},
    {"An init container does not run again when the application runs",
     [](World& w) { w.Init("a").Sandbox().Running("main"); }, "", "Running"},
    {"Always: an exit with 0 is restarted", [](World& w) { w.Sandbox().Exited("main", 0); }, "start:main/1", "Running"},
    {"OnFailure: an exit with 0 is not restarted", [](World& w) { w.Policy("OnFailure").Sandbox().Exited("main", 0); },
     "", "Succeeded"},
    {"OnFailure: an exit with 3 is restarted", [](World& w) { w.Policy("OnFailure").Sandbox().Exited("main", 3); },
     "start:main/1", "Running"},
    {"Never: an exit with 3 fails the pod", [](World& w) { w.Policy("Never").Sandbox().Exited("main", 3); }, "",
     "Failed"},
    {"Never: one of two containers still runs",
     [](World& w) {
       w.pod().spec.containers.push_back(MakeContainer("two"));
       w.Policy("Never").Sandbox().Exited("main", 3).Running("two");
     },
     "", "Running"},
    {"A container in back-off waits",
     [](World& w) {
       w.Sandbox().Exited("main", 1);
       w.record().crashes["main"] = {seconds(10), kNow - seconds(30)};
     },
     "", "Running"},
    {"Back-off ends ten seconds after the exit",
     [](World& w) {
       w.Sandbox().Exited("main", 1, 1, seconds(10));
       w.record().crashes["main"] = {seconds(10), kNow - seconds(30)};
     },
     "start:main/2", "Running"},
    {"Ten minutes of running forgive earlier crashes",
     [](World& w) {
       w.Sandbox().Exited("main", 1, 5);
       w.record().crashes["main"] = {minutes(5), kNow - minutes(11)};
     },
     "start:main/6", "Running"},
    {"Only the newest two containers of a name are kept",
     [](World& w) { w.Sandbox().Exited("main", 1, 0).Exited("main", 1, 1).Running("main", 2); }, "remove:c-main0",
     "Running"},
    {"A container that was made but not started is made again", [](World& w) { w.Sandbox().Created("main"); },
     "remove:c-main0 start:main/0", "Pending"},
    {"A failed liveness probe stops the container with the pod's grace",
     [](World& w) {
       w.pod().spec.termination_grace_period_seconds = 7;
       w.Sandbox().Running("main").Verdict("main", {true, true, false, "failed liveness probe"});
     },
     "stop:main/7s", "Running"},
    {"What was asked to stop is not asked again",
     [](World& w) {
       w.Sandbox().Running("main").Verdict("main", {true, true, false, "failed liveness probe"});
       w.record().stops["c-main0"] = {kNow + seconds(20)};
     },
     "", "Running"},
    {"A container whose image was changed is stopped",
     [](World& w) {
       w.Sandbox().Running("main");
       w.pod().spec.containers[0].image = "app:2";
     },
     "stop:main/30s", "Running"},
    {"After a reboot a new sandbox keeps the address and counts a restart",
     [](World& w) {
       w.pod().status.phase = "Running";
       w.Sandbox("u1", false, 0).Exited("main", 0, 2);
     },
     "sandbox/1 attach volumes start:main/3", "Running"},
    {"The lost sandbox goes when the new one stands",
     [](World& w) { w.Sandbox("u1", false, 0).Sandbox("u1", true, 1).Running("main"); }, "remove:s0u1", "Running"},
    {"A sandbox of an earlier pod of that name goes first", [](World& w) { w.Sandbox("u0"); },
     "remove:s0u0+detach forget sandbox/0 attach volumes start:main/0", "Pending"},
    {"A pod that the API does not have is removed at once", [](World& w) { w.Sandbox().Running("main").Gone(); },
     "remove:s0u1+detach forget", ""},
    {"Deletion stops all containers with the deletion's grace",
     [](World& w) {
       w.pod().spec.containers.push_back(MakeContainer("two"));
       w.Sandbox().Running("main").Running("two").Deleting(5);
     },
     "stop:main/5s stop:two/5s", "Running"},
    {"Deletion stops sidecars last",
     [](World& w) { w.Sidecar("s").Sandbox().Running("s").Running("main").Deleting(5); }, "stop:main/5s", "Running"},
    {"Deletion stops sidecars when the application is gone",
     [](World& w) { w.Sidecar("s").Sandbox().Running("s").Exited("main", 143).Deleting(5, seconds(2)); }, "stop:s/3s",
     "Failed"},
    {"A deleted pod whose containers have ended loses its sandbox",
     [](World& w) { w.Sandbox().Exited("main", 143).Deleting(5); }, "remove:s0u1+detach", "Failed"},
    {"A deleted pod without a sandbox leaves the API", [](World& w) { w.Deleting(5); }, "forget delete", ""},
    {"A shortened grace is asked for again",
     [](World& w) {
       w.Sandbox().Running("main").Deleting(2);
       w.record().stops["c-main0"] = {kNow + seconds(20)};
     },
     "stop:main/2s", "Running"},
    {"A finished pod gives back its sandbox and keeps its status",
     [](World& w) {
       w.pod().status.phase = "Succeeded";
       w.Policy("Never").Sandbox().Exited("main", 0);
     },
     "remove:s0u1+detach", ""},
    {"A pod that others failed is stopped",
     [](World& w) {
       w.pod().status.phase = "Failed";
       w.Sandbox().Running("main");
     },
     "stop:main/30s", ""},
    {"A pod past its active deadline is failed",
     [](World& w) {
       w.pod().spec.active_deadline_seconds = 60;
       w.pod().status.start_time = FormatTime(kNow - seconds(60));
       w.Sandbox().Running("main");
     },
     "", "Failed"},
    {"While the image is pulled nothing is asked for twice",
     [](World& w) {
       w.Sandbox();
       w.record().images["main"] = {ImageWork::State::kPulling, "app:1", 0, {}};
     },
     "", "Pending"},
    {"A sandbox that failed waits for its time",
     [](World& w) {
       w.record().pod_failure = Failure{"", "no podman", kNow, kNow + seconds(2), seconds(2)};
     },
     "", "Pending"},
};

std::string CaseName(const testing::TestParamInfo<Case>& test) {
  std::string name;
  for (const char c : std::string(test.param.name)) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Pods, PlanTable, testing::ValuesIn(kCases), CaseName);

TEST(PodPlan, RestartPausesDoubleUpToFiveMinutes) {
  World world;
  world.Sandbox().Exited("main", 1, 3, seconds(200));
  for (const auto& [before, after] : {std::pair{seconds(10), seconds(20)}, {seconds(160), seconds(300)}}) {
    world.record().crashes["main"] = {before, kNow - seconds(400)};
    const Plan plan = world.Decide();
    ASSERT_EQ(Line(plan), "start:main/4");
    EXPECT_EQ(plan.actions[0].crash->delay, after);
  }
}

TEST(PodPlan, ABackOffSaysWhenToLookAgain) {
  World world;
  world.Sandbox().Exited("main", 1, 0, seconds(4));
  world.record().crashes["main"] = {seconds(10), kNow - seconds(30)};
  const Plan plan = world.Decide();
  ASSERT_TRUE(plan.again);
  EXPECT_EQ(*plan.again, seconds(6));
}

TEST(PodStatus, ARunningPodReportsAddressesTimesAndReadiness) {
  World world;
  world.Sandbox().Running("main", 2);
  const Plan plan = world.Decide();
  EXPECT_EQ(plan.status->pod_ip, "10.244.1.2");
  EXPECT_EQ(plan.status->host_ip, "192.0.2.1");
  EXPECT_EQ(plan.status->qos_class, "BestEffort");
  EXPECT_EQ(StateOf(plan.status->container_statuses[0]), "running since 2026-01-01T11:59:00Z");
  EXPECT_EQ(plan.status->container_statuses[0].restart_count, 2);
  EXPECT_EQ(plan.status->container_statuses[0].container_id, "podman://c-main2");
  for (const char* type : {"Ready", "ContainersReady", "Initialized", "PodScheduled", "PodReadyToStartContainers"}) {
    EXPECT_EQ(Condition(plan, type), "True") << type;
  }
}

TEST(PodStatus, AReadinessProbeHoldsReadyBack) {
  World world;
  world.pod().spec.containers[0].readiness_probe.emplace();
  world.Sandbox().Running("main");
  EXPECT_EQ(Condition(world.Decide(), "Ready"), "False/ContainersNotReady");
  world.Verdict("main", {true, true, true, ""});
  EXPECT_EQ(Condition(world.Decide(), "Ready"), "True");
}

TEST(PodStatus, AContainerInBackOffShowsItsLastEnd) {
  World world;
  world.Sandbox().Exited("main", 3, 1);
  world.record().crashes["main"] = {seconds(20), kNow - seconds(30)};
  const types::ContainerStatus status = world.Decide().status->container_statuses[0];
  EXPECT_EQ(StateOf(status), "waiting CrashLoopBackOff");
  EXPECT_EQ(status.state.waiting->message, "back-off 20s restarting failed container=main pod=web_default(u1)");
  ASSERT_TRUE(status.last_state.terminated);
  EXPECT_EQ(status.last_state.terminated->exit_code, 3);
  EXPECT_EQ(status.restart_count, 1);
}

TEST(PodStatus, AFailedPullIsErrImagePullFirstAndBackOffThen) {
  World world;
  world.Sandbox();
  ImageWork work{ImageWork::State::kFailed, "app:1", 0, {}};
  work.failure = NextFailure(nullptr, "ErrImagePull", "no such image", kNow, kImageBackoffBase, kImageBackoffMax);
  world.record().images["main"] = work;
  EXPECT_EQ(StateOf(world.Decide().status->container_statuses[0]), "waiting ErrImagePull");
  const Plan later = world.Decide(seconds(3));
  EXPECT_EQ(StateOf(later.status->container_statuses[0]), "waiting ImagePullBackOff");
  EXPECT_EQ(Line(later), "");
  EXPECT_EQ(Line(world.Decide(seconds(10))), "start:main/0");
}

TEST(PodStatus, AMissingKeyShowsAsConfigError) {
  World world;
  world.Sandbox();
  world.record().failures["main"] =
      NextFailure(nullptr, "CreateContainerConfigError", "configmap \"c\" not found", kNow, seconds(1), seconds(30));
  const Plan plan = world.Decide();
  EXPECT_EQ(StateOf(plan.status->container_statuses[0]), "waiting CreateContainerConfigError");
  EXPECT_EQ(plan.again, Duration(seconds(1)));
}

TEST(PodStatus, ContainersWaitForInitialization) {
  World world;
  world.Init("a").Sandbox().Running("a");
  const Plan plan = world.Decide();
  EXPECT_EQ(StateOf(plan.status->container_statuses[0]), "waiting PodInitializing");
  EXPECT_EQ(Condition(plan, "Initialized"), "False/ContainersNotInitialized");
}

TEST(PodStatus, AfterARebootTheLostRunIsTold) {
  World world;
  types::ContainerStatus reported;
  reported.name = "main";
  reported.state.running = types::ContainerStateRunning{"2026-01-01T11:00:00Z"};
  reported.restart_count = 2;
  world.pod().status.container_statuses.push_back(reported);
  world.Sandbox("u1", false).Created("main");
  const types::ContainerStatus status = world.Decide().status->container_statuses[0];
  EXPECT_EQ(status.last_state.terminated->exit_code, 255);
  EXPECT_EQ(status.last_state.terminated->reason, "Unknown");
}

TEST(PodStatus, EndsAreToldByReason) {
  World world;
  world.Policy("Never").Sandbox().Exited("main", 137);
  world.observed().sandboxes[0].containers[0].oom_killed = true;
  EXPECT_EQ(StateOf(world.Decide().status->container_statuses[0]), "terminated OOMKilled 137");
  EXPECT_EQ(Condition(world.Decide(), "Ready"), "False/PodFailed");
}

TEST(PodStatus, ConditionsOfOthersAndOldTransitionTimesAreKept) {
  World world;
  world.Sandbox().Running("main");
  world.pod().status.conditions = {{"example.com/gate", "True", 0, "", "", "", "", ""},
                                   {"Ready", "True", 0, "2025-01-01T00:00:00Z", "", "", "", ""}};
  const Plan plan = world.Decide();
  EXPECT_EQ(Condition(plan, "example.com/gate"), "True");
  EXPECT_EQ(types::FindCondition(plan.status->conditions, "Ready")->last_transition_time, "2025-01-01T00:00:00Z");
}

TEST(PodStatus, AHostNetworkPodHasTheNodesAddress) {
  World world;
  world.pod().spec.host_network = true;
  world.Sandbox().Running("main");
  EXPECT_EQ(world.Decide().status->pod_ip, "192.0.2.1");
}

TEST(PodStatus, QosFollowsFromRequestsAndLimits) {
  struct {
    types::StringMap requests, limits;
    const char* want;
  } const cases[] = {
      {{}, {}, "BestEffort"},
      {{{"cpu", "1"}}, {}, "Burstable"},
      {{}, {{"cpu", "1"}, {"memory", "1Gi"}}, "Guaranteed"},
      {{{"cpu", "1000m"}}, {{"cpu", "1"}, {"memory", "1Gi"}}, "Guaranteed"},
      {{{"cpu", "500m"}}, {{"cpu", "1"}, {"memory", "1Gi"}}, "Burstable"},
  };
  for (const auto& c : cases) {
    types::PodSpec spec;
    spec.containers.push_back(MakeContainer("main"));
    spec.containers[0].resources = {c.limits, c.requests};
    EXPECT_EQ(QosClass(spec), c.want);
  }
}

TEST(PodView, RestartCountsGoThroughALabel) {
  const std::map<std::string, int> restarts{{"a", 0}, {"b-c", 12}};
  EXPECT_EQ(ParseRestarts(FormatRestarts(restarts)), restarts);
  EXPECT_TRUE(ParseRestarts("").empty());
}

}  // namespace
}  // namespace croft::agent
