#include "api/client/informer.h"
#include "api/types/resources.h"
#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

JsonDocument Parse(const std::string& text) {
  Result<JsonDocument> json = ParseJson(text);
  EXPECT_TRUE(json.ok()) << text;
  return std::move(*json);
}

class Sink final : public client::WatchSink {
 public:
  void OnEvent(const client::WatchEvent& event) override {
    text += (text.empty() ? "" : ",") + event.object->name();
    if (event.type == client::WatchEvent::Type::kDeleted) text += "-";
  }
  void OnClosed(const Status& why) override { closed = ReasonName(why.reason()); }
  std::string text;
  std::string closed;
};

class LocalClientTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    client_ = api_->NewClient(ControllerIdentity(), executor_);
  }
  Result<ObjectPtr> Make(const std::string& name) {
    return client_->Create(resources::kSecrets, "d", Parse(R"({"metadata":{"name":")" + name + R"("}})"));
  }
  std::unique_ptr<client::Client> client_;
};

TEST_F(LocalClientTest, SharesTheStoresObjects) {
  const Result<ObjectPtr> made = Make("a");
  ASSERT_TRUE(made.ok()) << made.status().message();
  EXPECT_EQ(client_->Get(resources::kSecrets, {"d", "a"})->get(), made->get());
  EXPECT_EQ(client_->List(resources::kSecrets, {"d", "", ""})->items.size(), 1u);
}

TEST_F(LocalClientTest, FailsWithTheApisReasons) {
  ASSERT_TRUE(Make("a").ok());
  EXPECT_TRUE(Make("a").status().IsAlreadyExists());
  EXPECT_TRUE(client_->Get(resources::kSecrets, {"d", "b"}).status().IsNotFound());
  EXPECT_TRUE(Make("A").status().IsInvalid());
  const JsonDocument stale = Parse(R"({"metadata":{"name":"a","resourceVersion":"1"}})");
  EXPECT_TRUE(client_->Update(resources::kSecrets, {"d", "a"}, stale).status().IsConflict());
  const auto nobody = api_->NewClient(Identity{"x", {}}, executor_);
  EXPECT_EQ(nobody->Get(resources::kSecrets, {"d", "a"}).status().reason(), Reason::kForbidden);
}

TEST_F(LocalClientTest, PatchesUpdatesAndDeletes) {
  ASSERT_TRUE(Make("a").ok());
  const JsonDocument patch = Parse(R"({"stringData":{"k":"v"}})");
  const Result<ObjectPtr> patched = client_->Patch(resources::kSecrets, {"d", "a"}, client::PatchType::kMerge, patch);
  ASSERT_TRUE(patched.ok()) << patched.status().message();
  EXPECT_EQ(FindString((*patched)->ToJson(), {"data", "k"}), "dg==");
  EXPECT_TRUE(client_->Delete(resources::kSecrets, {"d", "a"}, {"other", {}, ""}).IsConflict());
  EXPECT_TRUE(client_->Delete(resources::kSecrets, {"d", "a"}).ok());
  EXPECT_TRUE(client_->Delete(resources::kSecrets, {"d", "a"}).IsNotFound());
}

TEST_F(LocalClientTest, BindsPods) {
  Post("/api/v1/namespaces/d/pods", R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"i"}]}})");
  const JsonDocument binding = Parse(R"({"target":{"name":"n1"}})");
  EXPECT_TRUE(client_->CreateSubresource(resources::kPods, {"d", "p"}, "binding", binding).ok());
  EXPECT_TRUE(client_->CreateSubresource(resources::kPods, {"d", "p"}, "binding", binding).status().IsConflict());
}

TEST_F(LocalClientTest, WatchesDeliverOnTheExecutorInOrder) {
  ASSERT_TRUE(Make("a").ok());
  const uint64_t revision = client_->List(resources::kSecrets, {"d", "", ""})->revision;
  auto sink = std::make_shared<Sink>();
  auto watch = client_->StartWatch(resources::kSecrets, {"d", "", ""}, revision, sink);
  ASSERT_TRUE(Make("b").ok());
  (void)client_->Delete(resources::kSecrets, {"d", "a"});
  EXPECT_EQ(sink->text, "") << "nothing comes on the writer's own thread";
  executor_.RunUntilIdle();
  EXPECT_EQ(sink->text, "b,a-");
  ASSERT_TRUE(Make("c").ok());
  watch.reset();
  executor_.RunUntilIdle();
  EXPECT_EQ(sink->text, "b,a-") << "nothing comes after the watch is gone";
}

TEST_F(LocalClientTest, AWatchThatCanNotBeginIsClosedWithTheReason) {
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Make("s" + std::to_string(i)).ok());
  auto sink = std::make_shared<Sink>();
  const auto watch = client_->StartWatch(resources::kSecrets, {"d", "", ""}, 1, sink);
  executor_.RunUntilIdle();
  EXPECT_EQ(sink->closed, "Expired");
}

TEST_F(LocalClientTest, FeedsAnInformer) {
  client::Informer informer(*client_, executor_, resources::kSecrets);
  informer.Start();
  executor_.RunUntilIdle();
  EXPECT_TRUE(informer.Synced());
  ASSERT_TRUE(Make("a").ok());
  executor_.RunUntilIdle();
  EXPECT_NE(informer.Get({"d", "a"}), nullptr);
  informer.Stop();
}

}  // namespace
}  // namespace croft::server
