#pragma once

#include <optional>
#include <string>

#include "api/pki/authority.h"
#include "api/types/lab.h"

namespace croft::certificates {

// On a Secret: the lab Certificate that keeps it, what it was issued for, and how many were issued.
inline constexpr char kCertificateAnnotation[] = "croft.lab/certificate";
inline constexpr char kSpecHashAnnotation[] = "croft.lab/certificate-spec";
inline constexpr char kRevisionAnnotation[] = "croft.lab/certificate-revision";

inline constexpr char kTlsSecretType[] = "kubernetes.io/tls";

// Who would sign.
struct Signer {
  bool self_signed = false;
  std::optional<pki::Authority> authority;  // unless self-signed
  std::string reason;                       // why there is none: "NotSupported", "IssuerNotReady"
  std::string problem;                      // as a sentence
};

struct CertificateWorld {
  types::lab::Certificate certificate;
  std::optional<types::Secret> secret;  // of the name in spec.secretName, whosever it is
  Signer signer;
  WallTime now;
};

struct CertificatePlan {
  enum class Action { kKeep, kIssue, kRefuse };
  Action action = Action::kKeep;
  std::string reason;   // "SecretMissing"; of kKeep: "UpToDate"
  std::string message;  // a sentence
  bool new_key = true;
  bool usable = false;  // what the Secret holds now is good for the declared names, today
  std::optional<pki::CertificateInfo> present;
  std::optional<WallTime> renewal;  // of `present`
};

// Whether a certificate must be issued, and why; cheapest and most telling reasons first. Pure.
CertificatePlan PlanCertificate(const CertificateWorld& world);

// What kind of key the spec asks for; kInvalid names the field.
Result<pki::KeyAlgorithm> WantedKey(const types::lab::CertificateSpec& spec);
// What to ask a signer for, valid from `now`.
Result<pki::CertificateSpec> WantedCertificate(const types::lab::CertificateSpec& spec, WallTime now);
// Of all that a certificate depends on; equal between versions of Croft.
std::string SpecHash(const types::lab::CertificateSpec& spec);
// When a certificate is renewed: renewBefore before its end, a third of its life when that is absent or longer than the
// life.
WallTime RenewalTime(const pki::CertificateInfo& info, const types::lab::CertificateSpec& spec);
// The status that the plan's findings make, with conditions Ready and Issuing.
types::lab::CertificateStatus PlanStatus(const CertificateWorld& world, const CertificatePlan& plan);

}  // namespace croft::certificates
