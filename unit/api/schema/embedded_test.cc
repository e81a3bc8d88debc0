#include "api/schema/embedded.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "api/schema/definition.h"
#include "api/schema/node.h"
#include "unit/api/schema/schema_util.h"

namespace croft::schema {
namespace {

const EmbeddedKinds& Kinds() {
  static const EmbeddedKinds kinds = [] {
    auto loaded = LoadEmbeddedKinds();
    if (!loaded.ok()) ADD_FAILURE() << loaded.status().message() << "\n" << Lines(loaded.status().details().causes);
    return loaded.ok() ? *std::move(loaded) : EmbeddedKinds{};
  }();
  return kinds;
}

const ResourceDefinition& Kind(std::string_view group, std::string_view plural) {
  const auto& all = Kinds().definitions;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const auto& each) { return each.group == group && each.plural == plural; });
  if (found == all.end()) throw std::logic_error("no such kind: " + std::string(plural));
  return *found;
}

TEST(EmbeddedKinds, AllLoad) {
  EXPECT_GE(Kinds().definitions.size(), 20u);
  EXPECT_EQ(Kinds().definitions.size(), Kinds().crds.size());
  for (const ResourceDefinition& each : Kinds().definitions) {
    EXPECT_TRUE(each.builtin) << each.plural;
    EXPECT_FALSE(each.name_format.empty()) << each.plural;
    EXPECT_NE(each.StorageVersion().schema, nullptr) << each.plural;
  }
}

TEST(EmbeddedKinds, EveryDefinitionCompiles) {
  const EmbeddedDefinitions definitions;
  for (const std::string& name : definitions.Names()) {
    const auto schema = Compile(*definitions.Find(name), &definitions, name);
    EXPECT_TRUE(schema.ok()) << schema.status().message();
  }
}

TEST(EmbeddedKinds, SayWhatTheServerMustKnow) {
  const ResourceDefinition& pods = Kind("", "pods");
  EXPECT_EQ(pods.openapi_name, "io.k8s.api.core.v1.Pod");
  EXPECT_EQ(pods.name_format, "dns1123-subdomain");
  EXPECT_NE(std::find(pods.extra_subresources.begin(), pods.extra_subresources.end(), "exec"),
            pods.extra_subresources.end());
  EXPECT_NE(std::find(pods.field_selectors.begin(), pods.field_selectors.end(), "spec.nodeName"),
            pods.field_selectors.end());
  EXPECT_EQ(std::find(pods.field_selectors.begin(), pods.field_selectors.end(), "metadata.name"),
            pods.field_selectors.end());
  EXPECT_TRUE(Kind("coordination.k8s.io", "leases").ephemeral);
  EXPECT_TRUE(Kind("croft.lab", "services").StorageVersion().scale.has_value());
  EXPECT_FALSE(Kind("", "nodes").namespaced);
}

TEST(EmbeddedKinds, ShareTheNodesOfSharedDefinitions) {
  const auto template_of = [](const ResourceDefinition& kind) {
    return kind.StorageVersion().schema->FindProperty("spec")->node->FindProperty("template")->node;
  };
  EXPECT_EQ(template_of(Kind("apps", "deployments")), template_of(Kind("apps", "replicasets")));
}

TEST(EmbeddedKinds, MergeContainersByName) {
  const MergeSchema* root = ForMerge(*Kind("apps", "deployments").StorageVersion().schema);
  const MergeSchema* containers = root->Member("spec")->Member("template")->Member("spec")->Member("containers");
  ASSERT_NE(containers, nullptr);
  EXPECT_TRUE(containers->Merge().merge);
  EXPECT_EQ(containers->Merge().key, "name");
  EXPECT_EQ(containers->Items()->Member("ports")->Merge().key, "containerPort");
}

struct Refusal {
  const char* name;
  const char* spec;
  const char* field;
  const char* type;
};

