#include "operator/certificates/certificate_plan.h"

#include <gtest/gtest.h>

#include "api/base/base64.h"
#include "unit/fakes/clock.h"

namespace croft::certificates {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = fakes::FakeClock().Now();

const pki::Authority& TestCa() {
  static const pki::Authority ca = *pki::Authority::Create("lab-ca", kNow, 24h * 3650);
  return ca;
}

types::lab::Certificate Declared() {
  types::lab::Certificate certificate;
  certificate.metadata.name = "web";
  certificate.metadata.ns = "ns";
  certificate.metadata.uid = "uid-web";
  certificate.spec.names = {"a.test", "*.b.test"};
  certificate.spec.secret_name = "web-tls";
  certificate.spec.duration = "2160h";
  certificate.spec.renew_before = "720h";
  return certificate;
}

// A world in which everything is as declared, issued at `issued`.
CertificateWorld Settled(WallTime issued = kNow, const pki::Authority& ca = TestCa()) {
  CertificateWorld world;
  world.certificate = Declared();
  world.signer.authority = ca;
  world.now = issued;
  const pki::KeyPair pair =
      *ca.IssueWithNewKey(*WantedCertificate(world.certificate.spec, issued), *WantedKey(world.certificate.spec));
  types::Secret secret;
  secret.metadata.name = "web-tls";
  secret.metadata.annotations = {{kCertificateAnnotation, "web"},
                                 {kSpecHashAnnotation, SpecHash(world.certificate.spec)},
                                 {kRevisionAnnotation, "3"}};
  secret.type = kTlsSecretType;
  secret.data = {{"tls.crt", Base64Encode(pair.certificate_pem)}, {"tls.key", Base64Encode(pair.key_pem)}};
  world.secret = secret;
  return world;
}

using Action = CertificatePlan::Action;

TEST(CertificatePlan, IssuesExactlyWhenSomethingIsNotAsDeclared) {
  struct Case {
    const char* name;
    void (*change)(CertificateWorld&);
    Action action;
    const char* reason;
  } cases[] = {
      {"all is well", [](CertificateWorld&) {}, Action::kKeep, "UpToDate"},
      {"no Secret", [](CertificateWorld& w) { w.secret.reset(); }, Action::kIssue, "SecretMissing"},
      {"no key in it", [](CertificateWorld& w) { w.secret->data.erase("tls.key"); }, Action::kIssue,
       "SecretIncomplete"},
      {"damaged certificate", [](CertificateWorld& w) { w.secret->data["tls.crt"] = Base64Encode("x"); },
       Action::kIssue, "CertificateDamaged"},
      {"another's key", [](CertificateWorld& w) { w.secret->data["tls.key"] = Base64Encode(*pki::GenerateKey()); },
       Action::kIssue, "KeyMismatch"},
      {"a name more", [](CertificateWorld& w) { w.certificate.spec.names.emplace_back("c.test"); }, Action::kIssue,
       "NamesChanged"},
      {"names in another order",
       [](CertificateWorld& w) { std::swap(w.certificate.spec.names[0], w.certificate.spec.names[1]); }, Action::kKeep,
       "UpToDate"},
      {"another kind of key", [](CertificateWorld& w) { w.certificate.spec.private_key.algorithm = "RSA"; },
       Action::kIssue, "KeyAlgorithmChanged"},
      {"another duration", [](CertificateWorld& w) { w.certificate.spec.duration = "24h"; }, Action::kIssue,
       "SpecChanged"},
      {"another renewBefore alone", [](CertificateWorld& w) { w.certificate.spec.renew_before = "24h"; }, Action::kKeep,
       "UpToDate"},
      {"another authority",
       [](CertificateWorld& w) {
         w.now += 1h;
         w.signer.authority = *pki::Authority::Create("other", kNow, 24h * 3650);
       },
       Action::kIssue, "IssuerChanged"},
      {"a day before renewal", [](CertificateWorld& w) { w.now += 24h * 59; }, Action::kKeep, "UpToDate"},
      {"renewal is due", [](CertificateWorld& w) { w.now += 24h * 61; }, Action::kIssue, "RenewalDue"},
      {"expired", [](CertificateWorld& w) { w.now += 24h * 400; }, Action::kIssue, "Expired"},
      {"the Secret is another's", [](CertificateWorld& w) { w.secret->metadata.annotations.clear(); }, Action::kRefuse,
       "ForeignSecret"},
      {"the Secret is of another type", [](CertificateWorld& w) { w.secret->type = "Opaque"; }, Action::kRefuse,
       "ForeignSecret"},
      {"a key size that does not exist", [](CertificateWorld& w) { w.certificate.spec.private_key.size = 2048; },
       Action::kRefuse, "InvalidSpec"},
      {"an issuer that is not supported, nothing issued",
       [](CertificateWorld& w) {
         w.secret.reset();
         w.signer = {false, std::nullopt, "NotSupported", "issuer acme is not supported yet"};
       },
       Action::kRefuse, "NotSupported"},
      {"an issuer that has ended",
       [](CertificateWorld& w) {
         w.secret.reset();
         w.signer.authority = *pki::Authority::Create("old", kNow - 48h, 24h);
       },
       Action::kRefuse, "IssuerExpired"},
  };
  for (const Case& c : cases) {
    CertificateWorld world = Settled();
    c.change(world);
    const CertificatePlan plan = PlanCertificate(world);
    EXPECT_EQ(plan.action, c.action) << c.name << ": " << plan.message;
    EXPECT_EQ(plan.reason, c.reason) << c.name << ": " << plan.message;
  }
}

TEST(CertificatePlan, KeepsTheKeyOnlyWhenItIsGoodAndRotationIsOff) {
  CertificateWorld world = Settled();
  world.now += 24h * 61;
  EXPECT_TRUE(PlanCertificate(world).new_key);
  world.certificate.spec.private_key.rotation_policy = "Never";
  EXPECT_FALSE(PlanCertificate(world).new_key);
  world.secret->data["tls.key"] = Base64Encode(*pki::GenerateKey());
  EXPECT_TRUE(PlanCertificate(world).new_key);
}

TEST(CertificatePlan, DoesNotRenewWhatTheSignersOwnEndCutsShort) {
  const pki::Authority brief = *pki::Authority::Create("brief", kNow, 24h * 10);
  CertificateWorld world = Settled(kNow, brief);
  const CertificatePlan plan = PlanCertificate(world);
  ASSERT_TRUE(plan.renewal.has_value());
  EXPECT_LT(*plan.renewal, kNow + 24h * 8) << "a third of the life that it got, not 30 days before the end";
  world.now = kNow + 24h * 9;
  EXPECT_EQ(PlanCertificate(world).action, Action::kKeep);
}

TEST(CertificatePlan, IsContentWithACaThatAnotherOneSigned) {
  pki::CertificateSpec spec;
  spec.subject.common_name = "intermediate";
  spec.not_before = kNow - 1h;
  spec.not_after = kNow + 24h * 1000;
  spec.is_ca = true;
  const pki::KeyPair pair = *TestCa().IssueWithNewKey(spec);
  Result<pki::Authority> intermediate = pki::Authority::Load(pair.certificate_pem, pair.key_pem);
  ASSERT_TRUE(intermediate.ok()) << intermediate.status().message();
  CertificateWorld world = Settled(kNow, *intermediate);
  world.now += 1h;
  EXPECT_EQ(PlanCertificate(world).reason, "UpToDate");
}

TEST(CertificateStatus, TellsWhatIsThereAndWhetherItIsUsable) {
  CertificateWorld world = Settled();
  types::lab::CertificateStatus status = PlanStatus(world, PlanCertificate(world));
  EXPECT_EQ(status.issuer, "lab-ca");
  EXPECT_EQ(status.revision, 3);
  EXPECT_EQ(status.renewal_time, FormatTime(kNow + 24h * 60));
  EXPECT_EQ(types::FindCondition(status.conditions, "Ready")->status, "True");
  EXPECT_EQ(types::FindCondition(status.conditions, "Issuing")->status, "False");
  // Its issuer went away: what was issued is good until it ends.
  world.now += 24h * 61;
  world.signer = {false, std::nullopt, "IssuerNotReady", "the issuer's Secret ca is gone"};
  status = PlanStatus(world, PlanCertificate(world));
  EXPECT_EQ(types::FindCondition(status.conditions, "Ready")->status, "True");
  EXPECT_NE(types::FindCondition(status.conditions, "Ready")->message.find("the issuer's Secret ca is gone"),
            std::string::npos);
  world.secret.reset();
  status = PlanStatus(world, PlanCertificate(world));
  EXPECT_EQ(types::FindCondition(status.conditions, "Ready")->status, "False");
  EXPECT_EQ(status.serial, "");
}

}  // namespace
}  // namespace croft::certificates
