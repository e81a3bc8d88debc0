#include "api/server/autoscaler_form.h"
#include "unit/api/server/api_fixture.h"

// HorizontalPodAutoscalers: one store, two versions.
namespace croft::server {
namespace {

constexpr const char* kV1 = "/apis/autoscaling/v1/namespaces/d/horizontalpodautoscalers";
constexpr const char* kV2 = "/apis/autoscaling/v2/namespaces/d/horizontalpodautoscalers";
constexpr const char* kTarget = R"("scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"})";

JsonDocument Parse(const std::string& text) {
  Result<JsonDocument> json = ParseJson(text);
  EXPECT_TRUE(json.ok()) << text;
  return json.ok() ? std::move(*json) : JsonDocument(rapidjson::kObjectType);
}

std::string Body(const std::string& spec) {
  return std::string(R"({"metadata":{"name":"a"},"spec":{)") + kTarget + "," + spec + "}}";
}

class AutoscalerTest : public ApiTest {};

TEST_F(AutoscalerTest, IsRefusedAsKubernetesRefusesIt) {
  const struct {
    const char* name;
    const char* spec;
    const char* field;
    const char* reason;
  } cases[] = {
      {"no Pod at most", R"("maxReplicas":0)", "spec.maxReplicas", "FieldValueInvalid"},
      {"no Pod at least", R"("maxReplicas":1,"minReplicas":0)", "spec.minReplicas", "FieldValueInvalid"},
      {"more at least than at most", R"("maxReplicas":1,"minReplicas":2)", "spec.maxReplicas", "FieldValueInvalid"},
      {"a metric of an unknown type", R"("maxReplicas":1,"metrics":[{"type":"X"}])", "spec.metrics[0].type",
       "FieldValueNotSupported"},
      {"a metric without its source", R"("maxReplicas":1,"metrics":[{"type":"Pods"}])", "spec.metrics[0].pods",
       "FieldValueRequired"},
      {"a metric with another's source",
       R"("maxReplicas":1,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",)"
       R"("averageUtilization":1}},"pods":{"metric":{"name":"m"},"target":{"type":"AverageValue","averageValue":"1"}}}])",
       "spec.metrics[0].pods", "FieldValueForbidden"},
      {"a resource without value",
       R"("maxReplicas":1,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization"}}}])",
       "spec.metrics[0].resource.target.averageUtilization", "FieldValueRequired"},
      {"a resource with two values",
       R"("maxReplicas":1,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",)"
       R"("averageUtilization":1,"averageValue":"1"}}}])",
       "spec.metrics[0].resource.target.averageValue", "FieldValueForbidden"},
      {"a target of no kind",
       R"("maxReplicas":1,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"X",)"
       R"("averageUtilization":1}}}])",
       "spec.metrics[0].resource.target.type", "FieldValueInvalid"},
      {"a target of nothing",
       R"("maxReplicas":1,"metrics":[{"type":"External","external":{"metric":{"name":"q"},"target":{"type":"Value",)"
       R"("value":"0"}}}])",
       "spec.metrics[0].external.target.value", "FieldValueInvalid"},
      {"a window that is too long", R"("maxReplicas":1,"behavior":{"scaleUp":{"stabilizationWindowSeconds":3601}})",
       "spec.behavior.scaleUp.stabilizationWindowSeconds", "FieldValueInvalid"},
      {"no policies", R"("maxReplicas":1,"behavior":{"scaleDown":{"policies":[]}})", "spec.behavior.scaleDown.policies",
       "FieldValueRequired"},
      {"a policy of an unknown type",
       R"("maxReplicas":1,"behavior":{"scaleDown":{"policies":[{"type":"X","value":1,"periodSeconds":1}]}})",
       "spec.behavior.scaleDown.policies[0].type", "FieldValueNotSupported"},
      {"a policy without time",
       R"("maxReplicas":1,"behavior":{"scaleDown":{"policies":[{"type":"Pods","value":1,"periodSeconds":0}]}})",
       "spec.behavior.scaleDown.policies[0].periodSeconds", "FieldValueInvalid"},
      {"an unknown choice", R"("maxReplicas":1,"behavior":{"scaleDown":{"selectPolicy":"X"}})",
       "spec.behavior.scaleDown.selectPolicy", "FieldValueNotSupported"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = Post(kV2, Body(c.spec));
    EXPECT_EQ(answer.code, 422) << answer.text;
    const Json* causes = Find(answer.json, {"details", "causes"});
    ASSERT_TRUE(causes != nullptr && !causes->Empty()) << answer.text;
    for (const Json& cause : causes->GetArray()) {
      EXPECT_EQ(FindString(cause, {"field"}), c.field) << answer.text;
      EXPECT_EQ(FindString(cause, {"reason"}), c.reason) << answer.text;
    }
  }
}

