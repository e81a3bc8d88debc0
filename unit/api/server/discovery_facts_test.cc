#include <set>

#include "unit/api/server/facts.h"

// What discovery says of each resource and subresource, against Kubernetes' own table.
namespace croft::server {
namespace {

constexpr Difference kNotThere[] = {
    {"core/v1 nodes/proxy", "the API is no way into the machines' own network"},
    {"core/v1 pods/proxy", "the API is no way into the pods' network; port-forward is"},
    {"core/v1 services/proxy", "the API is no way into the pods' network; port-forward is"},
    {"core/v1 pods/resize", "containers keep the resources that they were made with"},
};

std::set<std::string> Texts(const Json* list) {
  std::set<std::string> texts;
  for (rapidjson::SizeType i = 0; list != nullptr && i < list->Size(); ++i) texts.insert((*list)[i].GetString());
  return texts;
}

class DiscoveryFacts : public FactsTest {
 protected:
  void SetUp() override {
    FactsTest::SetUp();
    if (!IsSkipped()) Load("kubernetes-resources.json");
  }
};

TEST_F(DiscoveryFacts, ResourcesHaveTheVerbsAndSubresourcesOfKubernetes) {
  int compared = 0;
  for (const auto& [group_version, resources] : facts_.GetObject()) {
    const std::string name(AsView(group_version));
    const Answer found = Get(name == "core/v1" ? "/api/v1" : "/apis/" + name);
    if (found.code == 404) continue;  // a group that is not served; others say which and why
    ASSERT_EQ(found.code, 200) << name;
    for (const auto& [resource, wanted] : resources.GetObject()) {
      const std::string full = name + " " + std::string(AsView(resource));
      const std::string_view main = AsView(resource).substr(0, AsView(resource).find('/'));
      const Json *entry = nullptr, *parent = nullptr;
      for (const Json& each : Find(found.json, "resources")->GetArray()) {
        if (FindString(each, {"name"}) == AsView(resource)) entry = &each;
        if (FindString(each, {"name"}) == main) parent = &each;
      }
      if (parent == nullptr) continue;  // a kind that is not served
      SCOPED_TRACE(full);
      if (FindDifference(kNotThere, full) != nullptr) {
        EXPECT_EQ(entry, nullptr) << "is there by now";
        continue;
      }
      ASSERT_NE(entry, nullptr) << "is not there";
      ++compared;
      EXPECT_EQ(FindString(*entry, {"kind"}), FindString(wanted, {"kind"}));
      EXPECT_EQ(FindBool(*entry, {"namespaced"}), FindBool(wanted, {"namespaced"}));
      std::set<std::string> verbs = Texts(Find(wanted, "verbs"));
      if (verbs.contains("connect")) verbs = {"create", "get"};  // what a connection is asked for with
      if (verbs.contains("list")) verbs.insert("watch");
      EXPECT_EQ(Texts(Find(*entry, "verbs")), verbs);
    }
  }
  EXPECT_GT(compared, 60);
}

}  // namespace
}  // namespace croft::server
