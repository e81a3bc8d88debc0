#include "api/object/patch.h"
#include "unit/api/server/api_fixture.h"

// Events have one store and two forms.
namespace croft::server {
namespace {

constexpr const char* kCore = "/api/v1/namespaces/d/events";
constexpr const char* kNewer = "/apis/events.k8s.io/v1/namespaces/d/events";

class EventsTest : public ApiTest {
 protected:
  static std::string CoreEvent(const std::string& name) {
    return R"({"metadata":{"name":")" + name +
           R"("},"involvedObject":{"kind":"Pod","namespace":"d","name":"p","fieldPath":"spec.containers{c}"},)"
           R"("reason":"Started","message":"it runs","type":"Normal","count":3,"source":{"component":"kubelet","host":"n1"},)"
           R"("firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:00:05Z"})";
  }
  static std::string NewerEvent(const std::string& name) {
    return R"({"metadata":{"name":")" + name +
           R"("},"eventTime":"2026-01-01T00:00:00.000001Z","regarding":{"kind":"Pod","namespace":"d","name":"q"},)"
           R"("reason":"Bound","note":"it has a node","type":"Normal","action":"Binding","reportingController":"a.b/scheduler",)"
           R"("reportingInstance":"s-1","series":{"count":2,"lastObservedTime":"2026-01-01T00:00:01.000000Z"}})";
  }
};

TEST_F(EventsTest, WhatIsWrittenInOneFormIsReadInTheOther) {
  ASSERT_EQ(Post(kCore, CoreEvent("old")).code, 201);
  const Answer shown = Get(std::string(kNewer) + "/old");
  ASSERT_EQ(shown.code, 200) << shown.text;
  EXPECT_EQ(shown.Text({"apiVersion"}), "events.k8s.io/v1");
  EXPECT_EQ(shown.Text({"note"}), "it runs");
  EXPECT_EQ(shown.Text({"regarding", "name"}), "p");
  EXPECT_EQ(shown.Text({"deprecatedSource", "component"}), "kubelet");
  EXPECT_EQ(shown.Text({"deprecatedFirstTimestamp"}), "2026-01-01T00:00:00Z");
  EXPECT_EQ(shown.Text({"deprecatedLastTimestamp"}), "2026-01-01T00:00:05Z");
  EXPECT_EQ(FindInt(shown.json, {"deprecatedCount"}), 3);
  const Json* time = Find(shown.json, "eventTime");
  ASSERT_NE(time, nullptr) << "it is required in this form: " << shown.text;
  EXPECT_TRUE(time->IsNull());
  for (const char* core : {"message", "involvedObject", "source", "count", "firstTimestamp", "reportingComponent"}) {
    EXPECT_EQ(Find(shown.json, core), nullptr) << core;
  }

  ASSERT_EQ(Post(kNewer, NewerEvent("new")).code, 201);
  const Answer core = Get(std::string(kCore) + "/new");
  ASSERT_EQ(core.code, 200) << core.text;
  EXPECT_EQ(core.Text({"apiVersion"}), "v1");
  EXPECT_EQ(core.Text({"message"}), "it has a node");
  EXPECT_EQ(core.Text({"involvedObject", "name"}), "q");
  EXPECT_EQ(core.Text({"reportingComponent"}), "a.b/scheduler");
  EXPECT_EQ(FindInt(core.json, {"series", "count"}), 2);
  EXPECT_EQ(Find(core.json, "note"), nullptr);

  EXPECT_EQ(Find(Get(kCore).json, "items")->Size(), 2u);
  EXPECT_EQ(Find(Get(kNewer).json, "items")->Size(), 2u);
  EXPECT_EQ(Get(kNewer).Text({"apiVersion"}), "events.k8s.io/v1");
}

TEST_F(EventsTest, EitherFormChangesAndDeletesTheSameObject) {
  ASSERT_EQ(Post(kCore, CoreEvent("e")).code, 201);
  EXPECT_EQ(Post(kNewer, NewerEvent("e")).code, 409) << "the name is taken in both forms";
  const Answer counted = Patch(std::string(kCore) + "/e", "merge-patch+json", R"({"count":4})");
  ASSERT_EQ(counted.code, 200) << counted.text;
  EXPECT_EQ(FindInt(Get(std::string(kNewer) + "/e").json, {"deprecatedCount"}), 4);
  const Answer labelled = Patch(std::string(kNewer) + "/e", "merge-patch+json", R"({"metadata":{"labels":{"a":"b"}}})");
  ASSERT_EQ(labelled.code, 200) << labelled.text;
  EXPECT_EQ(labelled.Text({"note"}), "it runs");
  const Answer core = Get(std::string(kCore) + "/e");
  EXPECT_EQ(core.Text({"metadata", "labels", "a"}), "b");
  EXPECT_EQ(core.Text({"message"}), "it runs");
  EXPECT_EQ(core.Text({"metadata", "resourceVersion"}), labelled.Text({"metadata", "resourceVersion"}));
  const Answer again = Put(std::string(kNewer) + "/e", WriteJson(labelled.json));
  EXPECT_EQ(again.Text({"metadata", "resourceVersion"}), labelled.Text({"metadata", "resourceVersion"}))
      << "writing what is there changes nothing";
  EXPECT_EQ(Delete(std::string(kNewer) + "/e").code, 200);
  EXPECT_EQ(Get(std::string(kCore) + "/e").code, 404);
}