TEST_F(AutoscalerTest, OfTheOldVersionIsCheckedAsTheNewOne) {
  const Answer answer = Post(kV1, Body(R"("maxReplicas":1,"targetCPUUtilizationPercentage":0)"));
  EXPECT_EQ(answer.code, 422);
  EXPECT_EQ(FindString((*Find(answer.json, {"details", "causes"}))[0], {"field"}),
            "spec.metrics[0].resource.target.averageUtilization");
  const Answer strict =
      Call("POST", std::string(kV1) + "?fieldValidation=Strict", Body(R"("maxReplicas":1,"metrics":[])"));
  EXPECT_EQ(strict.code, 400) << "autoscaling/v1 has no such field";
}

TEST_F(AutoscalerTest, IsTheSameObjectInBothVersions) {
  const Answer old = Post(kV1, Body(R"("maxReplicas":5,"targetCPUUtilizationPercentage":60)"));
  ASSERT_EQ(old.code, 201) << old.text;
  EXPECT_EQ(old.Text({"apiVersion"}), "autoscaling/v1");
  EXPECT_EQ(FindInt(old.json, {"spec", "targetCPUUtilizationPercentage"}), 60);
  const Answer now = Get(std::string(kV2) + "/a");
  EXPECT_EQ(now.Text({"apiVersion"}), "autoscaling/v2");
  EXPECT_EQ(now.Text({"metadata", "uid"}), old.Text({"metadata", "uid"}));
  EXPECT_EQ(
      WriteJson(*Find(now.json, {"spec", "metrics"})),
      R"([{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}}])");
  const Answer list = Get(kV1);
  EXPECT_EQ(FindInt((*Find(list.json, "items"))[0], {"spec", "targetCPUUtilizationPercentage"}), 60);
  EXPECT_EQ(FindString((*Find(list.json, "items"))[0], {"apiVersion"}, "autoscaling/v1"), "autoscaling/v1");
}

TEST_F(AutoscalerTest, DefaultsToTheUseOfCpu) {
  ASSERT_EQ(Post(kV1, Body(R"("maxReplicas":5)")).code, 201);
  const Answer old = Get(std::string(kV1) + "/a");
  EXPECT_EQ(FindInt(old.json, {"spec", "targetCPUUtilizationPercentage"}), 80);
  EXPECT_EQ(FindInt(old.json, {"spec", "minReplicas"}), 1);
}

constexpr const char* kFull =
    R"("maxReplicas":5,"metrics":[)"
    R"({"type":"Pods","pods":{"metric":{"name":"m","selector":{"matchLabels":{"a":"b"}}},)"
    R"("target":{"type":"AverageValue","averageValue":"10"}}},)"
    R"({"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":70}}},)"
    R"({"type":"Object","object":{"metric":{"name":"o"},"describedObject":{"kind":"Service","name":"s"},)"
    R"("target":{"type":"Value","value":"2k"}}},)"
    R"({"type":"External","external":{"metric":{"name":"e"},"target":{"type":"AverageValue","averageValue":"3"}}},)"
    R"({"type":"ContainerResource","containerResource":{"name":"memory","container":"c",)"
    R"("target":{"type":"AverageValue","averageValue":"1Gi"}}}],)"
    R"("behavior":{"scaleDown":{"stabilizationWindowSeconds":60,"selectPolicy":"Min","policies":[)"
    R"({"type":"Pods","value":1,"periodSeconds":30}],"tolerance":"0.2"}})";

