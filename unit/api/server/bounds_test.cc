#include "unit/api/server/api_fixture.h"

// Values out of bounds in built-in kinds: refused in the words of Kubernetes' own validation.
namespace croft::server {
namespace {

class BoundsTest : public ApiTest {};

std::string Deployment(const std::string& spec, const std::string& pod = "") {
  return R"({"metadata":{"name":"a"},"spec":{)" + spec +
         R"("selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{)" + pod +
         R"("containers":[{"name":"c","image":"i"}]}}}})";
}

std::string Pod(const std::string& container, const std::string& spec = "") {
  return R"({"metadata":{"name":"a"},"spec":{)" + spec + R"("containers":[{"name":"c","image":"i")" + container +
         "}]}}";
}

TEST_F(BoundsTest, OfBuiltInKindsAreWordedAsKubernetesCodeDoes) {
  const std::string pods = "/api/v1/namespaces/d/pods";
  const std::string deployments = "/apis/apps/v1/namespaces/d/deployments";
  const struct {
    const char* name;
    std::string path;
    std::string body;
    const char* says;
  } cases[] = {
      {"a negative number of replicas", deployments, Deployment(R"("replicas":-1,)"),
       "spec.replicas: Invalid value: -1: must be greater than or equal to 0"},
      {"a negative time to be ready", deployments, Deployment(R"("minReadySeconds":-1,)"),
       "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"},
      {"a share that is none", deployments, Deployment(R"("strategy":{"rollingUpdate":{"maxSurge":"x"}},)"),
       "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"x\": a valid percent string must be a numeric string "
       "followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"},
      {"a port beyond them all", pods, Pod(R"(,"ports":[{"containerPort":70000}])"),
       "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"},
      {"a host port beyond them all", pods, Pod(R"(,"ports":[{"containerPort":80,"hostPort":70000}])"),
       "spec.containers[0].ports[0].hostPort: Invalid value: 70000: must be between 1 and 65535, inclusive"},
      {"a port's name of 16 letters", pods, Pod(R"(,"ports":[{"containerPort":80,"name":"abcdefghijklmnop"}])"),
       "spec.containers[0].ports[0].name: Invalid value: \"abcdefghijklmnop\": must be no more than 15 bytes"},
      {"an unknown protocol", pods, Pod(R"(,"ports":[{"containerPort":80,"protocol":"X"}])"),
       "spec.containers[0].ports[0].protocol: Unsupported value: \"X\": supported values: \"SCTP\", \"TCP\", \"UDP\""},
      {"an unknown way to pull", pods, Pod(R"(,"imagePullPolicy":"X")"),
       "spec.containers[0].imagePullPolicy: Unsupported value: \"X\": supported values: \"Always\", \"IfNotPresent\", "
       "\"Never\""},
      {"an unknown way to restart", pods, Pod("", R"("restartPolicy":"X",)"),
       "spec.restartPolicy: Unsupported value: \"X\": supported values: \"Always\", \"OnFailure\", \"Never\""},
      {"a probe that never waits", pods, Pod(R"(,"livenessProbe":{"exec":{"command":["x"]},"periodSeconds":-1})"),
       "spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0"},
      {"a deadline of no time", pods, Pod("", R"("activeDeadlineSeconds":0,)"),
       "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"},
      {"a weight beyond the range", pods,
       Pod("", R"("affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":101,)"
               R"("preference":{"matchExpressions":[{"key":"a","operator":"Exists"}]}}]}},)"),
       "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must "
       "be in the range 1-100"},
      {"an uneven spread of nothing", pods,
       Pod("", R"("topologySpreadConstraints":[{"maxSkew":0,"topologyKey":"a","whenUnsatisfiable":"DoNotSchedule"}],)"),
       "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero"},
      {"a container's name", pods, R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"A_","image":"i"}]}})",
       "spec.containers[0].name: Invalid value: \"A_\": a lowercase RFC 1123 label must consist of lower case "
       "alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or "
       "'123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"},
      {"a lease of no time", "/apis/coordination.k8s.io/v1/namespaces/d/leases",
       R"({"metadata":{"name":"a"},"spec":{"leaseDurationSeconds":0}})",
       "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"},
      {"a route to port 70000", "/apis/networking.k8s.io/v1/namespaces/d/ingresses",
       R"({"metadata":{"name":"a"},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":70000}}}}})",
       "spec.defaultBackend.service.port.number: Invalid value: 70000: must be between 1 and 65535, inclusive"},
      {"a group's rank", "/apis/apiregistration.k8s.io/v1/apiservices",
       R"({"metadata":{"name":"v1.x.y"},"spec":{"group":"x.y","version":"v1","groupPriorityMinimum":30000,)"
       R"("versionPriority":15}})",
       "spec.groupPriorityMinimum: Invalid value: 30000: must be positive and less than 20000"},
      {"a service on port 0", "/api/v1/namespaces/d/services",
       R"({"metadata":{"name":"a"},"spec":{"ports":[{"port":0}]}})",
       "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = Post(c.path, c.body);
    EXPECT_EQ(answer.code, 422) << answer.text;
    EXPECT_NE(answer.Text({"message"}).find(c.says), std::string::npos) << answer.Text({"message"});
    EXPECT_EQ(answer.text.find("in body"), std::string::npos) << answer.text;
  }
}

TEST_F(BoundsTest, OfPostedKindsAreWordedAfterTheirSchema) {
  const char* crd =
      R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boats.x.y"},)"
      R"("spec":{"group":"x.y","scope":"Namespaced","names":{"plural":"boats","kind":"Boat"},"versions":[{"name":"v1",)"
      R"("served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":)"
      R"("object","properties":{"crew":{"type":"integer","minimum":1,"maximum":9},"sail":{"type":"string"},"oar":)"
      R"({"type":"string"}},"oneOf":[{"required":["sail"]},{"required":["oar"]}]}}}}}]}})";
  ASSERT_EQ(Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd).code, 201);
  const auto post = [&](const std::string& spec) {
    return Post("/apis/x.y/v1/namespaces/d/boats",
                R"({"apiVersion":"x.y/v1","kind":"Boat","metadata":{"name":"a"},"spec":)" + spec + "}");
  };
  EXPECT_EQ(post(R"({"crew":0,"sail":"lug"})").Text({"message"}),
            "Boat.x.y \"a\" is invalid: spec.crew: Invalid value: 0: spec.crew in body should be greater than or equal "
            "to 1");
  const Answer both = post(R"({"oar":"o","sail":"lug"})");
  EXPECT_EQ(both.Text({"message"}),
            "Boat.x.y \"a\" is invalid: <nil>: Invalid value: \"\": \"spec\" must validate one and only one schema "
            "(oneOf). Found 2 valid alternatives");
  EXPECT_EQ(Causes(both), "<nil>:FieldValueInvalid");
  EXPECT_EQ(Causes(post("{}")), "<nil>:FieldValueInvalid spec.sail:FieldValueRequired");
}

}  // namespace
}  // namespace croft::server
