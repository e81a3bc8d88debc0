#include "api/server/account_tokens.h"

#include <openssl/sha.h>

#include <algorithm>

#include "api/base/base64.h"

namespace croft::server {
namespace {

using types::AccountClaims;

// How far clocks may be apart, as in Kubernetes.
constexpr Duration kLeeway = std::chrono::minutes(1);
// Verifying a signature takes longer than answering a get; this many are remembered.
constexpr size_t kMaxKnown = 512;

Status Invalidated() {
  return Status::Unauthorized("service account token has been invalidated");
}

std::array<unsigned char, 32> DigestOf(std::string_view text) {
  std::array<unsigned char, 32> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

// ["a" "b"], as Go prints a list.
std::string Quoted(const std::vector<std::string>& list) {
  std::string text = "[";
  for (const std::string& each : list) text += (text.size() > 1 ? " \"" : "\"") + each + "\"";
  return text + "]";
}

std::vector<std::string> Common(const std::vector<std::string>& asked, const std::vector<std::string>& has) {
  std::vector<std::string> common;
  for (const std::string& each : has) {
    if (std::find(asked.begin(), asked.end(), each) != asked.end()) common.push_back(each);
  }
  return common;
}

Identity IdentityOf(const AccountClaims& claims) {
  Identity who;
  who.user = types::AccountUser(claims.ns, claims.account.name);
  who.groups = {"system:serviceaccounts", "system:serviceaccounts:" + claims.ns,
                std::string(Identity::kAuthenticatedGroup)};
  who.uid = claims.account.uid;
  const auto say = [&who](const char* key, const std::string& value) {
    if (!value.empty()) who.extra.emplace_back(std::string("authentication.kubernetes.io/") + key, value);
  };
  if (!claims.id.empty()) say("credential-id", "JTI=" + claims.id);
  if (claims.node) {
    say("node-name", claims.node->name);
    say("node-uid", claims.node->uid);
  }
  if (claims.pod) {
    say("pod-name", claims.pod->name);
    say("pod-uid", claims.pod->uid);
  }
  return who;
}

}  // namespace

Result<std::string> AccountTokens::Issue(AccountClaims claims) const {
  if (!enabled()) return Status::Unavailable("this server has no key to sign tokens of service accounts with");
  claims.issuer = kIssuer;
  claims.id = NewUid(parts_.random);
  Result<std::string> token = parts_.key->Sign(types::WriteClaims(claims));
  if (token.ok() && token->size() > kMaxBytes) {
    return Status(Reason::kRequestEntityTooLarge, "the token would have more than " + std::to_string(kMaxBytes) +
                                                      " bytes: name fewer or shorter audiences");
  }
  return token;
}

bool AccountTokens::MayBeOne(std::string_view token) {
  return token.size() <= kMaxBytes && std::count(token.begin(), token.end(), '.') == 2;
}

bool AccountTokens::Knows(std::string_view token) const {
  const Digest digest = DigestOf(token);
  const std::lock_guard lock(mutex_);
  return known_.contains(digest);
}

Result<std::shared_ptr<const AccountClaims>> AccountTokens::Read(std::string_view token) const {
  if (!enabled() || !MayBeOne(token)) return Status::Unauthorized("the token is not a service account's");
  const Digest digest = DigestOf(token);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(digest); found != known_.end()) return found->second;
  }
  const Result<std::string> text = parts_.key->Verify(token);
  if (!text.ok()) return Status::Unauthorized(text.status().message());
  std::optional<AccountClaims> claims = types::ReadClaims(*text);
  if (!claims || (claims->issuer != kIssuer && !claims->OfSecret())) {
    return Status::Unauthorized("the token does not say whose it is");
  }
  auto known = std::make_shared<const AccountClaims>(std::move(*claims));
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMaxKnown) known_.clear();
  known_[digest] = known;
  return known;
}

