#include <algorithm>
#include <filesystem>
#include <set>

#include "api/object/quantity.h"
#include "api/object/yaml.h"
#include "api/schema/node.h"
#include "unit/api/server/facts.h"

// What real labs declare, against the server: every document of a known kind is taken as it is, refused once a field is
// misspelt, read back as it was written, left alone by a second apply, and deleted. Kinds that are not known are
// answered as clients understand it.
namespace croft::server {
namespace {

constexpr const char* kCorpus = "../shared/corpus";

struct Document {
  std::string file;
  JsonDocument json;

  GroupVersionKind gvk() const {
    const auto [group, version] = SplitApiVersion(FindString(json, {"apiVersion"}));
    return {group, version, std::string(FindString(json, {"kind"}))};
  }
  std::string name() const { return std::string(FindString(json, {"metadata", "name"})); }
  std::string Label() const { return file + ": " + std::string(FindString(json, {"kind"})) + " " + name(); }
};

std::vector<std::string> YamlFiles(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// A chart's template without its directives, which is what is left of definitions that have nothing to render.
std::string WithoutDirectives(const std::string& text) {
  std::stringstream lines(text);
  std::string out, line;
  while (std::getline(lines, line)) {
    const size_t begin = line.find("{{");
    if (begin != std::string::npos && line.find_first_not_of(' ') == begin) continue;
    const size_t end = line.find("}}");
    if (begin != std::string::npos && end != std::string::npos) line.replace(begin, end + 2 - begin, "rendered");
    out += line + "\n";
  }
  return out;
}

std::vector<Document> ReadDocuments(const std::vector<std::string>& files) {
  std::vector<Document> documents;
  for (const std::string& file : files) {
    Result<std::vector<JsonDocument>> parsed = ParseYaml(WithoutDirectives(ReadFile(file)));
    EXPECT_TRUE(parsed.ok()) << file << ": " << parsed.status().message();
    if (!parsed.ok()) continue;
    for (JsonDocument& json : *parsed) {
      documents.push_back({std::filesystem::path(file).filename().string(), std::move(json)});
    }
  }
  return documents;
}

// The deepest field of an object that its schema knows by name: the path of keys and indices to it, and how messages
// write it. Empty when there is none beside apiVersion, kind and metadata.
class DeepestField {
 public:
  DeepestField(const schema::Node& schema, const Json& object) {
    for (const auto& [key, value] : object.GetObject()) {
      const std::string_view name = AsView(key);
      if (name == "apiVersion" || name == "kind" || name == "metadata") continue;
      Member(schema, name, value);
    }
  }
  const std::vector<std::string>& steps() const { return best_; }
  const std::string& text() const { return best_text_; }

 private:
  void Member(const schema::Node& node, std::string_view name, const Json& value) {
    const schema::Field* field = node.FindProperty(name);
    if (field == nullptr) return;  // a key that the author chose
    const schema::PathScope scope(text_);
    schema::AppendMember(text_, name);
    steps_.emplace_back(name);
    if (steps_.size() > best_.size()) {
      best_ = steps_;
      best_text_ = text_;
    }
    Walk(*field->node, value);
    steps_.pop_back();
  }
  void Walk(const schema::Node& node, const Json& value) {
    if (node.preserve_unknown) return;
    if (value.IsObject()) {
      for (const auto& [key, member] : value.GetObject()) Member(node, AsView(key), member);
    }
    if (!value.IsArray() || node.items.node == nullptr) return;
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
      const schema::PathScope scope(text_);
      schema::AppendIndex(text_, i);
      steps_.push_back(std::to_string(i));
      Walk(*node.items.node, value[i]);
      steps_.pop_back();
    }
  }

  std::vector<std::string> steps_, best_;
  std::string text_, best_text_;
};

// Renames the field at the end of the steps.
void Misspell(Json& object, const std::vector<std::string>& steps, JsonAllocator& allocator) {
  Json* at = &object;
  for (size_t i = 0; i + 1 < steps.size(); ++i) {
    at = at->IsArray() ? &(*at)[static_cast<rapidjson::SizeType>(std::stoul(steps[i]))] : FindMutable(*at, steps[i]);
  }
  Json value = std::move(*FindMutable(*at, steps.back()));
  Erase(*at, steps.back());
  Set(*at, steps.back() + "z", std::move(value), allocator);
}

// Whether a value says nothing, so that it need not be read back.
bool IsNothing(const Json& value) {
  return value.IsNull() || (value.IsObject() && value.ObjectEmpty()) || (value.IsArray() && value.Empty()) ||
         (value.IsString() && value.GetStringLength() == 0);
}

// A quantity comes back in its one spelling.
bool IsSameAmount(const Json& written, const Json& read, const std::string& path) {
  if (path.find(".resources.") == std::string::npos || !read.IsString()) return false;
  const auto amount = Quantity::Parse(written.IsString() ? std::string(AsView(written)) : WriteJson(written));
  return amount && amount->Canonical() == AsView(read);
}

// What `written` says and `read` does not, by path; empty when all of it was kept.
std::string Lost(const Json& written, const Json& read, const std::string& path) {
  if (written.IsObject() && read.IsObject()) {
    for (const auto& [key, value] : written.GetObject()) {
      const std::string at = path + "." + std::string(AsView(key));
      const Json* found = Find(read, AsView(key));
      if (value.IsNull() || (found == nullptr && IsNothing(value))) continue;
      if (found == nullptr) return at + " is gone";
      if (const std::string lost = Lost(value, *found, at); !lost.empty()) return lost;
    }
    return {};
  }
  if (written.IsArray() && read.IsArray() && written.Size() == read.Size()) {
    for (rapidjson::SizeType i = 0; i < written.Size(); ++i) {
      const std::string lost = Lost(written[i], read[i], path + "[" + std::to_string(i) + "]");
      if (!lost.empty()) return lost;
    }
    return {};
  }
  if (Equal(written, read) || IsSameAmount(written, read, path)) return {};
  return path + " is " + WriteJson(read) + " and not " + WriteJson(written);
}

// Documents that a real server refuses as well, until their reader has filled something in.
constexpr Difference kPlaceholders[] = {
    {"ingress-nginx-docker-registry.yaml: Ingress docker-registry", "its host is `registry.<your domain>`"},
};

class CorpusTest : public ApiTest {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kCorpus)) GTEST_SKIP() << "the folder with the corpus is not here";
    ApiTest::SetUp();
  }

  Served ServedFor(const Document& document) const {
    return api_->service().catalog().view()->FindKind(document.gvk());
  }

  // The collection of a document; its namespace is made when it is not there.
  std::string Collection(const Document& document, const Served& served) {
    const std::string version = ApiVersion(served.def().group, served.version->name);
    const std::string root = (served.def().group.empty() ? "/api/" : "/apis/") + version;
    if (!served.def().namespaced) return root + "/" + served.def().plural;
    const std::string ns(FindString(document.json, {"metadata", "namespace"}, "default"));
    if (Get("/api/v1/namespaces/" + ns).code == 404) {
      EXPECT_EQ(Post("/api/v1/namespaces", R"({"metadata":{"name":")" + ns + "\"}}").code, 201) << ns;
    }
    return root + "/namespaces/" + ns + "/" + served.def().plural;
  }

  // Posts definitions of kinds that others wrote.
  void PostDefinitions(const std::vector<Document>& documents) {
    for (const Document& document : documents) {
      if (FindString(document.json, {"kind"}) != "CustomResourceDefinition") continue;
      const Answer made = Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldValidation=Strict",
                               WriteJson(document.json));
      EXPECT_EQ(made.code, 201) << document.Label() << made.text;
      EXPECT_NE(made.text.find(R"("reason":"InitialNamesAccepted")"), std::string::npos) << document.Label();
      EXPECT_NE(ServedFor({document.file, Instance(document.json)}).definition, nullptr) << document.Label();
    }
  }

  // An object of the kind that a definition defines, in its storage version, with nothing in it.
  static JsonDocument Instance(const Json& definition) {
    JsonDocument object(rapidjson::kObjectType);
    const auto& versions = Find(definition, {"spec", "versions"})->GetArray();
    const Json& version =
        *std::find_if(versions.begin(), versions.end(), [](const Json& each) { return FindBool(each, {"storage"}); });
    SetString(object, "apiVersion",
              ApiVersion(FindString(definition, {"spec", "group"}), FindString(version, {"name"})),
              object.GetAllocator());
    SetString(object, "kind", FindString(definition, {"spec", "names", "kind"}), object.GetAllocator());
    return object;
  }

  void CheckMisspelt(const Document& document, const Served& served, const std::string& path) {
    const DeepestField field(*served.version->schema, document.json);
    if (field.steps().empty()) return;
    JsonDocument wrong;
    wrong.CopyFrom(document.json, wrong.GetAllocator());
    Misspell(wrong, field.steps(), wrong.GetAllocator());
    const Answer refused = Post(path + "?fieldValidation=Strict", WriteJson(wrong));
    EXPECT_EQ(refused.code, 400) << refused.text;
    EXPECT_NE(refused.Text({"message"}).find("unknown field \"" + field.text() + "z\""), std::string::npos)
        << field.text() << ": " << refused.text;
    ++misspelt_;
  }

  void CheckApplies(const Document& document, const Served& served, const std::string& path) {
    const std::string body = WriteJson(document.json);
    const Answer made = Post(path + "?fieldValidation=Strict", body);
    ASSERT_EQ(made.code, 201) << made.text;
    const std::string one = path + "/" + document.name();
    const Answer read = Get(one);
    ASSERT_EQ(read.code, 200) << read.text;
    JsonDocument kept;
    kept.CopyFrom(document.json, kept.GetAllocator());
    if (served.def().kind == "Secret") Erase(kept, "stringData");  // is merged into data
    EXPECT_EQ(Lost(kept, read.json, ""), "");
    // Who compares what is there with what he has sends nothing, as nothing was lost; who replaces it changes nothing.
    const Answer again = Put(one, WriteJson(read.json));
    EXPECT_EQ(again.code, 200) << again.text;
    EXPECT_EQ(again.Text({"metadata", "resourceVersion"}), read.Text({"metadata", "resourceVersion"})) << again.text;
    const std::string apply = one + "?fieldManager=test&force=true";
    const Answer first = Patch(apply, "apply-patch+yaml", body);
    EXPECT_EQ(first.code, 200) << first.text;
    const Answer second = Patch(apply, "apply-patch+yaml", body);
    EXPECT_EQ(second.Text({"metadata", "resourceVersion"}), first.Text({"metadata", "resourceVersion"})) << second.text;
  }

  void CheckDeletes(const Document& document, const Served& served, const std::string& path) {
    const std::string one = path + "/" + document.name();
    EXPECT_EQ(Delete(one).code, 200) << document.Label();
    const Answer left = Get(one);
    if (left.code == 404) return;
    // What something else must let go of first: a volume in use, the content of a namespace.
    EXPECT_FALSE(left.Text({"metadata", "deletionTimestamp"}).empty()) << document.Label() << left.text;
    if (served.def().kind == "Namespace") {
      EXPECT_EQ(Put(one + "/finalize", R"({"metadata":{"name":")" + document.name() + R"("},"spec":{}})").code, 200);
    } else {
      EXPECT_EQ(Patch(one, "merge-patch+json", R"({"metadata":{"finalizers":null}})").code, 200) << document.Label();
    }
    EXPECT_EQ(Get(one).code, 404) << document.Label();
  }

  int misspelt_ = 0;
};

