#include "operator/ingress/ingress_controller.h"

#include <gtest/gtest.h>

#include "api/types/resources.h"
#include "operator/ingress/install.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/fake_proxy.h"
#include "unit/fakes/test_executor.h"

namespace croft::ingress {
namespace {

class IngressControllerTest : public testing::Test {
 protected:
  void Start() {
    Install(manager_, {{{.ip = "192.0.2.7"}}}, proxy_);
    manager_.Start();
    Run();
  }
  void Run() {
    ASSERT_TRUE(executor_.RunUntilIdle());
    ASSERT_TRUE(executor_.Advance(std::chrono::milliseconds(100)));
  }
  ~IngressControllerTest() override { manager_.Stop(); }

  void SeedService() {
    api_.Seed(resources::kServices,
              R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"blog","namespace":"website"},
                  "spec":{"ports":[{"port":80}]}})");
    api_.Seed(resources::kEndpointSlices,
              R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"blog-1",
                  "namespace":"website","labels":{"kubernetes.io/service-name":"blog"}},"addressType":"IPv4",
                  "endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":true}}],"ports":[{"port":8080}]})");
  }
  void SeedIngress() {
    api_.Seed(resources::kIngresses,
              R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"blog","namespace":"website",
                  "uid":"u1"},"spec":{"rules":[{"host":"www.viktorbarzin.me","http":{"paths":[{"path":"/",
                  "pathType":"Prefix","backend":{"service":{"name":"blog","port":{"number":80}}}}]}}]}})");
  }
  void SeedLabIngress() {
    api_.Seed(resources::kLabIngresses,
              R"({"apiVersion":"croft.lab/v1","kind":"Ingress","metadata":{"name":"lab","namespace":"website",
                  "uid":"u2","generation":4},"spec":{"rules":[{"host":"lab.test","paths":[{"path":"/",
                  "backend":{"labService":{"name":"blog"}}}]}]}})");
  }
  types::lab::Ingress LabIngress() {
    return *types::FromObject<types::lab::Ingress>(*api_.Peek(resources::kLabIngresses, {"website", "lab"}));
  }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient api_{clock_, random_, executor_};
  fakes::FakeProxy proxy_;
  runtime::Manager manager_{{api_, clock_, random_, executor_}};
};

TEST_F(IngressControllerTest, AppliesAnEmptyModelAtFirst) {
  Start();
  EXPECT_GE(proxy_.applies(), 1);
}

TEST_F(IngressControllerTest, ServesARouteAndSaysWhere) {
  SeedService();
  Start();
  SeedIngress();
  Run();
  ASSERT_EQ(proxy_.model().routes.size(), 1u);
  EXPECT_EQ(proxy_.model().routes[0].host, "www.viktorbarzin.me");
  EXPECT_EQ(proxy_.model().backends.at(0).endpoints.at(0).port, 8080);
  const auto ingress = *types::FromObject<types::Ingress>(*api_.Peek(resources::kIngresses, {"website", "blog"}));
  ASSERT_EQ(ingress.status.load_balancer.ingress.size(), 1u);
  EXPECT_EQ(ingress.status.load_balancer.ingress[0].ip, "192.0.2.7");
  api_.TakeWrites();
  api_.Remove(resources::kServices, {"website", "blog"});
  Run();
  EXPECT_EQ(proxy_.model().routes.at(0).backend, "");
  EXPECT_FALSE(api_.All(resources::kEvents).empty()) << "the Ingress is told why it answers 503";
}

TEST_F(IngressControllerTest, WritesNothingWhenNothingChanges) {
  SeedService();
  SeedIngress();
  SeedLabIngress();
  Start();
  Run();
  api_.TakeWrites();
  api_.Seed(resources::kServices, R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"other","namespace":"x"},
                  "spec":{"ports":[{"port":80}]}})");
  Run();
  EXPECT_EQ(api_.TakeWrites(), std::vector<std::string>());
}

TEST_F(IngressControllerTest, TellsOnALabIngressHowItFares) {
  SeedLabIngress();
  Start();
  types::lab::Ingress ingress = LabIngress();
  const types::Condition* ready = types::FindCondition(ingress.status.conditions, "Ready");
  ASSERT_NE(ready, nullptr);
  EXPECT_EQ(ready->status, "False");
  EXPECT_NE(ready->message.find("lab Service website/blog does not exist"), std::string::npos) << ready->message;
  EXPECT_EQ(ingress.status.observed_generation, 4);
  EXPECT_EQ(ingress.status.hosts, std::vector<std::string>{"lab.test"});
  SeedService();
  Run();
  ingress = LabIngress();
  EXPECT_EQ(types::FindCondition(ingress.status.conditions, "BackendsReady")->status, "True");
  EXPECT_EQ(types::FindCondition(ingress.status.conditions, "CertificatesReady")->status, "False");
}

TEST_F(IngressControllerTest, TriesAgainWhenTheProxyFailsAndTellsWhy) {
  SeedService();
  SeedLabIngress();
  proxy_.Fail(Status::Unavailable("HAProxy is not installed: apt-get install haproxy"));
  Start();
  const types::lab::Ingress ingress = LabIngress();
  EXPECT_EQ(types::FindCondition(ingress.status.conditions, "Ready")->reason, "ProxyFailed");
  EXPECT_TRUE(ingress.status.load_balancer.ingress.empty());
  proxy_.Fail(Status::Ok());
  ASSERT_TRUE(executor_.Advance(std::chrono::minutes(2)));
  EXPECT_EQ(proxy_.model().routes.size(), 1u);
}

TEST_F(IngressControllerTest, TakesABurstOfChangesAsFewSteps) {
  Start();
  const int before = proxy_.applies();
  for (int i = 0; i < 100; ++i) {
    api_.Seed(resources::kServices, R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s)" + std::to_string(i) +
                                        R"(","namespace":"x"},"spec":{"ports":[{"port":80}]}})");
  }
  Run();
  EXPECT_LE(proxy_.applies() - before, 5);
}

}  // namespace
}  // namespace croft::ingress
