#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
constexpr const char* kDeployments = "/apis/apps/v1/namespaces/d/deployments";
constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

std::string Web(const std::string& more, const std::string& container = "image: 'img:1'") {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {a: b}}\n"
         "  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers: [{name: c, " +
         container + "}]\n" + more;
}

std::string Map(const std::string& data, const std::string& metadata = "") {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a" + metadata + "}\ndata: " + data + "\n";
}

// PATCH application/apply-patch+yaml.
class ServerSideApplyTest : public ApiTest {
 protected:
  Answer Apply(const std::string& path, const std::string& manager, const std::string& yaml,
               const std::string& query = "") {
    return Patch(path + "?fieldManager=" + manager + query, "apply-patch+yaml", yaml);
  }
  static std::string Managers(const Answer& answer) {
    std::string text;
    const Json* list = Find(answer.json, {"metadata", "managedFields"});
    if (list == nullptr) return "none";
    for (const Json& entry : list->GetArray()) {
      text += std::string(FindString(entry, {"manager"})) + " " + std::string(FindString(entry, {"operation"})) + " " +
              std::string(FindString(entry, {"apiVersion"})) + " " + std::string(FindString(entry, {"subresource"})) +
              " " + WriteJson(*Find(entry, "fieldsV1")) + "\n";
    }
    return text;
  }
  const std::string map_ = std::string(kMaps) + "/a";
  const std::string web_ = std::string(kDeployments) + "/web";
};

TEST_F(ServerSideApplyTest, CreatesThenMergesThenRemoves) {
  const Answer made = Apply(map_, "me", Map("{k: v, l: w}"));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(Managers(made), "me Apply v1  {\"f:data\":{\"f:k\":{},\"f:l\":{}}}\n");
  const Answer more = Apply(map_, "you", Map("{m: x}"));
  EXPECT_EQ(more.code, 200);
  EXPECT_EQ(WriteJson(*Find(more.json, "data")), R"({"k":"v","l":"w","m":"x"})");
  const Answer less = Apply(map_, "me", Map("{k: v}"));
  EXPECT_EQ(WriteJson(*Find(less.json, "data")), R"({"k":"v","m":"x"})");
  EXPECT_EQ(Managers(less), "me Apply v1  {\"f:data\":{\"f:k\":{}}}\nyou Apply v1  {\"f:data\":{\"f:m\":{}}}\n");
  EXPECT_EQ(less.Text({"metadata", "uid"}), made.Text({"metadata", "uid"}));
}

TEST_F(ServerSideApplyTest, AppliedAgainNothingIsWritten) {
  Apply(web_, "me", Web("  replicas: 3\n"));
  clock_.Advance(std::chrono::seconds(9));
  const std::string before = Get(web_).text;
  const Answer again = Apply(web_, "me", Web("  replicas: 3\n"));
  EXPECT_EQ(again.code, 200);
  EXPECT_EQ(again.text, before);
  // Client libraries write null for what they leave to the server.
  const std::string sparse = Web("  replicas: 3\nstatus: {}\n");
  EXPECT_EQ(Apply(web_, "me", sparse).text, before);
  EXPECT_EQ(FindInt(Get(web_).json, {"metadata", "generation"}), 1);
}

