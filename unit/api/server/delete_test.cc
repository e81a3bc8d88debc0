#include <functional>
#include <utility>

#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
constexpr const char* kPods = "/api/v1/namespaces/d/pods";

class DeleteTest : public ApiTest {
 protected:
  void Add(const std::string& name, const std::string& more = "") {
    const Answer made = Post(kMaps, R"({"metadata":{"name":")" + name + "\"" + more + "}}");
    ASSERT_EQ(made.code, 201) << made.text;
  }
  void AddPod(const std::string& name, const std::string& spec = "", const std::string& more = "") {
    const Answer made = Post(kPods, R"({"metadata":{"name":")" + name + "\"" + more + R"(},"spec":{"nodeName":"n1",)" +
                                        spec + R"("containers":[{"name":"a","image":"i"}]}})");
    ASSERT_EQ(made.code, 201) << made.text;
  }
  static std::string Finalizers(const Answer& answer) {
    const Json* list = Find(answer.json, {"metadata", "finalizers"});
    return list == nullptr ? "" : WriteJson(*list);
  }
};

TEST_F(DeleteTest, OptionsAreCheckedBeforeAnythingHappens) {
  Add("a");
  struct Case {
    const char* name;
    const char* query;
    const char* body;
    int code;
    const char* says;
  };
  const Case cases[] = {
      {"a body of another kind", "", R"({"kind":"Pod","apiVersion":"v1"})", 400, "no kind \"Pod\" is registered"},
      {"a body that is a list", "", "[]", 400, "must be a JSON object"},
      {"malformed JSON", "", "{", 400, "malformed JSON"},
      {"a grace period that is text", "", R"({"gracePeriodSeconds":"1"})", 400, "gracePeriodSeconds"},
      {"a grace period beyond 64 bits", "", R"({"gracePeriodSeconds":9223372036854775808})", 400, "64 bits"},
      {"a grace period of the query that is no number", "?gracePeriodSeconds=soon", "", 400, "strconv.ParseInt"},
      {"an unknown policy", "", R"({"propagationPolicy":"Sideways"})", 422, "Unsupported value: \"Sideways\""},
      {"an unknown policy of the query", "?propagationPolicy=Sideways", "", 422, "Unsupported value"},
      {"policy and orphanDependents", "", R"({"propagationPolicy":"Orphan","orphanDependents":true})", 422,
       "cannot be both set"},
      {"the same over body and query", "?orphanDependents=true", R"({"propagationPolicy":"Orphan"})", 422,
       "cannot be both set"},
      {"an unknown dry run", "?dryRun=Some", "", 422,
       R"(DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All")"},
      {"an unknown dry run of the body", "", R"({"dryRun":["All","Some"]})", 422, "dryRun"},
      {"a dry run that is no list", "", R"({"dryRun":"All"})", 400, "dryRun"},
      {"another uid", "", R"({"preconditions":{"uid":"u"}})", 409, "the UID in the precondition (u)"},
      {"another revision", "", R"({"preconditions":{"resourceVersion":"1"}})", 409,
       "the ResourceVersion in the precondition (1)"},
      {"a revision of the future", "", R"({"preconditions":{"resourceVersion":"999999"}})", 409, "ResourceVersion"},
      {"preconditions that are text", "", R"({"preconditions":"x"})", 400, "preconditions"},
  };
  const uint64_t before = store_->Revision();
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = Delete(std::string(kMaps) + "/a" + c.query, c.body);
    EXPECT_EQ(answer.code, c.code) << answer.text;
    EXPECT_NE(answer.Text({"message"}).find(c.says), std::string::npos) << answer.text;
    if (c.code == 409 || *c.query == '\0') continue;
    EXPECT_EQ(Delete(std::string(kMaps) + c.query, c.body).code, c.code) << "of the collection";
  }
  EXPECT_EQ(store_->Revision(), before);
}

