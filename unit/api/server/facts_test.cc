#include "unit/api/server/facts.h"

#include <map>
#include <set>

#include "api/object/patch.h"

// Replays what was observed on a real API server of release 1.20: which resources it has, the columns that it prints,
// what it fills in, and what it refuses with which causes. All of it; what differs is in a table with its reason.
namespace croft::server {
namespace {

// Versions that were served then, and the ones that took their place.
const std::map<std::string, std::string> kNewerVersions = {
    {"autoscaling/v2beta2", "autoscaling/v2"},
    {"batch/v1beta1", "batch/v1"},
    {"discovery.k8s.io/v1beta1", "discovery.k8s.io/v1"},
    {"policy/v1beta1", "policy/v1"},
    {"rbac", "rbac.authorization.k8s.io/v1"},
};

std::string Newer(std::string text) {
  for (const auto& [old, newer] : kNewerVersions) {
    const size_t at = text.find(old);
    const bool whole = at != std::string::npos &&
                       (at + old.size() == text.size() || text[at + old.size()] == '/' || text[at + old.size()] == ' ');
    if (whole) return text.replace(at, old.size(), newer);
  }
  return text;
}

// "apps/v1 deployments" -> {"apps/v1", "deployments"}.
std::pair<std::string, std::string> Halves(const std::string& text) {
  const size_t space = text.find(' ');
  return {text.substr(0, space), text.substr(space + 1)};
}

constexpr Difference kNotServed[] = {
    {"v1 componentstatuses", "deprecated since 1.19: there are no components to ask, all is one process"},
    {"extensions/v1beta1 ingresses", "gone since 1.22"},
    {"policy/v1beta1 podsecuritypolicies", "gone since 1.25"},
    {"flowcontrol.apiserver.k8s.io/v1beta1 flowschemas", "a lab's requests are not queued by priority"},
    {"flowcontrol.apiserver.k8s.io/v1beta1 prioritylevelconfigurations", "a lab's requests are not queued by priority"},
};

std::string Texts(const Json* list) {
  return list == nullptr ? "[]" : WriteJson(*list);
}

class WireFacts : public FactsTest {
 protected:
  void SetUp() override {
    FactsTest::SetUp();
    if (!IsSkipped()) Load("kubernetes-wire.json");
  }
};

TEST_F(WireFacts, ResourcesAreNamedAsOnARealServer) {
  for (const auto& fact : Find(facts_, "resources")->GetObject()) {
    const std::string name(AsView(fact.name));
    if (FindDifference(kNotServed, name) != nullptr) continue;
    SCOPED_TRACE(name);
    const auto [version, plural] = Halves(Newer(name));
    const Answer list = Get((version == "v1" ? "/api/" : "/apis/") + version);
    ASSERT_EQ(list.code, 200) << list.text;
    const Json* found = nullptr;
    for (const Json& resource : Find(list.json, "resources")->GetArray()) {
      if (FindString(resource, {"name"}) == plural) found = &resource;
    }
    if (found == nullptr) {
      ADD_FAILURE() << "is not served";
      continue;
    }
    EXPECT_EQ(FindString(*found, {"kind"}), FindString(fact.value, {"kind"}));
    EXPECT_EQ(FindBool(*found, {"namespaced"}), FindBool(fact.value, {"namespaced"}));
    for (const char* names : {"shortNames", "categories"}) {
      EXPECT_EQ(Texts(Find(*found, names)), Texts(Find(fact.value, names))) << names;
    }
    if (const Json* singular = Find(fact.value, "singularName")) {
      EXPECT_EQ(FindString(*found, {"singularName"}), AsView(*singular));
    }
  }
}

TEST_F(WireFacts, TablesHaveTheColumnsOfARealServer) {
  // Kinds to which later releases have added columns, with all that they have now.
  const std::map<std::string, std::string> later = {
      {"certificates.k8s.io/v1 certificatesigningrequests",
       "Name:string(name), Age:string, SignerName:string, Requestor:string, RequestedDuration:string, "
       "Condition:string"},
      {"scheduling.k8s.io/v1 priorityclasses",
       "Name:string(name), Value:integer, Global-Default:boolean, Age:string, PreemptionPolicy:string"},
      {"storage.k8s.io/v1 csidrivers",
       "Name:string(name), AttachRequired:boolean, PodInfoOnMount:boolean, StorageCapacity:boolean, "
       "TokenRequests:string, RequiresRepublish:boolean, Modes:string, Age:string"},
  };
  for (const auto& fact : Find(facts_, "columns")->GetObject()) {
    const std::string name(AsView(fact.name));
    if (FindDifference(kNotServed, name) != nullptr) continue;
    const auto [version, plural] = Halves(Newer(name));
    const std::string path = Collection(version, plural);
    EXPECT_FALSE(path.empty()) << name << " is not served";
    if (path.empty()) continue;
    const Answer table = Call("GET", path, {}, {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
    ASSERT_EQ(table.code, 200) << name << table.text;
    std::string columns;
    for (const Json& column : Find(table.json, "columnDefinitions")->GetArray()) {
      if (!columns.empty()) columns += ", ";
      columns += std::string(FindString(column, {"name"})) + ":" + std::string(FindString(column, {"type"}));
      const std::string_view format = FindString(column, {"format"});
      if (!format.empty()) columns += "(" + std::string(format) + ")";
      if (FindInt(column, {"priority"}) > 0) columns += " wide";
    }
    std::string wanted;
    for (const Json& column : fact.value.GetArray()) {
      wanted += (wanted.empty() ? "" : ", ") + std::string(AsView(column));
    }
    if (const auto other = later.find(name); other != later.end()) wanted = other->second;
    EXPECT_EQ(columns, wanted) << name;
  }
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

// Values that differ, by how their field ends; "" compares none.
struct OtherValue {
  const char* field_end;
  bool (*is_good)(const Json& value, const Json& object);
  const char* why;
};

constexpr OtherValue kOtherValues[] = {
    {"nodePort", [](const Json& value, const Json&) { return value.IsInt() && value.GetInt() >= 30000; },
     "any of the range"},
    {"tolerationSeconds", [](const Json& value, const Json&) { return value.IsInt() && value.GetInt() == 1; },
     "what a dead node ran is replaced in seconds, by decision"},
    {"controller-uid",
     [](const Json& value, const Json& object) {
       return value.IsString() && AsView(value) == FindString(object, {"metadata", "uid"});
     },
     "the object's own"},
};

TEST_F(WireFacts, ObjectsAreFilledInAsByARealServer) {
  // What an observed object had beside the part that the table shows.
  const std::map<std::string, const char*> more = {
      {"rbac ClusterRoleBinding",
       R"({"roleRef":{"kind":"ClusterRole","name":"r"},"subjects":[)"
       R"({"kind":"ServiceAccount","name":"s","namespace":"d"},{"kind":"User","name":"u"}]})"},
      {"storage.k8s.io/v1 StorageClass", R"({"provisioner":"a.b/c"})"},
      {"apiextensions.k8s.io/v1 CustomResourceDefinition", R"({"metadata":{"name":"as.b.c"}})"},
  };
  // Fields that are not filled in, or otherwise.
  constexpr Difference kOther[] = {
      {"batch/v1 Job: spec.selector.matchLabels.controller-uid", "batch.kubernetes.io/controller-uid since 1.27"},
      {"batch/v1 Job, ttl and parallelism: spec.selector.matchLabels.controller-uid",
       "batch.kubernetes.io/controller-uid since 1.27"},
      {"v1 Node: spec.taints[0].key", "set by the controller that watches over nodes, which takes it off again"},
      {"v1 Node: spec.taints[0].effect", "set by the controller that watches over nodes, which takes it off again"},
      {"v1 Node: status.daemonEndpoints.kubeletEndpoint.Port", "absent until the agent reports; Go writes a zero"},
      {"apiextensions.k8s.io/v1 CustomResourceDefinition: status.acceptedNames.plural", "accepted by then"},
      {"apiextensions.k8s.io/v1 CustomResourceDefinition: status.acceptedNames.kind", "accepted by then"},
  };
  int number = 0;
  for (const auto& fact : Find(facts_, "defaults")->GetObject()) {
    const std::string name(AsView(fact.name));
    SCOPED_TRACE(name);
    const auto [version, rest] = Halves(Newer(name));
    const std::string path = Collection(version, rest.substr(0, rest.find_first_of(" ,(")));
    JsonDocument object;
    object.CopyFrom(*Find(fact.value, "given"), object.GetAllocator());
    auto& allocator = object.GetAllocator();
    SetString(Ensure(object, "metadata", allocator), "name", "a" + std::to_string(++number), allocator);
    if (const auto found = more.find(name); found != more.end()) {
      ApplyMergePatch(object, *ParseJson(found->second), allocator);
    }
    const Answer answer = Post(path, WriteJson(object));
    EXPECT_EQ(answer.code, 201) << path << answer.text;
    if (answer.code != 201) continue;
    for (const auto& wanted : Find(fact.value, "filled in")->GetObject()) {
      const std::string field(AsView(wanted.name));
      if (FindDifference(kOther, name + ": " + field) != nullptr) continue;
      // Of a node that has not reported yet; Go writes empty texts.
      if (field.starts_with("status.nodeInfo.")) continue;
      // creationTimestamp of templates and empty lists, which typed structs of Go write as null.
      if (wanted.value.IsNull()) continue;
      const Json* found = AtPath(answer.json, field);
      if (found == nullptr) {
        ADD_FAILURE() << field << " is absent in " << answer.text;
        continue;
      }
      const OtherValue* other = nullptr;
      for (const OtherValue& each : kOtherValues) {
        if (field.ends_with(each.field_end)) other = &each;
      }
      const bool good = other != nullptr              ? other->is_good(*found, answer.json)
                        : field.ends_with("job-name") ? AsView(*found) == FindString(answer.json, {"metadata", "name"})
                                                      : Equal(*found, wanted.value);
      EXPECT_TRUE(good) << field << " is " << WriteJson(*found) << " and not " << WriteJson(wanted.value);
    }
  }
}

TEST_F(WireFacts, RequestsAreRefusedAsByARealServer) {
  // Where the answer's code and reason differ.
  const std::map<std::string, int> other_code = {
      {"bad resourceVersion", 400},  // the observed 500 was a bug of that release
  };
  // Fields that are named by another path than observed.
  const std::map<std::string, std::string> other_field = {
      // That of the version that is wrong.
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
    const Answer answer = Call(request[0].GetString(), Newer(request[1].GetString()), body, headers);
    const auto other = other_code.find(name);
    EXPECT_EQ(answer.code, other == other_code.end() ? FindInt(fact.value, {"code"}) : other->second) << answer.text;
    if (other == other_code.end()) {
      EXPECT_EQ(answer.Text({"reason"}), FindString(fact.value, {"reason"})) << answer.text;
    }
    std::multiset<std::string> wanted;
    for (const Json& cause : Find(fact.value, "causes")->GetArray()) {
      const auto moved = other_field.find(cause[0].GetString());
      wanted.insert((moved == other_field.end() ? cause[0].GetString() : moved->second) + " " + cause[1].GetString());
    }
    std::multiset<std::string> told;
    const Json* causes = Find(answer.json, {"details", "causes"});
    for (rapidjson::SizeType i = 0; causes != nullptr && i < causes->Size(); ++i) {
      told.insert(std::string(FindString((*causes)[i], {"field"})) + " " +
                  std::string(FindString((*causes)[i], {"reason"})));
    }
    EXPECT_EQ(told, wanted) << answer.text;
  }
}

}  // namespace
}  // namespace croft::server