TEST_F(ServerSideApplyTest, ConflictsNameManagerAndField) {
  ASSERT_EQ(Post(std::string(kDeployments) + "?fieldManager=kubectl-client-side-apply",
                 R"({"metadata":{"name":"web"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":)"
                 R"({"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"img:1"}]}}}})")
                .code,
            201);
  const Answer conflict = Apply(web_, "me", Web("  replicas: 2\n"));
  EXPECT_EQ(conflict.code, 409);
  EXPECT_EQ(conflict.Text({"reason"}), "Conflict");
  EXPECT_EQ(conflict.Text({"message"}),
            "Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using apps/v1: .spec.replicas");
  EXPECT_EQ(
      WriteJson(*Find(conflict.json, {"details", "causes"})),
      R"([{"reason":"FieldManagerConflict","message":"conflict with \"kubectl-client-side-apply\" using apps/v1",)"
      R"("field":".spec.replicas"}])");
  const Answer several = Apply(web_, "me", Web("  replicas: 2\n", "image: 'img:2'"));
  EXPECT_EQ(several.Text({"message"}),
            "Apply failed with 2 conflicts: conflicts with \"kubectl-client-side-apply\" using apps/v1:\n"
            "- .spec.replicas\n- .spec.template.spec.containers[name=\"c\"].image");
  EXPECT_EQ(Managers(Get(web_)).find("me Apply"), std::string::npos);

  const Answer forced = Apply(web_, "me", Web("  replicas: 2\n"), "&force=true");
  ASSERT_EQ(forced.code, 200) << forced.text;
  EXPECT_EQ(FindInt(forced.json, {"spec", "replicas"}), 2);
  EXPECT_EQ(Apply(web_, "other", Web("  replicas: 5\n")).Text({"message"}),
            "Apply failed with 1 conflict: conflict with \"me\": .spec.replicas");
  EXPECT_EQ(Apply(web_, "other", Web("  replicas: 2\n")).code, 200) << "the same value is shared";
  EXPECT_EQ(Apply(web_, "me", Web("")).code, 200);
  EXPECT_EQ(FindInt(Get(web_).json, {"spec", "replicas"}), 2) << "the other still has it";
  EXPECT_EQ(Apply(web_, "other", Web("")).code, 200);
  EXPECT_EQ(FindInt(Get(web_).json, {"spec", "replicas"}), 1) << "nobody has it: the default";
}

TEST_F(ServerSideApplyTest, ListsAreMergedByTheirKeys) {
  Apply(web_, "me", Web("", "image: 'img:1', env: [{name: A, value: '1'}], ports: [{containerPort: 80}]"));
  const Answer both = Apply(web_, "you", R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: side, image: 'img:9'}, {name: c, env: [{name: B, value: '2'}],
  ports: [{containerPort: 80, protocol: UDP}]}]}}}
)");
  ASSERT_EQ(both.code, 200) << both.text;
  const Json& containers = *Find(both.json, {"spec", "template", "spec", "containers"});
  ASSERT_EQ(containers.Size(), 2u);
  EXPECT_EQ(FindString(containers[0], {"name"}), "side");
  EXPECT_EQ(FindString(containers[1], {"image"}), "img:1");
  EXPECT_EQ(WriteJson(*Find(containers[1], "env")), R"([{"name":"A","value":"1"},{"name":"B","value":"2"}])");
  EXPECT_EQ(Find(containers[1], "ports")->Size(), 2u);
  const Answer one = Apply(web_, "me", Web("", "image: 'img:1'"));
  ASSERT_EQ(one.code, 200) << one.text;
  const Json& left = (*Find(one.json, {"spec", "template", "spec", "containers"}))[1];
  EXPECT_EQ(WriteJson(*Find(left, "env")), R"([{"name":"B","value":"2"}])");
  EXPECT_EQ(Find(left, "ports")->Size(), 1u);
}