TEST_F(DeleteTest, PreconditionsThatHoldLetItGo) {
  Add("a");
  const Answer a = Get(std::string(kMaps) + "/a");
  EXPECT_EQ(Delete(std::string(kMaps) + "/a", R"({"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":")" +
                                                  a.Text({"metadata", "uid"}) + R"(","resourceVersion":")" +
                                                  a.Text({"metadata", "resourceVersion"}) + "\"}}")
                .code,
            200);
  EXPECT_EQ(Get(std::string(kMaps) + "/a").code, 404);
}

// Runs something the next time that it is asked what time it is, which is between what a request reads and what it
// writes.
class Interrupting final : public Clock {
 public:
  void Next(std::function<void()> run) { run_ = std::move(run); }
  WallTime Now() const override {
    if (const auto run = std::exchange(run_, nullptr)) run();
    return clock_.Now();
  }
  SteadyTime Steady() const override { return clock_.Steady(); }

 private:
  const fakes::FakeClock clock_;
  mutable std::function<void()> run_;
};

TEST_F(DeleteTest, ADeleteThatIsOvertakenIsTriedAgainAsLongAsItsPreconditionsHold) {
  Interrupting clock;
  StartServer(clock, random_);
  const std::string path = std::string(kPods) + "/p";
  const auto say = [&](const char* message) {
    return [&path, message, this] {
      const std::string patch = std::string(R"({"status":{"message":")") + message + "\"}}";
      EXPECT_EQ(Patch(path + "/status", "merge-patch+json", patch).code, 200);
    };
  };
  const auto only = [&](const char* precondition) {
    return std::string(R"({"preconditions":{")") + precondition + "\":\"" + Get(path).Text({"metadata", precondition}) +
           "\"}}";
  };
  const auto deleted = [&] { return Get(path).Text({"metadata", "deletionTimestamp"}); };
  AddPod("p");
  clock.Next(say("one"));
  const Answer stale = Delete(path, only("resourceVersion"));
  EXPECT_EQ(stale.code, 409) << stale.text;
  EXPECT_NE(stale.Text({"message"}).find("the ResourceVersion in the precondition"), std::string::npos) << stale.text;
  EXPECT_EQ(deleted(), "");

  clock.Next([&] {
    const std::string now = R"({"gracePeriodSeconds":0})";
    EXPECT_EQ(Delete(path, now).code, 200);
    AddPod("p");
  });
  const Answer other = Delete(path, only("uid"));
  EXPECT_EQ(other.code, 409) << other.text;
  EXPECT_NE(other.Text({"message"}).find("the UID in the precondition"), std::string::npos) << other.text;
  EXPECT_EQ(deleted(), "") << "the one that came after it stays";

  clock.Next(say("two"));
  EXPECT_EQ(Delete(path, only("uid")).code, 200);
  EXPECT_NE(deleted(), "");
  EXPECT_EQ(Get(path).Text({"status", "message"}), "two");
}

TEST_F(DeleteTest, AnEvictionTakesTheOptionsOfADelete) {
  AddPod("p");
  const std::string path = std::string(kPods) + "/p";
  const auto evict = [&](const std::string& options, const std::string& name = "p", const std::string& query = "") {
    return Post(path + "/eviction" + query, R"({"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":")" +
                                                name + R"("},"deleteOptions":)" + options + "}");
  };
  struct Case {
    const char* name;
    const char* options;
    int code;
    const char* says;
  };
  const uint64_t before = store_->Revision();
  for (const Case& c : {
           Case{"a grace period that is text", R"({"gracePeriodSeconds":"1"})", 400, "gracePeriodSeconds"},
           Case{"an unknown policy", R"({"propagationPolicy":"Sideways"})", 422, "DeleteOptions.meta.k8s.io"},
           Case{"an unknown dry run", R"({"dryRun":["Some"]})", 422, R"(dryRun: Unsupported value: ["Some"])"},
           Case{"another uid", R"({"preconditions":{"uid":"u"}})", 409, "the UID in the precondition (u)"},
           Case{"another revision", R"({"preconditions":{"resourceVersion":"1"}})", 409, "the ResourceVersion"},
           Case{"a dry run", R"({"dryRun":["All"]})", 201, ""},
           Case{"options that are text", R"("now")", 400, "DeleteOptions must be a JSON object"},
       }) {
    SCOPED_TRACE(c.name);
    const Answer answer = evict(c.options);
    EXPECT_EQ(answer.code, c.code) << answer.text;
    EXPECT_NE(answer.Text({"message"}).find(c.says), std::string::npos) << answer.text;
  }
  EXPECT_EQ(evict("{}", "q").Text({"message"}), "name in URL does not match name in Eviction object");
  EXPECT_EQ(store_->Revision(), before);

  EXPECT_EQ(evict(R"({"gracePeriodSeconds":7,"propagationPolicy":"Foreground"})").code, 201);
  const Answer pod = Get(path);
  EXPECT_EQ(FindInt(pod.json, {"metadata", "deletionGracePeriodSeconds"}), 7);
  EXPECT_EQ(Finalizers(pod), R"(["foregroundDeletion"])");
}

