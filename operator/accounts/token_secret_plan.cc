#include "operator/accounts/token_secret_plan.h"

#include "api/base/base64.h"

namespace croft::accounts {
namespace {

std::string At(const types::StringMap& map, const char* key) {
  const auto found = map.find(key);
  return found == map.end() ? std::string() : found->second;
}

}  // namespace

std::string AccountOf(const types::Secret& secret) {
  return secret.type == kTokenSecretType ? At(secret.metadata.annotations, kAccountAnnotation) : std::string();
}

TokenSecretPlan PlanTokenSecret(const TokenSecretWorld& world) {
  using Action = TokenSecretPlan::Action;
  const types::Secret& secret = world.secret;
  if (AccountOf(secret).empty() || secret.metadata.deleting()) return {};
  const std::string filled_for = At(secret.metadata.annotations, kAccountUidAnnotation);
  if (!world.account) return {filled_for.empty() ? Action::kNothing : Action::kDelete};
  if (!filled_for.empty() && filled_for != world.account->uid) return {Action::kDelete};
  const bool complete = !filled_for.empty() && !At(secret.data, "token").empty() &&
                        At(secret.data, "ca.crt") == Base64Encode(world.ca_pem) &&
                        At(secret.data, "namespace") == Base64Encode(secret.metadata.ns);
  if (complete) return {};
  return {Action::kFill, At(secret.data, "token").empty()};
}

types::AccountClaims ClaimsFor(const TokenSecretWorld& world) {
  types::AccountClaims claims;
  claims.issuer = types::AccountClaims::kSecretIssuer;
  claims.ns = world.secret.metadata.ns;
  claims.account = *world.account;
  claims.secret = types::NameAndUid{world.secret.metadata.name, {}};
  return claims;
}

types::Secret FilledSecret(const TokenSecretWorld& world, const std::string& token) {
  const types::ObjectMeta& of = world.secret.metadata;
  types::Secret filled;
  filled.metadata.name = of.name;
  filled.metadata.ns = of.ns;
  filled.metadata.resource_version = of.resource_version;  // it holds for what was looked at alone
  filled.metadata.annotations = {{kAccountUidAnnotation, world.account->uid}};
  filled.type = world.secret.type;
  filled.data = {
      {"token", Base64Encode(token)}, {"ca.crt", Base64Encode(world.ca_pem)}, {"namespace", Base64Encode(of.ns)}};
  return filled;
}

}  // namespace croft::accounts
