#include "unit/api/server/api_fixture.h"

// What the server refuses of DaemonSets, Jobs, CronJobs and ControllerRevisions, and what of them may change.
namespace croft::server {
namespace {

constexpr const char* kDaemonSets = "/apis/apps/v1/namespaces/d/daemonsets";
constexpr const char* kRevisions = "/apis/apps/v1/namespaces/d/controllerrevisions";
constexpr const char* kJobs = "/apis/batch/v1/namespaces/d/jobs";
constexpr const char* kCronJobs = "/apis/batch/v1/namespaces/d/cronjobs";

const std::string kSet = R"("selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},)"
                         R"("spec":{"containers":[{"name":"c","image":"i"}]}})";

std::string JobSpec(const std::string& more, const std::string& restart = "Never") {
  return R"("template":{"spec":{"restartPolicy":")" + restart + R"(","containers":[{"name":"c","image":"i"}]}})" +
         (more.empty() ? "" : "," + more);
}

std::string CronSpec(const std::string& schedule, const std::string& more) {
  return R"("spec":{"schedule":")" + schedule + R"(","jobTemplate":{"spec":{)" + JobSpec("") + "}}" +
         (more.empty() ? "" : "," + more) + "}";
}

class WorkloadKinds : public ApiTest {
 protected:
  Answer Make(const std::string& path, const std::string& name, const std::string& fields) {
    return Post(path, R"({"metadata":{"name":")" + name + "\"}" + (fields.empty() ? "" : "," + fields) + "}");
  }
};

TEST_F(WorkloadKinds, AreRefusedAsKubernetesRefusesThem) {
  const std::string rolling = R"("spec":{"updateStrategy":{"rollingUpdate":)";
  const struct {
    const char* name;
    const char* path;
    std::string fields;
    const char* causes;
  } cases[] = {
      {"a set that never rolls", kDaemonSets, rolling + R"({"maxUnavailable":0,"maxSurge":0}},)" + kSet + "}",
       "spec.updateStrategy.rollingUpdate.maxUnavailable:FieldValueRequired"},
      {"a set that rolls both ways", kDaemonSets, rolling + R"({"maxUnavailable":1,"maxSurge":1}},)" + kSet + "}",
       "spec.updateStrategy.rollingUpdate.maxSurge:FieldValueInvalid"},
      {"a set that misses more than all", kDaemonSets, rolling + R"({"maxUnavailable":"101%"}},)" + kSet + "}",
       "spec.updateStrategy.rollingUpdate.maxUnavailable:FieldValueInvalid"},
      {"a Job of indexes without number", kJobs,
       R"("spec":{)" + JobSpec(R"("parallelism":2,"completionMode":"Indexed")") + "}",
       "spec.completions:FieldValueRequired"},
      {"a Job that counts failures of no index", kJobs, R"("spec":{)" + JobSpec(R"("backoffLimitPerIndex":1)") + "}",
       "spec.backoffLimitPerIndex:FieldValueInvalid"},
      {"a Job with a policy for Pods that restart", kJobs,
       R"("spec":{)" +
           JobSpec(R"("podFailurePolicy":{"rules":[{"action":"Ignore","onExitCodes":{"operator":"In","values":[1]}}]})",
                   "OnFailure") +
           "}",
       "spec.template.spec.restartPolicy:FieldValueInvalid"},
      {"a schedule with a zone", kCronJobs, CronSpec("TZ=UTC * * * * *", ""), "spec.schedule:FieldValueInvalid"},
      {"a zone on the moon", kCronJobs, CronSpec("* * * * *", R"("timeZone":"Local")"),
       "spec.timeZone:FieldValueInvalid"},
      {"a zone outside the table", kCronJobs, CronSpec("* * * * *", R"("timeZone":"../passwd")"),
       "spec.timeZone:FieldValueInvalid"},
      {"a revision of nothing", kRevisions, R"("revision":1)", "data:FieldValueRequired"},
      {"a revision before the first", kRevisions, R"("revision":-1,"data":{})", "revision:FieldValueInvalid"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = Make(c.path, "a", c.fields);
    EXPECT_EQ(answer.code, 422) << answer.text;
    EXPECT_EQ(Causes(answer), c.causes) << answer.text;
  }
}

TEST_F(WorkloadKinds, ChangeAsKubernetesLetsThem) {
  const struct {
    const char* name;
    const char* path;
    std::string fields;
    const char* patch;
    const char* causes;  // empty: allowed
  } cases[] = {
      {"the image of a Job", kJobs, R"("spec":{)" + JobSpec("") + "}",
       R"({"spec":{"template":{"spec":{"containers":[{"name":"c","image":"j"}]}}}})",
       "spec.template:FieldValueInvalid"},
      {"the nodes of a Job that runs", kJobs, R"("spec":{)" + JobSpec("") + "}",
       R"({"spec":{"template":{"spec":{"nodeSelector":{"a":"b"}}}}})", "spec.template:FieldValueInvalid"},
      {"the nodes of a Job that waits", kJobs, R"("spec":{)" + JobSpec(R"("suspend":true)") + "}",
       R"({"spec":{"template":{"spec":{"nodeSelector":{"a":"b"}}}}})", ""},
      {"the number of a Job", kJobs, R"("spec":{)" + JobSpec(R"("completions":2)") + "}",
       R"({"spec":{"completions":3}})", "spec.completions:FieldValueInvalid"},
      {"the number of a Job of indexes", kJobs,
       R"("spec":{)" + JobSpec(R"("completions":2,"parallelism":2,"completionMode":"Indexed")") + "}",
       R"({"spec":{"completions":3,"parallelism":3}})", ""},
      {"the parallelism of a Job", kJobs, R"("spec":{)" + JobSpec("") + "}", R"({"spec":{"parallelism":3}})", ""},
      {"the schedule of a CronJob", kCronJobs, CronSpec("* * * * *", R"("timeZone":"Etc/UTC")"),
       R"({"spec":{"schedule":"@daily"}})", ""},
      {"what a revision holds", kRevisions, R"("revision":1,"data":{"a":1})", R"({"data":{"a":2}})",
       "data:FieldValueInvalid"},
      {"the number of a revision", kRevisions, R"("revision":1,"data":{"a":1})", R"({"revision":2})", ""},
  };
  int number = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string name = "a" + std::to_string(++number);
    const Answer made = Make(c.path, name, c.fields);
    EXPECT_EQ(made.code, 201) << made.text;
    const Answer answer = Patch(std::string(c.path) + "/" + name, "merge-patch+json", c.patch);
    EXPECT_EQ(answer.code, *c.causes == '\0' ? 200 : 422) << answer.text;
    EXPECT_EQ(Causes(answer), c.causes) << answer.text;
  }
}