TEST_F(CorpusTest, EveryManifestAppliesAndDeletes) {
  const std::vector<Document> documents = ReadDocuments(YamlFiles(std::string(kCorpus) + "/manifests"));
  ASSERT_GT(documents.size(), 100u);
  PostDefinitions(documents);
  std::set<std::string> unknown;
  int known = 0;
  std::string file;
  std::vector<const Document*> made;
  const auto clear = [&] {
    for (auto it = made.rbegin(); it != made.rend(); ++it) {
      const Served served = ServedFor(**it);
      CheckDeletes(**it, served, Collection(**it, served));
    }
    made.clear();
  };
  for (const Document& document : documents) {
    if (document.file != file) clear();
    file = document.file;
    SCOPED_TRACE(document.Label());
    const Served served = ServedFor(document);
    if (served.definition == nullptr) {
      unknown.insert(std::string(FindString(document.json, {"apiVersion"})) + " " + document.gvk().kind);
      continue;
    }
    ++known;
    const std::string path = Collection(document, served);
    CheckMisspelt(document, served, path);
    if (FindDifference(kPlaceholders, document.Label()) != nullptr) {
      EXPECT_EQ(Post(path, WriteJson(document.json)).code, 422);
      continue;
    }
    // Definitions are there from the start.
    if (served.def().kind == "CustomResourceDefinition") continue;
    // So are some namespaces, and a manifest may bring another's.
    if (served.def().kind == "Namespace" && Get(path + "/" + document.name()).code == 200) continue;
    // Alternatives under one name stand in one file.
    std::erase_if(made, [&](const Document* earlier) {
      const bool same = earlier->gvk() == document.gvk() && earlier->name() == document.name();
      if (same) CheckDeletes(*earlier, served, Collection(*earlier, served));
      return same;
    });
    CheckApplies(document, served, path);
    made.push_back(&document);
  }
  clear();
  EXPECT_GT(known, 100);
  EXPECT_GT(misspelt_, 100);
  EXPECT_EQ(unknown, std::set<std::string>{"extensions/v1beta1 Ingress"});
}

