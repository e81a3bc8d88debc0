#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kPods = "/api/v1/namespaces/d/pods";
constexpr const char* kPod = "/api/v1/namespaces/d/pods/p";
constexpr const char* kDebug = "/api/v1/namespaces/d/pods/p/ephemeralcontainers";

class PodRulesTest : public ApiTest {
 protected:
  Answer Make(const std::string& more = R"("containers":[{"name":"a","image":"i"}])", const std::string& query = "") {
    return Post(kPods + query, R"({"metadata":{"name":"p"},"spec":{)" + more + "}}");
  }
  Answer Debug(const std::string& containers) {
    return Patch(kDebug, "strategic-merge-patch+json", R"({"spec":{"ephemeralContainers":)" + containers + "}}");
  }
};

TEST_F(PodRulesTest, ContainersForDebuggingComeByTheirSubresourceAlone) {
  EXPECT_EQ(Causes(Make(R"("containers":[{"name":"a","image":"i"}],"ephemeralContainers":[{"name":"e","image":"i"}])")),
            "spec.ephemeralContainers:FieldValueForbidden");
  ASSERT_EQ(Make().code, 201);
  EXPECT_EQ(Get(kDebug).text, Get(kPod).text);
  const Answer direct =
      Patch(kPod, "merge-patch+json", R"({"spec":{"ephemeralContainers":[{"name":"e","image":"i"}]}})");
  EXPECT_EQ(Causes(direct), "spec:FieldValueForbidden") << direct.text;
  const Answer added = Debug(R"([{"name":"e","image":"busybox","targetContainerName":"a"}])");
  ASSERT_EQ(added.code, 200) << added.text;
  EXPECT_NE(added.headers.Get("Warning").find("spec.ephemeralContainers"), std::string::npos);
  const Answer pod = Get(kPod);
  const Json* containers = Find(pod.json, {"spec", "ephemeralContainers"});
  ASSERT_NE(containers, nullptr) << pod.text;
  EXPECT_EQ(FindString((*containers)[0], {"imagePullPolicy"}), "Always");
  EXPECT_EQ(FindString((*containers)[0], {"terminationMessagePath"}), "/dev/termination-log");
  // Nothing else goes that way.
  ASSERT_EQ(Patch(kDebug, "merge-patch+json", R"({"metadata":{"labels":{"x":"y"}},"spec":{"nodeName":"n1"}})").code,
            200);
  EXPECT_EQ(Get(kPod).text, pod.text);
  ASSERT_EQ(Put(kDebug, pod.text).code, 200);
  EXPECT_EQ(Get(kPod).text, pod.text);
  const Answer applied =
      Patch(std::string(kDebug) + "?fieldManager=me&force=true", "apply-patch+yaml",
            R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"x":"y"}},"spec":{"nodeName":"n1",)"
            R"("ephemeralContainers":[{"name":"f","image":"i"}]}})");
  ASSERT_EQ(applied.code, 200) << applied.text;
  EXPECT_EQ(Find(applied.json, {"spec", "ephemeralContainers"})->Size(), 2u);
  EXPECT_EQ(Find(applied.json, {"metadata", "labels"}), nullptr) << applied.text;
  EXPECT_EQ(applied.Text({"spec", "nodeName"}), "");
}

