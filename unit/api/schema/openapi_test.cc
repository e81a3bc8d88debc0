#include <gtest/gtest.h>

#include <map>
#include <set>

#include "api/schema/definition.h"
#include "api/schema/openapi_paths.h"
#include "api/schema/openapi_proto.h"
#include "api/schema/openapi_v2.h"
#include "api/schema/openapi_v3.h"
#include "unit/api/schema/schema_util.h"

namespace croft::schema {
namespace {

constexpr std::string_view kBoat = R"({"metadata":{"name":"boats.lake.example"},"spec":{"group":"lake.example",
  "scope":"Namespaced","names":{"plural":"boats","kind":"Boat"},"versions":[{"name":"v1","served":true,"storage":true,
  "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{
    "n":{"type":"integer","default":1,"minimum":0},"maybe":{"type":"string","nullable":true},
    "raw":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"string"}}}},
    "oneOf":[{"required":["n"]},{"required":["raw"]}]}}}}},
  {"name":"v0","served":false,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})";

struct World {
  World() : embedded(*LoadEmbeddedKinds()), boat(*FromCrd(MustParse(kBoat), nullptr)) {
    for (const ResourceDefinition& each : embedded.definitions) kinds.push_back(&each);
    kinds.push_back(&boat);
  }
  const EmbeddedKinds embedded;
  const ResourceDefinition boat;
  std::vector<const ResourceDefinition*> kinds;
};

const World& TheWorld() {
  static const World world;
  return world;
}

void FindReferences(const Json& value, std::set<std::string>& found) {
  if (value.IsArray()) {
    for (const Json& item : value.GetArray()) FindReferences(item, found);
  }
  if (!value.IsObject()) return;
  for (const auto& [key, member] : value.GetObject()) {
    if (AsView(key) == "$ref" && member.IsString()) found.emplace(AsView(member));
    EXPECT_FALSE(AsView(key).starts_with("x-croft-")) << AsView(key);
    FindReferences(member, found);
  }
}

void ExpectResolved(const Json& document, std::string_view prefix, const Json& schemas) {
  std::set<std::string> references;
  FindReferences(document, references);
  EXPECT_FALSE(references.empty());
  for (const std::string& reference : references) {
    ASSERT_TRUE(reference.starts_with(prefix)) << reference;
    EXPECT_NE(Find(schemas, reference.substr(prefix.size())), nullptr) << reference;
  }
}

std::string KindsOf(const Json& schema) {
  std::string text;
  const Json* kinds = Find(schema, "x-kubernetes-group-version-kind");
  if (kinds == nullptr) return text;
  for (const Json& kind : kinds->GetArray()) {
    text += std::string(FindString(kind, {"group"})) + "/" + std::string(FindString(kind, {"version"})) + "/" +
            std::string(FindString(kind, {"kind"})) + " ";
  }
  return text;
}