TEST_F(AutoscalerTest, ComesThroughTheOldVersionUnchanged) {
  ASSERT_EQ(Post(kV2, Body(kFull)).code, 201);
  const Answer status =
      Patch(std::string(kV2) + "/a/status", "merge-patch+json",
            R"({"status":{"currentReplicas":2,"desiredReplicas":3,"currentMetrics":[{"type":"Resource",)"
            R"("resource":{"name":"cpu","current":{"averageUtilization":55,"averageValue":"550m"}}}],)"
            R"("conditions":[{"type":"AbleToScale","status":"True"}]}})");
  ASSERT_EQ(status.code, 200) << status.text;
  const Answer before = Get(std::string(kV2) + "/a");
  Answer old = Get(std::string(kV1) + "/a");
  EXPECT_EQ(FindInt(old.json, {"spec", "targetCPUUtilizationPercentage"}), 70);
  EXPECT_EQ(FindInt(old.json, {"status", "currentCPUUtilizationPercentage"}), 55);
  EXPECT_EQ(Find(old.json, {"spec", "metrics"}), nullptr);
  const Json* notes = Find(old.json, {"metadata", "annotations"});
  ASSERT_NE(notes, nullptr);
  EXPECT_EQ(FindString(Parse(std::string(FindString(*notes, {"autoscaling.alpha.kubernetes.io/metrics"})))[0],
                       {"pods", "targetAverageValue"}),
            "10");
  EXPECT_EQ(FindString(Parse(std::string(FindString(*notes, {"autoscaling.alpha.kubernetes.io/behavior"}))),
                       {"ScaleDown", "SelectPolicy"}),
            "Min");

  // An old client changes what it knows.
  Set(*FindMutable(old.json, "spec"), "maxReplicas", Json(9), old.json.GetAllocator());
  const Answer put = Put(std::string(kV1) + "/a", WriteJson(old.json));
  ASSERT_EQ(put.code, 200) << put.text;
  const Answer after = Get(std::string(kV2) + "/a");
  EXPECT_EQ(FindInt(after.json, {"spec", "maxReplicas"}), 9);
  EXPECT_EQ(Find(after.json, {"metadata", "annotations"}), nullptr);
  EXPECT_EQ(WriteJson(*Find(after.json, {"spec", "behavior"})), WriteJson(*Find(before.json, {"spec", "behavior"})));
  EXPECT_TRUE(Equal(*Find(after.json, "status"), *Find(before.json, "status"))) << after.text;
  const Json& metrics = *Find(after.json, {"spec", "metrics"});
  ASSERT_EQ(metrics.Size(), 5u);
  // The CPU metric has come first, as in Kubernetes; the others keep their order.
  EXPECT_TRUE(Equal(metrics[0], (*Find(before.json, {"spec", "metrics"}))[1]));
  EXPECT_TRUE(Equal(metrics[1], (*Find(before.json, {"spec", "metrics"}))[0])) << WriteJson(metrics[1]);
  for (rapidjson::SizeType i = 2; i < 5; ++i) {
    EXPECT_TRUE(Equal(metrics[i], (*Find(before.json, {"spec", "metrics"}))[i])) << WriteJson(metrics[i]);
  }
}

TEST_F(AutoscalerTest, StaysAsItIsWhenTheOldVersionIsWrittenBack) {
  ASSERT_EQ(Post(kV1, Body(R"("maxReplicas":5,"targetCPUUtilizationPercentage":60)")).code, 201);
  const Answer old = Get(std::string(kV1) + "/a");
  const Answer again = Put(std::string(kV1) + "/a", old.text);
  EXPECT_EQ(again.Text({"metadata", "resourceVersion"}), old.Text({"metadata", "resourceVersion"})) << again.text;
  EXPECT_EQ(FindInt(again.json, {"metadata", "generation"}), 1);
}

TEST_F(AutoscalerTest, IsWatchedInTheVersionThatIsAskedFor) {
  const auto stream = Watch(std::string(kV1) + "?watch=1");
  ASSERT_EQ(Post(kV2, Body(kFull)).code, 201);
  const JsonDocument event = Parse(stream->Take());
  EXPECT_EQ(FindString(event, {"type"}), "ADDED");
  EXPECT_EQ(FindString(event, {"object", "apiVersion"}), "autoscaling/v1");
  EXPECT_EQ(FindInt(event, {"object", "spec", "targetCPUUtilizationPercentage"}), 70);
}

TEST(AutoscalerForm, TakesWhateverAClientSends) {
  for (
      const char* text :
      {"{}", R"({"spec":1,"status":[]})", R"({"spec":{"metrics":[1,{"pods":2},{"type":"Resource"}],"behavior":"x"}})",
       R"({"metadata":{"annotations":{"autoscaling.alpha.kubernetes.io/metrics":"{","x":"y"}},"spec":{}})",
       R"({"metadata":{"annotations":{"autoscaling.alpha.kubernetes.io/metrics":"[1,{\"pods\":{}}]"}},"spec":{}})",
       R"({"metadata":{"annotations":{"autoscaling.alpha.kubernetes.io/behavior":"[]"}},"status":{"conditions":3}})"}) {
    SCOPED_TRACE(text);
    JsonDocument json = Parse(text);
    AutoscalerToV2(json, json.GetAllocator());
    EXPECT_EQ(WriteJson(json).find("alpha"), std::string::npos) << "what annotations held is where it belongs";
    AutoscalerToV1(json, json.GetAllocator());
    EXPECT_TRUE(json.IsObject());
  }
}

}  // namespace
}  // namespace croft::server