TEST_F(CorpusTest, DefinitionsOfChartsAreServedAndRemoved) {
  std::vector<std::string> files = YamlFiles(std::string(kCorpus) + "/charts/traefik/crds");
  std::erase_if(files, [](const std::string& file) { return file.ends_with("kustomization.yaml"); });
  for (const std::string& file : YamlFiles(std::string(kCorpus) + "/charts/cert-manager/templates")) {
    if (file.find("/crd-") != std::string::npos) files.push_back(file);
  }
  const std::vector<Document> documents = ReadDocuments(files);
  ASSERT_GT(documents.size(), 20u);
  PostDefinitions(documents);
  for (const Document& document : documents) {
    const std::string one = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + document.name();
    EXPECT_EQ(Delete(one).code, 200) << document.Label();
    EXPECT_EQ(Get(one).code, 404) << document.Label();
  }
}

TEST_F(CorpusTest, KindsThatNobodyServesAreNotFoundInDiscoveryAndByPath) {
  const struct {
    const char* discovery;
    const char* path;
  } cases[] = {
      {"/apis/extensions/v1beta1", "/apis/extensions/v1beta1/namespaces/d/ingresses"},
      {"/apis/metallb.io/v1beta1", "/apis/metallb.io/v1beta1/namespaces/d/ipaddresspools"},
  };
  for (const auto& c : cases) {
    const Answer absent = Get(c.discovery);
    EXPECT_EQ(absent.code, 404) << c.discovery;
    const Answer made = Post(c.path, R"({"metadata":{"name":"a"}})");
    EXPECT_EQ(made.code, 404) << c.path;
    EXPECT_EQ(made.text, "404 page not found\n");
  }
}