Result<AccountTokens::Verdict> AccountTokens::Judge(std::string_view token,
                                                    const std::vector<std::string>& audiences) const {
  const Result<std::shared_ptr<const Claims>> read = Read(token);
  if (!read.ok()) return read.status();
  const Claims& claims = **read;
  const std::vector<std::string> meant = claims.OfSecret() ? std::vector<std::string>{kIssuer} : claims.audiences;
  std::vector<std::string> common = Common(audiences, meant);
  if (common.empty()) {
    return Status::Unauthorized("token audiences " + Quoted(meant) + " is invalid for the target audiences " +
                                Quoted(audiences));
  }
  CROFT_RETURN_IF_ERROR(CheckTimes(claims));
  CROFT_RETURN_IF_ERROR(CheckObjects(claims, token));
  return Verdict{IdentityOf(claims), std::move(common)};
}

Status AccountTokens::CheckTimes(const Claims& claims) const {
  const WallTime now = parts_.clock.Now();
  if (!claims.OfSecret() && (!claims.expires || now - kLeeway > *claims.expires)) {
    return Status::Unauthorized("service account token has expired");
  }
  if (claims.not_before && now + kLeeway < *claims.not_before) {
    return Status::Unauthorized("service account token is not valid yet");
  }
  if (claims.issued && now + kLeeway < *claims.issued) {
    return Status::Unauthorized("service account token is issued in the future");
  }
  return Status::Ok();
}

// A pod that is being deleted keeps its rights until its grace is over.
bool AccountTokens::IsGone(const Object& object) const {
  if (!object.meta().deleting) return false;
  const auto due = ParseTime(FindString(object.ToJson(), {"metadata", "deletionTimestamp"}));
  return !due || *due < parts_.clock.Now() - kLeeway;
}

Status AccountTokens::CheckBound(const char* resource, const char* noun, const Key& key, const std::string& uid) const {
  const ObjectPtr object = parts_.store.Get({"", resource}, key);
  if (object == nullptr) return Invalidated();
  if (object->meta().uid != uid) {
    return Status::Unauthorized(std::string(noun) + " UID (" + object->meta().uid +
                                ") does not match service account " + noun + " ref claim (" + uid + ")");
  }
  return IsGone(*object) ? Invalidated() : Status::Ok();
}

Status AccountTokens::CheckObjects(const Claims& claims, std::string_view token) const {
  const ObjectPtr account = parts_.store.Get({"", "serviceaccounts"}, {claims.ns, claims.account.name});
  if (account == nullptr) {
    return Status::Unauthorized("serviceaccounts \"" + claims.account.name + "\" not found");
  }
  if (account->meta().uid != claims.account.uid) {
    return Status::Unauthorized("service account UID (" + account->meta().uid + ") does not match claim (" +
                                claims.account.uid + ")");
  }
  if (IsGone(*account)) return Invalidated();
  if (claims.OfSecret()) {
    // Whoever empties the Secret or writes another token into it revokes this one.
    const ObjectPtr secret = parts_.store.Get({"", "secrets"}, {claims.ns, claims.secret->name});
    if (secret == nullptr || IsGone(*secret)) return Invalidated();
    const std::optional<std::string> kept = Base64Decode(FindString(secret->ToJson(), {"data", "token"}));
    return kept && *kept == token ? Status::Ok() : Invalidated();
  }
  if (claims.secret) {
    CROFT_RETURN_IF_ERROR(CheckBound("secrets", "secret", {claims.ns, claims.secret->name}, claims.secret->uid));
  }
  if (claims.pod) return CheckBound("pods", "pod", {claims.ns, claims.pod->name}, claims.pod->uid);
  if (claims.node) return CheckBound("nodes", "node", {"", claims.node->name}, claims.node->uid);
  return Status::Ok();
}

std::string AccountTokens::KeysDocument() const {
  return enabled() ? R"({"keys":[)" + parts_.key->PublicJwk() + "]}" : std::string();
}

std::string AccountTokens::ConfigurationDocument(const std::string& keys_url) const {
  if (!enabled()) return {};
  JsonDocument document(rapidjson::kObjectType);
  auto& allocator = document.GetAllocator();
  const auto list = [&](const char* key, const char* only) {
    Json values(rapidjson::kArrayType);
    values.PushBack(MakeString(only, allocator), allocator);
    Set(document, key, std::move(values), allocator);
  };
  SetString(document, "issuer", kIssuer, allocator);
  SetString(document, "jwks_uri", keys_url, allocator);
  list("response_types_supported", "id_token");
  list("subject_types_supported", "public");
  list("id_token_signing_alg_values_supported", "ES256");
  return WriteJson(document);
}

}  // namespace croft::server