TEST_F(EventsTest, DryRunsShowTheFormThatWasAskedFor) {
  const Answer made = Post(std::string(kNewer) + "?dryRun=All", NewerEvent("e"));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.Text({"apiVersion"}), "events.k8s.io/v1");
  EXPECT_EQ(made.Text({"note"}), "it has a node");
  EXPECT_EQ(Get(std::string(kCore) + "/e").code, 404);
}

TEST_F(EventsTest, FieldSelectorsNameTheFieldsOfTheirForm) {
  ASSERT_EQ(Post(kCore, CoreEvent("old")).code, 201);
  ASSERT_EQ(Post(kNewer, NewerEvent("new")).code, 201);
  const std::pair<std::string, size_t> cases[] = {
      {std::string(kCore) + "?fieldSelector=involvedObject.name%3Dp", 1},
      {std::string(kCore) + "?fieldSelector=source%3Dkubelet", 1},
      {std::string(kCore) + "?fieldSelector=reportingComponent%3Da.b/scheduler", 1},
      {std::string(kNewer) + "?fieldSelector=regarding.name%3Dp,regarding.kind%3DPod", 1},
      {std::string(kNewer) + "?fieldSelector=reportingController%3Da.b/scheduler", 1},
      {std::string(kNewer) + "?fieldSelector=regarding.name%3Dnobody", 0},
      {std::string(kNewer) + "?fieldSelector=type%3DNormal", 2},
  };
  for (const auto& [path, count] : cases) {
    const Answer list = Get(path);
    ASSERT_EQ(list.code, 200) << path << list.text;
    EXPECT_EQ(Find(list.json, "items")->Size(), count) << path;
  }
  EXPECT_EQ(Get(std::string(kNewer) + "?fieldSelector=involvedObject.name%3Dp").code, 400);
}

TEST_F(EventsTest, WatchesShowTheirForm) {
  const auto stream =
      Watch(std::string(kNewer) + "?watch=true&resourceVersion=" + Get(kNewer).Text({"metadata", "resourceVersion"}));
  ASSERT_NE(stream, nullptr);
  ASSERT_EQ(Post(kCore, CoreEvent("e")).code, 201);
  const std::string line = stream->Take();
  const Result<JsonDocument> event = ParseJson(line);
  ASSERT_TRUE(event.ok()) << line;
  EXPECT_EQ(FindString(*event, {"type"}), "ADDED");
  EXPECT_EQ(FindString(*event, {"object", "apiVersion"}), "events.k8s.io/v1");
  EXPECT_EQ(FindString(*event, {"object", "note"}), "it runs");
}

TEST_F(EventsTest, TheNewerFormRefusesWhatIsIncomplete) {
  const struct {
    const char* name;
    const char* path;
    const char* patch;  // onto a good event
    const char* field;
  } cases[] = {
      {"no time", kNewer, R"({"eventTime":null})", "eventTime"},
      {"no controller", kNewer, R"({"reportingController":null})", "reportingController"},
      {"a controller that is no name", kNewer, R"({"reportingController":"a b"})", "reportingController"},
      {"no instance", kNewer, R"({"reportingInstance":null})", "reportingInstance"},
      {"no action", kNewer, R"({"action":null})", "action"},
      {"no reason", kNewer, R"({"reason":null})", "reason"},
      {"a type of its own", kNewer, R"({"type":"Odd"})", "type"},
      {"a count of the older form", kNewer, R"({"deprecatedCount":2})", "deprecatedCount"},
      {"a source of the older form", kNewer, R"({"deprecatedSource":{"component":"c"}})", "deprecatedSource"},
      {"a series of one", kNewer, R"({"series":{"count":1}})", "series.count"},
      {"an object of another namespace", kNewer, R"({"regarding":{"namespace":"e"}})", "regarding.namespace"},
      {"an object of another namespace, older form", kCore, R"({"involvedObject":{"namespace":"e"}})",
       "involvedObject.namespace"},
      {"an object of the cluster outside `default`", kCore, R"({"involvedObject":{"namespace":null}})",
       "involvedObject.namespace"},
      {"a time and nothing else that belongs to it", kCore, R"({"eventTime":"2026-01-01T00:00:00.000000Z"})",
       "reportingComponent"},
  };
  for (const auto& c : cases) {
    JsonDocument event = *ParseJson(c.path == kCore ? CoreEvent("e") : NewerEvent("e"));
    ApplyMergePatch(event, *ParseJson(c.patch), event.GetAllocator());
    const Answer answer = Post(c.path, WriteJson(event));
    EXPECT_EQ(answer.code, 422) << c.name << ": " << answer.text;
    EXPECT_NE(answer.text.find("\"field\":\"" + std::string(c.field) + "\""), std::string::npos)
        << c.name << ": " << answer.text;
  }
}

TEST_F(EventsTest, OnlyTheSeriesOfANewerEventChanges) {
  const Answer made = Post(kNewer, NewerEvent("e"));
  ASSERT_EQ(made.code, 201) << made.text;
  const std::string path = std::string(kNewer) + "/e";
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"note":"other"})").code, 422);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"series":{"count":1}})").code, 422);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"series":{"count":9}})").code, 200);
  EXPECT_EQ(FindInt(Get(std::string(kCore) + "/e").json, {"series", "count"}), 9);
}

}  // namespace
}  // namespace croft::server