// As a kube-apiserver answers.
TEST(EmbeddedKinds, RefusePodsAsKubernetesDoes) {
  const Refusal cases[] = {
      {"no containers", R"({"containers":[]})", "spec.containers", "FieldValueRequired"},
      {"no image", R"({"containers":[{"name":"a","image":""}]})", "spec.containers[0].image", "FieldValueRequired"},
      {"a bad container name", R"({"containers":[{"name":"A_","image":"i"}]})", "spec.containers[0].name",
       "FieldValueInvalid"},
      {"a port out of range", R"({"containers":[{"name":"a","image":"i","ports":[{"containerPort":70000}]}]})",
       "spec.containers[0].ports[0].containerPort", "FieldValueInvalid"},
      {"a bad protocol", R"({"containers":[{"name":"a","image":"i","ports":[{"containerPort":80,"protocol":"X"}]}]})",
       "spec.containers[0].ports[0].protocol", "FieldValueNotSupported"},
      {"the same container name twice", R"({"containers":[{"name":"a","image":"i"},{"name":"a","image":"i"}]})",
       "spec.containers[1].name", "FieldValueDuplicate"},
      {"two probe handlers",
       R"({"containers":[{"name":"a","image":"i","livenessProbe":{"exec":{"command":["x"]},"httpGet":{"port":80}}}]})",
       "spec.containers[0].livenessProbe.httpGet", "FieldValueForbidden"},
      {"a probe without handler", R"({"containers":[{"name":"a","image":"i","livenessProbe":{}}]})",
       "spec.containers[0].livenessProbe", "FieldValueRequired"},
      {"a bad quantity", R"({"containers":[{"name":"a","image":"i","resources":{"limits":{"cpu":"1x"}}}]})",
       "spec.containers[0].resources.limits[cpu]", "FieldValueTypeInvalid"},
      {"a text for a number", R"({"containers":[{"name":"a","image":"i","ports":[{"containerPort":"x"}]}]})",
       "spec.containers[0].ports[0].containerPort", "FieldValueTypeInvalid"},
      {"a restart policy", R"({"restartPolicy":"Sometimes","containers":[{"name":"a","image":"i"}]})",
       "spec.restartPolicy", "FieldValueNotSupported"},
  };
  const Node& schema = *Kind("", "pods").StorageVersion().schema;
  for (const Refusal& c : cases) {
    JsonDocument pod = MustParse(std::string(R"({"metadata":{"name":"a"},"spec":)") + c.spec + "}");
    EXPECT_TRUE(Prune(schema, pod).empty()) << c.name;
    ApplyDefaults(schema, pod, pod.GetAllocator());
    const auto causes = Validate(schema, pod);
    ASSERT_EQ(causes.size(), 1u) << c.name << "\n" << Lines(causes);
    EXPECT_EQ(causes[0].field, c.field) << c.name;
    EXPECT_EQ(causes[0].type, c.type) << c.name;
  }
}

TEST(EmbeddedKinds, FillInAPodAsKubernetesDoes) {
  const Node& schema = *Kind("", "pods").StorageVersion().schema;
  JsonDocument pod = MustParse(
      R"({"metadata":{"name":"a","creationTimestamp":null},"spec":{"containers":[{"name":"a","image":"i","ports":[{"containerPort":80}]}],"volumes":null}})");
  ApplyDefaults(schema, pod, pod.GetAllocator());
  EXPECT_EQ(Lines(Validate(schema, pod)), "");
  EXPECT_EQ(FindString(pod, {"spec", "restartPolicy"}), "Always");
  EXPECT_EQ(FindString(pod, {"spec", "dnsPolicy"}), "ClusterFirst");
  EXPECT_EQ(FindString((*Find(pod, {"spec", "containers"}))[0]["ports"][0], {"protocol"}), "TCP");
  EXPECT_EQ(Find(pod, {"spec", "volumes"}), nullptr);
  EXPECT_EQ(Find(pod, {"metadata", "creationTimestamp"}), nullptr);
}

TEST(EmbeddedKinds, TheirOwnDefinitionsAreValidByTheirOwnSchema) {
  const Node& schema = *Kind("apiextensions.k8s.io", "customresourcedefinitions").StorageVersion().schema;
  for (const std::string& text : Kinds().crds) {
    const JsonDocument crd = MustParse(text);
    if (FindString(crd, {"spec", "group"}).empty()) continue;  // the core group is named so by Croft alone
    EXPECT_EQ(Lines(Validate(schema, crd)), "") << FindString(crd, {"metadata", "name"});
  }
}

}  // namespace
}  // namespace croft::schema
