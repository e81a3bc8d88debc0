#include "api/server/strategies/unacted.h"

#include <gtest/gtest.h>

#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

TEST(WarnOfUnacted, NamesWhatHasNoEffectAndNothingElse) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"containers":[{"name":"a","image":"i","ports":[{"containerPort":80}]}],"hostPID":false,"imagePullSecrets":[]})",
       ""},
      {R"({"containers":[{"ports":[{"containerPort":80},{"containerPort":81,"hostPort":81,"hostIP":"127.0.0.1"}]}]})",
       ""},
      {R"({"containers":[{"ports":[{"containerPort":80},{"containerPort":81,"hostPort":81,"hostIP":"::1"}]}]})",
       "spec.containers[0].ports[1].hostIP: kept, but nothing in Croft acts on it yet"},
      {R"({"hostNetwork":true,"containers":[{"ports":[{"containerPort":80,"hostPort":80,"hostIP":"::1"}]}]})", ""},
      {R"({"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{}]}}})",
       "spec.affinity.podAntiAffinity: kept, but nothing in Croft acts on it yet"},
      {R"({"priorityClassName":"high"})", "spec.priorityClassName: kept, but nothing in Croft acts on it yet"},
  };
  for (const auto& [spec, warning] : cases) {
    std::vector<std::string> warnings;
    WarnOfUnacted(*ParseJson(spec), "spec", warnings);
    EXPECT_EQ(warnings.empty() ? "" : warnings.front(), warning) << spec;
    EXPECT_LE(warnings.size(), 1u) << spec;
  }
}

class UnactedOverHttp : public ApiTest {};

TEST_F(UnactedOverHttp, ADeploymentIsTakenWithAWarningHeader) {
  const Answer answer = Post(
      "/apis/apps/v1/namespaces/d/deployments",
      R"({"metadata":{"name":"w"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},)"
      R"("spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80,"hostPort":8080}]}],"hostPID":true}}}})");
  EXPECT_EQ(answer.code, 201) << answer.text;
  EXPECT_NE(answer.headers.Get("Warning").find("spec.template.spec.hostPID"), std::string::npos)
      << answer.headers.Get("Warning");
  EXPECT_EQ(answer.headers.Get("Warning").find("hostPort"), std::string::npos) << "a port of the node is acted on";
}

}  // namespace
}  // namespace croft::server