TEST(OpenApiV2, DescribesEveryServedKind) {
  const JsonDocument document = BuildOpenApiV2(TheWorld().kinds, "v1.33.0");
  const Json& definitions = document["definitions"];
  ExpectResolved(document, "#/definitions/", definitions);
  const std::map<std::string, std::string> kinds = {
      {"io.k8s.api.core.v1.Pod", "/v1/Pod "},
      {"io.k8s.api.core.v1.PodList", "/v1/PodList "},
      {"io.k8s.api.apps.v1.Deployment", "apps/v1/Deployment "},
      {"lab.croft.v1.Service", "croft.lab/v1/Service "},
      {"example.lake.v1.Boat", "lake.example/v1/Boat "},
      {"example.lake.v1.BoatList", "lake.example/v1/BoatList "},
      {"io.k8s.apimachinery.pkg.apis.meta.v1.Status", "/v1/Status "},
      {"io.k8s.api.autoscaling.v1.Scale", "autoscaling/v1/Scale "},
      {"io.k8s.api.policy.v1.Eviction", "policy/v1/Eviction "},
  };
  for (const auto& [name, expected] : kinds) {
    ASSERT_NE(Find(definitions, name), nullptr) << name;
    EXPECT_EQ(KindsOf(definitions[name.c_str()]), expected) << name;
  }
  EXPECT_EQ(Find(definitions, "example.lake.v0.Boat"), nullptr) << "a version that is not served";
  const Json& containers = *Find(definitions, {"io.k8s.api.core.v1.PodSpec", "properties", "containers"});
  EXPECT_EQ(FindString(containers, {"x-kubernetes-patch-merge-key"}), "name");
  EXPECT_EQ(FindString(containers, {"x-kubernetes-patch-strategy"}), "merge");
  EXPECT_EQ(FindString(definitions, {"io.k8s.api.core.v1.ServicePort", "properties", "targetPort", "$ref"}),
            "#/definitions/io.k8s.apimachinery.pkg.util.intstr.IntOrString");
  const Json& port = definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"];
  EXPECT_EQ(FindString(port, {"type"}), "string");
  EXPECT_EQ(FindString(port, {"format"}), "int-or-string");
  EXPECT_EQ(Find(definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"], "format"), nullptr);
}

TEST(OpenApiV2, OpensWhatOldClientsWouldRefuse) {
  const JsonDocument document = BuildOpenApiV2({&TheWorld().boat}, "v1.33.0");
  const Json& spec = *Find(document, {"definitions", "example.lake.v1.Boat", "properties", "spec"});
  EXPECT_EQ(WriteJson(spec), R"({"type":"object","properties":{"n":{"type":"integer","minimum":0},"maybe":{},)"
                             R"("raw":{"x-kubernetes-preserve-unknown-fields":true}}})");
  EXPECT_EQ(FindString(document, {"definitions", "example.lake.v1.Boat", "properties", "metadata", "$ref"}),
            "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
}

TEST(OpenApiV2, SaysNothingOfAPostedKindThatMayHoldAnything) {
  const ResourceDefinition raft = *FromCrd(
      MustParse(
          R"({"metadata":{"name":"rafts.lake.example"},"spec":{"group":"lake.example","scope":"Namespaced","names":
        {"plural":"rafts","kind":"Raft"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":
        {"type":"object","description":"A raft.","x-kubernetes-preserve-unknown-fields":true,
         "properties":{"spec":{"type":"object"}}}}}]}})"),
      nullptr);
  const JsonDocument older = BuildOpenApiV2({&raft}, "v1.33.0");
  EXPECT_EQ(
      WriteJson(*Find(older, {"definitions", "example.lake.v1.Raft"})),
      R"({"type":"object","x-kubernetes-group-version-kind":[{"group":"lake.example","kind":"Raft","version":"v1"}]})");
  const JsonDocument newer = BuildOpenApiV3({&raft}, "apis/lake.example/v1", "v1.33.0");
  EXPECT_NE(Find(newer, {"components", "schemas", "example.lake.v1.Raft", "properties", "spec"}), nullptr);
}

