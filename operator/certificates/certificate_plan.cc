#include "operator/certificates/certificate_plan.h"

#include <algorithm>
#include <cstdlib>

#include "api/base/base64.h"
#include "api/base/id.h"
#include "operator/runtime/events.h"

namespace croft::certificates {
namespace {

constexpr Duration kDefaultDuration = std::chrono::hours(2160);
// For clocks that are a little behind.
constexpr Duration kBackdate = std::chrono::minutes(5);
// A renewal that gains less than this is not worth one: the signer itself is about to end.
constexpr Duration kLeastGain = std::chrono::minutes(1);
constexpr size_t kLongestCommonName = 64;
// A certificate younger than this is not replaced for a reason that issuing may not mend.
constexpr Duration kYouth = std::chrono::minutes(1);

std::string Annotation(const types::ObjectMeta& meta, const char* key) {
  const auto found = meta.annotations.find(key);
  return found == meta.annotations.end() ? std::string() : found->second;
}

std::string Data(const types::Secret& secret, const char* key) {
  const auto found = secret.data.find(key);
  return found == secret.data.end() ? std::string() : Base64Decode(found->second).value_or("");
}

bool IsOurs(const types::Secret& secret, const types::lab::Certificate& certificate) {
  if (secret.type != kTlsSecretType) return false;
  if (Annotation(secret.metadata, kCertificateAnnotation) == certificate.metadata.name) return true;
  const auto& owners = secret.metadata.owner_references;
  return std::any_of(owners.begin(), owners.end(),
                     [&certificate](const OwnerReference& owner) { return owner.uid == certificate.metadata.uid; });
}

bool SameSet(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  a.erase(std::unique(a.begin(), a.end()), a.end());
  b.erase(std::unique(b.begin(), b.end()), b.end());
  return a == b;
}

Result<Duration> Lifetime(const types::lab::CertificateSpec& spec) {
  if (spec.duration.empty()) return kDefaultDuration;
  const std::optional<Duration> duration = ParseDuration(spec.duration);
  if (!duration.has_value() || *duration < std::chrono::minutes(1)) {
    return Status::Invalid("spec.duration: must be a duration of at least 1m, such as 2160h");
  }
  return *duration;
}

// What would be gained by issuing anew now: the time by which the new one would outlive the present one.
Duration Gain(const CertificateWorld& world, const pki::CertificateInfo& present) {
  WallTime end = world.now + std::chrono::duration_cast<WallTime::duration>(Lifetime(world.certificate.spec).ok()
                                                                                ? *Lifetime(world.certificate.spec)
                                                                                : Duration(0));
  if (world.signer.authority.has_value()) {
    Result<pki::CertificateInfo> signer = pki::ParseCertificate(world.signer.authority->certificate_pem());
    if (signer.ok()) end = std::min(end, signer->not_after);
  }
  return end - present.not_after;
}

CertificatePlan Refuse(CertificatePlan plan, std::string reason, std::string message) {
  plan.action = CertificatePlan::Action::kRefuse;
  plan.reason = std::move(reason);
  plan.message = std::move(message);
  return plan;
}

struct Need {
  std::string reason;
  std::string message;
  bool key_is_bad = false;
};

// Why what the Secret holds will not do any more; empty reason: it will. Fills the plan's findings.
Need FindNeed(const CertificateWorld& world, const pki::KeyAlgorithm& wanted_key, CertificatePlan& plan) {
  const types::lab::CertificateSpec& spec = world.certificate.spec;
  if (!world.secret.has_value()) return {"SecretMissing", "Secret " + spec.secret_name + " does not exist yet", true};
  const std::string chain = Data(*world.secret, "tls.crt");
  const std::string key = Data(*world.secret, "tls.key");
  if (chain.empty() || key.empty()) return {"SecretIncomplete", "the Secret lacks tls.crt or tls.key", true};
  Result<pki::CertificateInfo> info = pki::ParseCertificate(chain);
  if (!info.ok()) return {"CertificateDamaged", "tls.crt holds no valid certificate", false};
  plan.present = *info;
  plan.renewal = RenewalTime(*info, spec);
  Result<pki::KeyAlgorithm> present_key = pki::ReadKeyAlgorithm(key);
  if (!present_key.ok()) return {"KeyDamaged", "tls.key holds no private key that can be read", true};
  if (!pki::KeyMatches(chain, key)) return {"KeyMismatch", "tls.key is not the key of tls.crt", true};
  if (info->not_after <= world.now)
    return {"Expired", "the certificate ended at " + FormatTime(info->not_after), false};
  if (!SameSet(info->names.dns, spec.names) || info->names.ips.size() != spec.ip_addresses.size()) {
    return {"NamesChanged", "the certificate is for other names than declared", false};
  }
  plan.usable = true;
  const bool other_key = present_key->kind != wanted_key.kind ||
                         (wanted_key.kind != pki::KeyAlgorithm::Kind::kEd25519 && present_key->bits != wanted_key.bits);
  if (other_key) return {"KeyAlgorithmChanged", "another kind of key is declared", true};
  if (Annotation(world.secret->metadata, kSpecHashAnnotation) != SpecHash(spec)) {
    return {"SpecChanged", "the declaration has changed since the certificate was issued", false};
  }
  if (world.now - info->not_before < kBackdate + kYouth) return {};
  if (world.signer.authority.has_value() &&
      !pki::VerifyChain(chain, world.signer.authority->certificate_pem(), world.now).ok()) {
    return {"IssuerChanged", "the certificate was signed by another authority than declared", false};
  }
  if (*plan.renewal <= world.now && Gain(world, *info) > kLeastGain) {
    return {"RenewalDue", "the certificate ends at " + FormatTime(info->not_after), false};
  }
  return {};
}

}  // namespace

Result<pki::KeyAlgorithm> WantedKey(const types::lab::CertificateSpec& spec) {
  const types::lab::PrivateKey& key = spec.private_key;
  const int size = key.size;
  if (key.algorithm == "RSA") {
    if (size == 0 || size == 2048 || size == 3072 || size == 4096)
      return pki::KeyAlgorithm::Rsa(size == 0 ? 2048 : size);
    return Status::Invalid("spec.privateKey.size: must be 2048, 3072 or 4096 for RSA");
  }
  if (key.algorithm == "Ed25519") return pki::KeyAlgorithm::Ed25519();
  if (key.algorithm.empty() || key.algorithm == "ECDSA") {
    if (size == 0 || size == 256 || size == 384 || size == 521) return pki::KeyAlgorithm::Ecdsa(size == 0 ? 256 : size);
    return Status::Invalid("spec.privateKey.size: must be 256, 384 or 521 for ECDSA");
  }
  return Status::Invalid("spec.privateKey.algorithm: must be ECDSA, RSA or Ed25519");
}

Result<pki::CertificateSpec> WantedCertificate(const types::lab::CertificateSpec& spec, WallTime now) {
  Result<Duration> lifetime = Lifetime(spec);
  if (!lifetime.ok()) return lifetime.status();
  if (spec.names.empty()) return Status::Invalid("spec.names: Required value");
  pki::CertificateSpec out;
  // A longer one does not fit into the field; the names below are what counts.
  if (spec.names[0].size() <= kLongestCommonName) out.subject.common_name = spec.names[0];
  out.names.dns = spec.names;
  out.names.ips = spec.ip_addresses;
  out.not_before = now - std::chrono::duration_cast<WallTime::duration>(kBackdate);
  out.not_after = now + std::chrono::duration_cast<WallTime::duration>(*lifetime);
  const auto has = [&spec](const char* usage) {
    return std::find(spec.usages.begin(), spec.usages.end(), usage) != spec.usages.end();
  };
  out.server_auth = spec.usages.empty() || has("server");
  out.client_auth = has("client");
  return out;
}

std::string SpecHash(const types::lab::CertificateSpec& spec) {
  std::string all;
  const auto add = [&all](const std::string& text) { all += std::to_string(text.size()) + ":" + text; };
  for (const auto* list : {&spec.names, &spec.ip_addresses, &spec.usages}) {
    std::vector<std::string> sorted = *list;
    std::sort(sorted.begin(), sorted.end());
    for (const std::string& text : sorted) add(text);
    all += ";";
  }
  for (const std::string& text : {spec.duration, spec.private_key.algorithm, std::to_string(spec.private_key.size),
                                  spec.issuer.self_signed.bytes, spec.issuer.ca.bytes}) {
    add(text);
  }
  return SafeEncode(StableHash(all));
}

WallTime RenewalTime(const pki::CertificateInfo& info, const types::lab::CertificateSpec& spec) {
  const Duration life = info.not_after - info.not_before;
  Duration before = ParseDuration(spec.renew_before).value_or(Duration(0));
  if (before <= Duration(0) || before >= life) before = life / 3;
  return info.not_after - std::chrono::duration_cast<WallTime::duration>(before);
}

CertificatePlan PlanCertificate(const CertificateWorld& world) {
  CertificatePlan plan;
  const types::lab::CertificateSpec& spec = world.certificate.spec;
  Result<pki::KeyAlgorithm> wanted_key = WantedKey(spec);
  if (!wanted_key.ok()) return Refuse(plan, "InvalidSpec", wanted_key.status().message());
  if (Result<pki::CertificateSpec> wanted = WantedCertificate(spec, world.now); !wanted.ok()) {
    return Refuse(plan, "InvalidSpec", wanted.status().message());
  }
  if (world.secret.has_value() && !IsOurs(*world.secret, world.certificate)) {
    return Refuse(
        plan, "ForeignSecret",
        "Secret " + spec.secret_name +
            " exists and is not this Certificate's; it is left as it is: delete it or choose another secretName");
  }
  const Need need = FindNeed(world, *wanted_key, plan);
  if (need.reason.empty()) {
    plan.reason = "UpToDate";
    plan.message = "the certificate is up to date";
    return plan;
  }
  if (!world.signer.self_signed && !world.signer.authority.has_value()) {
    return Refuse(plan, world.signer.reason, world.signer.problem);
  }
  if (world.signer.authority.has_value()) {
    Result<pki::CertificateInfo> signer = pki::ParseCertificate(world.signer.authority->certificate_pem());
    if (!signer.ok() || signer->not_after <= world.now) {
      return Refuse(plan, "IssuerExpired", "the issuer's own certificate has ended; replace it");
    }
  }
  plan.action = CertificatePlan::Action::kIssue;
  plan.reason = need.reason;
  plan.message = need.message;
  plan.new_key = need.key_is_bad || spec.private_key.rotation_policy != "Never";
  return plan;
}

types::lab::CertificateStatus PlanStatus(const CertificateWorld& world, const CertificatePlan& plan) {
  types::lab::CertificateStatus status = world.certificate.status;
  const int64_t generation = world.certificate.metadata.generation;
  status.observed_generation = generation;
  status.not_before = plan.present.has_value() ? FormatTime(plan.present->not_before) : "";
  status.not_after = plan.present.has_value() ? FormatTime(plan.present->not_after) : "";
  status.serial = plan.present.has_value() ? plan.present->serial : "";
  status.issuer = plan.present.has_value() ? plan.present->issuer.common_name : "";
  status.renewal_time = plan.renewal.has_value() ? FormatTime(*plan.renewal) : "";
  if (world.secret.has_value()) {
    const std::string revision = Annotation(world.secret->metadata, kRevisionAnnotation);
    if (!revision.empty()) status.revision = std::atoll(revision.c_str());
  }
  const bool up_to_date = plan.action == CertificatePlan::Action::kKeep;
  types::Condition ready{.type = "Ready", .status = plan.usable ? "True" : "False", .observed_generation = generation};
  ready.reason = plan.usable && !up_to_date ? "Usable" : plan.reason;
  ready.message = plan.usable && !up_to_date ? "usable, but " + plan.message : plan.message;
  runtime::SetCondition(status.conditions, ready, world.now);
  types::Condition issuing{.type = "Issuing", .status = "False", .observed_generation = generation};
  if (plan.action == CertificatePlan::Action::kIssue) issuing.status = "True";
  issuing.reason = plan.reason;
  issuing.message = plan.message;
  runtime::SetCondition(status.conditions, issuing, world.now);
  return status;
}

}  // namespace croft::certificates
