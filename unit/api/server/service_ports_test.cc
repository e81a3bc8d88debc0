#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kServices = "/api/v1/namespaces/d/services";

class ServicePortsTest : public ApiTest {
 protected:
  Answer Make(const std::string& name, const std::string& spec) {
    return Post(kServices, R"({"metadata":{"name":")" + name + R"("},"spec":{)" + spec + "}}");
  }
  static int64_t HealthPort(const Answer& service) { return FindInt(service.json, {"spec", "healthCheckNodePort"}); }
};

TEST_F(ServicePortsTest, WhatIsTakenIsRefusedInKubernetesWords) {
  ASSERT_EQ(Make("a", R"("type":"NodePort","clusterIP":"10.96.0.7","ports":[{"port":80,"nodePort":30777}])").code, 201);
  const struct {
    const char* name;
    const char* spec;
    const char* message;
  } cases[] = {
      {"a node port", R"("type":"NodePort","ports":[{"port":80,"nodePort":30777}])",
       "spec.ports[0].nodePort: Invalid value: 30777: provided port is already allocated"},
      {"an address", R"("clusterIP":"10.96.0.7","ports":[{"port":80}])",
       "spec.clusterIPs: Invalid value: []string{\"10.96.0.7\"}: failed to allocate IP 10.96.0.7: provided IP is "
       "already "
       "allocated"},
      {"an address from elsewhere", R"("clusterIP":"10.9.0.7","ports":[{"port":80}])",
       "spec.clusterIPs: Invalid value: []string{\"10.9.0.7\"}: failed to allocate IP 10.9.0.7: the provided IP "
       "(10.9.0.7) is not in the valid range. The range of valid IPs is 10.96.0.0/16"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Make("b", c.spec).Text({"message"}), "Service \"b\" is invalid: " + std::string(c.message)) << c.name;
  }
}

TEST_F(ServicePortsTest, APortThatStandsTwiceIsToldOnce) {
  for (const char* ports : {R"([{"name":"x","port":80},{"name":"y","port":80}])", R"([{"port":80},{"port":80}])"}) {
    const Answer refused = Make("b", R"("ports":)" + std::string(ports));
    const std::string causes = Causes(refused);
    const std::string once = "spec.ports[1]:FieldValueDuplicate";
    EXPECT_NE(causes.find(once), std::string::npos) << refused.text;
    EXPECT_EQ(causes.find(once), causes.rfind(once)) << refused.text;
  }
}

TEST_F(ServicePortsTest, LocalTrafficFromOutsideGetsAPortForHealth) {
  const std::string local = R"("type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}])";
  const Answer made = Make("a", local);
  ASSERT_EQ(made.code, 201) << made.text;
  const int64_t port = HealthPort(made);
  EXPECT_GE(port, 30000);
  EXPECT_LE(port, 32767);
  const std::string asked = R"(,"healthCheckNodePort":)" + std::to_string(port);
  EXPECT_EQ(Make("b", local + asked).Text({"message"}),
            "Service \"b\" is invalid: spec.healthCheckNodePort: Invalid value: " + std::to_string(port) +
                ": provided port is already allocated");
  EXPECT_EQ(Causes(Make("b", R"("ports":[{"port":80}])" + asked)), "spec.healthCheckNodePort:FieldValueInvalid");
  EXPECT_EQ(Causes(Make("b", local + R"(,"healthCheckNodePort":40000)")), "spec.healthCheckNodePort:FieldValueInvalid");
  const std::string a = std::string(kServices) + "/a";
  // Who never heard of it leaves it as it is.
  EXPECT_EQ(HealthPort(Put(a, R"({"metadata":{"name":"a"},"spec":{)" + local + "}}")), port);
  EXPECT_EQ(Causes(Patch(a, "merge-patch+json", R"({"spec":{"healthCheckNodePort":30001}})")),
            "spec.healthCheckNodePort:FieldValueInvalid");
  const Answer everywhere = Patch(a, "merge-patch+json", R"({"spec":{"externalTrafficPolicy":"Cluster"}})");
  EXPECT_EQ(everywhere.code, 200) << everywhere.text;
  EXPECT_EQ(HealthPort(everywhere), 0);
  EXPECT_EQ(HealthPort(Make("b", local + asked)), port) << "it is free again";
  // Another server on the same store knows what is held.
  StartServer();
  EXPECT_EQ(Make("c", local + asked).code, 422);
}

class NetworkKindsTest : public ApiTest {};

TEST_F(NetworkKindsTest, AnIngressBeginsWithAStatus) {
  const Answer made =
      Post("/apis/networking.k8s.io/v1/namespaces/d/ingresses",
           R"({"metadata":{"name":"i"},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}})");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(WriteJson(*Find(made.json, "status")), R"({"loadBalancer":{}})");
}

TEST_F(NetworkKindsTest, ASliceWithoutEndpointsHasAnEmptyList) {
  const std::string slices = "/apis/discovery.k8s.io/v1/namespaces/d/endpointslices";
  for (const char* endpoints : {"", R"(,"endpoints":null)", R"(,"endpoints":[])"}) {
    const std::string body = R"({"metadata":{"name":"s"},"addressType":"IPv4")" + std::string(endpoints) + "}";
    const Answer made = Post(slices, body);
    ASSERT_EQ(made.code, 201) << made.text;
    EXPECT_NE(made.text.find(R"("endpoints":[])"), std::string::npos) << made.text;
    const Answer put = Put(slices + "/s", body);
    EXPECT_EQ(put.text, made.text) << "nothing has changed";
    EXPECT_EQ(Delete(slices + "/s").code, 200);
  }
}

}  // namespace
}  // namespace croft::server