TEST_F(ServerSideApplyTest, WhatCannotBeAppliedIsRefused) {
  Apply(map_, "me", Map("{k: v}"));
  const std::string before = Get(map_).text;
  const struct {
    const char* name;
    std::string target;
    std::string body;
    int code;
    const char* message;
  } kCases[] = {
      {"without a manager", map_, Map("{k: v}"), 422,
       "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"},
      {"another kind", map_ + "?fieldManager=me", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n", 400,
       "invalid object type: /v1, Kind=Secret"},
      {"another version", web_ + "?fieldManager=me", "apiVersion: apps/v2\nkind: Deployment\nmetadata: {name: web}\n",
       400, "invalid object type: apps/v2, Kind=Deployment"},
      {"no object", map_ + "?fieldManager=me", "[1]", 400, "the applied configuration must be an object"},
      {"no YAML", map_ + "?fieldManager=me", "{a: [", 400, ""},
      {"records in the configuration", map_ + "?fieldManager=me", Map("{k: v}", ", managedFields: [{manager: x}]"), 400,
       "metadata.managedFields must be nil"},
      {"an unknown field", map_ + "?fieldManager=me", Map("{k: v}\ndatta: {}"), 500,
       "failed to create typed patch object (/a; /v1, Kind=ConfigMap): .datta: field not declared in schema"},
      {"several errors", map_ + "?fieldManager=me", Map("{k: 1}\ndatta: {}"), 500,
       "failed to create typed patch object (/a; /v1, Kind=ConfigMap): errors:\n  .data.k: expected string, got 1\n"
       "  .datta: field not declared in schema"},
      {"a key twice", web_ + "?fieldManager=me", Web("", "image: i}, {name: c"), 500,
       "failed to create typed patch object (/web; apps/v1, Kind=Deployment): .spec.template.spec.containers: "
       "duplicate "
       "entries for key [name=\"c\"]"},
      {"the uid of another", map_ + "?fieldManager=me", Map("{k: w}", ", uid: x"), 409, nullptr},
      {"a resourceVersion that is over", map_ + "?fieldManager=me", Map("{k: w}", ", resourceVersion: '1'"), 409,
       nullptr},
      {"another name", map_ + "?fieldManager=me", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n", 400,
       "the name of the object (b) does not match the name on the URL (a)"},
      {"a uid of nothing", std::string(kMaps) + "/b?fieldManager=me",
       "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, uid: x}\n", 409,
       "Operation cannot be fulfilled on configmaps \"b\": uid mismatch: the provided object specified uid x, and no "
       "existing object was found"},
      {"a new one without a name", std::string(kMaps) + "/b?fieldManager=me",
       "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: b}\n", 400,
       "the name of the object (b based on URL) was undeterminable: name must be provided"},
      {"the status of nothing", web_ + "/status?fieldManager=me", Web("status: {replicas: 1}\n"), 404, nullptr},
      {"a value that is not valid", map_ + "?fieldManager=me", Map("{'a b': v}"), 422, nullptr},
  };
  for (const auto& c : kCases) {
    const Answer refused = Patch(c.target, "apply-patch+yaml", c.body);
    EXPECT_EQ(refused.code, c.code) << c.name << "\n" << refused.text;
    if (c.message != nullptr && *c.message != '\0') {
      EXPECT_EQ(refused.Text({"message"}), c.message) << c.name;
    }
    EXPECT_EQ(Get(map_).text, before) << c.name;
  }
  const Answer forced = Patch(map_ + "?force=true", "merge-patch+json", "{}");
  EXPECT_EQ(forced.code, 422);
  EXPECT_EQ(forced.Text({"message"}),
            "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch");
}

TEST_F(ServerSideApplyTest, UidAndResourceVersionArePreconditions) {
  const Answer made = Apply(map_, "me", Map("{k: v}"));
  const std::string held = ", uid: " + made.Text({"metadata", "uid"}) + ", resourceVersion: '" +
                           made.Text({"metadata", "resourceVersion"}) + "'";
  EXPECT_EQ(Apply(map_, "me", Map("{k: w}", held)).code, 200);
  EXPECT_EQ(Apply(map_, "me", Map("{k: x}", held)).code, 409) << "the version has moved on";
}

TEST_F(ServerSideApplyTest, DryRunTellsAndStoresNothing) {
  EXPECT_EQ(Apply(map_, "me", Map("{k: v}"), "&dryRun=All").code, 201);
  EXPECT_EQ(Get(map_).code, 404);
  Apply(map_, "me", Map("{k: v}"));
  const std::string before = Get(map_).text;
  const Answer would = Apply(map_, "you", Map("{k: w}"), "&dryRun=All&force=true");
  EXPECT_EQ(would.Text({"data", "k"}), "w");
  EXPECT_EQ(Get(map_).text, before);
}

