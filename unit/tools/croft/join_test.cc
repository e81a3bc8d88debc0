#include <gtest/gtest.h>

#include <filesystem>

#include "api/http/server.h"
#include "api/pki/certificate.h"
#include "tools/croft/join_client.h"
#include "tools/croft/join_service.h"
#include "unit/fakes/clock.h"

namespace croft::cli {
namespace {

namespace fs = std::filesystem;

// A server that only lets machines join, over real TLS.
class Join : public testing::Test {
 protected:
  Join() {
    std::string pattern = fs::temp_directory_path() / "croft-join-XXXXXX";
    dir_ = mkdtemp(pattern.data());
    identity_ = Identity("server");
    service_ = std::make_unique<JoinService>(*identity_, clock_);
    const auto own = identity_->Server();
    http::ServerSettings settings;
    settings.listeners = {{"127.0.0.1:0"}};
    settings.tls = http::ServerTls{{own->certificate_pem, own->key_pem}, identity_->ca_pem()};
    server_ = std::make_unique<http::Server>(settings, [this](http::Request request, http::ResponderPtr responder) {
      responder->Send(service_->Handle(request));
    });
    EXPECT_TRUE(server_->Start().ok());
  }
  ~Join() override {
    server_->Stop(Duration::zero());
    fs::remove_all(dir_);
  }
  std::unique_ptr<LabIdentity> Identity(const std::string& name) {
    auto made = LabIdentity::Open({dir_ / name, dir_ / (name + ".token"), {"127.0.0.1"}}, clock_, random_);
    EXPECT_TRUE(made.ok());
    return std::move(*made);
  }
  JoinSettings Settings(const std::string& token) {
    return {dir_ / "node", "https://" + server_->addresses().front(), token, "node-1", "10.0.0.9"};
  }
  fs::path dir_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<LabIdentity> identity_;
  std::unique_ptr<JoinService> service_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(Join, ATokenMakesAMachineANode) {
  const auto joined = JoinLab(Settings(identity_->join_token()), clock_);
  ASSERT_TRUE(joined.ok()) << joined.status().message();
  EXPECT_EQ(joined->ca_pem, identity_->ca_pem());
  const auto client = pki::ParseCertificate(joined->client.certificate_pem);
  EXPECT_EQ(client->subject.common_name, "system:node:node-1");
  EXPECT_EQ(client->subject.organizations, std::vector<std::string>{"system:nodes"});
  EXPECT_TRUE(pki::CoversHost(joined->server.certificate_pem, "10.0.0.9"));
  EXPECT_FALSE(pki::ParseCertificate(joined->server.certificate_pem)->client_auth);
}

TEST_F(Join, AfterwardsNoTokenIsNeeded) {
  const auto joined = JoinLab(Settings(identity_->join_token()), clock_);
  server_->Stop(Duration::zero());
  const auto again = JoinLab(Settings(""), clock_);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(again->client.certificate_pem, joined->client.certificate_pem);
}

TEST_F(Join, NearItsEndTheIdentityIsRenewedWithItselfAsProof) {
  const auto joined = JoinLab(Settings(identity_->join_token()), clock_);
  fakes::FakeClock later;
  later.Advance(clock_.Now() - later.Now() + std::chrono::hours(24 * 300));
  const auto renewed = JoinLab(Settings(""), later);
  ASSERT_TRUE(renewed.ok()) << renewed.status().message();
  EXPECT_NE(renewed->client.certificate_pem, joined->client.certificate_pem);
}

TEST_F(Join, AWrongTokenIsRefusedWithTheReason) {
  const auto other = Identity("other");
  const auto wrong_lab = JoinLab(Settings(other->join_token()), clock_);
  ASSERT_FALSE(wrong_lab.ok());
  EXPECT_NE(wrong_lab.status().message().find("its CA differs"), std::string::npos) << wrong_lab.status().message();

  std::string wrong_secret = identity_->join_token();
  wrong_secret.back() = wrong_secret.back() == '0' ? '1' : '0';
  const auto refused = JoinLab(Settings(wrong_secret), clock_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.status().message().find("join token is wrong"), std::string::npos) << refused.status().message();

  EXPECT_NE(JoinLab(Settings("nonsense"), clock_).status().message().find("malformed"), std::string::npos);
  EXPECT_NE(JoinLab(Settings(""), clock_).status().message().find("--token"), std::string::npos);
}

TEST_F(Join, NobodyJoinsUnderAnotherNodesCertificate) {
  ASSERT_TRUE(JoinLab(Settings(identity_->join_token()), clock_).ok());
  JoinSettings other = Settings("");
  other.node = "node-2";
  fakes::FakeClock later;
  later.Advance(clock_.Now() - later.Now() + std::chrono::hours(24 * 300));
  const auto kept = JoinLab(other, later);  // the renewal is refused, what it has stays
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(pki::ParseCertificate(kept->client.certificate_pem)->subject.common_name, "system:node:node-1");
}

TEST_F(Join, BadRequestsAreAnsweredWithAStatus) {
  const std::pair<const char*, int> cases[] = {
      {"{", 400}, {"{}", 400}, {R"({"node":"UPPER"})", 400}, {R"({"node":"n"})", 401}};
  for (const auto& [body, code] : cases) {
    http::Request request;
    request.method = "POST";
    request.target = "/croft/v1/join";
    request.body = body;
    EXPECT_EQ(service_->Handle(request).status, code) << body;
  }
}

}  // namespace
}  // namespace croft::cli
