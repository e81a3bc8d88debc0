#include "api/pki/certificate.h"
#include "unit/fakes/clock.h"
#include "unit/tools/croft/join_fixture.h"

namespace croft::cli {
namespace {

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
