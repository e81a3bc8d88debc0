#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "api/schema/definition.h"
#include "api/schema/embedded.h"
#include "unit/api/schema/schema_util.h"

// Compares the embedded kinds with Kubernetes' own API, field by field.
namespace croft::schema {
namespace {

constexpr const char* kFields = "../shared/facts/kubernetes-fields.json";
constexpr const char* kResources = "../shared/facts/kubernetes-resources.json";

JsonDocument ReadFacts(const char* path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return MustParse(text.str());
}

// "io.k8s.api.core.v1.Pod" -> "core.v1.Pod"; empty for types that are not Kubernetes'.
std::string FactName(std::string_view name) {
  for (const std::string_view prefix :
       {"io.k8s.api.", "io.k8s.apimachinery.pkg.apis.", "io.k8s.apimachinery.pkg.",
        "io.k8s.apiextensions-apiserver.pkg.apis.", "io.k8s.kube-aggregator.pkg.apis."}) {
    if (name.starts_with(prefix)) return std::string(name.substr(prefix.size()));
  }
  return "";
}

std::string TypeOf(const Json& field) {
  const std::string_view ref = FindString(field, {"$ref"});
  if (!ref.empty()) return FactName(ref.substr(ref.rfind('/') + 1));
  if (FindBool(field, {"x-kubernetes-int-or-string"})) return "util.intstr.IntOrString";
  const std::string type(FindString(field, {"type"}));
  if (type == "array") return "[]" + TypeOf(*Find(field, "items"));
  if (const Json* values = Find(field, "additionalProperties")) return "map<string," + TypeOf(*values) + ">";
  if (type.empty()) return "any";
  const std::string format(FindString(field, {"format"}));
  return format.empty() || type == "object" ? type : type + "(" + format + ")";
}

std::string KeysOf(const Json& field) {
  std::string keys;
  const Json* list = Find(field, "x-kubernetes-list-map-keys");
  for (rapidjson::SizeType i = 0; list != nullptr && i < list->Size(); ++i) {
    keys += (keys.empty() ? "" : ",") + std::string((*list)[i].GetString());
  }
  return keys;
}

// As the table of facts writes it: "[]core.v1.Volume list-map(name) patch-merge+retainKeys(name)".
std::string Describe(const Json& field) {
  std::string text = TypeOf(field);
  const std::string list(FindString(field, {"x-kubernetes-list-type"}));
  if (!list.empty()) text += " list-" + list + (list == "map" ? "(" + KeysOf(field) + ")" : "");
  const std::string map(FindString(field, {"x-kubernetes-map-type"}));
  if (!map.empty()) text += " map-" + map;
  std::string strategy(FindString(field, {"x-kubernetes-patch-strategy"}));
  const std::string key(FindString(field, {"x-kubernetes-patch-merge-key"}));
  if (const size_t comma = strategy.find(','); comma != std::string::npos) strategy[comma] = '+';
  if (!strategy.empty()) text += " patch-" + strategy + (key.empty() ? "" : "(" + key + ")");
  return text;
}

std::set<std::string> TextsOf(const Json* list) {
  std::set<std::string> texts;
  for (rapidjson::SizeType i = 0; list != nullptr && i < list->Size(); ++i) texts.insert((*list)[i].GetString());
  return texts;
}

void Compare(const std::string& name, const Json& schema, const Json& facts) {
  SCOPED_TRACE(name);
  const Json* fact = Find(facts, name);
  ASSERT_NE(fact, nullptr) << "Kubernetes has no such type";
  std::set<std::string> fields;
  if (const Json* wanted = Find(*fact, "fields")) {
    for (const auto& [field, description] : wanted->GetObject()) {
      fields.emplace(AsView(field));
      const Json* found = Find(schema, {"properties", AsView(field)});
      ASSERT_NE(found, nullptr) << AsView(field) << " is missing";
      // Bytes are a list in Go, and marked as one where the mark is generated for lists; on the wire they are text.
      const std::string_view bytes = "string(byte)";
      const bool text = AsView(description).starts_with(bytes);
      EXPECT_EQ(Describe(*found), text ? bytes : AsView(description)) << AsView(field);
    }
  }
  if (const Json* properties = Find(schema, "properties")) {
    for (const auto& [field, unused] : properties->GetObject()) {
      EXPECT_TRUE(fields.contains(std::string(AsView(field)))) << AsView(field) << " is not Kubernetes'";
    }
  }
  std::set<std::string> required = TextsOf(Find(*fact, "required"));
  // An image may be absent in Kubernetes' table, and is refused by its code.
  if (name == "core.v1.Container" || name == "core.v1.EphemeralContainer") required.insert("image");
  EXPECT_EQ(TextsOf(Find(schema, "required")), required);
  EXPECT_EQ(FindString(schema, {"x-kubernetes-map-type"}), FindString(*fact, {"map-type"}));
}

TEST(KubernetesFields, AreThoseOfTheSharedDefinitions) {
  if (!std::filesystem::exists(kFields)) GTEST_SKIP() << "the folder with the facts is not here";
  const JsonDocument facts = ReadFacts(kFields);
  const EmbeddedDefinitions definitions;
  for (const std::string& name : definitions.Names()) {
    const std::string fact = FactName(name);
    if (!fact.empty()) Compare(fact, *definitions.Find(name), facts);
  }
}

TEST(KubernetesFields, AreThoseOfEveryVersionOfAKind) {
  if (!std::filesystem::exists(kFields)) GTEST_SKIP() << "the folder with the facts is not here";
  const JsonDocument facts = ReadFacts(kFields);
  const auto embedded = LoadEmbeddedKinds();
  ASSERT_TRUE(embedded.ok());
  int compared = 0;
  for (const std::string& text : embedded->crds) {
    const JsonDocument crd = MustParse(text);
    const std::string published(FindString(crd, {"metadata", "annotations", "croft.lab/openapi-definition"}));
    const std::string fact = FactName(published);
    if (fact.empty()) continue;
    const std::string group = fact.substr(0, fact.find('.'));
    for (const Json& version : (*Find(crd, {"spec", "versions"})).GetArray()) {
      Compare(group + "." + std::string(FindString(version, {"name"})) + "." +
                  std::string(FindString(crd, {"spec", "names", "kind"})),
              *Find(version, {"schema", "openAPIV3Schema"}), facts);
      ++compared;
    }
  }
  EXPECT_GE(compared, 30);
}

TEST(KubernetesResources, HaveTheirScopeAndSubresources) {
  if (!std::filesystem::exists(kResources)) GTEST_SKIP() << "the folder with the facts is not here";
  const JsonDocument facts = ReadFacts(kResources);
  const auto embedded = LoadEmbeddedKinds();
  ASSERT_TRUE(embedded.ok());
  for (const ResourceDefinition& kind : embedded->definitions) {
    for (const ResourceVersion& version : kind.versions) {
      const std::string group = (kind.group.empty() ? "core" : kind.group) + "/" + version.name;
      const Json* resource = Find(facts, {group, kind.plural});
      if (resource == nullptr) {
        EXPECT_TRUE(kind.openapi_name.starts_with("lab.") ||
                    kind.openapi_name.find("cert-manager") != std::string::npos)
            << group << " " << kind.plural << " is not Kubernetes'";
        continue;
      }
      SCOPED_TRACE(group + " " + kind.plural);
      EXPECT_EQ(kind.kind, FindString(*resource, {"kind"}));
      EXPECT_EQ(kind.namespaced, FindBool(*resource, {"namespaced"}));
      EXPECT_EQ(version.has_status, Find(facts, {group, kind.plural + "/status"}) != nullptr);
      EXPECT_EQ(version.scale.has_value(), Find(facts, {group, kind.plural + "/scale"}) != nullptr);
    }
  }
}

}  // namespace
}  // namespace croft::schema