// People, and suites that look at what `kubectl explain` prints, know these fields by their first words.
TEST(OpenApiV2, BeginsToExplainFieldsOfAllKindsAsKubernetesDoes) {
  const JsonDocument document = BuildOpenApiV2({&TheWorld().boat}, "v1.33.0");
  const auto text = [&](const char* type, const char* field) {
    return FindString(document, {"definitions", type, "properties", field, "description"});
  };
  EXPECT_TRUE(text("example.lake.v1.Boat", "apiVersion").starts_with("APIVersion defines"));
  EXPECT_TRUE(text("example.lake.v1.Boat", "metadata").starts_with("Standard object's metadata"));
  EXPECT_TRUE(text("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "creationTimestamp")
                  .starts_with("CreationTimestamp is a timestamp"));
}

TEST(OpenApiV2, TellsWhatPatchesTake) {
  const JsonDocument document = BuildOpenApiV2(TheWorld().kinds, "v1.33.0");
  const Json* patch = Find(document, {"paths", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "patch"});
  ASSERT_NE(patch, nullptr);
  std::set<std::string> parameters;
  for (const Json& parameter : (*patch)["parameters"].GetArray()) parameters.emplace(FindString(parameter, {"name"}));
  EXPECT_TRUE(parameters.contains("dryRun"));
  EXPECT_TRUE(parameters.contains("fieldValidation"));
  EXPECT_EQ(FindString(*patch, {"x-kubernetes-group-version-kind", "kind"}), "Deployment");
  EXPECT_NE(Find(document, {"paths", "/api/v1/nodes/{name}"}), nullptr);
  EXPECT_NE(Find(document, {"paths", "/api/v1/pods", "get"}), nullptr);
  EXPECT_NE(Find(document, {"paths", "/api/v1/namespaces/{namespace}/pods/{name}/log", "get"}), nullptr);
  EXPECT_NE(Find(document, {"paths", "/apis/lake.example/v1/namespaces/{namespace}/boats", "post"}), nullptr);
}

TEST(OpenApiV3, OffersStrategicMergePatchesForBuiltInKindsOnly) {
  const auto offered = [](std::string_view group, std::string_view path) {
    const JsonDocument document = BuildOpenApiV3(TheWorld().kinds, "apis/" + std::string(group) + "/v1", "v1.33.0");
    const Json* content = Find(document, {"paths", path, "patch", "requestBody", "content"});
    EXPECT_NE(content, nullptr) << path;
    std::set<std::string> types;
    for (const auto& type : content->GetObject()) types.insert(type.name.GetString());
    return types;
  };
  std::set<std::string> types = {"application/json-patch+json", "application/merge-patch+json",
                                 "application/apply-patch+yaml"};
  EXPECT_EQ(offered("lake.example", "/apis/lake.example/v1/namespaces/{namespace}/boats/{name}"), types);
  types.insert("application/strategic-merge-patch+json");
  EXPECT_EQ(offered("apps", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}"), types);
}

TEST(ListOpenApiPaths, GivesEveryOperationAnIdOfItsOwn) {
  std::set<std::string> ids;
  for (const ResourceDefinition* kind : TheWorld().kinds) {
    for (const OpenApiPath& path : ListOpenApiPaths(*kind, kind->StorageVersion())) {
      for (const OpenApiOperation& operation : path.operations) {
        EXPECT_TRUE(ids.insert(operation.id).second) << operation.id << " " << path.path;
      }
    }
  }
  for (const char* id : {"listCoreV1NamespacedPod", "deleteCoreV1CollectionNamespacedPod",
                         "connectCoreV1GetNamespacedPodExec", "listCoreV1PodForAllNamespaces"}) {
    EXPECT_TRUE(ids.contains(id)) << id;
  }
  EXPECT_TRUE(ids.contains("replaceCroftLabV1NamespacedServiceScale"));
}

TEST(OpenApiV2, TellsClientGeneratorsWhatTheyNeed) {
  const JsonDocument document = BuildOpenApiV2(TheWorld().kinds, "v1.33.0");
  const Json& create = *Find(document, {"paths", "/apis/apps/v1/namespaces/{namespace}/deployments", "post"});
  EXPECT_EQ(WriteJson(create["tags"]), R"(["apps_v1"])");
  EXPECT_EQ(FindString(create, {"description"}), "Creates one Deployment.");
  for (const char* code : {"200", "201", "202", "401"}) EXPECT_NE(Find(create, {"responses", code}), nullptr) << code;
  for (const auto& path : document["paths"].GetObject()) {
    for (const auto& method : path.value.GetObject()) {
      if (AsView(method.name) == "parameters") continue;
      EXPECT_FALSE(FindString(method.value, {"description"}).empty()) << AsView(path.name);
      for (const Json& parameter : method.value["parameters"].GetArray()) {
        const bool body = FindString(parameter, {"in"}) == "body";
        EXPECT_TRUE(body || !FindString(parameter, {"description"}).empty()) << FindString(parameter, {"name"});
      }
    }
  }
  const std::pair<const char*, const char*> discovery[] = {{"/api/", "getCoreAPIVersions"},
                                                           {"/api/v1/", "getCoreV1APIResources"},
                                                           {"/apis/", "getAPIVersions"},
                                                           {"/apis/apps/", "getAppsAPIGroup"},
                                                           {"/apis/apps/v1/", "getAppsV1APIResources"},
                                                           {"/apis/lake.example/v1/", "getLakeExampleV1APIResources"},
                                                           {"/version/", "getCodeVersion"}};
  for (const auto& [path, id] : discovery) {
    EXPECT_EQ(FindString(document, {"paths", path, "get", "operationId"}), id) << path;
  }
}

TEST(OpenApiV3, DescribesOneGroupAndVersion) {
  const JsonDocument document = BuildOpenApiV3(TheWorld().kinds, "apis/apps/v1", "v1.33.0");
  const Json& schemas = document["components"]["schemas"];
  ExpectResolved(document, "#/components/schemas/", schemas);
  EXPECT_EQ(Find(schemas, "io.k8s.api.core.v1.Node"), nullptr) << "what no kind of the group refers to";
  EXPECT_NE(Find(document, {"paths", "/apis/apps/v1/namespaces/{namespace}/deployments", "post", "requestBody"}),
            nullptr);
  const Json& spec = *Find(schemas, {"io.k8s.api.apps.v1.Deployment", "properties", "spec"});
  EXPECT_EQ(Find(spec, "$ref"), nullptr) << "beside a reference nothing may stand";
  EXPECT_EQ(FindString(spec["allOf"][0], {"$ref"}), "#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec");
  EXPECT_FALSE(FindString(spec, {"description"}).empty());
  EXPECT_EQ(schemas["io.k8s.apimachinery.pkg.api.resource.Quantity"]["oneOf"].Size(), 2u);
}

TEST(OpenApiV3, DescribesHowClientsLearnOfGroups) {
  const std::pair<const char*, std::pair<const char*, const char*>> documents[] = {
      {"api", {"/api/", "APIVersions"}},
      {"apis", {"/apis/", "APIGroupList"}},
      {"apis/apps", {"/apis/apps/", "APIGroup"}},
      {"apis/lake.example", {"/apis/lake.example/", "APIGroup"}},
      {"version", {"/version/", ""}},
  };
  for (const auto& [path, says] : documents) {
    SCOPED_TRACE(path);
    const JsonDocument document = BuildOpenApiV3(TheWorld().kinds, path, "v1.33.0");
    ASSERT_TRUE(document.IsObject());
    EXPECT_EQ(document["paths"].MemberCount(), 1u);
    const Json* schema =
        Find(document, {"paths", says.first, "get", "responses", "200", "content", "application/json", "schema"});
    ASSERT_NE(schema, nullptr);
    EXPECT_TRUE(FindString(*schema, {"$ref"}).ends_with(says.second)) << WriteJson(*schema);
    const Json& schemas = document["components"]["schemas"];
    ExpectResolved(document, "#/components/schemas/", schemas);
    EXPECT_EQ(Find(schemas, "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"), nullptr) << "nothing speaks of objects";
  }
  for (const char* path : {"", "apps", "apis/apps/v2", "apis/none", "api/v1/pods"}) {
    EXPECT_TRUE(BuildOpenApiV3(TheWorld().kinds, path, "v1.33.0").IsNull()) << path;
  }
}

TEST(OpenApiV3, NamesEachDocumentThatThereIsInItsIndex) {
  const JsonDocument index = MustParse(BuildOpenApiV3Index(TheWorld().kinds, "v1.33.0"));
  std::set<std::string> paths;
  for (const auto& entry : index["paths"].GetObject()) {
    const std::string path(AsView(entry.name));
    paths.insert(path);
    const JsonDocument document = BuildOpenApiV3(TheWorld().kinds, path, "v1.33.0");
    ASSERT_TRUE(document.IsObject()) << path;
    EXPECT_EQ(FindString(entry.value, {"serverRelativeURL"}),
              "/openapi/v3/" + path + "?hash=" + OpenApiHash(WriteJson(document)));
  }
  for (const char* path : {"api", "api/v1", "apis", "apis/apps", "apis/apps/v1", "apis/lake.example/v1", "version"}) {
    EXPECT_TRUE(paths.contains(path)) << path;
  }
}

TEST(OpenApiV3, KeepsCombinatorsAndDefaultsOfPostedKinds) {
  const JsonDocument document = BuildOpenApiV3({&TheWorld().boat}, "apis/lake.example/v1", "v1.33.0");
  const Json& spec = *Find(document, {"components", "schemas", "example.lake.v1.Boat", "properties", "spec"});
  EXPECT_EQ(spec["oneOf"].Size(), 2u);
  EXPECT_EQ(FindInt(spec, {"properties", "n", "default"}), 1);
  EXPECT_TRUE(FindBool(spec, {"properties", "maybe", "nullable"}));
  EXPECT_TRUE(BuildOpenApiV3({&TheWorld().boat}, "apis/lake.example/v0", "v1.33.0").IsNull());
}

TEST(OpenApiV3, ChangesAHashOnlyWithItsDocument) {
  const JsonDocument before = MustParse(BuildOpenApiV3Index(TheWorld().kinds, "v1.33.0"));
  JsonDocument crd = MustParse(kBoat);
  SetString(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"], "description", "It floats.", crd.GetAllocator());
  const auto boat = FromCrd(crd, nullptr);
  ASSERT_TRUE(boat.ok());
  std::vector<const ResourceDefinition*> kinds = TheWorld().kinds;
  kinds.back() = &*boat;
  const JsonDocument after = MustParse(BuildOpenApiV3Index(kinds, "v1.33.0"));
  const auto url = [](const JsonDocument& index, const char* path) {
    return std::string(FindString(index, {"paths", path, "serverRelativeURL"}));
  };
  EXPECT_TRUE(url(before, "api/v1").starts_with("/openapi/v3/api/v1?hash="));
  EXPECT_EQ(url(before, "apis/apps/v1"), url(after, "apis/apps/v1"));
  EXPECT_NE(url(before, "apis/lake.example/v1"), url(after, "apis/lake.example/v1"));
}

// The fields of one protobuf message: number and content, numbers written out.
std::vector<std::pair<int, std::string>> Decode(std::string_view bytes) {
  std::vector<std::pair<int, std::string>> fields;
  const auto varint = [&] {
    uint64_t value = 0;
    for (int shift = 0; !bytes.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes[0]);
      bytes.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (!bytes.empty()) {
    const uint64_t tag = varint();
    size_t size = 8;
    if ((tag & 7) == 0) {
      fields.emplace_back(tag >> 3, std::to_string(varint()));
      continue;
    }
    if ((tag & 7) == 2) size = varint();
    EXPECT_LE(size, bytes.size());
    size = std::min(size, bytes.size());
    fields.emplace_back(tag >> 3, std::string(bytes.substr(0, size)));
    bytes.remove_prefix(size);
  }
  return fields;
}

std::string Field(std::string_view message, int number) {
  for (const auto& [field, content] : Decode(message)) {
    if (field == number) return content;
  }
  return "";
}

// The value of a message of named values, which are in field `number`.
std::string Named(std::string_view message, std::string_view name, int number = 1) {
  for (const auto& [field, content] : Decode(message)) {
    if (field == number && Field(content, 1) == name) return Field(content, 2);
  }
  return "";
}

TEST(EncodeOpenApiProto, SaysWhatTheDocumentSays) {
  const JsonDocument json = BuildOpenApiV2(TheWorld().kinds, "v1.33.0");
  const std::string document = EncodeOpenApiProto(json);
  EXPECT_EQ(Field(document, 1), "2.0");
  EXPECT_EQ(Field(Field(document, 2), 2), "v1.33.0");
  const std::string definitions = Field(document, 9);
  EXPECT_EQ(Decode(definitions).size(), json["definitions"].MemberCount());

  const std::string pod = Named(definitions, "io.k8s.api.core.v1.Pod");
  EXPECT_EQ(Field(Field(pod, 22), 1), "object");
  EXPECT_EQ(Field(Named(pod, "x-kubernetes-group-version-kind", 31), 2),
            "[{\"group\":\"\",\"kind\":\"Pod\",\"version\":\"v1\"}]\n");
  EXPECT_EQ(Field(Named(Field(pod, 25), "spec"), 1), "#/definitions/io.k8s.api.core.v1.PodSpec");

  const std::string containers = Named(Field(Named(definitions, "io.k8s.api.core.v1.PodSpec"), 25), "containers");
  EXPECT_EQ(Field(Field(containers, 22), 1), "array");
  EXPECT_EQ(Field(Field(Field(containers, 23), 1), 1), "#/definitions/io.k8s.api.core.v1.Container");
  EXPECT_EQ(Field(Named(containers, "x-kubernetes-patch-merge-key", 31), 2), "\"name\"\n");

  const std::string path = Named(Field(document, 8), "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", 2);
  bool dry_run = false;
  for (const auto& [field, parameter] : Decode(Field(path, 8))) {
    if (field == 8) dry_run |= Field(Field(Field(Field(parameter, 1), 2), 3), 4) == "dryRun";
  }
  EXPECT_TRUE(dry_run);
}

}  // namespace
}  // namespace croft::schema
