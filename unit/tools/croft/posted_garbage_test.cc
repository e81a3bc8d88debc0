#include "operator/workloads/garbage_controller.h"
#include "operator/workloads/install.h"
#include "unit/api/server/api_fixture.h"

namespace croft::cli {
namespace {

using std::chrono::seconds;

constexpr const char* kDefinition =
    R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"gardens.lab.example.com"},)"
    R"("spec":{"group":"lab.example.com","scope":"Namespaced","names":{"plural":"gardens","kind":"Garden"},)"
    R"("versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})";
constexpr const char* kDefinitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
constexpr const char* kGardens = "/apis/lab.example.com/v1/namespaces/d/gardens";
constexpr const char* kConfigMaps = "/api/v1/namespaces/d/configmaps";

// The real API server, with the real collector as its client.
class PostedGarbageTest : public server::ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    client_ = api_->NewClient(server::ControllerIdentity(), executor_);
    manager_ = std::make_unique<runtime::Manager>(runtime::Context{*client_, clock_, random_, executor_});
    workloads::AddGarbageCollector(*manager_, workloads::Settings::DefaultCollected(), 1);
    manager_->Start();
    Settle();
    ASSERT_EQ(Post(kDefinitions, kDefinition).code, 201);
  }
  void Settle() { ASSERT_TRUE(executor_.Advance(seconds(1))); }
  // The uid of what was made, whose owner (a Garden) may be absent.
  std::string Make(const char* collection, const std::string& name, const std::string& owner = {},
                   const std::string& owner_uid = {}) {
    std::string owners;
    if (!owner.empty()) {
      owners = R"(,"ownerReferences":[{"apiVersion":"lab.example.com/v1","kind":"Garden","name":")" + owner +
               R"(","uid":")" + owner_uid + R"("}])";
    }
    const std::string type = collection == std::string(kGardens)
                                 ? R"("apiVersion":"lab.example.com/v1","kind":"Garden",)"
                                 : R"("apiVersion":"v1","kind":"ConfigMap",)";
    const server::Answer made = Post(collection, "{" + type + R"("metadata":{"name":")" + name + "\"" + owners + "}}");
    EXPECT_EQ(made.code, 201) << made.text;
    return made.Text({"metadata", "uid"});
  }
  int CodeOf(const char* collection, const std::string& name) { return Get(std::string(collection) + "/" + name).code; }

  std::unique_ptr<client::Client> client_;
  std::unique_ptr<runtime::Manager> manager_;
};

TEST_F(PostedGarbageTest, WhatAPostedKindsObjectOwnsGoesWithIt) {
  const std::string front = Make(kGardens, "front");
  const std::string bed = Make(kGardens, "bed", "front", front);
  Make(kConfigMaps, "plan", "bed", bed);
  Settle();
  EXPECT_EQ(CodeOf(kConfigMaps, "plan"), 200);
  EXPECT_EQ(Delete(std::string(kGardens) + "/front", R"({"propagationPolicy":"Foreground"})").code, 202);
  Settle();
  EXPECT_EQ(CodeOf(kGardens, "front"), 404);
  EXPECT_EQ(CodeOf(kGardens, "bed"), 404);
  EXPECT_EQ(CodeOf(kConfigMaps, "plan"), 404);
}

TEST_F(PostedGarbageTest, WhatItsObjectsOwnGoesWithTheKind) {
  Make(kConfigMaps, "plan", "front", Make(kGardens, "front"));
  Settle();
  EXPECT_EQ(Delete(std::string(kDefinitions) + "/gardens.lab.example.com").code, 200);
  Settle();
  EXPECT_EQ(CodeOf(kGardens, "front"), 404);
  EXPECT_EQ(CodeOf(kConfigMaps, "plan"), 404);
}

TEST_F(PostedGarbageTest, AKindThatIsPostedAgainIsCollectedAgain) {
  EXPECT_EQ(Delete(std::string(kDefinitions) + "/gardens.lab.example.com").code, 200);
  Settle();
  ASSERT_EQ(Post(kDefinitions, kDefinition).code, 201);
  Settle();
  Make(kConfigMaps, "plan", "front", Make(kGardens, "front"));
  Settle();
  EXPECT_EQ(Delete(std::string(kGardens) + "/front").code, 200);
  Settle();
  EXPECT_EQ(CodeOf(kConfigMaps, "plan"), 404);
}

}  // namespace
}  // namespace croft::cli