TEST_F(PodRulesTest, ContainersForDebuggingHaveRules) {
  ASSERT_EQ(Make().code, 201);
  ASSERT_EQ(Debug(R"([{"name":"e","image":"i"}])").code, 200);
  const struct {
    const char* name;
    const char* containers;
    const char* causes;
  } cases[] = {
      {"the name of another container", R"([{"name":"a","image":"i"}])",
       "spec.ephemeralContainers[0].name:FieldValueDuplicate"},
      {"no image", R"([{"name":"f"}])", "spec.ephemeralContainers[0].image:FieldValueRequired"},
      {"a target that there is not", R"([{"name":"f","image":"i","targetContainerName":"z"}])",
       "spec.ephemeralContainers[0].targetContainerName:FieldValueNotFound"},
      {"ports", R"([{"name":"f","image":"i","ports":[{"containerPort":80}]}])",
       "spec.ephemeralContainers[0].ports:FieldValueForbidden"},
      {"resources", R"([{"name":"f","image":"i","resources":{"limits":{"cpu":"1"}}}])",
       "spec.ephemeralContainers[0].resources:FieldValueForbidden"},
      {"another image for one that is there", R"([{"name":"e","image":"j"}])",
       "spec.ephemeralContainers:FieldValueForbidden"},
      {"one that is there goes", R"([{"name":"e","$patch":"delete"}])", "spec.ephemeralContainers:FieldValueForbidden"},
  };
  const std::string before = Get(kPod).text;
  for (const auto& c : cases) {
    const Answer refused = Debug(c.containers);
    EXPECT_EQ(refused.code, 422) << c.name << refused.text;
    EXPECT_EQ(Causes(refused), c.causes) << c.name << refused.text;
  }
  EXPECT_EQ(Get(kPod).text, before);
}

TEST_F(PodRulesTest, ContainersNeitherComeNorGo) {
  ASSERT_EQ(Make(R"("initContainers":[{"name":"i","image":"i"}],"containers":[{"name":"a","image":"i"}])").code, 201);
  const struct {
    const char* patch;
    const char* field;
  } cases[] = {
      {R"({"spec":{"containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}})", "spec.containers"},
      {R"({"spec":{"initContainers":null}})", "spec.initContainers"},
  };
  for (const auto& c : cases) {
    const Answer refused = Patch(kPod, "merge-patch+json", c.patch);
    EXPECT_EQ(refused.Text({"message"}), "Pod \"p\" is invalid: " + std::string(c.field) +
                                             ": Forbidden: pod updates may not add or remove containers");
  }
}

TEST_F(PodRulesTest, AVariableThatHidesAnotherIsWarnedOf) {
  const struct {
    const char* name;
    const char* env;
    const char* warning;
  } cases[] = {
      {"different names", R"([{"name":"A","value":"1"},{"name":"B","value":"2"}])", ""},
      {"another value", R"([{"name":"A","value":"1"},{"name":"A","value":"2"}])",
       R"(299 - "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply")"},
      {"a value that builds on the first", R"j([{"name":"A","value":"1"},{"name":"A","value":"$(A)2"}])j", ""},
      {"a value that is the first", R"j([{"name":"A","value":"1"},{"name":"A","value":"$(A)"}])j",
       R"(299 - "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply")"},
  };
  for (const auto& c : cases) {
    const Answer made =
        Make(R"("containers":[{"name":"a","image":"i","env":)" + std::string(c.env) + "}]", "?dryRun=All");
    EXPECT_EQ(made.code, 201) << made.text;
    EXPECT_EQ(made.headers.Get("Warning"), c.warning) << c.name;
  }
}

TEST_F(PodRulesTest, ABindingBringsAnnotationsAndNamesANode) {
  ASSERT_EQ(Make().code, 201);
  const std::string binding = std::string(kPod) + "/binding";
  const Answer other = Post(binding, R"({"target":{"kind":"Pod","name":"n1"}})");
  EXPECT_EQ(other.code, 422);
  EXPECT_EQ(Causes(other), "target.kind:FieldValueNotSupported");
  const Answer bound =
      Post(binding, R"({"metadata":{"name":"p","annotations":{"why":"free"}},"target":{"kind":"Node","name":"n1"}})");
  EXPECT_EQ(bound.code, 201) << bound.text;
  EXPECT_EQ(Get(kPod).Text({"metadata", "annotations", "why"}), "free");
  EXPECT_EQ(Get(kPod).Text({"spec", "nodeName"}), "n1");
}