TEST_F(WorkloadKinds, StatefulSetsAreScaled) {
  const std::string sets = "/apis/apps/v1/namespaces/d/statefulsets";
  ASSERT_EQ(Make(sets, "a", R"("spec":{"serviceName":"s",)" + kSet + "}").code, 201);
  const Answer scaled = Patch(sets + "/a/scale", "merge-patch+json", R"({"spec":{"replicas":3}})");
  EXPECT_EQ(scaled.code, 200) << scaled.text;
  EXPECT_EQ(scaled.Text({"kind"}), "Scale");
  EXPECT_EQ(scaled.Text({"status", "selector"}), "a=b");
  const Answer set = Get(sets + "/a");
  EXPECT_EQ(FindInt(set.json, {"spec", "replicas"}), 3);
  EXPECT_EQ(FindInt(set.json, {"metadata", "generation"}), 2);
}

TEST_F(WorkloadKinds, JobsReplacePodsByTheirPolicy) {
  const Answer plain = Make(kJobs, "a", R"("spec":{)" + JobSpec("") + "}");
  EXPECT_EQ(plain.Text({"spec", "podReplacementPolicy"}), "TerminatingOrFailed");
  const Answer strict = Make(
      kJobs, "b",
      R"("spec":{)" +
          JobSpec(
              R"("podFailurePolicy":{"rules":[{"action":"Ignore","onExitCodes":{"operator":"In","values":[1]}}]})") +
          "}");
  EXPECT_EQ(strict.Text({"spec", "podReplacementPolicy"}), "Failed") << strict.text;
}

}  // namespace
}  // namespace croft::server
