#include "api/types/account_claims.h"

#include <algorithm>

#include "api/object/json.h"

namespace croft::types {
namespace {

constexpr const char* kOwn = "kubernetes.io";
// The form of Secrets has members with long names instead of an object.
constexpr const char* kSecretNamespace = "kubernetes.io/serviceaccount/namespace";
constexpr const char* kSecretName = "kubernetes.io/serviceaccount/secret.name";
constexpr const char* kSecretAccount = "kubernetes.io/serviceaccount/service-account.name";
constexpr const char* kSecretAccountUid = "kubernetes.io/serviceaccount/service-account.uid";

int64_t Seconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

void SetTime(Json& claims, const char* key, const std::optional<WallTime>& time, JsonAllocator& allocator) {
  if (time) Set(claims, key, Json(Seconds(*time)), allocator);
}

// A number of seconds that a clock can hold.
std::optional<WallTime> TimeAt(const Json& claims, std::string_view key) {
  constexpr int64_t kLast = 9'000'000'000;  // the year 2255
  const Json* value = Find(claims, key);
  if (value == nullptr || !value->IsInt64()) return std::nullopt;
  return WallTime(std::chrono::seconds(std::clamp(value->GetInt64(), int64_t{0}, kLast)));
}

void SetReference(Json& own, const char* key, const std::optional<NameAndUid>& to, JsonAllocator& allocator) {
  if (!to) return;
  Json& reference = Ensure(own, key, allocator);
  SetString(reference, "name", to->name, allocator);
  if (!to->uid.empty()) SetString(reference, "uid", to->uid, allocator);
}

std::optional<NameAndUid> ReferenceAt(const Json& claims, std::string_view key) {
  const Json* found = Find(claims, {kOwn, key});
  if (found == nullptr || !found->IsObject()) return std::nullopt;
  return NameAndUid{std::string(FindString(*found, {"name"})), std::string(FindString(*found, {"uid"}))};
}

void WriteOfSecret(Json& json, const AccountClaims& claims, JsonAllocator& allocator) {
  SetString(json, kSecretNamespace, claims.ns, allocator);
  if (claims.secret) SetString(json, kSecretName, claims.secret->name, allocator);
  SetString(json, kSecretAccount, claims.account.name, allocator);
  SetString(json, kSecretAccountUid, claims.account.uid, allocator);
}

void ReadOfSecret(const Json& json, AccountClaims* claims) {
  claims->ns = FindString(json, {kSecretNamespace});
  claims->account = {std::string(FindString(json, {kSecretAccount})),
                     std::string(FindString(json, {kSecretAccountUid}))};
  claims->secret = NameAndUid{std::string(FindString(json, {kSecretName})), {}};
}

void WriteOfRequest(Json& json, const AccountClaims& claims, JsonAllocator& allocator) {
  Json audiences(rapidjson::kArrayType);
  for (const std::string& audience : claims.audiences) audiences.PushBack(MakeString(audience, allocator), allocator);
  Set(json, "aud", std::move(audiences), allocator);
  SetTime(json, "exp", claims.expires, allocator);
  SetTime(json, "iat", claims.issued, allocator);
  SetTime(json, "nbf", claims.not_before, allocator);
  SetString(json, "jti", claims.id, allocator);
  Json& own = Ensure(json, kOwn, allocator);
  SetString(own, "namespace", claims.ns, allocator);
  SetReference(own, "node", claims.node, allocator);
  SetReference(own, "pod", claims.pod, allocator);
  SetReference(own, "secret", claims.secret, allocator);
  SetReference(own, "serviceaccount", claims.account, allocator);
}

void ReadOfRequest(const Json& json, AccountClaims* claims) {
  const Json* audiences = Find(json, "aud");
  if (audiences != nullptr && audiences->IsArray()) {
    for (const Json& audience : audiences->GetArray()) {
      if (audience.IsString()) claims->audiences.emplace_back(AsView(audience));
    }
  }
  claims->expires = TimeAt(json, "exp");
  claims->issued = TimeAt(json, "iat");
  claims->not_before = TimeAt(json, "nbf");
  claims->id = FindString(json, {"jti"});
  claims->ns = FindString(json, {kOwn, "namespace"});
  claims->node = ReferenceAt(json, "node");
  claims->pod = ReferenceAt(json, "pod");
  claims->secret = ReferenceAt(json, "secret");
  claims->account = ReferenceAt(json, "serviceaccount").value_or(NameAndUid{});
}

}  // namespace

std::string AccountUser(std::string_view ns, std::string_view name) {
  return std::string("system:serviceaccount:").append(ns).append(":").append(name);
}

std::string WriteClaims(const AccountClaims& claims) {
  JsonDocument json(rapidjson::kObjectType);
  auto& allocator = json.GetAllocator();
  SetString(json, "iss", claims.issuer, allocator);
  SetString(json, "sub", AccountUser(claims.ns, claims.account.name), allocator);
  if (claims.OfSecret()) {
    WriteOfSecret(json, claims, allocator);
  } else {
    WriteOfRequest(json, claims, allocator);
  }
  return WriteJson(json);
}

std::optional<AccountClaims> ReadClaims(std::string_view text) {
  const Result<JsonDocument> json = ParseJson(text);
  if (!json.ok() || !json->IsObject()) return std::nullopt;
  AccountClaims claims;
  claims.issuer = FindString(*json, {"iss"});
  if (claims.OfSecret()) {
    ReadOfSecret(*json, &claims);
  } else {
    ReadOfRequest(*json, &claims);
  }
  if (claims.ns.empty() || claims.account.name.empty() || claims.account.uid.empty()) return std::nullopt;
  return claims;
}

}  // namespace croft::types
