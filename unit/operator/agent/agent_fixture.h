#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/types/node.h"
#include "api/types/resources.h"
#include "operator/agent/agent.h"
#include "operator/agent/labels.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/fake_net.h"
#include "unit/fakes/fake_runtime.h"
#include "unit/fakes/fake_volumes.h"
#include "unit/fakes/test_executor.h"

namespace croft::agent {

using fakes::FakeRuntime;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// One node with its agent in simulated time. The agent can be restarted beneath running containers.
class AgentTest : public testing::Test {
 protected:
  AgentTest() {
    runtime_.AddImage("app:1");
    runtime_.AddImage("job:1", {.runs_for = seconds(5)});
    runtime_.AddImage("crash:1", {.runs_for = seconds(1), .exit_code = 3});
    client_.Seed(resources::kNodes,
                 R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"},"spec":{"podCIDR":"10.244.1.0/24"}})");
    StartAgent();
  }
  ~AgentTest() override { agent_.reset(); }

  void StartAgent() {
    AgentSettings settings;
    settings.node_name = "n1";
    settings.address = "192.0.2.1";
    settings.log_dir = "/nowhere";
    settings.version = "v1.0";
    settings.heartbeat_thread = false;
    agent_ = std::make_unique<Agent>(runtime::Context{client_, clock_, random_, executor_}, client_, runtime_, net_,
                                     volumes_, settings);
    agent_->Start();
    executor_.RunUntilIdle();
  }
  void StopAgent() {
    agent_->Stop();
    agent_.reset();
    executor_.RunUntilIdle();
  }
  void RestartAgent() {
    StopAgent();
    StartAgent();
  }

  // `spec` is the pod's, as JSON without braces; nodeName is added.
  void AddPod(const std::string& name, const std::string& spec, const std::string& uid = {}) {
    client_.Seed(resources::kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"default","name":")" +
                                       name + R"(","uid":")" + (uid.empty() ? "uid-" + name : uid) +
                                       R"("},"spec":{"nodeName":"n1",)" + spec + "}}");
    Settle();
  }
  void Settle() { ASSERT_TRUE(executor_.RunUntilIdle()); }
  void Pass(Duration time) { ASSERT_TRUE(executor_.Advance(time)); }

  types::Pod Pod(const std::string& name) {
    const ObjectPtr object = client_.Peek(resources::kPods, {"default", name});
    return object == nullptr ? types::Pod() : *types::FromObject<types::Pod>(*object);
  }
  bool Exists(const std::string& name) { return client_.Peek(resources::kPods, {"default", name}) != nullptr; }
  types::ContainerStatus ContainerOf(const std::string& name, size_t index = 0) {
    const types::Pod pod = Pod(name);
    return index < pod.status.container_statuses.size() ? pod.status.container_statuses[index]
                                                        : types::ContainerStatus();
  }
  std::string Waiting(const std::string& name) {
    const types::ContainerStatus status = ContainerOf(name);
    return status.state.waiting ? status.state.waiting->reason : "";
  }
  bool IsReady(const std::string& name) { return types::IsReady(Pod(name)); }
  types::Node Node() { return *types::FromObject<types::Node>(*client_.Peek(resources::kNodes, {"", "n1"})); }
  std::vector<std::string> Events() {
    std::vector<std::string> reasons;
    for (const ObjectPtr& object : client_.All(resources::kEvents)) {
      const types::Event event = *types::FromObject<types::Event>(*object);
      reasons.push_back(event.reason + ": " + event.message);
    }
    return reasons;
  }
  void Delete(const std::string& name, int64_t grace) {
    client::DeleteOptions options;
    options.grace_period_seconds = grace;
    ASSERT_TRUE(client_.Delete(resources::kPods, {"default", name}, options).ok());
    Settle();
  }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
  FakeRuntime runtime_{executor_, clock_};
  fakes::FakeNet net_;
  fakes::FakeVolumes volumes_;
  std::unique_ptr<Agent> agent_;
};

inline constexpr char kApp[] = R"("containers":[{"name":"main","image":"app:1"}])";

}  // namespace croft::agent