TEST_F(DeleteTest, PropagationMayBeSaidInFourWays) {
  struct Case {
    const char* query;
    const char* body;
    const char* finalizers;
    int code;
  };
  for (const Case& c :
       {Case{"?propagationPolicy=Foreground", "", R"(["foregroundDeletion"])", 202},
        Case{"", R"({"propagationPolicy":"Foreground"})", R"(["foregroundDeletion"])", 202},
        Case{"?orphanDependents=true", "", R"(["orphan"])", 200},
        Case{"", R"({"orphanDependents":true})", R"(["orphan"])", 200}, Case{"?orphanDependents=false", "", "", 200},
        Case{"", R"({"orphanDependents":false})", "", 200}}) {
    SCOPED_TRACE(std::string(c.query) + c.body);
    Add("a");
    const Answer answer = Delete(std::string(kMaps) + "/a" + c.query, c.body);
    EXPECT_EQ(answer.code, c.code);
    EXPECT_EQ(Finalizers(answer), c.finalizers) << answer.text;
    Patch(std::string(kMaps) + "/a", "merge-patch+json", R"({"metadata":{"finalizers":null}})");
    EXPECT_EQ(Get(std::string(kMaps) + "/a").code, 404);
  }
}

TEST_F(DeleteTest, WithoutAPolicyTheObjectsOwnFinalizersDecide) {
  Add("a", R"(,"finalizers":["orphan","x.y/z"])");
  EXPECT_EQ(Finalizers(Delete(std::string(kMaps) + "/a")), R"(["orphan","x.y/z"])");
  EXPECT_EQ(Finalizers(Delete(std::string(kMaps) + "/a", R"({"propagationPolicy":"Background"})")), R"(["x.y/z"])");
}

