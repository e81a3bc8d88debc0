#include <gtest/gtest.h>

#include "api/base/base64.h"
#include "api/types/resources.h"
#include "operator/certificates/certificate_plan.h"
#include "operator/certificates/ingress_tls_plan.h"
#include "operator/certificates/install.h"
#include "operator/ingress/install.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/fake_proxy.h"
#include "unit/fakes/test_executor.h"

// The controllers of certificates and routes together, on an API server in memory.
namespace croft::certificates {
namespace {

using namespace std::chrono_literals;

class CertificatesTest : public testing::Test {
 protected:
  CertificatesTest() {
    Install(manager_, ca_);
    ingress::Install(manager_, {{{.ip = "192.0.2.7"}}}, proxy_);
    manager_.Start();
    Run();
  }
  ~CertificatesTest() override { manager_.Stop(); }

  void Run() {
    ASSERT_TRUE(executor_.RunUntilIdle());
    ASSERT_TRUE(executor_.Advance(200ms));
  }
  void SeedCertificate(const std::string& spec) {
    api_.Seed(resources::kLabCertificates,
              R"({"apiVersion":"croft.lab/v1","kind":"Certificate","metadata":{"name":"web","namespace":"ns",
                  "uid":"uid-web"},"spec":)" +
                  spec + "}");
    Run();
  }
  void SeedIngress(const std::string& name, const std::string& host, const std::string& tls) {
    api_.Seed(
        resources::kIngresses,
        R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":")" + name +
            R"(","namespace":"ns","uid":"uid-)" + name + R"("},"spec":{"rules":[{"host":")" + host +
            R"(","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":80}}}}]}}])" +
            tls + "}}");
    Run();
  }
  std::optional<types::Secret> Secret(const std::string& name) {
    const ObjectPtr object = api_.Peek(resources::kSecrets, {"ns", name});
    return object == nullptr ? std::nullopt : std::optional(*types::FromObject<types::Secret>(*object));
  }
  std::optional<types::lab::Certificate> Certificate(const std::string& name) {
    const ObjectPtr object = api_.Peek(resources::kLabCertificates, {"ns", name});
    return object == nullptr ? std::nullopt : std::optional(*types::FromObject<types::lab::Certificate>(*object));
  }
  std::string ReadyReason(const std::string& name) {
    const auto certificate = Certificate(name);
    if (!certificate.has_value()) return "no Certificate";
    const types::Condition* ready = types::FindCondition(certificate->status.conditions, "Ready");
    return ready == nullptr ? "no condition" : ready->status + " " + ready->reason;
  }
  std::string Pem(const std::string& secret, const char* key) { return *Base64Decode(Secret(secret)->data.at(key)); }
  std::vector<std::string> Writes() { return api_.TakeWrites(); }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient api_{clock_, random_, executor_};
  fakes::FakeProxy proxy_;
  const pki::Authority ca_ = *pki::Authority::Create("lab-ca", clock_.Now(), 24h * 3650);
  runtime::Manager manager_{{api_, clock_, random_, executor_}};
};

TEST_F(CertificatesTest, IssuesIntoASecretThatVerifiesWithTheLabCa) {
  SeedCertificate(R"({"names":["a.test"],"secretName":"web-tls","duration":"2160h"})");
  ASSERT_TRUE(Secret("web-tls").has_value());
  EXPECT_EQ(Secret("web-tls")->type, kTlsSecretType);
  EXPECT_TRUE(pki::VerifyChain(Pem("web-tls", "tls.crt"), Pem("web-tls", "ca.crt"), clock_.Now()).ok());
  EXPECT_TRUE(pki::VerifyChain(Pem("web-tls", "tls.crt"), ca_.certificate_pem(), clock_.Now()).ok());
  EXPECT_TRUE(pki::CoversHost(Pem("web-tls", "tls.crt"), "a.test"));
  EXPECT_EQ(Secret("web-tls")->metadata.owner_references.at(0).uid, "uid-web");
  EXPECT_EQ(ReadyReason("web"), "True UpToDate");
  EXPECT_EQ(Certificate("web")->status.revision, 1);
  Writes();
  ASSERT_TRUE(executor_.Advance(48h));
  EXPECT_EQ(Writes(), std::vector<std::string>()) << "nothing is written while nothing is due";
}