// cert-manager.io is there from the start; who installs the project itself gets its own definitions.
TEST_F(CorpusTest, APostedDefinitionStandsInForAReplaceableKind) {
  const std::string path = "/apis/cert-manager.io/v1/namespaces/d/issuers";
  const std::string issuer = R"({"metadata":{"name":"i"},"spec":{"selfSigned":{}}})";
  const Answer before = Post(path, issuer);
  ASSERT_EQ(before.code, 201) << before.text;
  EXPECT_NE(before.headers.Get("Warning").find("Issuer"), std::string::npos) << "nothing acts on it";
  const std::vector<Document> documents =
      ReadDocuments({std::string(kCorpus) + "/charts/cert-manager/templates/crd-cert-manager.io_issuers.yaml"});
  PostDefinitions(documents);
  EXPECT_FALSE(api_->service().catalog().view()->FindResource("cert-manager.io", "issuers")->builtin);
  EXPECT_EQ(Get(path + "/i").code, 200) << "what is stored stays";
  EXPECT_EQ(Post(path, R"({"metadata":{"name":"j"},"spec":{"ca":{"secretName":"s"}}})").headers.Get("Warning"), "");
  EXPECT_EQ(Delete("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/issuers.cert-manager.io").code, 200);
  EXPECT_TRUE(api_->service().catalog().view()->FindResource("cert-manager.io", "issuers")->builtin);
  EXPECT_EQ(Find(Get(path).json, "items")->Size(), 0u) << "objects go with their definition";
}

}  // namespace
}  // namespace croft::server
