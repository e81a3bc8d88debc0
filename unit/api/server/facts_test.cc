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

// Observed in a version that has gone since, or that came later under another name: what it is called now.
std::string Today(std::string text) {
  for (const auto& [before, now] : {std::pair("batch/v1beta1", "batch/v1"), std::pair("policy/v1beta1", "policy/v1"),
                                    std::pair("autoscaling/v2beta2", "autoscaling/v2")}) {
    const size_t at = text.find(before);
    if (at != std::string::npos) text.replace(at, std::string_view(before).size(), now);
  }
  return text;
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
    SCOPED_TRACE(name);
    const Json& request = *Find(fact.value, "request");
    const std::string body = request.Size() > 2 ? WriteJson(request[2]) : "";
    http::Headers headers;
    if (request.Size() > 3) headers.Add("Content-Type", request[3].GetString());
    const Answer answer = Call(request[0].GetString(), Today(request[1].GetString()), body, headers);
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
      {"v1 LimitRange", "/api/v1/namespaces/d/limitranges"},
      {"v1 Node", "/api/v1/nodes"},
      {"v1 PersistentVolume", "/api/v1/persistentvolumes"},
      {"v1 PersistentVolumeClaim", "/api/v1/namespaces/d/persistentvolumeclaims"},
      {"v1 ReplicationController", "/api/v1/namespaces/d/replicationcontrollers"},
      {"apiextensions.k8s.io/v1 CustomResourceDefinition", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"},
      {"apps/v1 Deployment", "/apis/apps/v1/namespaces/d/deployments"},
      {"apps/v1 ReplicaSet", "/apis/apps/v1/namespaces/d/replicasets"},
      {"apps/v1 DaemonSet", "/apis/apps/v1/namespaces/d/daemonsets"},
      {"apps/v1 StatefulSet", "/apis/apps/v1/namespaces/d/statefulsets"},
      {"networking.k8s.io/v1 Ingress", "/apis/networking.k8s.io/v1/namespaces/d/ingresses"},
      {"autoscaling/v2 HorizontalPodAutoscaler", "/apis/autoscaling/v2/namespaces/d/horizontalpodautoscalers"},
      {"batch/v1 CronJob", "/apis/batch/v1/namespaces/d/cronjobs"},
      {"batch/v1 Job", "/apis/batch/v1/namespaces/d/jobs"},
      {"networking.k8s.io/v1 IngressClass", "/apis/networking.k8s.io/v1/ingressclasses"},
      {"admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
       "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"},
      {"networking.k8s.io/v1 NetworkPolicy", "/apis/networking.k8s.io/v1/namespaces/d/networkpolicies"},
      {"policy/v1 PodDisruptionBudget", "/apis/policy/v1/namespaces/d/poddisruptionbudgets"},
      {"scheduling.k8s.io/v1 PriorityClass", "/apis/scheduling.k8s.io/v1/priorityclasses"},
      {"storage.k8s.io/v1 CSIDriver", "/apis/storage.k8s.io/v1/csidrivers"},
      {"storage.k8s.io/v1 StorageClass", "/apis/storage.k8s.io/v1/storageclasses"},
      {"coordination.k8s.io/v1 Lease", "/apis/coordination.k8s.io/v1/namespaces/d/leases"},
  };
  // Beyond the table: what the object must have besides.
  const std::map<std::string, std::pair<const char*, const char*>> also = {
      {"storage.k8s.io/v1 StorageClass", {"provisioner", "a.b/c"}},
  };
  int number = 0;
  for (const auto& fact : Find(facts_, "defaults")->GetObject()) {
    const std::string name = Today(std::string(AsView(fact.name)));
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
    if (path.empty()) {
      EXPECT_EQ(name, "rbac ClusterRoleBinding") << "the table of facts has a case that is not replayed";
      continue;
    }
    SCOPED_TRACE(name);
    const bool is_crd = path.ends_with("customresourcedefinitions");
    const std::string object_name = is_crd ? "as.b.c" : "a" + std::to_string(++number);
    JsonDocument object;
    object.CopyFrom(*Find(fact.value, "given"), object.GetAllocator());
    SetString(Ensure(object, "metadata", object.GetAllocator()), "name", object_name, object.GetAllocator());
    if (const auto more = also.find(name); more != also.end()) {
      SetString(object, more->second.first, more->second.second, object.GetAllocator());
    }
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
      if (field.ends_with("controller-uid")) {
        EXPECT_EQ(AsView(*found), answer.Text({"metadata", "uid"}));
        continue;
      }
      if (field.ends_with("job-name")) {
        EXPECT_EQ(AsView(*found), object_name);
        continue;
      }
      if (field.starts_with("status.acceptedNames.")) {
        EXPECT_FALSE(AsView(*found).empty()) << "observed before a controller of its own accepts them; here it is done";
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
