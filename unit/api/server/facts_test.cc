#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "unit/api/server/api_fixture.h"

// Replays what was observed on a real API server: what it fills in, and what it refuses with which causes.
namespace croft::server {
namespace {

constexpr const char* kFacts = "../shared/facts/kubernetes-wire.json";

JsonDocument ReadFacts() {
  std::ifstream file(kFacts);
  std::stringstream text;
  text << file.rdbuf();
  Result<JsonDocument> json = ParseJson(text.str());
  return json.ok() ? std::move(*json) : JsonDocument();
}

// "spec.containers[0].name", with keys that may hold dots given by what is there.
const Json* AtPath(const Json& root, std::string_view path) {
  if (path.empty()) return &root;
  if (path.front() == '[') {
    const size_t close = path.find(']');
    const auto index = static_cast<rapidjson::SizeType>(std::stoul(std::string(path.substr(1, close - 1))));
    if (!root.IsArray() || index >= root.Size()) return nullptr;
    path.remove_prefix(close + 1);
    return AtPath(root[index], path.starts_with(".") ? path.substr(1) : path);
  }
  if (!root.IsObject()) return nullptr;
  for (const auto& member : root.GetObject()) {
    const std::string_view name = AsView(member.name);
    if (!path.starts_with(name)) continue;
    const std::string_view rest = path.substr(name.size());
    if (!rest.empty() && rest.front() != '.' && rest.front() != '[') continue;
    const Json* found = AtPath(member.value, rest.starts_with(".") ? rest.substr(1) : rest);
    if (found != nullptr) return found;
  }
  return nullptr;
}

// The kinds whose cases are not of what is served.
bool Served(std::string_view name, std::initializer_list<const char*> kinds) {
  for (const char* kind : kinds) {
    if (name.starts_with(kind)) return true;
  }
  return false;
}

class FactsTest : public ApiTest {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kFacts)) GTEST_SKIP() << "the folder with the facts is not here";
    ApiTest::SetUp();
    facts_ = ReadFacts();
    ASSERT_TRUE(facts_.IsObject());
  }
  JsonDocument facts_;
};

TEST_F(FactsTest, RefusesWhatARealServerRefuses) {
  // Where the answer differs, and why that is wanted.
  const std::map<std::string, int> other_code = {
      {"bad resourceVersion", 400},  // the observed 500 was a bug of that release
  };
  // Fields that are named by another path than observed: that of the version that is wrong.
  const std::map<std::string, std::string> other_field = {
      {"spec.validation.openAPIV3Schema.properties[a].type",
       "spec.versions[0].schema.openAPIV3Schema.properties[a].type"},
  };
  ASSERT_EQ(Post("/api/v1/namespaces/d/configmaps", R"({"metadata":{"name":"cm"},"data":{"a":"b"}})").code, 201);
  for (const auto& fact : Find(facts_, "rejected")->GetObject()) {
    const std::string name(AsView(fact.name));
    if (Served(name, {"NetworkPolicy", "PVC", "PV", "CronJob", "HPA", "PDB"})) continue;
    SCOPED_TRACE(name);
    const Json& request = *Find(fact.value, "request");
    const std::string body = request.Size() > 2 ? WriteJson(request[2]) : "";
    http::Headers headers;
    if (request.Size() > 3) headers.Add("Content-Type", request[3].GetString());
    const Answer answer = Call(request[0].GetString(), request[1].GetString(), body, headers);
    const auto other = other_code.find(name);
    EXPECT_EQ(answer.code, other == other_code.end() ? FindInt(fact.value, {"code"}) : other->second) << answer.text;
    if (other == other_code.end()) {
      EXPECT_EQ(answer.Text({"reason"}), FindString(fact.value, {"reason"})) << answer.text;
    }
    for (const Json& wanted : Find(fact.value, "causes")->GetArray()) {
      bool found = false;
      const auto moved = other_field.find(wanted[0].GetString());
      const std::string field = moved == other_field.end() ? wanted[0].GetString() : moved->second;
      const Json* causes = Find(answer.json, {"details", "causes"});
      for (rapidjson::SizeType i = 0; causes != nullptr && i < causes->Size(); ++i) {
        found = found || (FindString((*causes)[i], {"field"}) == field &&
                          FindString((*causes)[i], {"reason"}) == AsView(wanted[1]));
      }
      EXPECT_TRUE(found) << "no cause " << WriteJson(wanted) << " in " << answer.text;
    }
  }
}

TEST_F(FactsTest, FillsInWhatARealServerFillsIn) {
  const std::map<std::string, std::string> paths = {
      {"v1 Pod", "/api/v1/namespaces/d/pods"},
      {"v1 Service", "/api/v1/namespaces/d/services"},
      {"v1 Secret", "/api/v1/namespaces/d/secrets"},
      {"v1 Namespace", "/api/v1/namespaces"},
      {"v1 Endpoints", "/api/v1/namespaces/d/endpoints"},
      {"apps/v1 Deployment", "/apis/apps/v1/namespaces/d/deployments"},
      {"apps/v1 ReplicaSet", "/apis/apps/v1/namespaces/d/replicasets"},
      {"apps/v1 DaemonSet", "/apis/apps/v1/namespaces/d/daemonsets"},
      {"apps/v1 StatefulSet", "/apis/apps/v1/namespaces/d/statefulsets"},
      {"networking.k8s.io/v1 Ingress", "/apis/networking.k8s.io/v1/namespaces/d/ingresses"},
      {"networking.k8s.io/v1 IngressClass", "/apis/networking.k8s.io/v1/ingressclasses"},
      {"admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
       "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"},
      {"coordination.k8s.io/v1 Lease", "/apis/coordination.k8s.io/v1/namespaces/d/leases"},
  };
  int number = 0;
  for (const auto& fact : Find(facts_, "defaults")->GetObject()) {
    const std::string name(AsView(fact.name));
    std::string path;
    size_t longest = 0;
    for (const auto& [prefix, collection] : paths) {
      const bool whole = name.starts_with(prefix) &&
                         (name.size() == prefix.size() || name[prefix.size()] == ',' || name[prefix.size()] == ' ');
      if (whole && prefix.size() > longest) {
        path = collection;
        longest = prefix.size();
      }
    }
    if (path.empty()) continue;
    SCOPED_TRACE(name);
    JsonDocument object;
    object.CopyFrom(*Find(fact.value, "given"), object.GetAllocator());
    SetString(Ensure(object, "metadata", object.GetAllocator()), "name", "a" + std::to_string(++number),
              object.GetAllocator());
    const Answer answer = Post(path, WriteJson(object));
    EXPECT_EQ(answer.code, 201) << answer.text;
    for (const auto& wanted : Find(fact.value, "filled in")->GetObject()) {
      const std::string field(AsView(wanted.name));
      const Json* found = AtPath(answer.json, field);
      if (wanted.value.IsNull()) continue;  // creationTimestamp of templates, which is not imitated
      if (found == nullptr) {
        ADD_FAILURE() << field << " is absent in " << answer.text;
        continue;
      }
      if (field.ends_with("nodePort")) {
        EXPECT_GE(found->GetInt(), 30000);  // any of the range
        continue;
      }
      if (field.ends_with("tolerationSeconds")) {
        EXPECT_EQ(found->GetInt(), 1) << "Croft replaces what a dead node ran in seconds, by decision";
        continue;
      }
      EXPECT_TRUE(Equal(*found, wanted.value))
          << field << " is " << WriteJson(*found) << " and not " << WriteJson(wanted.value);
    }
  }
}

}  // namespace
}  // namespace croft::server
