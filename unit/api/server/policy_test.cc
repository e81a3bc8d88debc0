#include <set>

#include "unit/api/server/api_fixture.h"

// Roles, admission, APIServices: what the server refuses and fills in. Reviews: what it answers.
namespace croft::server {
namespace {

constexpr const char* kRoles = "/apis/rbac.authorization.k8s.io/v1/namespaces/d/roles";
constexpr const char* kClusterRoles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
constexpr const char* kBindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/d/rolebindings";
constexpr const char* kClusterBindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
constexpr const char* kWebhooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
constexpr const char* kPolicies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
constexpr const char* kPolicyBindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
constexpr const char* kApiServices = "/apis/apiregistration.k8s.io/v1/apiservices";
constexpr const char* kAccess = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
constexpr const char* kSubjectAccess = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
constexpr const char* kLocalAccess = "/apis/authorization.k8s.io/v1/namespaces/d/localsubjectaccessreviews";
constexpr const char* kRules = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";

class PolicyKinds : public ApiTest {};

TEST_F(PolicyKinds, AreRefusedAsKubernetesRefusesThem) {
  const struct {
    const char* name;
    const char* path;
    const char* body;
    const char* field;
    const char* reason;
  } cases[] = {
      {"a rule without verbs", kRoles, R"({"rules":[{"apiGroups":[""],"resources":["pods"]}]})", "rules[0].verbs",
       "Required value: verbs must contain at least one value"},
      {"a rule without groups", kRoles, R"({"rules":[{"verbs":["get"],"resources":["pods"]}]})", "rules[0].apiGroups",
       "FieldValueRequired"},
      {"a rule without resources", kRoles, R"({"rules":[{"verbs":["get"],"apiGroups":[""]}]})", "rules[0].resources",
       "FieldValueRequired"},
      {"paths in a namespace", kRoles, R"({"rules":[{"verbs":["get"],"nonResourceURLs":["/healthz"]}]})",
       "rules[0].nonResourceURLs", "FieldValueInvalid"},
      {"paths beside resources", kClusterRoles,
       R"({"rules":[{"verbs":["get"],"nonResourceURLs":["/x"],"apiGroups":[""],"resources":["pods"]}]})",
       "rules[0].nonResourceURLs", "FieldValueInvalid"},
      {"a sum of nothing", kClusterRoles, R"({"aggregationRule":{}})", "aggregationRule.clusterRoleSelectors",
       "FieldValueRequired"},
      {"a sum of everything", kClusterRoles, R"({"aggregationRule":{"clusterRoleSelectors":[{}]}})",
       "aggregationRule.clusterRoleSelectors[0]", "FieldValueInvalid"},
      {"a binding without role", kBindings, "{}", "roleRef", "FieldValueRequired"},
      {"a role of another group", kBindings, R"({"roleRef":{"apiGroup":"x","kind":"Role","name":"r"}})",
       "roleRef.apiGroup", "FieldValueNotSupported"},
      {"a role of another kind", kBindings, R"({"roleRef":{"kind":"X","name":"r"}})", "roleRef.kind",
       "FieldValueNotSupported"},
      {"a Role for the whole cluster", kClusterBindings, R"({"roleRef":{"kind":"Role","name":"r"}})", "roleRef.kind",
       "FieldValueNotSupported"},
      {"a role without name", kBindings, R"({"roleRef":{"kind":"Role","name":""}})", "roleRef.name",
       "FieldValueRequired"},
      {"a subject without name", kBindings,
       R"({"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":""}]})", "subjects[0].name",
       "FieldValueRequired"},
      {"a service account of a group", kBindings,
       R"({"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"a","apiGroup":"x"}]})",
       "subjects[0].apiGroup", "FieldValueNotSupported"},
      {"a user of another group", kBindings,
       R"({"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"a","apiGroup":"x"}]})",
       "subjects[0].apiGroup", "FieldValueNotSupported"},
      {"a service account of no namespace", kClusterBindings,
       R"({"roleRef":{"kind":"ClusterRole","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"a"}]})",
       "subjects[0].namespace", "FieldValueRequired"},
      {"a webhook without domain", kWebhooks,
       R"({"webhooks":[{"name":"a.b","clientConfig":{"url":"https://x"},"sideEffects":"None","admissionReviewVersions":["v1"]}]})",
       "webhooks[0].name", "FieldValueInvalid"},
      {"a webhook nowhere", kWebhooks,
       R"({"webhooks":[{"name":"a.b.c","clientConfig":{},"sideEffects":"None","admissionReviewVersions":["v1"]}]})",
       "webhooks[0].clientConfig", "FieldValueRequired"},
      {"a webhook in two places", kWebhooks,
       R"({"webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://x","service":{"name":"s","namespace":"d"}},"sideEffects":"None","admissionReviewVersions":["v1"]}]})",
       "webhooks[0].clientConfig", "FieldValueRequired"},
      {"a webhook without TLS", kWebhooks,
       R"({"webhooks":[{"name":"a.b.c","clientConfig":{"url":"http://x"},"sideEffects":"None","admissionReviewVersions":["v1"]}]})",
       "webhooks[0].clientConfig.url", "FieldValueInvalid"},
      {"side effects of another kind", kWebhooks,
       R"({"webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://x"},"sideEffects":"Some","admissionReviewVersions":["v1"]}]})",
       "webhooks[0].sideEffects", "FieldValueNotSupported"},
      {"no review version that is known", kWebhooks,
       R"({"webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://x"},"sideEffects":"None","admissionReviewVersions":["v9"]}]})",
       "webhooks[0].admissionReviewVersions", "FieldValueInvalid"},
      {"all operations and one more", kWebhooks,
       R"({"webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://x"},"sideEffects":"None","admissionReviewVersions":["v1"],)"
       R"("rules":[{"operations":["*","CREATE"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}]}]})",
       "webhooks[0].rules[0].operations", "FieldValueInvalid"},
      {"a webhook twice", kWebhooks,
       R"({"webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://x"},"sideEffects":"None","admissionReviewVersions":["v1"]},)"
       R"({"name":"a.b.c","clientConfig":{"url":"https://x"},"sideEffects":"None","admissionReviewVersions":["v1"]}]})",
       "webhooks[1].name", "FieldValueDuplicate"},
      {"a policy without conditions", kPolicies, R"({"spec":{}})", "spec.validations", "FieldValueRequired"},
      {"a policy about nothing", kPolicies, R"({"spec":{"validations":[{"expression":"true"}]}})",
       "spec.matchConstraints", "FieldValueRequired"},
      {"a policy in force without action", kPolicyBindings, R"({"spec":{"policyName":"p","validationActions":[]}})",
       "spec.validationActions", "FieldValueRequired"},
      {"an APIService by another name", kApiServices,
       R"({"spec":{"group":"g.io","version":"v1","groupPriorityMinimum":1,"versionPriority":1}})", "metadata.name",
       "FieldValueInvalid"},
      {"an APIService without rank", kApiServices, R"({"spec":{"group":"g.io","version":"v1"}})",
       "spec.groupPriorityMinimum", "FieldValueRequired"},
  };
  for (const auto& c : cases) {
    JsonDocument body = *ParseJson(c.body);
    SetString(Ensure(body, "metadata", body.GetAllocator()), "name", "a", body.GetAllocator());
    const Answer answer = Post(c.path, WriteJson(body));
    EXPECT_EQ(answer.code, 422) << c.name << ": " << answer.text;
    const std::string cause = "\"field\":\"" + std::string(c.field) + "\"";
    EXPECT_NE(answer.text.find(cause), std::string::npos) << c.name << ": " << answer.text;
    EXPECT_NE(answer.text.find(c.reason), std::string::npos) << c.name << ": " << answer.text;
  }
}

