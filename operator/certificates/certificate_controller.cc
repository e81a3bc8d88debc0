#include "operator/certificates/certificate_controller.h"

#include <algorithm>
#include <cstdlib>

#include "api/base/base64.h"
#include "api/types/resources.h"
#include "operator/runtime/write.h"

namespace croft::certificates {
namespace {

using runtime::Outcome;

// How long it sleeps at most: the machine's clock may be set, and a suspended machine's timers stand still.
constexpr Duration kLongestSleep = std::chrono::hours(12);
// After which a refusal is looked at again, for what no watch tells (a Secret of another type).
constexpr Duration kRefusedPause = std::chrono::minutes(1);

std::string CaSecretName(const types::lab::Certificate& certificate) {
  if (certificate.spec.issuer.ca.empty()) return {};
  Result<JsonDocument> ca = ParseJson(certificate.spec.issuer.ca.bytes);
  return ca.ok() ? std::string(FindString(*ca, {"secretName"})) : std::string();
}

std::string Data(const types::Secret& secret, const char* key) {
  const auto found = secret.data.find(key);
  return found == secret.data.end() ? std::string() : Base64Decode(found->second).value_or("");
}

// tls.crt: the certificate and the way up to its root, which clients have already. ca.crt: that root.
void Arrange(const std::string& leaf, const std::string& authority_pem, std::string* chain, std::string* ca) {
  *chain = leaf;
  Result<std::vector<std::string>> above = pki::SplitBundle(authority_pem);
  if (!above.ok()) return;
  for (const std::string& certificate : *above) {
    Result<pki::CertificateInfo> info = pki::ParseCertificate(certificate);
    const bool is_root = info.ok() && info->subject == info->issuer;
    if (!is_root) *chain += certificate;
    *ca = certificate;
  }
}

}  // namespace

CertificateController::CertificateController(runtime::Context context, client::Informer& certificates,
                                             client::Informer& secrets, const pki::Authority& lab_ca)
    : context_(context),
      certificates_(certificates),
      secrets_(secrets),
      lab_ca_(lab_ca),
      events_(context, "croft-certificates") {}

std::vector<std::string> CertificateController::SecretsOf(const Object& object) {
  Result<types::lab::Certificate> certificate = types::FromObject<types::lab::Certificate>(object);
  if (!certificate.ok()) return {};
  std::vector<std::string> out = {object.ns() + "/" + certificate->spec.secret_name};
  if (const std::string ca = CaSecretName(*certificate); !ca.empty()) out.push_back(object.ns() + "/" + ca);
  return out;
}

Signer CertificateController::FindSigner(const types::lab::Certificate& certificate) {
  const types::lab::Issuer& issuer = certificate.spec.issuer;
  Signer signer;
  if (!issuer.acme.empty()) {
    signer.reason = "NotSupported";
    signer.problem = "issuer acme is not supported yet: use the lab's own CA, a CA in a Secret, or selfSigned";
    return signer;
  }
  if (!issuer.self_signed.empty()) {
    signer.self_signed = true;
    return signer;
  }
  const std::string name = CaSecretName(certificate);
  if (name.empty()) {
    signer.authority = lab_ca_;
    return signer;
  }
  signer.reason = "IssuerNotReady";
  const Key key{certificate.metadata.ns, name};
  Result<ObjectPtr> object = secrets_.Get(key);
  if (*object == nullptr) object = context_.client.Get(resources::kSecrets, key);
  if (!object.ok()) {
    signer.problem = "the issuer's Secret " + name + " can't be read: " + object.status().message();
    return signer;
  }
  Result<types::Secret> secret = types::FromObject<types::Secret>(**object);
  if (!secret.ok()) {
    signer.problem = secret.status().message();
    return signer;
  }
  Result<pki::Authority> authority = pki::Authority::Load(Data(*secret, "tls.crt"), Data(*secret, "tls.key"));
  if (authority.ok()) {
    signer.authority = std::move(*authority);
  } else {
    signer.problem = "the issuer's Secret " + name + " holds no usable CA: " + authority.status().message();
  }
  return signer;
}

// `ask_server`: past the cache, which may be behind and does not hold Secrets of other types.
Result<CertificateWorld> CertificateController::Gather(const types::lab::Certificate& certificate, bool ask_server) {
  CertificateWorld world{certificate, std::nullopt, FindSigner(certificate), context_.clock.Now()};
  const Key key{certificate.metadata.ns, certificate.spec.secret_name};
  ObjectPtr object = secrets_.Get(key);
  if (ask_server) {
    Result<ObjectPtr> stored = context_.client.Get(resources::kSecrets, key);
    if (!stored.ok() && !stored.status().IsNotFound()) return stored.status();
    object = stored.ok() ? *stored : nullptr;
  }
  if (object != nullptr) {
    Result<types::Secret> secret = types::FromObject<types::Secret>(*object);
    if (!secret.ok()) return secret.status();
    world.secret = std::move(*secret);
  }
  return world;
}

Outcome CertificateController::Reconcile(const Key& key) {
  const ObjectPtr object = certificates_.Get(key);
  if (object == nullptr || object->meta().deleting) return Outcome::Done();
  Result<types::lab::Certificate> certificate = types::FromObject<types::lab::Certificate>(*object);
  if (!certificate.ok()) return Outcome::Terminal(certificate.status());
  // A certificate is never issued on the cache's word alone.
  for (const bool ask_server : {false, true}) {
    Result<CertificateWorld> world = Gather(*certificate, ask_server);
    if (!world.ok()) return Outcome::Retry(world.status());
    const CertificatePlan plan = PlanCertificate(*world);
    if (plan.action != CertificatePlan::Action::kIssue) return Finish(*world, plan);
    if (!ask_server) continue;
    if (Status status = Issue(*world, plan); !status.ok()) return Outcome::Retry(status);
  }
  Result<CertificateWorld> world = Gather(*certificate, true);
  if (!world.ok()) return Outcome::Retry(world.status());
  return Finish(*world, PlanCertificate(*world));
}

Outcome CertificateController::Finish(const CertificateWorld& world, const CertificatePlan& plan) {
  types::lab::Certificate after = world.certificate;
  after.status = PlanStatus(world, plan);
  const bool changed = !(after.status == world.certificate.status);
  Status status = runtime::WriteStatus(context_.client, resources::kLabCertificates, world.certificate, after);
  if (!status.ok() && !status.IsNotFound()) return Outcome::Retry(status);
  if (plan.action == CertificatePlan::Action::kRefuse) {
    types::ObjectReference about = runtime::ReferenceTo({"croft.lab/v1", "Certificate"}, world.certificate.metadata);
    if (changed) events_.Warning(about, plan.reason, plan.message);
    return Outcome::After(kRefusedPause);
  }
  if (!plan.renewal.has_value()) return Outcome::Done();
  // Past already, when a renewal would gain nothing since the signer itself is about to end.
  const Duration until = *plan.renewal - world.now;
  return Outcome::After(until > Duration(0) ? std::min(until, kLongestSleep) : kLongestSleep);
}

Status CertificateController::Issue(const CertificateWorld& world, const CertificatePlan& plan) {
  const types::lab::CertificateSpec& spec = world.certificate.spec;
  Result<pki::KeyAlgorithm> algorithm = WantedKey(spec);
  if (!algorithm.ok()) return algorithm.status();
  Result<pki::CertificateSpec> wanted = WantedCertificate(spec, world.now);
  if (!wanted.ok()) return wanted.status();
  Result<std::string> key = plan.new_key || !world.secret.has_value()
                                ? pki::GenerateKey(*algorithm)
                                : Result<std::string>(Data(*world.secret, "tls.key"));
  if (!key.ok()) return key.status();
  Result<std::string> leaf =
      world.signer.self_signed ? pki::SelfSign(*wanted, *key) : world.signer.authority->Issue(*wanted, *key);
  if (!leaf.ok()) return leaf.status();
  pki::KeyPair pair{*leaf, *key};
  std::string ca = *leaf;
  if (!world.signer.self_signed) Arrange(*leaf, world.signer.authority->certificate_pem(), &pair.certificate_pem, &ca);
  CROFT_RETURN_IF_ERROR(WriteSecret(world, pair, ca));
  Result<pki::CertificateInfo> info = pki::ParseCertificate(*leaf);
  events_.Normal(runtime::ReferenceTo({"croft.lab/v1", "Certificate"}, world.certificate.metadata), "Issued",
                 "issued a certificate for " + spec.names.front() + " that is valid until " +
                     (info.ok() ? FormatTime(info->not_after) : "?") + " (" + plan.reason + ")");
  return Status::Ok();
}

Status CertificateController::WriteSecret(const CertificateWorld& world, const pki::KeyPair& pair,
                                          const std::string& ca_pem) {
  const types::ObjectMeta& owner = world.certificate.metadata;
  types::Secret secret;
  if (world.secret.has_value()) {
    secret.metadata.resource_version = world.secret->metadata.resource_version;
    secret.metadata.annotations = world.secret->metadata.annotations;
  }
  secret.metadata.name = world.certificate.spec.secret_name;
  secret.metadata.ns = owner.ns;
  const int64_t revision = world.secret.has_value() && secret.metadata.annotations.count(kRevisionAnnotation) > 0
                               ? std::atoll(secret.metadata.annotations[kRevisionAnnotation].c_str())
                               : world.certificate.status.revision;
  secret.metadata.annotations[kCertificateAnnotation] = owner.name;
  secret.metadata.annotations[kSpecHashAnnotation] = SpecHash(world.certificate.spec);
  secret.metadata.annotations[kRevisionAnnotation] = std::to_string(revision + 1);
  secret.metadata.owner_references = {types::ControllerOf({"croft.lab/v1", "Certificate"}, owner)};
  secret.type = kTlsSecretType;
  secret.data = {{"tls.crt", Base64Encode(pair.certificate_pem)},
                 {"tls.key", Base64Encode(pair.key_pem)},
                 {"ca.crt", Base64Encode(ca_pem)}};
  const JsonDocument json = types::ToJson(secret);
  if (!world.secret.has_value()) return context_.client.Create(resources::kSecrets, owner.ns, json).status();
  // A merge patch leaves labels and keys that others have put there; the resourceVersion makes it conditional.
  return context_.client.Patch(resources::kSecrets, secret.metadata.key(), client::PatchType::kMerge, json).status();
}

}  // namespace croft::certificates
