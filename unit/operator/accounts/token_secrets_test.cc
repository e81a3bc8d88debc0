#include <gtest/gtest.h>

#include "api/base/base64.h"
#include "api/pki/key.h"
#include "api/types/resources.h"
#include "operator/accounts/install.h"
#include "operator/accounts/token_secret_plan.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::accounts {
namespace {

using namespace std::chrono_literals;

constexpr const char* kCa = "the lab's certificate";

TokenSecretWorld FilledWorld() {
  TokenSecretWorld world;
  world.ca_pem = kCa;
  world.account = types::NameAndUid{"web", "uid-web"};
  world.secret.type = kTokenSecretType;
  world.secret.metadata.name = "kept";
  world.secret.metadata.ns = "d";
  world.secret.metadata.annotations = {{kAccountAnnotation, "web"}, {kAccountUidAnnotation, "uid-web"}};
  world.secret.data = {{"token", Base64Encode("t")}, {"ca.crt", Base64Encode(kCa)}, {"namespace", Base64Encode("d")}};
  return world;
}

TEST(TokenSecretPlanTest, SaysWhatIsToBeDone) {
  using Action = TokenSecretPlan::Action;
  const struct {
    const char* name;
    std::function<void(TokenSecretWorld&)> change;
    Action action;
    bool new_token;
  } cases[] = {
      {"all is there", [](auto&) {}, Action::kNothing, false},
      {"a new one is filled",
       [](auto& w) {
         w.secret.data.clear();
         w.secret.metadata.annotations.erase(kAccountUidAnnotation);
       },
       Action::kFill, true},
      {"an emptied token is replaced", [](auto& w) { w.secret.data["token"] = ""; }, Action::kFill, true},
      {"another root certificate is followed, the token stays", [](auto& w) { w.ca_pem = "new"; }, Action::kFill,
       false},
      {"a changed namespace is put right", [](auto& w) { w.secret.data["namespace"] = "eA=="; }, Action::kFill, false},
      {"an account that is gone takes its tokens along", [](auto& w) { w.account.reset(); }, Action::kDelete, false},
      {"an account that was made anew has other tokens", [](auto& w) { w.account->uid = "uid-2"; }, Action::kDelete,
       false},
      {"one that was never filled waits for its account",
       [](auto& w) {
         w.account.reset();
         w.secret.metadata.annotations.erase(kAccountUidAnnotation);
       },
       Action::kNothing, false},
      {"one that names no account is left alone", [](auto& w) { w.secret.metadata.annotations.clear(); },
       Action::kNothing, false},
      {"a Secret of another type is left alone",
       [](auto& w) {
         w.secret.type = "Opaque";
         w.secret.data.clear();
       },
       Action::kNothing, false},
      {"one that is being deleted is left alone",
       [](auto& w) {
         w.secret.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
         w.secret.data.clear();
       },
       Action::kNothing, false},
  };
  for (const auto& c : cases) {
    TokenSecretWorld world = FilledWorld();
    c.change(world);
    const TokenSecretPlan plan = PlanTokenSecret(world);
    EXPECT_EQ(plan.action, c.action) << c.name;
    EXPECT_EQ(plan.new_token, c.new_token) << c.name;
  }
}

class TokenSecretsTest : public testing::Test {
 protected:
  TokenSecretsTest() {
    Install(manager_, key_, kCa);
    manager_.Start();
    Run();
  }
  ~TokenSecretsTest() override { manager_.Stop(); }

  void Run() {
    ASSERT_TRUE(executor_.RunUntilIdle());
    ASSERT_TRUE(executor_.Advance(200ms));
  }
  void SeedAccount(const std::string& uid) {
    api_.Seed(resources::kServiceAccounts,
              R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web","namespace":"d","uid":")" + uid +
                  R"("}})");
    Run();
  }
  void SeedSecret() {
    api_.Seed(resources::kSecrets,
              R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"kept","namespace":"d","uid":"uid-kept",
                  "annotations":{"kubernetes.io/service-account.name":"web"}},
                  "type":"kubernetes.io/service-account-token","data":{"own":"eA=="}})");
    Run();
  }
  std::optional<types::Secret> Secret() {
    const ObjectPtr object = api_.Peek(resources::kSecrets, {"d", "kept"});
    return object == nullptr ? std::nullopt : std::optional(*types::FromObject<types::Secret>(*object));
  }
  std::string Data(const char* key) { return Base64Decode(Secret()->data[key]).value_or("no base64"); }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient api_{clock_, random_, executor_};
  const pki::TokenKey key_ = *pki::TokenKey::Load(*pki::GenerateKey());
  runtime::Manager manager_{{api_, clock_, random_, executor_}};
};

TEST_F(TokenSecretsTest, ASecretGetsATokenOfItsAccount) {
  SeedAccount("uid-web");
  SeedSecret();
  const Result<std::string> text = key_.Verify(Data("token"));
  ASSERT_TRUE(text.ok()) << text.status().message();
  const auto claims = types::ReadClaims(*text);
  ASSERT_TRUE(claims.has_value()) << *text;
  EXPECT_TRUE(claims->OfSecret());
  EXPECT_EQ(claims->ns, "d");
  EXPECT_EQ(claims->account, (types::NameAndUid{"web", "uid-web"}));
  EXPECT_EQ(claims->secret->name, "kept");
  EXPECT_FALSE(claims->expires.has_value());
  EXPECT_EQ(Data("ca.crt"), kCa);
  EXPECT_EQ(Data("namespace"), "d");
  EXPECT_EQ(Data("own"), "x");
  EXPECT_EQ(Secret()->metadata.annotations[kAccountUidAnnotation], "uid-web");
  api_.TakeWrites();
  ASSERT_TRUE(executor_.Advance(24h));
  EXPECT_EQ(api_.TakeWrites(), std::vector<std::string>()) << "nothing is written while nothing changes";
}

TEST_F(TokenSecretsTest, ASecretMayComeBeforeItsAccount) {
  SeedSecret();
  ASSERT_TRUE(Secret().has_value());
  EXPECT_EQ(Secret()->data.count("token"), 0u);
  SeedAccount("uid-web");
  EXPECT_TRUE(key_.Verify(Data("token")).ok());
}

TEST_F(TokenSecretsTest, ASecretGoesWithItsAccount) {
  SeedAccount("uid-web");
  SeedSecret();
  api_.Remove(resources::kServiceAccounts, {"d", "web"});
  Run();
  EXPECT_FALSE(Secret().has_value());
}

TEST_F(TokenSecretsTest, AFailedWriteIsTriedAgain) {
  SeedAccount("uid-web");
  api_.FailWrite(1, Status::Unavailable("away"));
  SeedSecret();
  ASSERT_TRUE(executor_.Advance(30s));
  EXPECT_TRUE(key_.Verify(Data("token")).ok());
}

}  // namespace
}  // namespace croft::accounts