TEST_F(DeleteTest, WhatAJobMadeStaysUnlessSomebodySaysOtherwise) {
  const std::string pod = R"({"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}})";
  const std::string labelled = R"({"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}})";
  const std::string jobs = "/apis/batch/v1/namespaces/d/jobs";
  const std::string sets = "/apis/apps/v1/namespaces/d/replicasets";
  const std::string controllers = "/api/v1/namespaces/d/replicationcontrollers";
  const char* const kWarning =
      "299 - \"child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove "
      "them or set propagationPolicy=Orphan to suppress this warning\"";
  const struct {
    const char* name;
    std::string collection;
    std::string spec;
    const char* more;  // in metadata
    const char* query;
    const char* finalizers;
    const char* warning;
  } cases[] = {
      {"a Job", jobs, R"("template":)" + pod, "", "", R"(["orphan"])", kWarning},
      {"a Job, in the background", jobs, R"("template":)" + pod, "", "?propagationPolicy=Background", "", ""},
      {"a Job, in the older words", jobs, R"("template":)" + pod, "", "?orphanDependents=true", R"(["orphan"])", ""},
      {"a Job that says itself what is to become of them", jobs, R"("template":)" + pod,
       R"(,"finalizers":["foregroundDeletion"])", "", R"(["foregroundDeletion"])", kWarning},
      {"a ReplicationController", controllers, R"("template":)" + labelled, "", "", R"(["orphan"])", ""},
      {"a ReplicaSet", sets, R"("selector":{"matchLabels":{"a":"b"}},"template":)" + labelled, "", "", "", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer made =
        Post(c.collection, R"({"metadata":{"name":"a")" + std::string(c.more) + R"(},"spec":{)" + c.spec + "}}");
    ASSERT_EQ(made.code, 201) << made.text;
    const Answer answer = Delete(c.collection + "/a" + c.query);
    EXPECT_EQ(answer.code, 200);
    EXPECT_EQ(Finalizers(answer), c.finalizers) << answer.text;
    EXPECT_EQ(answer.headers.Get("Warning"), c.warning);
    Patch(c.collection + "/a", "merge-patch+json", R"({"metadata":{"finalizers":null}})");
    EXPECT_EQ(Get(c.collection + "/a").code, 404);
  }
  EXPECT_EQ(Delete(jobs).headers.Get("Warning"), kWarning) << "nor do those of a whole collection go";
}

TEST_F(DeleteTest, DeletionTimesOfPods) {
  struct Case {
    const char* name;
    const char* spec;
    const char* first;   // options of the first delete
    const char* second;  // of another, three seconds later; empty: none
    int64_t grace;       // -1: gone
    const char* due;
  };
  const Case cases[] = {
      {"the spec says how long", R"("terminationGracePeriodSeconds":7,)", "", "", 7, "00:00:07"},
      {"a spec of 0 is at once", R"("terminationGracePeriodSeconds":0,)", "", "", -1, ""},
      {"the options win", R"("terminationGracePeriodSeconds":7,)", R"({"gracePeriodSeconds":9})", "", 9, "00:00:09"},
      {"0 is at once", "", R"({"gracePeriodSeconds":0})", "", -1, ""},
      {"a negative one is a second", "", R"({"gracePeriodSeconds":-5})", "", 1, "00:00:01"},
      {"a shorter one counts from the first request", "", "{}", R"({"gracePeriodSeconds":10})", 10, "00:00:10"},
      {"a longer one does nothing", "", R"({"gracePeriodSeconds":10})", R"({"gracePeriodSeconds":20})", 10, "00:00:10"},
      {"none at all does nothing", "", R"({"gracePeriodSeconds":10})", "{}", 10, "00:00:10"},
      {"0 afterwards is at once", "", "{}", R"({"gracePeriodSeconds":0})", -1, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    fakes::FakeClock start;
    clock_.Advance(start.Steady() - clock_.Steady());
    AddPod("p", c.spec);
    EXPECT_EQ(Delete(std::string(kPods) + "/p", c.first).code, 200);
    if (*c.second != '\0') {
      clock_.Advance(std::chrono::seconds(3));
      EXPECT_EQ(Delete(std::string(kPods) + "/p", c.second).code, 200);
    }
    const Answer pod = Get(std::string(kPods) + "/p");
    EXPECT_EQ(pod.code, c.grace < 0 ? 404 : 200);
    if (c.grace < 0) continue;
    EXPECT_EQ(FindInt(pod.json, {"metadata", "deletionGracePeriodSeconds"}), c.grace);
    EXPECT_EQ(pod.Text({"metadata", "deletionTimestamp"}), "2026-01-01T" + std::string(c.due) + "Z");
    Delete(std::string(kPods) + "/p?gracePeriodSeconds=0");
  }
}

TEST_F(DeleteTest, AFinalizerHoldsAPodWhoseTimeIsOver) {
  AddPod("p", "", R"(,"finalizers":["x.y/z"])");
  Delete(std::string(kPods) + "/p");
  const Answer held = Delete(std::string(kPods) + "/p?gracePeriodSeconds=0&propagationPolicy=Background");
  EXPECT_EQ(held.code, 200);
  EXPECT_EQ(FindInt(held.json, {"metadata", "deletionGracePeriodSeconds"}, -1), 0);
  EXPECT_EQ(held.Text({"metadata", "deletionTimestamp"}), "2026-01-01T00:00:00Z");
  EXPECT_EQ(Patch(std::string(kPods) + "/p", "merge-patch+json", R"({"metadata":{"finalizers":null}})").code, 200);
  EXPECT_EQ(Get(std::string(kPods) + "/p").code, 404);
}

TEST_F(DeleteTest, MarkingAnObjectRaisesItsGenerationOnce) {
  const std::string path = "/apis/apps/v1/namespaces/d/replicasets";
  ASSERT_EQ(
      Post(path, R"({"metadata":{"name":"r","finalizers":["x.y/z"]},"spec":{"selector":{"matchLabels":{"a":"b"}},)"
                 R"("template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})")
          .code,
      201);
  EXPECT_EQ(FindInt(Delete(path + "/r").json, {"metadata", "generation"}), 2);
  EXPECT_EQ(FindInt(Delete(path + "/r").json, {"metadata", "generation"}), 2);
  EXPECT_EQ(FindInt(Get(path + "/r").json, {"metadata", "deletionGracePeriodSeconds"}, -1), 0);
}

