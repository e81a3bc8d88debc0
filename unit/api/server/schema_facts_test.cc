#include <algorithm>
#include <map>
#include <set>

#include "unit/api/server/facts.h"

// What is published against Kubernetes' own types: which there are, and how clients know them. What their fields are is
// compared where schemas are tested. And every field says what it is for, at any depth.
namespace croft::server {
namespace {

// How a type is published, and the name that the table has for it.
constexpr std::pair<std::string_view, std::string_view> kPrefixes[] = {
    {"io.k8s.apiextensions-apiserver.pkg.apis.", ""},
    {"io.k8s.apimachinery.pkg.apis.", ""},
    {"io.k8s.apimachinery.pkg.", ""},
    {"io.k8s.kube-aggregator.pkg.apis.", ""},
    {"io.k8s.api.", ""},
};

std::string ShortName(std::string_view published) {
  const size_t slash = published.rfind('/');
  if (slash != std::string_view::npos) published.remove_prefix(slash + 1);
  for (const auto& [prefix, name] : kPrefixes) {
    if (published.starts_with(prefix)) return std::string(name) + std::string(published.substr(prefix.size()));
  }
  return std::string(published);
}

std::string Joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

constexpr Difference kNotPublished[] = {
    {"core.v1.ComponentCondition", "there are no components to ask, all is one process"},
    {"core.v1.ComponentStatus", "there are no components to ask, all is one process"},
    {"flowcontrol.v1.", "a lab's requests are not queued by priority"},
    {"storage.v1.VolumeAttributesClass", "no driver takes attributes of volumes"},
    {"admissionregistration.v1.ApplyConfiguration", "of MutatingAdmissionPolicy"},
    {"admissionregistration.v1.JSONPatch", "of MutatingAdmissionPolicy"},
    {"admissionregistration.v1.MutatingAdmissionPolicy", "newer than the charts of labs; webhooks are what they use"},
    {"admissionregistration.v1.Mutation", "of MutatingAdmissionPolicy"},
    {"meta.v1.GroupResource", "of requests that no resource here answers"},
};

class SchemaFacts : public FactsTest {
 protected:
  // All published schemas of the new form, by the table's names.
  void SetUp() override {
    FactsTest::SetUp();
    if (IsSkipped()) return;
    Load("kubernetes-fields.json");
    const Answer index = Get("/openapi/v3");
    ASSERT_EQ(index.code, 200);
    for (const auto& path : Find(index.json, "paths")->GetObject()) {
      Answer document = Get("/openapi/v3/" + std::string(AsView(path.name)));
      ASSERT_EQ(document.code, 200) << AsView(path.name);
      documents_.push_back(std::move(document.json));
      for (const auto& schema : Find(documents_.back(), {"components", "schemas"})->GetObject()) {
        const Json*& known = published_[ShortName(AsView(schema.name))];
        // A kind of another group may stand beside those that refer to it.
        if (known == nullptr || Find(*known, "x-kubernetes-group-version-kind") == nullptr) known = &schema.value;
      }
    }
  }

  std::vector<JsonDocument> documents_;
  std::map<std::string, const Json*> published_;
};

TEST_F(SchemaFacts, EveryTypeIsPublished) {
  for (const auto& fact : facts_.GetObject()) {
    std::string name(AsView(fact.name));
    const bool wanted_absence = std::any_of(std::begin(kNotPublished), std::end(kNotPublished), [&](const auto& each) {
      const std::string_view what = each.what;
      return what.ends_with('.')
                 ? name.starts_with(what)
                 : name == what || name.starts_with(std::string(what) + "List") ||
                       name.starts_with(std::string(what) + "Spec") || name.starts_with(std::string(what) + "Status") ||
                       name.starts_with(std::string(what) + "Binding");
    });
    EXPECT_EQ(published_.contains(name), !wanted_absence) << name;
  }
}

TEST_F(SchemaFacts, KindsAreKnownByGroupVersionAndKind) {
  for (const auto& fact : facts_.GetObject()) {
    const auto schema = published_.find(std::string(AsView(fact.name)));
    const Json* wanted = Find(fact.value, "gvk");
    if (schema == published_.end() || wanted == nullptr) continue;
    const Json* kinds = Find(*schema->second, "x-kubernetes-group-version-kind");
    std::set<std::string> known;
    for (rapidjson::SizeType i = 0; kinds != nullptr && i < kinds->Size(); ++i) {
      const Json& kind = (*kinds)[i];
      known.insert(std::string(FindString(kind, {"group"}, "")) + "/" + std::string(FindString(kind, {"version"})) +
                   " " + std::string(FindString(kind, {"kind"})));
    }
    std::string gvk(AsView(*wanted));
    if (gvk.starts_with("core/")) gvk = gvk.substr(4);  // the group without name
    EXPECT_TRUE(known.contains(gvk)) << gvk << " is not one of " << Joined(known);
  }
}

class Descriptions : public ApiTest {
 protected:
  // Names the fields of a schema that don't say what they are for.
  void CheckFields(const Json& schema, const std::string& path) {
    const Json* properties = Find(schema, "properties");
    if (properties != nullptr) {
      for (const auto& property : properties->GetObject()) {
        const std::string at = path + "." + std::string(AsView(property.name));
        EXPECT_FALSE(FindString(property.value, {"description"}).empty()) << at;
        CheckFields(property.value, at);
        ++fields_;
      }
    }
    if (const Json* items = Find(schema, "items")) CheckFields(*items, path + "[]");
    const Json* values = Find(schema, "additionalProperties");
    if (values != nullptr && values->IsObject()) CheckFields(*values, path + "{}");
  }
  void CheckSchemas(const Json& schemas) {
    for (const auto& schema : schemas.GetObject()) {
      const std::string name(AsView(schema.name));
      EXPECT_FALSE(FindString(schema.value, {"description"}).empty()) << name;
      CheckFields(schema.value, name);
    }
  }
  int fields_ = 0;
};

TEST_F(Descriptions, EveryFieldHasOneInTheOlderDocument) {
  const Answer document = Get("/openapi/v2");
  ASSERT_EQ(document.code, 200);
  CheckSchemas(*Find(document.json, "definitions"));
  EXPECT_GT(fields_, 2000);
}

TEST_F(Descriptions, EveryFieldHasOneInTheNewerDocuments) {
  const Answer index = Get("/openapi/v3");
  ASSERT_EQ(index.code, 200);
  for (const auto& path : Find(index.json, "paths")->GetObject()) {
    const Answer document = Get("/openapi/v3/" + std::string(AsView(path.name)));
    ASSERT_EQ(document.code, 200) << AsView(path.name);
    CheckSchemas(*Find(document.json, {"components", "schemas"}));
  }
  EXPECT_GT(fields_, 2000);
}

}  // namespace
}  // namespace croft::server