TEST_F(CertificatesTest, RenewsInTimeForYears) {
  SeedCertificate(R"({"names":["a.test"],"secretName":"web-tls","duration":"2160h","renewBefore":"720h"})");
  std::string serial = Certificate("web")->status.serial;
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(executor_.Advance(24h * 61));
    Run();
    EXPECT_NE(Certificate("web")->status.serial, serial);
    serial = Certificate("web")->status.serial;
    EXPECT_EQ(Certificate("web")->status.revision, i + 2);
    EXPECT_TRUE(pki::VerifyChain(Pem("web-tls", "tls.crt"), ca_.certificate_pem(), clock_.Now()).ok());
  }
}

TEST_F(CertificatesTest, LeavesAForeignSecretAlone) {
  for (const char* type : {"Opaque", "kubernetes.io/tls"}) {
    api_.Remove(resources::kLabCertificates, {"ns", "web"});
    api_.Seed(resources::kSecrets,
              R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"web-tls","namespace":"ns"},"type":")" +
                  std::string(type) + R"(","data":{"mine":"eA=="}})");
    Writes();
    SeedCertificate(R"({"names":["a.test"],"secretName":"web-tls"})");
    EXPECT_EQ(ReadyReason("web"), "False ForeignSecret") << type;
    for (const std::string& write : Writes()) EXPECT_EQ(write.find("secrets"), std::string::npos) << write;
  }
}

TEST_F(CertificatesTest, SignsWithACaFromASecretWhenThatIsThere) {
  SeedCertificate(R"({"names":["a.test"],"secretName":"web-tls","issuer":{"ca":{"secretName":"own-ca"}}})");
  EXPECT_EQ(ReadyReason("web"), "False IssuerNotReady");
  const pki::Authority own = *pki::Authority::Create("own-ca", clock_.Now(), 24h * 3650);
  api_.Seed(resources::kSecrets,
            R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"own-ca","namespace":"ns"},
                "type":"kubernetes.io/tls","data":{"tls.crt":")" +
                Base64Encode(own.certificate_pem()) + R"(","tls.key":")" + Base64Encode(own.key_pem()) + R"("}})");
  Run();
  EXPECT_EQ(ReadyReason("web"), "True UpToDate");
  EXPECT_EQ(Certificate("web")->status.issuer, "own-ca");
  EXPECT_TRUE(pki::VerifyChain(Pem("web-tls", "tls.crt"), own.certificate_pem(), clock_.Now()).ok());
}

