#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kCrds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
constexpr const char* kGadgets = "/apis/lab.example/v1/namespaces/d/gadgets";

constexpr const char* kCrd = R"({
  "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
  "metadata": {"name": "gadgets.lab.example"},
  "spec": {
    "group": "lab.example", "scope": "Namespaced",
    "names": {"plural": "gadgets", "kind": "Gadget", "shortNames": ["gad"], "categories": ["all"]},
    "versions": [
      {"name": "v1", "served": true, "storage": true, "subresources": {"status": {}, "scale": {
         "specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size", "labelSelectorPath": ".status.selector"}},
       "additionalPrinterColumns": [
         {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
         {"name": "Ready", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"},
         {"name": "Since", "type": "date", "jsonPath": ".spec.since", "priority": 1}],
       "schema": {"openAPIV3Schema": {"type": "object", "properties": {
         "spec": {"type": "object", "required": ["size"], "properties": {
           "size": {"type": "integer", "minimum": 0}, "since": {"type": "string"},
           "colour": {"type": "string", "default": "blue", "enum": ["blue", "red"]}}},
         "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}},
      {"name": "v1beta1", "served": true, "storage": false,
       "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}})";

class CrdTest : public ApiTest {
 protected:
  void Define() {
    const Answer made = Post(kCrds, kCrd);
    ASSERT_EQ(made.code, 201) << made.text;
  }
  Answer Make(const std::string& name, const std::string& more = "") {
    return Post(kGadgets, R"({"apiVersion":"lab.example/v1","kind":"Gadget","metadata":{"name":")" + name + "\"" +
                              more + R"(},"spec":{"size":2}})");
  }
};

TEST_F(CrdTest, APostedKindIsServedAtOnceAndSaysSo) {
  EXPECT_EQ(Get(kGadgets).code, 404);
  Define();
  const Answer crd = Get(std::string(kCrds) + "/gadgets.lab.example");
  std::string established;
  for (const Json& condition : Find(crd.json, {"status", "conditions"})->GetArray()) {
    if (FindString(condition, {"type"}) == "Established") established = FindString(condition, {"status"});
  }
  EXPECT_EQ(established, "True");
  EXPECT_EQ(crd.Text({"status", "acceptedNames", "listKind"}), "GadgetList");
  const Answer made = Make("g");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.Text({"spec", "colour"}), "blue");
  EXPECT_NE(Get("/apis/lab.example/v1").text.find("gadgets/scale"), std::string::npos);
  EXPECT_EQ(Get("/apis/lab.example").Text({"preferredVersion", "version"}), "v1");
}

TEST_F(CrdTest, ItsSchemaIsEnforced) {
  Define();
  const Answer type =
      Post(kGadgets, R"({"apiVersion":"lab.example/v1","kind":"Gadget","metadata":{"name":"g"},"spec":{"size":"x"}})");
  EXPECT_EQ(type.code, 422);  // and not 400, which Kubernetes' own kinds answer
  EXPECT_NE(type.text.find("spec.size"), std::string::npos);
  EXPECT_EQ(Post(kGadgets, R"({"apiVersion":"lab.example/v1","kind":"Gadget","metadata":{"name":"g"},"spec":{}})").code,
            422);
  const Answer pruned = Post(
      kGadgets, R"({"apiVersion":"lab.example/v1","kind":"Gadget","metadata":{"name":"g"},"spec":{"size":1,"x":2}})");
  EXPECT_EQ(pruned.code, 201);
  EXPECT_EQ(Find(pruned.json, {"spec", "x"}), nullptr);
}

TEST_F(CrdTest, VersionsShowTheSameObject) {
  Define();
  Make("g");
  const Answer beta = Get("/apis/lab.example/v1beta1/namespaces/d/gadgets/g");
  EXPECT_EQ(beta.Text({"apiVersion"}), "lab.example/v1beta1");
  EXPECT_EQ(FindInt(beta.json, {"spec", "size"}), 2);
}

TEST_F(CrdTest, StatusAndScaleAreSubresources) {
  Define();
  Make("g");
  EXPECT_EQ(
      Patch(std::string(kGadgets) + "/g/status", "merge-patch+json", R"({"status":{"size":2,"any":{"thing":1}}})").code,
      200);
  EXPECT_EQ(FindInt(Get(std::string(kGadgets) + "/g/scale").json, {"status", "replicas"}), 2);
  Patch(std::string(kGadgets) + "/g/scale", "merge-patch+json", R"({"spec":{"replicas":5}})");
  EXPECT_EQ(FindInt(Get(std::string(kGadgets) + "/g").json, {"spec", "size"}), 5);
  const std::string none = R"({"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"g"}})";
  const Answer scaled = Patch(std::string(kGadgets) + "/g/scale?fieldManager=a&force=true", "apply-patch+yaml", none);
  EXPECT_EQ(scaled.code, 200) << scaled.text;
  Patch(std::string(kGadgets) + "/g", "merge-patch+json", R"({"spec":null})");
  const uint64_t before = store_->Revision();
  EXPECT_EQ(Patch(std::string(kGadgets) + "/g/scale?fieldManager=a", "apply-patch+yaml", none).code, 500)
      << "as Kubernetes answers where there are no replicas";
  EXPECT_EQ(store_->Revision(), before);
  EXPECT_EQ(Patch(std::string(kGadgets) + "/g", "strategic-merge-patch+json", "{}").code, 415);
  EXPECT_EQ(Put(std::string(kGadgets) + "/g",
                R"({"apiVersion":"lab.example/v1","kind":"Gadget","metadata":{"name":"g"},"spec":{"size":1}})")
                .code,
            422)
      << "posted kinds need a resourceVersion";
}

TEST_F(CrdTest, ItsColumnsArePrinted) {
  Define();
  Make("g");
  Patch(std::string(kGadgets) + "/g/status", "merge-patch+json",
        R"({"status":{"conditions":[{"type":"A","status":"x"},{"type":"Ready","status":"True"}]}})");
  const Answer table = Call("GET", kGadgets, "", {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
  EXPECT_NE(table.text.find(R"("cells":["g",2,"True",null])"), std::string::npos) << table.text;
  clock_.Advance(std::chrono::minutes(5));
  Patch(std::string(kGadgets) + "/g", "merge-patch+json", R"({"spec":{"since":"2026-01-01T00:00:00Z"}})");
  const Answer later = Call("GET", kGadgets, "", {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
  EXPECT_NE(later.text.find(R"("cells":["g",2,"True","5m"])"), std::string::npos) << "a date is told as an age";
  EXPECT_EQ(FindInt((*Find(later.json, "columnDefinitions"))[3], {"priority"}), 1);
}

TEST_F(CrdTest, ARestartServesWhatWasPosted) {
  Define();
  Make("g");
  StartServer();
  EXPECT_EQ(Get(std::string(kGadgets) + "/g").code, 200);
}

TEST_F(CrdTest, DeletingItRemovesItsObjects) {
  Define();
  Make("a");
  Make("b");
  const Answer deleted = Delete(std::string(kCrds) + "/gadgets.lab.example");
  EXPECT_EQ(deleted.code, 200);
  EXPECT_FALSE(deleted.Text({"metadata", "deletionTimestamp"}).empty()) << "the definition, as it begins to go";
  EXPECT_EQ(Get(std::string(kCrds) + "/gadgets.lab.example").code, 404);
  EXPECT_EQ(Get(kGadgets).code, 404);
  EXPECT_TRUE(store_->List({"lab.example", "gadgets"}, "").items.empty());
  EXPECT_EQ(Get("/apis/lab.example/v1").code, 404);
}

TEST_F(CrdTest, AnObjectWithAFinalizerHoldsItsDefinition) {
  Define();
  Make("a", R"(,"finalizers":["x.y/z"])");
  EXPECT_EQ(Delete(std::string(kCrds) + "/gadgets.lab.example").code, 200);
  EXPECT_EQ(Get(std::string(kGadgets) + "/a").code, 200);
  const Answer held = Get(std::string(kCrds) + "/gadgets.lab.example");
  EXPECT_NE(held.text.find("\"customresourcecleanup.apiextensions.k8s.io\""), std::string::npos) << held.text;
  EXPECT_NE(
      held.text.find(R"("message":"CustomResource deletion is in progress","reason":"InstanceDeletionInProgress",)"
                     R"("status":"True","type":"Terminating")"),
      std::string::npos)
      << held.text;
  EXPECT_NE(Get("/apis/lab.example/v1").text.find(R"("verbs":["delete","deletecollection","get","list","watch"])"),
            std::string::npos)
      << "what discovery says can still be done";
  const Answer late = Make("b");
  EXPECT_EQ(late.code, 403);
  EXPECT_EQ(late.Text({"message"}),
            "gadgets.lab.example \"b\" is forbidden: create not allowed while custom resource definition is "
            "terminating");
  EXPECT_EQ(Patch(std::string(kGadgets) + "/a", "merge-patch+json", R"({"metadata":{"finalizers":null}})").code, 200);
  EXPECT_EQ(Get(std::string(kCrds) + "/gadgets.lab.example").code, 404);
  EXPECT_EQ(Get(kGadgets).code, 404);
}

}  // namespace
}  // namespace croft::server
