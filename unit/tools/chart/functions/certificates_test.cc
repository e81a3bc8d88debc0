#include <gtest/gtest.h>

#include "api/base/base64.h"
#include "api/pki/certificate.h"
#include "api/pki/key.h"
#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

struct Pair {
  std::string cert;
  std::string key;
  Value value;
};

Pair Make(const char* function, const std::vector<Value>& arguments) {
  const Result<Value> made = CallFor(function, arguments);
  EXPECT_TRUE(made.ok()) << function << ": " << made.status().message();
  if (!made.ok()) return {};
  const Object& object = *made->as_object();
  return {std::string(object.Field("Cert")->as_string()), std::string(object.Field("Key")->as_string()), *made};
}

const Value kIps = L({S("10.0.0.1"), S("fd00::1")});
const Value kNames = L({S("web"), S("*.web.svc")});
// The same for all: RSA keys take their time.
const Pair& Ca() {
  static const Pair kCa = Make("genCA", {S("test-ca"), I(10)});
  return kCa;
}
WallTime Now() {
  return StillClock().Now() + std::chrono::hours(1);
}

TEST(CertificateFunctions, AnAuthority) {
  const Result<pki::CertificateInfo> info = pki::ParseCertificate(Ca().cert);
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->subject.common_name, "test-ca");
  EXPECT_EQ(info->issuer.common_name, "test-ca");
  EXPECT_TRUE(info->is_ca);
  EXPECT_TRUE(info->server_auth && info->client_auth);
  EXPECT_EQ(info->not_after - info->not_before, std::chrono::hours(240));
  EXPECT_TRUE(Ca().key.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
  EXPECT_TRUE(pki::KeyMatches(Ca().cert, Ca().key));
}

TEST(CertificateFunctions, SignedByIt) {
  const Pair signed_pair = Make("genSignedCert", {S("web"), kIps, kNames, I(5), Ca().value});
  const Result<pki::CertificateInfo> info = pki::ParseCertificate(signed_pair.cert);
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->issuer.common_name, "test-ca");
  EXPECT_EQ(info->names.ips, (std::vector<std::string>{"10.0.0.1", "fd00::1"}));
  EXPECT_EQ(info->names.dns, (std::vector<std::string>{"web", "*.web.svc"}));
  EXPECT_FALSE(info->is_ca);
  EXPECT_TRUE(pki::KeyMatches(signed_pair.cert, signed_pair.key));
  EXPECT_TRUE(pki::VerifyChain(signed_pair.cert, Ca().cert, Now(), pki::Purpose::kServer).ok());
  EXPECT_TRUE(pki::VerifyChain(signed_pair.cert, Ca().cert, Now(), pki::Purpose::kClient).ok());
}

TEST(CertificateFunctions, SignedByItself) {
  const Pair own = Make("genSelfSignedCert", {S("web"), kIps, kNames, I(5)});
  const Result<pki::CertificateInfo> info = pki::ParseCertificate(own.cert);
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->issuer.common_name, "web");
  EXPECT_EQ(info->names.dns, (std::vector<std::string>{"web", "*.web.svc"}));
  EXPECT_TRUE(pki::KeyMatches(own.cert, own.key));
}

TEST(CertificateFunctions, WithKeysThatAreGiven) {
  const Value key = *CallFor("genPrivateKey", {S("ecdsa")});
  EXPECT_TRUE(key.as_string().starts_with("-----BEGIN EC PRIVATE KEY-----\n"));
  const Pair ca = Make("genCAWithKey", {S("ca"), I(1), key});
  EXPECT_EQ(ca.key, key.as_string());
  const Value other = *CallFor("genPrivateKey", {S("ed25519")});
  const Pair leaf = Make("genSignedCertWithKey", {S("leaf"), kNil, kNames, I(1), ca.value, other});
  EXPECT_TRUE(pki::VerifyChain(leaf.cert, ca.cert, Now()).ok());
  EXPECT_EQ(leaf.key, other.as_string());
  const Pair own = Make("genSelfSignedCertWithKey", {S("own"), kIps, kNil, I(1), other});
  EXPECT_TRUE(pki::KeyMatches(own.cert, own.key));
}

TEST(CertificateFunctions, LongNamesAndOnesBeyondAscii) {
  const Value key = *CallFor("genPrivateKey", {S("ecdsa")});
  const std::string name = std::string(80, 'n') + ".büro.svc";
  const Pair own = Make("genSelfSignedCertWithKey", {S(name), L({}), L({}), I(1), key});
  EXPECT_EQ(pki::ParseCertificate(own.cert)->subject.common_name, name);
}

TEST(CertificateFunctions, CustomOnesAreChecked) {
  const Value key = *CallFor("genPrivateKey", {S("ecdsa")});
  const Pair ca = Make("genCAWithKey", {S("ca"), I(1), key});
  const Pair same = Make("buildCustomCert", {S(Base64Encode(ca.cert)), S(Base64Encode(ca.key))});
  EXPECT_EQ(same.cert, ca.cert);
  EXPECT_EQ(same.key, ca.key);
  Check({
      {"no base64", "buildCustomCert", {S("!"), S("")}, "error: unable to decode base64 certificate"},
      {"no base64 in the key",
       "buildCustomCert",
       {S(Base64Encode(ca.cert)), S("!")},
       "error: unable to decode base64 private key"},
      {"no certificate", "buildCustomCert", {S("Zm9v"), S("Zm9v")}, "error"},
      {"no key", "buildCustomCert", {S(Base64Encode(ca.cert)), S("Zm9v")}, "error"},
  });
}

TEST(CertificateFunctions, WhatIsWrongFails) {
  const Value key = *CallFor("genPrivateKey", {S("ecdsa")});
  const Value other = *CallFor("genPrivateKey", {S("ecdsa")});
  const Pair ca = Make("genCAWithKey", {S("ca"), I(1), key});
  Check({
      {"no address", "genSelfSignedCertWithKey", {S("x"), L({S("a.b")}), L({}), I(1), key}, "error"},
      {"an address that is no text",
       "genSelfSignedCertWithKey",
       {S("x"), L({I(1)}), L({}), I(1), key},
       "error: error parsing ip: 1 is not a string"},
      {"a name that is no text",
       "genSelfSignedCertWithKey",
       {S("x"), L({}), L({I(1)}), I(1), key},
       "error: error processing alternate dns name: 1 is not a string"},
      {"no key", "genCAWithKey", {S("x"), I(1), S("nonsense")}, "error"},
      {"what is no authority",
       "genSignedCertWithKey",
       {S("x"), L({}), L({}), I(1), S("ca"), key},
       "error: wrong type for value; expected sprig.certificate; got string"},
      {"a kind of key that there is not", "genPrivateKey", {S("rot13")}, R"("Unknown type rot13")"},
  });
}

TEST(CertificateFunctions, KeysOfOlderKinds) {
  EXPECT_TRUE(CallFor("genPrivateKey", {S("dsa")})->as_string().starts_with("-----BEGIN DSA PRIVATE KEY-----\n"));
  const Result<Value> rsa = CallFor("genPrivateKey", {S("")});
  EXPECT_EQ(pki::ReadKeyAlgorithm(std::string(rsa->as_string()))->bits, 4096);
}

}  // namespace
}  // namespace croft::chart::test