TEST_F(PolicyKinds, ABindingKeepsItsRoleAndNamesTheGroupOfItsSubjects) {
  const Answer made =
      Post(kBindings, R"({"metadata":{"name":"b:x"},"roleRef":{"kind":"Role","name":"system:r"},"subjects":[)"
                      R"({"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"s","namespace":"d"}]})");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.Text({"roleRef", "apiGroup"}), "rbac.authorization.k8s.io");
  const Json& subjects = *Find(made.json, "subjects");
  EXPECT_EQ(FindString(subjects[0], {"apiGroup"}), "rbac.authorization.k8s.io");
  EXPECT_EQ(Find(subjects[1], "apiGroup"), nullptr);
  EXPECT_NE(made.headers.Get("Warning").find("nothing in Croft acts on it yet"), std::string::npos);
  const std::string path = std::string(kBindings) + "/b:x";
  const Answer other = Patch(path, "merge-patch+json", R"({"roleRef":{"name":"other"}})");
  EXPECT_EQ(other.code, 422);
  EXPECT_NE(other.text.find("cannot change roleRef"), std::string::npos) << other.text;
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"subjects":null})").code, 200);
}

TEST_F(PolicyKinds, TablesShowWhomARoleIsBoundTo) {
  ASSERT_EQ(
      Post(kClusterBindings, R"({"metadata":{"name":"b"},"roleRef":{"kind":"ClusterRole","name":"r"},"subjects":[)"
                             R"({"kind":"User","name":"u"},{"kind":"User","name":"v"},{"kind":"Group","name":"g"},)"
                             R"({"kind":"ServiceAccount","name":"s","namespace":"d"}]})")
          .code,
      201);
  const Answer table = Call("GET", std::string(kClusterBindings) + "/b", "",
                            {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
  const Json& cells = *Find((*Find(table.json, "rows"))[0], "cells");
  EXPECT_EQ(WriteJson(cells), R"(["b","ClusterRole/r","0s","u, v","g","d/s"])");
}

TEST_F(PolicyKinds, AnApiServiceOfTheServerItselfIsAvailableAndAnotherIsNot) {
  const Answer own = Post(
      kApiServices,
      R"({"metadata":{"name":"v1.g.io"},"spec":{"group":"g.io","version":"v1","groupPriorityMinimum":1,"versionPriority":1}})");
  ASSERT_EQ(own.code, 201) << own.text;
  EXPECT_NE(own.text.find(R"("reason":"Local")"), std::string::npos) << own.text;
  const Answer other = Post(
      kApiServices,
      R"({"metadata":{"name":"v1.h.io"},"spec":{"group":"h.io","version":"v1","groupPriorityMinimum":1,"versionPriority":1,)"
      R"("service":{"name":"s","namespace":"d"}}})");
  ASSERT_EQ(other.code, 201) << other.text;
  EXPECT_EQ(FindInt(other.json, {"spec", "service", "port"}), 443);
  EXPECT_NE(other.headers.Get("Warning").find("spec.service"), std::string::npos);
  const Answer table = Call("GET", kApiServices, "", {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
  EXPECT_NE(table.text.find(R"(["v1.g.io","Local","True","0s"])"), std::string::npos) << table.text;
  EXPECT_NE(table.text.find(R"x(["v1.h.io","d/s","False (NotPassedOn)","0s"])x"), std::string::npos) << table.text;
}

TEST_F(PolicyKinds, EveryServedVersionHasAnApiServiceAndPostedOnesComeAndGo) {
  const auto names = [this] {
    std::set<std::string> found;
    const Answer services = Get(kApiServices);
    for (const Json& each : Find(services.json, "items")->GetArray()) {
      found.emplace(FindString(each, {"metadata", "name"}));
    }
    return found;
  };
  std::set<std::string> served;
  for (const auto& [group, versions] : api_->service().catalog().view()->groups()) {
    for (const std::string& version : versions) served.insert(version + "." + group);
  }
  EXPECT_EQ(names(), served);
  EXPECT_TRUE(served.contains("v1."));
  EXPECT_TRUE(served.contains("v1.apps"));
  const std::string crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  ASSERT_EQ(
      Post(
          crds,
          R"({"metadata":{"name":"as.b.c"},"spec":{"group":"b.c","scope":"Cluster","names":{"plural":"as","kind":"A"},)"
          R"("versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})")
          .code,
      201);
  EXPECT_TRUE(names().contains("v1.b.c"));
  EXPECT_EQ(Get(std::string(kApiServices) + "/v1.b.c")
                .Text({"metadata", "labels", "kube-aggregator.kubernetes.io/automanaged"}),
            "true");
  ASSERT_EQ(Delete(crds + "/as.b.c").code, 200);
  EXPECT_EQ(names(), served);
  ASSERT_EQ(Delete(std::string(kApiServices) + "/v1.apps").code, 200);
  StartServer();
  EXPECT_EQ(names(), served) << "made again at the next start";
}

class Reviews : public ApiTest {};

TEST_F(Reviews, AreOnlyCreated) {
  for (const char* path : {kAccess, kSubjectAccess, kRules, kLocalAccess, "/api/v1/namespaces/d/bindings"}) {
    EXPECT_EQ(Get(path).code, 405) << path;
    EXPECT_EQ(Delete(path).code, 405) << path;
    EXPECT_EQ(Put(std::string(path) + "/a", "{}").code, 405) << path;
    EXPECT_EQ(Get(std::string(path) + "?watch=true").code, 405) << path;
  }
}

TEST_F(Reviews, AreRefusedWhenTheyAskNothing) {
  const struct {
    const char* name;
    const char* path;
    const char* body;
    const char* field;
  } cases[] = {
      {"no spec", kAccess, "{}", "spec"},
      {"about nothing", kAccess, R"({"spec":{}})", "spec.resourceAttributes"},
      {"about objects and a path", kAccess, R"({"spec":{"resourceAttributes":{},"nonResourceAttributes":{}}})",
       "spec.nonResourceAttributes"},
      {"about nobody", kSubjectAccess, R"({"spec":{"resourceAttributes":{"verb":"get"}}})", "spec.user"},
      {"about a path in a namespace", kLocalAccess, R"({"spec":{"user":"u","nonResourceAttributes":{"verb":"get"}}})",
       "spec.nonResourceAttributes"},
      {"about another namespace", kLocalAccess,
       R"({"spec":{"user":"u","resourceAttributes":{"verb":"get","namespace":"e"}}})",
       "spec.resourceAttributes.namespace"},
      {"an empty token", "/apis/authentication.k8s.io/v1/tokenreviews", R"({"spec":{"token":""}})", "spec.token"},
  };
  for (const auto& c : cases) {
    const Answer answer = Post(c.path, c.body);
    EXPECT_EQ(answer.code, 422) << c.name << ": " << answer.text;
    EXPECT_NE(answer.text.find("\"field\":\"" + std::string(c.field) + "\""), std::string::npos)
        << c.name << ": " << answer.text;
  }
  EXPECT_EQ(Post(kRules, R"({"spec":{}})").code, 400) << "rules are told for one namespace";
  const Answer misspelt =
      Post(std::string(kAccess) + "?fieldValidation=Strict", R"({"spec":{"resourceAttribute":{"verb":"get"}}})");
  EXPECT_EQ(misspelt.code, 400);
  EXPECT_NE(misspelt.text.find("spec.resourceAttribute"), std::string::npos) << misspelt.text;
}

TEST_F(Reviews, AnswerForOthersAndOneself) {
  const Answer node = Post(
      kSubjectAccess,
      R"({"spec":{"user":"system:node:n1","groups":["system:nodes"],"resourceAttributes":{"verb":"list","resource":"pods"}}})");
  ASSERT_EQ(node.code, 201) << node.text;
  EXPECT_TRUE(FindBool(node.json, {"status", "allowed"}));
  EXPECT_EQ(node.Text({"kind"}), "SubjectAccessReview");
  EXPECT_EQ(node.Text({"apiVersion"}), "authorization.k8s.io/v1");
  const Answer nobody = Post(
      kLocalAccess, R"({"spec":{"user":"u","resourceAttributes":{"namespace":"d","verb":"list","resource":"pods"}}})");
  ASSERT_EQ(nobody.code, 201) << nobody.text;
  EXPECT_FALSE(FindBool(nobody.json, {"status", "allowed"}, true));
  const Answer rules = Post(kRules, R"({"spec":{"namespace":"d"}})");
  ASSERT_EQ(rules.code, 201) << rules.text;
  EXPECT_FALSE(FindBool(rules.json, {"status", "incomplete"}, true));
}

TEST_F(Reviews, ABindingPutsAPodOnItsNode) {
  ASSERT_EQ(
      Post("/api/v1/namespaces/d/pods", R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})")
          .code,
      201);
  const std::string path = "/api/v1/namespaces/d/bindings";
  const std::string body = R"({"metadata":{"name":"p"},"target":{"kind":"Node","name":"n1"}})";
  EXPECT_EQ(Post(path, body).code, 201);
  EXPECT_EQ(Get("/api/v1/namespaces/d/pods/p").Text({"spec", "nodeName"}), "n1");
  EXPECT_EQ(Post(path, body).code, 409);
  EXPECT_EQ(Post(path, R"({"metadata":{"name":"q"},"target":{"name":"n1"}})").code, 404);
}

TEST_F(Reviews, AreInDiscoveryAndOpenApi) {
  const Answer list = Get("/apis/authorization.k8s.io/v1");
  ASSERT_EQ(list.code, 200) << list.text;
  EXPECT_NE(
      list.text.find(
          R"({"name":"localsubjectaccessreviews","singularName":"localsubjectaccessreview","namespaced":true,"kind":"LocalSubjectAccessReview","verbs":["create"]})"),
      std::string::npos)
      << list.text;
  const Answer api = Get("/openapi/v3/apis/authorization.k8s.io/v1");
  ASSERT_EQ(api.code, 200);
  const Json* paths = Find(api.json, "paths");
  const Json* path = Find(*paths, "/apis/authorization.k8s.io/v1/subjectaccessreviews");
  ASSERT_NE(path, nullptr);
  EXPECT_NE(Find(*path, "post"), nullptr);
  EXPECT_EQ(Find(*path, "get"), nullptr);
  EXPECT_EQ(paths->MemberCount(), 5u);
  const Json* schemas = Find(api.json, {"components", "schemas"});
  EXPECT_NE(Find(*schemas, "io.k8s.api.authorization.v1.ResourceAttributes"), nullptr);
  EXPECT_EQ(Find(*schemas, "io.k8s.api.authorization.v1.SubjectAccessReviewList"), nullptr);
}

}  // namespace
}  // namespace croft::server
