#include "unit/api/server/api_fixture.h"

// What of metadata an update of a status writes, and whose it is then.
namespace croft::server {
namespace {

struct Kind {
  const char* name;
  const char* collection;
  const char* body;
  const char* status;
  const char* kept = "";  // members of metadata that a status leaves alone: "labels annotations"
};

const Kind kKinds[] = {
    {"a namespace", "/api/v1/namespaces", R"({"metadata":{"name":"a"}})", R"({"phase":"Active"})"},
    {"a service", "/api/v1/namespaces/d/services", R"({"metadata":{"name":"a"},"spec":{"ports":[{"port":80}]}})",
     R"({"loadBalancer":{"ingress":[{"ip":"10.0.0.1"}]}})"},
    {"a cron job", "/apis/batch/v1/namespaces/d/cronjobs",
     R"({"metadata":{"name":"a"},"spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{)"
     R"("restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}})",
     R"({"lastScheduleTime":"2026-01-01T00:00:00Z"})"},
    {"a node", "/api/v1/nodes", R"({"metadata":{"name":"a"}})", R"({"capacity":{"cpu":4}})"},
    {"a pod keeps its owners", "/api/v1/namespaces/d/pods",
     R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}})", R"({"phase":"Running"})",
     "ownerReferences"},
    {"a deployment keeps its labels", "/apis/apps/v1/namespaces/d/deployments",
     R"({"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":)"
     R"({"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})",
     R"({"replicas":3})", "labels"},
    {"an API service keeps all", "/apis/apiregistration.k8s.io/v1/apiservices",
     R"({"metadata":{"name":"v1.p.q"},"spec":{"group":"p.q","version":"v1","groupPriorityMinimum":1,)"
     R"("versionPriority":1,"service":{"name":"s","namespace":"d"}}})",
     R"({"conditions":[]})", "labels annotations finalizers ownerReferences"},
    {"a definition keeps all", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
     R"({"metadata":{"name":"boxes.x.y"},"spec":{"group":"x.y","scope":"Namespaced","names":{"plural":"boxes",)"
     R"("kind":"Box"},"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":)"
     R"({"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}})",
     R"({"storedVersions":["v1"]})", "labels annotations finalizers ownerReferences"},
    {"an object of a posted kind keeps all", "/apis/x.y/v1/namespaces/d/boxes",
     R"({"apiVersion":"x.y/v1","kind":"Box","metadata":{"name":"a"}})", R"({"n":1})",
     "labels annotations finalizers ownerReferences"},
};

constexpr const char* kMetadata =
    R"({"annotations":{"patchedstatus":"true"},"labels":{"l":"m"},"finalizers":["x.y/z"],)"
    R"("ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"u"}]})";

class StatusMetadataTest : public ApiTest {
 protected:
  // What the records say that "me" set through the status.
  static const Json& OwnedThroughStatus(const Answer& answer) {
    static const Json kNothing;
    const Json* records = Find(answer.json, {"metadata", "managedFields"});
    for (rapidjson::SizeType i = 0; records != nullptr && i < records->Size(); ++i) {
      const Json& record = (*records)[i];
      const bool meant = FindString(record, {"manager"}) == "me" && FindString(record, {"subresource"}) == "status";
      if (meant) return *Find(record, "fieldsV1");
    }
    return kNothing;
  }
};

TEST_F(StatusMetadataTest, IsStoredButForWhatTheKindKeeps) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    const Answer made = Post(kind.collection, kind.body);
    ASSERT_EQ(made.code, 201) << made.text;
    const std::string path = std::string(kind.collection) + "/" + made.Text({"metadata", "name"});
    const Answer patched =
        Patch(path + "/status?fieldManager=me", "merge-patch+json",
              R"({"metadata":)" + std::string(kMetadata) + R"(,"spec":{"no":1},"status":)" + kind.status + "}");
    ASSERT_EQ(patched.code, 200) << patched.text;
    EXPECT_EQ(patched.Text({"metadata", "uid"}), made.Text({"metadata", "uid"}));
    EXPECT_EQ(FindInt(patched.json, {"metadata", "generation"}), FindInt(made.json, {"metadata", "generation"}));
    for (const std::string key : {"annotations", "labels", "finalizers", "ownerReferences"}) {
      const bool kept = std::string_view(kind.kept).find(key) != std::string_view::npos;
      const Json* before = Find(made.json, {"metadata", key});
      const Json* after = Find(patched.json, {"metadata", key});
      if (kept) {
        EXPECT_TRUE(before == nullptr ? after == nullptr : after != nullptr && Equal(*before, *after)) << key;
      } else {
        ASSERT_NE(after, nullptr) << key << patched.text;
        const std::string wanted = WriteJson(*Find(*ParseJson(kMetadata), key));
        EXPECT_NE(WriteJson(*after).find(wanted.substr(1, wanted.size() - 2)), std::string::npos) << WriteJson(*after);
      }
      EXPECT_EQ(Find(OwnedThroughStatus(patched), {"f:metadata", "f:" + key}) != nullptr, !kept) << patched.text;
    }
  }
}

TEST_F(StatusMetadataTest, IsCheckedAsInAnUpdateOfTheWhole) {
  const std::string pods = "/api/v1/namespaces/d/pods";
  ASSERT_EQ(Post(pods, R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}})").code, 201);
  const auto patch = [&](const char* metadata) {
    return Patch(pods + "/a/status", "merge-patch+json", R"({"metadata":)" + std::string(metadata) + "}");
  };
  EXPECT_EQ(patch(R"({"labels":{"not a label":"x"}})").code, 422);
  EXPECT_EQ(patch(R"({"annotations":{"":"x"}})").code, 422);
  EXPECT_EQ(patch(R"({"deletionTimestamp":"2026-01-01T00:00:00Z"})").code, 422);
  // The last finalizer can be taken off through the status too.
  ASSERT_EQ(patch(R"({"finalizers":["x.y/z"]})").code, 200);
  ASSERT_EQ(Delete(pods + "/a?gracePeriodSeconds=0").code, 200);
  ASSERT_EQ(Get(pods + "/a").code, 200);
  EXPECT_EQ(patch(R"({"finalizers":["x.y/z","x.y/more"]})").code, 422);
  EXPECT_EQ(patch(R"({"finalizers":null})").code, 200);
  EXPECT_EQ(Get(pods + "/a").code, 404);
}

TEST_F(StatusMetadataTest, IsAppliedWithTheStatus) {
  const std::string nodes = "/api/v1/nodes";
  ASSERT_EQ(Post(nodes, R"({"metadata":{"name":"a"}})").code, 201);
  const auto apply = [&](const std::string& metadata) {
    return Patch(nodes + "/a/status?fieldManager=me", "apply-patch+yaml",
                 "apiVersion: v1\nkind: Node\nmetadata:\n  name: a\n" + metadata +
                     "spec:\n  unschedulable: true\nstatus:\n  phase: Running\n");
  };
  const Answer applied = apply("  annotations:\n    note: x\n");
  ASSERT_EQ(applied.code, 200) << applied.text;
  EXPECT_EQ(applied.Text({"metadata", "annotations", "note"}), "x");
  EXPECT_EQ(Find(applied.json, {"spec", "unschedulable"}), nullptr);
  const Answer left = apply("");
  EXPECT_EQ(Find(left.json, {"metadata", "annotations", "note"}), nullptr) << "what is no longer applied goes";
}

}  // namespace
}  // namespace croft::server
