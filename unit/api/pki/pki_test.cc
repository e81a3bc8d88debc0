#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <set>

#include "api/base/file.h"
#include "api/pki/authority.h"

namespace croft::pki {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

const WallTime kNow = *ParseTime("2026-11-20T12:00:00Z");

Authority MakeCa(KeyAlgorithm algorithm = {}) {
  return *Authority::Create("lab-ca", kNow, hours(24 * 365), algorithm);
}

CertificateSpec ServerSpec() {
  CertificateSpec spec;
  spec.subject = {"croft", {"system:masters", "lab"}};
  spec.names.dns = {"localhost", "*.lab.home.arpa"};
  spec.names.ips = {"127.0.0.1", "fd00::1"};
  spec.not_before = kNow;
  spec.not_after = kNow + hours(24);
  spec.server_auth = true;
  return spec;
}

TEST(KeyTest, EachAlgorithmMakesKeysThatSignCertificates) {
  const KeyAlgorithm kCases[] = {KeyAlgorithm::Ecdsa(), KeyAlgorithm::Ecdsa(384), KeyAlgorithm::Ecdsa(521),
                                 KeyAlgorithm::Rsa(2048), KeyAlgorithm::Ed25519()};
  for (const KeyAlgorithm& algorithm : kCases) {
    SCOPED_TRACE(algorithm.bits);
    const Authority ca = MakeCa(algorithm);
    EXPECT_EQ(*ReadKeyAlgorithm(ca.key_pem()), algorithm);
    const KeyPair pair = *ca.IssueWithNewKey(ServerSpec(), algorithm);
    EXPECT_TRUE(KeyMatches(pair.certificate_pem, pair.key_pem));
    EXPECT_FALSE(KeyMatches(pair.certificate_pem, ca.key_pem()));
    const Status verified = VerifyChain(pair.certificate_pem, ca.certificate_pem(), kNow, Purpose::kServer);
    EXPECT_TRUE(verified.ok()) << verified.message();
  }
}

TEST(KeyTest, SizesThatAreNotOfferedAreRefused) {
  for (const KeyAlgorithm& algorithm : {KeyAlgorithm::Rsa(1024), KeyAlgorithm::Ecdsa(255), KeyAlgorithm::Rsa(9000)}) {
    EXPECT_THAT(GenerateKey(algorithm).status().message(), StartsWith("no key of " + std::to_string(algorithm.bits)));
  }
}

TEST(KeyTest, TraditionalFormIsTheSameKey) {
  const std::string rsa = *GenerateKey(KeyAlgorithm::Rsa());
  const std::string ec = *GenerateKey();
  EXPECT_THAT(rsa, StartsWith("-----BEGIN PRIVATE KEY-----"));
  EXPECT_THAT(*ToTraditionalPem(rsa), StartsWith("-----BEGIN RSA PRIVATE KEY-----"));
  EXPECT_THAT(*ToTraditionalPem(ec), HasSubstr("-----BEGIN EC PRIVATE KEY-----"));
  EXPECT_EQ(*PublicKeyPem(*ToTraditionalPem(rsa)), *PublicKeyPem(rsa));
  EXPECT_EQ(*PublicKeyPem(*ToTraditionalPem(ec)), *PublicKeyPem(ec));
}

TEST(CertificateTest, SaysWhatItWasIssuedFor) {
  const Authority ca = MakeCa();
  const CertificateSpec spec = ServerSpec();
  const CertificateInfo info = *ParseCertificate(ca.IssueWithNewKey(spec)->certificate_pem);
  EXPECT_EQ(info.subject, spec.subject);
  EXPECT_EQ(info.issuer.common_name, "lab-ca");
  EXPECT_EQ(info.names, spec.names);
  EXPECT_EQ(info.not_before, kNow);
  EXPECT_EQ(info.not_after, kNow + hours(24));
  EXPECT_FALSE(info.is_ca);
  EXPECT_TRUE(info.server_auth);
  EXPECT_FALSE(info.client_auth);
  EXPECT_THAT(info.serial, MatchesRegex("[0-9A-F]{20,32}"));
  EXPECT_THAT(info.fingerprint, MatchesRegex("[0-9a-f]{64}"));
}

TEST(CertificateTest, SerialsDiffer) {
  const Authority ca = MakeCa();
  const std::string key = *GenerateKey();
  std::set<std::string> serials;
  for (int i = 0; i < 50; ++i) serials.insert(ParseCertificate(*ca.Issue(ServerSpec(), key))->serial);
  EXPECT_EQ(serials.size(), 50u);
}

TEST(CertificateTest, NeverOutlivesItsAuthority) {
  CertificateSpec spec = ServerSpec();
  spec.not_after = kNow + hours(24 * 1000);
  const CertificateInfo info = *ParseCertificate(MakeCa().IssueWithNewKey(spec)->certificate_pem);
  EXPECT_EQ(info.not_after, kNow + hours(24 * 365));
}

TEST(CertificateTest, AddressThatIsNoneIsNamed) {
  CertificateSpec spec = ServerSpec();
  spec.names.ips = {"10.0.0.300"};
  EXPECT_THAT(MakeCa().IssueWithNewKey(spec).status().message(), HasSubstr("\"10.0.0.300\" is not an IP address"));
}

TEST(CertificateTest, CoversItsHosts) {
  const std::string pem = MakeCa().IssueWithNewKey(ServerSpec())->certificate_pem;
  const struct {
    const char* host;
    bool covered;
  } kCases[] = {{"localhost", true},
                {"whoami.lab.home.arpa", true},
                {"a.b.lab.home.arpa", false},
                {"lab.home.arpa", false},
                {"127.0.0.1", true},
                {"127.0.0.2", false},
                {"fd00::1", true},
                {"example.org", false}};
  for (const auto& c : kCases) EXPECT_EQ(CoversHost(pem, c.host), c.covered) << c.host;
}

TEST(VerifyTest, SaysWhyAChainIsNotGood) {
  const Authority ca = MakeCa();
  const Authority other = MakeCa();
  const std::string server = ca.IssueWithNewKey(ServerSpec())->certificate_pem;
  const struct {
    const char* name;
    const std::string& trusted;
    WallTime at;
    Purpose purpose;
    const char* why;  // empty: it is good
  } kCases[] = {
      {"good", ca.certificate_pem(), kNow, Purpose::kServer, ""},
      {"expired", ca.certificate_pem(), kNow + hours(25), Purpose::kServer, "expired"},
      {"not yet valid", ca.certificate_pem(), kNow - std::chrono::minutes(1), Purpose::kServer, "not yet valid"},
      {"a CA of the same name with another key", other.certificate_pem(), kNow, Purpose::kServer, "issuer"},
      {"a server's certificate shown by a client", ca.certificate_pem(), kNow, Purpose::kClient, "purpose"},
  };
  for (const auto& c : kCases) {
    const Status status = VerifyChain(server, c.trusted, c.at, c.purpose);
    EXPECT_EQ(status.ok(), c.why[0] == '\0') << c.name;
    EXPECT_THAT(status.message(), HasSubstr(c.why)) << c.name;
  }
}

TEST(VerifyTest, FollowsIntermediates) {
  const Authority root = MakeCa();
  CertificateSpec spec;
  spec.subject.common_name = "intermediate";
  spec.not_before = kNow;
  spec.not_after = kNow + hours(24 * 30);
  spec.is_ca = true;
  const KeyPair pair = *root.IssueWithNewKey(spec);
  const Authority intermediate = *Authority::Load(pair.certificate_pem, pair.key_pem);
  const std::string leaf = intermediate.IssueWithNewKey(ServerSpec())->certificate_pem;
  EXPECT_FALSE(VerifyChain(leaf, root.certificate_pem(), kNow).ok());
  EXPECT_TRUE(VerifyChain(leaf + pair.certificate_pem, root.certificate_pem(), kNow).ok());
  EXPECT_TRUE(VerifyChain(leaf, pair.certificate_pem, kNow).ok());
}

TEST(BundleTest, IsSplitIntoItsCertificates) {
  const Authority one = MakeCa();
  const Authority two = MakeCa();
  const std::string bundle = "a comment\n" + one.certificate_pem() + "\n" + two.certificate_pem();
  EXPECT_THAT(*SplitBundle(bundle), ElementsAre(one.certificate_pem(), two.certificate_pem()));
  EXPECT_EQ(ParseCertificates(bundle)->size(), 2u);
  EXPECT_EQ(ParseCertificates("nothing").status().message(), "there is no certificate in PEM form");
  EXPECT_EQ(ParseCertificates("").status().message(), "there is no certificate in PEM form");
  std::string damaged = bundle;
  damaged.replace(damaged.rfind("-----END") - 20, 4, "!!!!");
  EXPECT_THAT(ParseCertificates(damaged).status().message(), StartsWith("certificate 2 of the bundle is damaged"));
}

TEST(AuthorityTest, LoadsOnlyACaWithItsKey) {
  const Authority ca = MakeCa();
  const KeyPair server = *ca.IssueWithNewKey(ServerSpec());
  EXPECT_TRUE(Authority::Load(ca.certificate_pem(), ca.key_pem()).ok());
  EXPECT_EQ(Authority::Load(ca.certificate_pem(), server.key_pem).status().message(),
            "the CA's key does not belong to its certificate");
  EXPECT_EQ(Authority::Load(server.certificate_pem, server.key_pem).status().message(),
            "the certificate is not a CA's");
  EXPECT_FALSE(Authority::Load("", "").ok());
}

TEST(RequestTest, IsSignedForItsKeyWithTheCallersSubject) {
  const Authority ca = MakeCa();
  const std::string key = *GenerateKey();
  const AlternativeNames names{{"node-1"}, {"10.0.0.1"}, {}, {}};
  const std::string request = *MakeRequest({"system:node:wishful", {"system:masters"}}, names, key);
  const RequestInfo info = *ParseRequest(request);
  EXPECT_EQ(info.subject.common_name, "system:node:wishful");
  EXPECT_EQ(info.names, names);
  CertificateSpec spec = ServerSpec();
  spec.subject = {"system:node:node-1", {"system:nodes"}};
  const std::string certificate = *ca.SignRequest(request, spec);
  EXPECT_EQ(ParseCertificate(certificate)->subject, spec.subject);
  EXPECT_TRUE(KeyMatches(certificate, key));
}

TEST(RequestTest, SignatureOfAnotherKeyIsRefused) {
  const std::string request = *MakeRequest({"node", {}}, {}, *GenerateKey());
  // A few characters in the middle of the base64 text belong to the public key or the signature.
  std::string forged = request;
  const size_t at = forged.rfind("-----END") - 30;
  forged[at] = forged[at] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(ParseRequest(forged).ok());
  EXPECT_FALSE(MakeCa().SignRequest(forged, ServerSpec()).ok());
  EXPECT_FALSE(ParseRequest("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n").ok());
}

TEST(SelfSignTest, ServerCertificateVerifiesAgainstItself) {
  const std::string key = *GenerateKey();
  const std::string certificate = *SelfSign(ServerSpec(), key);
  EXPECT_TRUE(KeyMatches(certificate, key));
  EXPECT_TRUE(VerifyChain(certificate, certificate, kNow, Purpose::kServer).ok());
}

// Another implementation's opinion: the openssl command's, at its own time.
TEST(CommandLineTest, OpensslVerifiesWhatWeIssue) {
  std::string dir = (std::filesystem::temp_directory_path() / "croft-pki-XXXXXX").string();
  ASSERT_NE(mkdtemp(dir.data()), nullptr);
  const Authority ca = MakeCa();
  const KeyPair pair = *ca.IssueWithNewKey(ServerSpec());
  ASSERT_TRUE(WriteFileAtomic(dir + "/ca.pem", ca.certificate_pem(), 0644).ok());
  ASSERT_TRUE(WriteFileAtomic(dir + "/cert.pem", pair.certificate_pem, 0644).ok());
  const std::string at = std::to_string(std::chrono::system_clock::to_time_t(kNow));
  const std::string command = "openssl verify -x509_strict -attime " + at + " -purpose sslserver -CAfile '" + dir +
                              "/ca.pem' '" + dir + "/cert.pem' >/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace croft::pki