TEST_F(ServerSideApplyTest, StatusAndMainPartAreAppliedApart) {
  Apply(web_, "me", Web("  replicas: 2\nstatus: {replicas: 9}\n"));
  EXPECT_EQ(Managers(Get(web_)).find("f:status"), std::string::npos);
  const Answer status =
      Apply(web_ + "/status", "me", Web("  replicas: 7\nstatus: {observedGeneration: 1, replicas: 2}\n"));
  ASSERT_EQ(status.code, 200) << status.text;
  EXPECT_EQ(FindInt(status.json, {"spec", "replicas"}), 2);
  EXPECT_EQ(FindInt(status.json, {"status", "replicas"}), 2);
  EXPECT_NE(
      Managers(status).find("me Apply apps/v1 status {\"f:status\":{\"f:observedGeneration\":{},\"f:replicas\":{}}}\n"),
      std::string::npos)
      << Managers(status);
  const Answer other = Apply(web_ + "/status", "you", Web("status: {replicas: 3}\n"));
  EXPECT_EQ(other.Text({"message"}),
            "Apply failed with 1 conflict: conflict with \"me\" with subresource \"status\": .status.replicas");
  EXPECT_EQ(Apply(web_ + "/status", "me", Web("status: {replicas: 2}\n")).code, 200);
  EXPECT_EQ(Find(Get(web_).json, {"status", "observedGeneration"}), nullptr);
}

TEST_F(ServerSideApplyTest, AScaleOwnsItsOneField) {
  Apply(web_, "me", Web("  replicas: 2\n"));
  const std::string scale = "apiVersion: autoscaling/v1\nkind: Scale\nmetadata: {name: web}\nspec: {replicas: 4}\n";
  EXPECT_EQ(Apply(web_ + "/scale", "auto", scale).Text({"message"}),
            "Apply failed with 1 conflict: conflict with \"me\": .spec.replicas");
  const Answer forced = Apply(web_ + "/scale", "auto", scale, "&force=true");
  EXPECT_EQ(forced.Text({"kind"}), "Scale");
  EXPECT_EQ(FindInt(forced.json, {"spec", "replicas"}), 4);
  EXPECT_NE(Managers(Get(web_)).find("auto Apply apps/v1 scale {\"f:spec\":{\"f:replicas\":{}}}\n"), std::string::npos);
  EXPECT_EQ(Apply(web_, "me", Web("")).code, 200);
  EXPECT_EQ(FindInt(Get(web_).json, {"spec", "replicas"}), 4);
  const Answer none =
      Apply(web_ + "/scale", "auto", "apiVersion: autoscaling/v1\nkind: Scale\nmetadata: {name: web}\n", "&force=true");
  EXPECT_EQ(none.code, 200) << none.text;
  EXPECT_EQ(FindInt(none.json, {"spec", "replicas"}, -1), 0) << "a Scale without replicas asks for none";
}

TEST_F(ServerSideApplyTest, KubectlGoesOnWhereItsClientSideApplyStopped) {
  const std::string last =
      R"({\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\",\"namespace\":\"d\"},\"data\":{\"k\":\"v\",\"l\":\"w\"}}\n)";
  ASSERT_EQ(Post(std::string(kMaps) + "?fieldManager=kubectl-client-side-apply",
                 R"({"metadata":{"name":"a","annotations":{")" + std::string(kLastApplied) + "\":\"" + last +
                     R"("}},"data":{"k":"v","l":"w"}})")
                .code,
            201);
  EXPECT_EQ(Apply(map_, "gitops", Map("{k: new}")).code, 409) << "others must ask for it";
  const Answer taken = Apply(map_, "kubectl", Map("{k: new}"));
  ASSERT_EQ(taken.code, 200) << taken.text;
  EXPECT_EQ(taken.Text({"data", "k"}), "new");
  EXPECT_EQ(taken.Text({"metadata", "annotations", kLastApplied}),
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"new\"}}\n")
      << "so that client-side apply can go on as well";
  // What somebody else has changed since is theirs.
  Patch(map_ + "?fieldManager=editor", "merge-patch+json", R"({"data":{"k":"edited"}})");
  EXPECT_EQ(Apply(map_, "kubectl", Map("{k: newer}")).Text({"message"}),
            "Apply failed with 1 conflict: conflict with \"editor\" using v1: .data.k");
}