TEST_F(CertificatesTest, SignsItselfAndSaysThatAcmeIsNotSupportedYet) {
  SeedCertificate(R"({"names":["a.test"],"secretName":"web-tls","issuer":{"selfSigned":{}}})");
  EXPECT_EQ(ReadyReason("web"), "True UpToDate");
  SeedCertificate(R"({"names":["b.test"],"secretName":"acme-tls","issuer":{"acme":{"server":"https://x"}}})");
  EXPECT_EQ(ReadyReason("web"), "False NotSupported");
  EXPECT_FALSE(Secret("acme-tls").has_value());
}

TEST_F(CertificatesTest, MakesGoodWhatIsDamagedOrDeleted) {
  SeedCertificate(R"({"names":["a.test"],"secretName":"web-tls"})");
  api_.Remove(resources::kSecrets, {"ns", "web-tls"});
  Run();
  ASSERT_TRUE(Secret("web-tls").has_value());
  EXPECT_EQ(Certificate("web")->status.revision, 2);
  EXPECT_EQ(ReadyReason("web"), "True UpToDate");
}

TEST_F(CertificatesTest, TriesAgainWhenTheServerFailsBetweenTheWrites) {
  for (int nth = 1; nth <= 4; ++nth) {
    api_.FailWrite(nth, Status::Unavailable("away"));
    SeedCertificate(R"({"names":["n)" + std::to_string(nth) + R"(.test"],"secretName":"web-tls"})");
    ASSERT_TRUE(executor_.Advance(5min));
    EXPECT_EQ(ReadyReason("web"), "True UpToDate") << nth;
    EXPECT_TRUE(pki::CoversHost(Pem("web-tls", "tls.crt"), "n" + std::to_string(nth) + ".test"));
  }
}

TEST_F(CertificatesTest, AnIngressWithTlsAndNoSecretIsServedFromTheLabCa) {
  SeedIngress("blog", "www.test", R"(,"tls":[{"hosts":["www.test"],"secretName":"blog-cert"}])");
  ASSERT_TRUE(Certificate("blog-cert").has_value());
  EXPECT_EQ(Certificate("blog-cert")->metadata.owner_references.at(0).uid, "uid-blog");
  Run();
  const ingress::RoutingModel model = proxy_.model();
  ASSERT_EQ(model.certificates.size(), 1u);
  EXPECT_EQ(model.certificates[0].name, "ns_blog-cert");
  EXPECT_EQ(model.certificates[0].hosts, std::vector<std::string>{"www.test"});
  EXPECT_TRUE(pki::VerifyChain(model.certificates[0].pem, ca_.certificate_pem(), clock_.Now()).ok());
  EXPECT_TRUE(model.routes.at(0).redirect_to_https);
}

TEST_F(CertificatesTest, AnIngressWithoutTlsGetsACertificateToo) {
  SeedIngress("plain", "p.test", "");
  Run();
  ASSERT_EQ(proxy_.model().certificates.size(), 1u);
  EXPECT_EQ(proxy_.model().certificates[0].name, "ns_plain-lab-tls");
  EXPECT_FALSE(proxy_.model().routes.at(0).redirect_to_https);
  // It asks for TLS now: the certificate that nobody asked for goes.
  SeedIngress("plain", "p.test", R"(,"tls":[{"hosts":["p.test"]}])");
  EXPECT_TRUE(Certificate("plain-tls").has_value());
  EXPECT_FALSE(Certificate("plain-lab-tls").has_value());
}

TEST_F(CertificatesTest, AUsersOwnSecretIsLeftAlone) {
  api_.Seed(resources::kSecrets,
            R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"mine","namespace":"ns"},
                "type":"kubernetes.io/tls","data":{"tls.crt":"eA==","tls.key":"eA=="}})");
  SeedIngress("blog", "www.test", R"(,"tls":[{"hosts":["www.test"],"secretName":"mine"}])");
  EXPECT_FALSE(Certificate("mine").has_value());
  EXPECT_EQ(Secret("mine")->data.at("tls.crt"), "eA==");
}

TEST_F(CertificatesTest, ACertificateThatWritesTheSecretAlreadyIsEnough) {
  SeedCertificate(R"({"names":["www.test"],"secretName":"shared"})");
  SeedIngress("blog", "www.test", R"(,"tls":[{"hosts":["www.test"],"secretName":"shared"}])");
  EXPECT_FALSE(Certificate("shared").has_value());
  Run();
  EXPECT_EQ(proxy_.model().certificates.size(), 1u);
}

TEST_F(CertificatesTest, TwoIngressesThatNameOneSecretShareACertificateForTheHostsOfBoth) {
  SeedIngress("one", "a.test", R"(,"tls":[{"hosts":["a.test"],"secretName":"shared"}])");
  SeedIngress("two", "b.test", R"(,"tls":[{"hosts":["b.test"],"secretName":"shared"}])");
  Run();
  ASSERT_TRUE(Certificate("shared").has_value());
  EXPECT_EQ(Certificate("shared")->spec.names, (std::vector<std::string>{"a.test", "b.test"}));
  EXPECT_EQ(Certificate("shared")->metadata.owner_references.size(), 2u);
  EXPECT_TRUE(pki::CoversHost(Pem("shared", "tls.crt"), "b.test"));
  api_.Remove(resources::kIngresses, {"ns", "two"});
  Run();
  EXPECT_EQ(Certificate("shared")->spec.names, std::vector<std::string>{"a.test"});
  api_.Remove(resources::kIngresses, {"ns", "one"});
  Run();
  EXPECT_FALSE(Certificate("shared").has_value());
}

}  // namespace
}  // namespace croft::certificates