TEST_F(DeleteTest, SomeKindsAnswerWithTheObjectThatIsGone) {
  Post("/api/v1/namespaces/d/services", R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}})");
  EXPECT_EQ(Delete("/api/v1/namespaces/d/services/s").Text({"kind"}), "Service");
  EXPECT_EQ(Delete("/api/v1/namespaces/d/serviceaccounts/default").Text({"kind"}), "ServiceAccount");
  Add("a");
  const Answer gone = Delete(std::string(kMaps) + "/a");
  EXPECT_EQ(gone.Text({"kind"}), "Status");
  EXPECT_EQ(gone.Text({"details", "kind"}), "configmaps");
}

TEST_F(DeleteTest, CollectionsAreDeletedBySelectorsUpToALimit) {
  for (const char* name : {"a", "b", "c"}) Add(name, R"(,"labels":{"app":"x"})");
  Add("d");
  const auto names = [&] {
    std::string text;
    const Answer maps = Get(kMaps);
    for (const Json& item : Find(maps.json, "items")->GetArray()) text += FindString(item, {"metadata", "name"});
    return text;
  };
  Delete(std::string(kMaps) + "/kube-root-ca.crt");
  const Answer dry = Delete(std::string(kMaps) + "?labelSelector=app+in+(x,y)&dryRun=All");
  EXPECT_EQ(Find(dry.json, "items")->Size(), 3u);
  EXPECT_EQ(names(), "abcd");
  EXPECT_EQ(Delete(std::string(kMaps) + "?fieldSelector=metadata.name%3Db").code, 200);
  EXPECT_EQ(names(), "acd");
  const Answer one = Delete(std::string(kMaps) + "?labelSelector=app&limit=1");
  EXPECT_EQ(one.Text({"kind"}), "ConfigMapList");
  EXPECT_EQ(names(), "cd");
  EXPECT_EQ(Delete(std::string(kMaps) + "?labelSelector=app+in+(").code, 400);
  EXPECT_EQ(Delete(std::string(kMaps) + "?fieldSelector=data.x%3Dy").code, 400);
  EXPECT_EQ(names(), "cd");
  EXPECT_EQ(Delete("/api/v1/configmaps").code, 405) << "of all namespaces";
  EXPECT_EQ(Delete("/api/v1/namespaces").code, 405);
}

