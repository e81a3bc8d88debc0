#include <gtest/gtest.h>

#include "api/types/apps.h"
#include "api/types/core.h"
#include "api/types/lab.h"

namespace croft::types {
namespace {

TEST(Types, APodKeepsWhatItKnowsBothWays) {
  const char* text =
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"d","labels":{"app":"x"}},)"
      R"("spec":{"volumes":[{"name":"v","emptyDir":{}}],"containers":[{"name":"c","image":"i","command":["s"],)"
      R"("ports":[{"containerPort":80}],"readinessProbe":{"httpGet":{"path":"/","port":"http"},"timeoutSeconds":1,)"
      R"("periodSeconds":5,"successThreshold":1,"failureThreshold":3}}],"nodeName":"n"},"status":{"phase":"Running","podIP":"10.0.0.1"}})";
  const auto pod = FromJson<Pod>(*ParseJson(text));
  ASSERT_TRUE(pod.ok());
  EXPECT_EQ(pod->spec.containers.at(0).readiness_probe->http_get->port.text, "http");
  EXPECT_EQ(pod->spec.volumes.at(0).source.bytes, R"({"name":"v","emptyDir":{}})");
  EXPECT_EQ(pod->status.pod_ip, "10.0.0.1");
  const auto again = FromJson<Pod>(ToJson(*pod));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->spec.containers.at(0).readiness_probe->period_seconds, 5);
  EXPECT_EQ(again->spec.node_name, "n");
}

TEST(Types, ADeploymentPassesItsTemplateThroughUnread) {
  const char* text = R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":0,)"
                     R"("template":{"spec":{"unknown":{"deep":[1,2]}}}}})";
  const auto deployment = FromJson<Deployment>(*ParseJson(text));
  ASSERT_TRUE(deployment.ok());
  EXPECT_EQ(deployment->spec.replicas, 0);
  const JsonDocument out = ToJson(*deployment);
  EXPECT_EQ(WriteJson(*Find(out, {"spec", "template"})), R"({"spec":{"unknown":{"deep":[1,2]}}})");
  EXPECT_EQ(FindInt(out, {"spec", "replicas"}, -1), 0);
}

TEST(Types, AnotherKindIsRefused) {
  const auto service = FromJson<lab::Service>(*ParseJson(R"({"apiVersion":"v1","kind":"Service"})"));
  EXPECT_FALSE(service.ok());
}

TEST(Quantity, ReadsEverySuffix) {
  const std::pair<const char*, int64_t> cases[] = {
      {"1", 1000},      {"500m", 500},     {"0.5", 500}, {"1Ki", 1024000}, {"2Gi", 2147483648000},
      {"1e3", 1000000}, {"1.5k", 1500000}, {"100u", 1}};
  for (const auto& [text, milli] : cases) EXPECT_EQ(ParseQuantityMilli(text), milli) << text;
  for (const char* text : {"", "m", "1.2.3", "5x", "1e", "Gi"}) EXPECT_FALSE(ParseQuantityMilli(text)) << text;
}

}  // namespace
}  // namespace croft::types