// "MODIFIED 0,DELETED 0": types of events, and the grace period of their objects; "-" where none is said.
std::string GraceOfEvents(const std::string& lines) {
  std::string text;
  for (size_t start = 0, end = 0; start < lines.size(); start = end + 1) {
    end = lines.find('\n', start);
    Result<JsonDocument> event = ParseJson(lines.substr(start, end - start));
    if (!event.ok()) return "malformed: " + lines;
    const Json* grace = Find(*event, {"object", "metadata", "deletionGracePeriodSeconds"});
    const bool timed = !FindString(*event, {"object", "metadata", "deletionTimestamp"}).empty();
    text += (text.empty() ? "" : ",") + std::string(FindString(*event, {"type"})) + " " +
            (grace == nullptr || !timed ? "-" : WriteJson(*grace));
  }
  return text;
}

TEST_F(PodRulesTest, APodThatGoesAtOnceIsSaidToEndFirst) {
  const struct {
    const char* name;
    const char* node;
    std::vector<const char*> queries;  // of deletes, one after the other
    const char* events;
  } cases[] = {
      {"on no node", "", {""}, "ADDED -,MODIFIED 0,DELETED 0"},
      {"killed", R"("nodeName":"n1",)", {"?gracePeriodSeconds=0"}, "ADDED -,MODIFIED 0,DELETED 0"},
      {"killed while it ends",
       R"("nodeName":"n1",)",
       {"", "?gracePeriodSeconds=0"},
       "ADDED -,MODIFIED 30,MODIFIED 0,DELETED 0"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto stream = Watch(std::string(kPods) + "?watch=true");
    ASSERT_EQ(Make(c.node + std::string(R"("containers":[{"name":"a","image":"i"}])")).code, 201);
    Answer last = Delete(std::string(kPod) + "?dryRun=All" + (c.queries.size() > 1 ? "" : "&gracePeriodSeconds=0"));
    EXPECT_EQ(last.code, 200);
    EXPECT_FALSE(last.Text({"metadata", "deletionTimestamp"}).empty()) << last.text;
    for (const char* query : c.queries) last = Delete(kPod + std::string(query));
    EXPECT_EQ(last.code, 200);
    EXPECT_EQ(FindInt(last.json, {"metadata", "deletionGracePeriodSeconds"}, -1), 0) << last.text;
    EXPECT_FALSE(last.Text({"metadata", "deletionTimestamp"}).empty());
    EXPECT_EQ(GraceOfEvents(stream->Take()), c.events);
    EXPECT_EQ(Get(kPod).code, 404);
  }
}

// Writes to the pod the moment that it is said to end.
class Meddler : public store::Watcher {
 public:
  Meddler(store::Store& store, bool removes) : store_(store), removes_(removes) {}
  void OnEvent(const store::EventPtr& event) override {
    if (event->type != store::Event::Type::kModified || !event->object->meta().deleting || meddled_) return;
    meddled_ = true;
    store::Write write{event->resource, event->object->key(), std::nullopt, std::nullopt, false};
    if (!removes_) {
      JsonDocument json = event->object->ToJson();
      SetString(Ensure(json, "status", json.GetAllocator()), "message", "meddled", json.GetAllocator());
      write.draft = *Draft::From(json);
    }
    store_.Commit(std::move(write), [](const Result<ObjectPtr>&) {});
  }

 private:
  store::Store& store_;
  const bool removes_;
  bool meddled_ = false;
};

TEST_F(PodRulesTest, APodThatGoesAtOnceMayBeWrittenToOrRemovedByOthers) {
  for (const bool removes : {false, true}) {
    SCOPED_TRACE(removes ? "removed" : "written to");
    ASSERT_EQ(Make().code, 201);
    const auto meddles = store_->Watch({"", "pods"}, store_->Revision(), std::make_shared<Meddler>(*store_, removes),
                                       store::Telling::kAtOnce);
    const Answer deleted = Delete(kPod);
    EXPECT_EQ(deleted.code, 200) << deleted.text;
    EXPECT_EQ(Get(kPod).code, 404);
  }
}

}  // namespace
}  // namespace croft::server