TEST_F(DeleteTest, ADryRunAnswersAsIfAndStoresNothing) {
  Add("held", R"(,"finalizers":["x.y/z"])");
  AddPod("p");
  const std::string path = "/apis/apps/v1/namespaces/d/deployments";
  Post(path,
       R"({"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":)"
       R"({"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})");
  const std::string service = R"({"metadata":{"generateName":"s-"},"spec":{"type":"NodePort","ports":[{"port":80}]}})";
  const uint64_t before = store_->Revision();
  const Answer held = Delete(std::string(kMaps) + "/held?dryRun=All");
  EXPECT_EQ(held.Text({"metadata", "deletionTimestamp"}), "2026-01-01T00:00:00Z");
  const Answer pod = Delete(std::string(kPods) + "/p", R"({"dryRun":["All"],"gracePeriodSeconds":5})");
  EXPECT_EQ(pod.Text({"metadata", "deletionTimestamp"}), "2026-01-01T00:00:05Z");
  EXPECT_EQ(Delete(std::string(kPods) + "/p", R"({"dryRun":["All"],"gracePeriodSeconds":0})").code, 200);
  EXPECT_EQ(Put(path + "/a/scale?dryRun=All", R"({"metadata":{"name":"a"},"spec":{"replicas":4}})").code, 200);
  const Answer scaled = Patch(path + "/a/scale?dryRun=All", "merge-patch+json", R"({"spec":{"replicas":4}})");
  EXPECT_EQ(FindInt(scaled.json, {"spec", "replicas"}), 4);
  const Answer status = Patch(path + "/a/status?dryRun=All", "merge-patch+json", R"({"status":{"replicas":4}})");
  EXPECT_EQ(FindInt(status.json, {"status", "replicas"}), 4);
  EXPECT_EQ(Post(std::string(kPods) + "/p/eviction?dryRun=All", R"({"metadata":{"name":"p"}})").code, 201);
  EXPECT_EQ(
      Put("/api/v1/namespaces/d/finalize?dryRun=All", R"({"metadata":{"name":"d"},"spec":{"finalizers":[]}})").code,
      200);
  EXPECT_EQ(Delete("/api/v1/namespaces/d?dryRun=All").code, 200);
  // The same address may be tried again and again: none is kept.
  const std::string fixed =
      R"({"metadata":{"name":"s"},"spec":{"clusterIP":"10.96.7.7","type":"NodePort","ports":[{"port":80,"nodePort":30777}]}})";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Post("/api/v1/namespaces/d/services?dryRun=All", fixed).code, 201);
    const Answer made = Post("/api/v1/namespaces/d/services?dryRun=All", service);
    EXPECT_EQ(made.code, 201) << made.text;
    EXPECT_TRUE(made.Text({"metadata", "name"}).starts_with("s-"));
  }
  EXPECT_EQ(store_->Revision(), before);
  EXPECT_EQ(Post("/api/v1/namespaces/d/services", fixed).code, 201);
  const std::string other = R"({"metadata":{"name":"t"},"spec":{"clusterIP":"10.96.7.7","ports":[{"port":80}]}})";
  EXPECT_EQ(Post("/api/v1/namespaces/d/services?dryRun=All", other).code, 422) << "the address is taken by now";
}

TEST_F(ApiTest, ANamespaceThatEndsLosesItsFinalizersThroughTheirOwnPathAlone) {
  ASSERT_EQ(Post("/api/v1/namespaces", R"({"metadata":{"name":"ending"}})").code, 201);
  const std::string path = "/api/v1/namespaces/ending";
  ASSERT_EQ(Delete(path).code, 200);
  const std::string emptied = R"({"metadata":{"name":"ending","labels":{"a":"b"}},"spec":{"finalizers":[]}})";
  EXPECT_EQ(Put(path, emptied).code, 200);
  EXPECT_EQ(Get(path).Text({"metadata", "labels", "a"}), "b");
  EXPECT_NE(Get(path).text.find(R"("finalizers":["kubernetes"])"), std::string::npos) << Get(path).text;
  EXPECT_EQ(Put(path + "/finalize", emptied).code, 200);
  EXPECT_EQ(Get(path).code, 404);
}

}  // namespace
}  // namespace croft::server
