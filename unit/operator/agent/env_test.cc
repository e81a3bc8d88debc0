#include "operator/agent/env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/types/resources.h"
#include "operator/agent/address_pool.h"
#include "operator/agent/host_files.h"
#include "operator/agent/pod_images.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::agent {
namespace {

class EnvTest : public testing::Test {
 protected:
  EnvTest() {
    pod_.metadata.ns = "default";
    pod_.metadata.name = "web";
    pod_.metadata.labels = {{"app", "shop"}};
    client_.Seed(resources::kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"default",
        "name":"c"},"data":{"one":"1","two":"2","not a name":"3"}})");
    client_.Seed(resources::kSecrets, R"({"apiVersion":"v1","kind":"Secret","metadata":{"namespace":"default",
        "name":"s"},"data":{"token":"c2VjcmV0"}})");
  }
  PodFacts Facts() { return {pod_, "n1", "192.0.2.1", "10.244.1.2", 1500, 1 << 30}; }
  Result<Environment> Make() { return MakeEnvironment(Facts(), container_, source_); }
  void Add(const std::string& name, const std::string& value) {
    types::EnvVar& variable = container_.env.emplace_back();
    variable.name = name;
    variable.value = value;
  }
  types::EnvVarSource& AddFrom(const std::string& name) {
    types::EnvVar& variable = container_.env.emplace_back();
    variable.name = name;
    return variable.value_from.emplace();
  }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
  ConfigSource source_{client_};
  types::Pod pod_;
  types::Container container_;
};

TEST_F(EnvTest, LaterVariablesSeeEarlierOnes) {
  Add("A", "1");
  Add("B", "$(A)-$(NONE)-$$(A)-$x");
  EXPECT_EQ(*Make(), (Environment{{"A", "1"}, {"B", "1-$(NONE)-$(A)-$x"}}));
}

TEST_F(EnvTest, WholeObjectsComeWithPrefixAndWithoutBadNames) {
  container_.env_from.push_back({"P_", types::EnvFromRef{"c", false}, {}});
  container_.env_from.push_back({"", {}, types::EnvFromRef{"s", false}});
  container_.env_from.push_back({"", {}, types::EnvFromRef{"missing", true}});
  Add("P_one", "own");
  EXPECT_EQ(*Make(), (Environment{{"P_one", "own"}, {"P_two", "2"}, {"token", "secret"}}));
}

TEST_F(EnvTest, ValuesComeFromKeysFieldsAndResources) {
  AddFrom("C").config_map_key_ref = types::KeySelector{"c", "one", false};
  AddFrom("S").secret_key_ref = types::KeySelector{"s", "token", false};
  AddFrom("L").field_ref = types::FieldRef{"metadata.labels['app']"};
  AddFrom("IP").field_ref = types::FieldRef{"status.podIP"};
  AddFrom("CPU").resource_field_ref = types::ResourceFieldRef{"", "limits.cpu", "1"};
  AddFrom("MEM").resource_field_ref = types::ResourceFieldRef{"", "requests.memory", "1Mi"};
  AddFrom("GONE").config_map_key_ref = types::KeySelector{"c", "none", true};
  container_.resources.requests["memory"] = "64Mi";
  EXPECT_EQ(
      *Make(),
      (Environment{{"C", "1"}, {"S", "secret"}, {"L", "shop"}, {"IP", "10.244.1.2"}, {"CPU", "2"}, {"MEM", "64"}}));
}

TEST_F(EnvTest, WhatIsMissingIsNamed) {
  AddFrom("C").config_map_key_ref = types::KeySelector{"c", "none", false};
  EXPECT_EQ(Make().status().message(), "couldn't find key none in ConfigMap default/c");
  container_.env.clear();
  AddFrom("F").field_ref = types::FieldRef{"spec.unknown"};
  EXPECT_EQ(Make().status().message(), "fieldRef.fieldPath: \"spec.unknown\" is not supported");
}

TEST(AddressPool, GivesEachPodOneAndReusesLast) {
  AddressPool pool;
  EXPECT_FALSE(pool.Allocate("a").ok());
  EXPECT_FALSE(pool.SetCidr("10.244.1.0").ok());
  EXPECT_FALSE(pool.SetCidr("fd00::/64").ok());
  ASSERT_TRUE(pool.SetCidr("10.244.1.0/29").ok());
  EXPECT_EQ(*pool.Allocate("a"), "10.244.1.2");
  EXPECT_EQ(*pool.Allocate("a"), "10.244.1.2");
  pool.Adopt("x", "10.244.1.3");
  EXPECT_EQ(*pool.Allocate("b"), "10.244.1.4");
  pool.Release("a");
  EXPECT_EQ(*pool.Allocate("c"), "10.244.1.5");
  EXPECT_EQ(*pool.Allocate("d"), "10.244.1.6");
  EXPECT_EQ(*pool.Allocate("e"), "10.244.1.2");
  EXPECT_EQ(pool.Allocate("f").status().message(), "all 5 addresses of 10.244.1.0/29 are in use");
}

TEST(HostFiles, ResolverFollowsPolicyAndOwnSettings) {
  const DnsSettings lab{"10.96.0.10", "cluster.local", ""};
  const std::string node = "nameserver 192.0.2.53\nsearch lan\n";
  types::Pod pod;
  pod.metadata.ns = "shop";
  EXPECT_EQ(ResolvConf(pod, lab, node),
            "search shop.svc.cluster.local svc.cluster.local cluster.local lan\nnameserver 10.96.0.10\noptions "
            "ndots:5\n");
  pod.spec.dns_policy = "Default";
  EXPECT_EQ(ResolvConf(pod, lab, node), "search lan\nnameserver 192.0.2.53\n");
  pod.spec.dns_policy = "None";
  pod.spec.dns_config = types::PodDnsConfig{{"1.1.1.1"}, {"x.y"}, {{"ndots", "2"}}};
  EXPECT_EQ(ResolvConf(pod, lab, node), "search x.y\nnameserver 1.1.1.1\noptions ndots:2\n");
  pod.spec.dns_policy = "";
  pod.spec.dns_config.reset();
  EXPECT_EQ(ResolvConf(pod, {}, node), "search lan\nnameserver 192.0.2.53\n") << "a lab without DNS of its own";
}

TEST(PodImages, PolicyDefaultsByTagAndLocalhostHasNoRegistry) {
  const struct {
    const char* image;
    const char* policy;
    bool always;
  } cases[] = {{"web", "", true},
               {"web:latest", "", true},
               {"web:1", "", false},
               {"registry:5000/web", "", true},
               {"registry:5000/web@sha256:00", "", false},
               {"web:1", "Always", true},
               {"web", "IfNotPresent", false},
               {"localhost/web", "Always", false}};
  for (const auto& c : cases) {
    types::Container container;
    container.image = c.image;
    container.image_pull_policy = c.policy;
    EXPECT_EQ(AlwaysPulls(container), c.always) << c.image << " " << c.policy;
  }
}

}  // namespace
}  // namespace croft::agent
