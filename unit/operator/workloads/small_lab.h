#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/types/apps.h"
#include "api/types/resources.h"
#include "operator/runtime/controller.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::workloads {

// A lab in memory for the tests of this folder: an API server, a manager with the controllers that the test adds, and
// the hand of a test that plays the nodes (pods become ready, pods end).
class SmallLab : public testing::Test {
 protected:
  void Start() {
    manager_->Start();
    Settle();
  }
  // Runs what is due, and a second of timers.
  void Settle() { ASSERT_TRUE(executor_.Advance(std::chrono::seconds(1))); }

  void Patch(const GroupVersionResource& gvr, const std::string& name, const std::string& patch,
             std::string_view subresource = {}) {
    const auto json = ParseJson(patch);
    ASSERT_TRUE(json.ok()) << patch;
    const auto done = client_.Patch(gvr, {"default", name}, client::PatchType::kMerge, *json, subresource);
    ASSERT_TRUE(done.ok()) << done.status().message();
  }
  ObjectPtr Create(const GroupVersionResource& gvr, const std::string& text, const std::string& ns = "default") {
    const auto json = ParseJson(text);
    EXPECT_TRUE(json.ok()) << text;
    const auto created = client_.Create(gvr, ns, *json);
    EXPECT_TRUE(created.ok()) << created.status().message();
    return *created;
  }
  template <class T>
  std::vector<T> All(const GroupVersionResource& gvr) {
    std::vector<T> all;
    for (const ObjectPtr& object : client_.All(gvr)) all.push_back(*types::FromObject<T>(*object));
    return all;
  }
  template <class T>
  T Read(const GroupVersionResource& gvr, const std::string& name) {
    const ObjectPtr object = client_.Peek(gvr, {"default", name});
    EXPECT_NE(object, nullptr) << name;
    return object == nullptr ? T() : *types::FromObject<T>(*object);
  }
  std::vector<types::Pod> Pods() { return All<types::Pod>(resources::kPods); }

  void MakeReady(const types::Pod& pod, const std::string& node = "node-1") {
    Patch(resources::kPods, pod.metadata.name, R"({"spec":{"nodeName":")" + node + R"("}})");
    Patch(resources::kPods, pod.metadata.name,
          R"({"status":{"phase":"Running","podIP":"10.0.0.)" + std::to_string(++address_) +
              R"(","conditions":[{"type":"Ready","status":"True","lastTransitionTime":")" + FormatTime(clock_.Now()) +
              R"("}]}})",
          "status");
  }
  void MakeAllReady() {
    for (const types::Pod& pod : Pods()) {
      if (!types::IsReady(pod) && !pod.metadata.deleting()) MakeReady(pod);
    }
  }
  // What the agent does when a terminating pod has stopped.
  void EndTerminating() {
    for (const types::Pod& pod : Pods()) {
      if (pod.metadata.deleting()) client_.Remove(resources::kPods, pod.metadata.key());
    }
  }
  std::vector<std::string> EventMessages(const std::string& reason) {
    std::vector<std::string> messages;
    for (const auto& event : All<types::Event>(resources::kEvents)) {
      if (event.reason == reason) messages.push_back(event.message);
    }
    std::sort(messages.begin(), messages.end());
    return messages;
  }

  fakes::FakeClock clock_;
  SeededRandom random_{7};
  SeededRandom client_random_{8};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, client_random_, executor_};
  std::unique_ptr<runtime::Manager> manager_ =
      std::make_unique<runtime::Manager>(runtime::Context{client_, clock_, random_, executor_});
  int address_ = 0;
};

}  // namespace croft::workloads