TEST_F(ServerSideApplyTest, ObjectsWithoutRecordsBelongToWhatWasBefore) {
  Post(kMaps, R"({"metadata":{"name":"a"},"data":{"k":"v"}})");
  Patch(map_, "merge-patch+json", R"({"metadata":{"managedFields":[{}]}})");
  EXPECT_EQ(Managers(Get(map_)), "none");
  EXPECT_EQ(Apply(map_, "me", Map("{k: w}")).Text({"message"}),
            "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.k");
  EXPECT_EQ(Apply(map_, "me", Map("{l: w}")).code, 200);
  EXPECT_EQ(
      Managers(Get(map_)),
      "me Apply v1  {\"f:data\":{\"f:l\":{}}}\nbefore-first-apply Update v1  {\"f:data\":{\".\":{},\"f:k\":{}}}\n");
}

TEST_F(ServerSideApplyTest, CustomResourcesAreAppliedInEachOfTheirVersions) {
  const std::string schema =
      R"({"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{)"
      R"("size":{"type":"integer"},"free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},)"
      R"("parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["id"],)"
      R"("items":{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"count":{"type":"integer"}}}}}}}}})";
  const Answer crd =
      Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
           R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":)"
           R"("gadgets.lab.example"},"spec":{"group":"lab.example","scope":"Namespaced","names":{"plural":"gadgets",)"
           R"("kind":"Gadget"},"versions":[{"name":"v1","served":true,"storage":true,"schema":)" +
               schema + R"(},{"name":"v2","served":true,"storage":false,"schema":)" + schema + "}]}}");
  ASSERT_EQ(crd.code, 201) << crd.text;
  const auto path = [](const std::string& version) {
    return "/apis/lab.example/" + version + "/namespaces/d/gadgets/g";
  };
  const auto gadget = [](const std::string& version, const std::string& spec) {
    return "apiVersion: lab.example/" + version + "\nkind: Gadget\nmetadata: {name: g}\nspec: " + spec + "\n";
  };
  ASSERT_EQ(
      Apply(path("v1"), "me", gadget("v1", "{size: 1, free: {a: {b: 1}}, parts: [{id: x, count: 1}, {id: z}]}")).code,
      201);
  EXPECT_EQ(Apply(path("v2"), "you", gadget("v2", "{size: 2}")).Text({"message"}),
            "Apply failed with 1 conflict: conflict with \"me\": .spec.size");
  const Answer mine = Apply(path("v2"), "me", gadget("v2", "{size: 2, parts: [{id: z}]}"));
  ASSERT_EQ(mine.code, 200) << mine.text;
  EXPECT_EQ(WriteJson(*Find(mine.json, "spec")), R"({"size":2,"parts":[{"id":"z"}]})");
  EXPECT_EQ(Managers(mine),
            "me Apply lab.example/v2  {\"f:spec\":{\"f:parts\":{\"k:{\\\"id\\\":\\\"z\\\"}\":{\".\":{},\"f:id\":{}}},"
            "\"f:size\":{}}}\n");
  EXPECT_EQ(Apply(path("v1"), "me", gadget("v1", "{sizze: 2}")).code, 500);
  EXPECT_EQ(Patch(path("v1") + "?fieldManager=u", "merge-patch+json", R"({"spec":{"free":{"c":1}}})").code, 200);
  EXPECT_NE(Managers(Get(path("v1"))).find("u Update lab.example/v1  {\"f:spec\":{\"f:free\":{\".\":{},\"f:c\":{}}}}"),
            std::string::npos)
      << Managers(Get(path("v1")));
}

}  // namespace
}  // namespace croft::server
