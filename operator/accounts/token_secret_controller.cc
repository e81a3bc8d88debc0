#include "operator/accounts/token_secret_controller.h"

#include "api/base/base64.h"
#include "api/types/resources.h"

namespace croft::accounts {

using runtime::Outcome;

std::vector<std::string> TokenSecretController::AccountsOf(const Object& object) {
  const Result<types::Secret> secret = types::FromObject<types::Secret>(object);
  if (!secret.ok() || AccountOf(*secret).empty()) return {};
  return {object.ns() + "/" + AccountOf(*secret)};
}

// `ask_server`: past the cache, which may be behind.
Result<TokenSecretWorld> TokenSecretController::Gather(types::Secret secret, bool ask_server) {
  const Key account{secret.metadata.ns, AccountOf(secret)};
  ObjectPtr object = accounts_.Get(account);
  if (ask_server) {
    const Result<ObjectPtr> stored = context_.client.Get(resources::kServiceAccounts, account);
    if (!stored.ok() && !stored.status().IsNotFound()) return stored.status();
    object = stored.ok() ? *stored : nullptr;
  }
  TokenSecretWorld world{std::move(secret), std::nullopt, ca_pem_};
  if (object != nullptr) world.account = types::NameAndUid{object->name(), object->meta().uid};
  return world;
}

Outcome TokenSecretController::Reconcile(const Key& key) {
  using Action = TokenSecretPlan::Action;
  const ObjectPtr object = secrets_.Get(key);
  if (object == nullptr) return Outcome::Done();
  const Result<types::Secret> secret = types::FromObject<types::Secret>(*object);
  if (!secret.ok()) return Outcome::Terminal(secret.status());
  Result<TokenSecretWorld> world = Gather(*secret, false);
  // Nothing is removed on the cache's word alone.
  if (world.ok() && PlanTokenSecret(*world).action == Action::kDelete) world = Gather(*secret, true);
  if (!world.ok()) return Outcome::Retry(world.status());
  const TokenSecretPlan plan = PlanTokenSecret(*world);
  Status status;
  if (plan.action == Action::kFill) status = Fill(*world, plan.new_token);
  if (plan.action == Action::kDelete) {
    status = context_.client.Delete(resources::kSecrets, key, {.uid = secret->metadata.uid});
  }
  if (status.ok() || status.IsNotFound()) return Outcome::Done();
  return status.IsInvalid() ? Outcome::Terminal(status) : Outcome::Retry(status);
}

Status TokenSecretController::Fill(const TokenSecretWorld& world, bool new_token) {
  std::string token;
  if (new_token) {
    Result<std::string> made = key_.Sign(types::WriteClaims(ClaimsFor(world)));
    if (!made.ok()) return made.status();
    token = std::move(*made);
  } else {
    token = Base64Decode(world.secret.data.at("token")).value_or("");
  }
  return context_.client
      .Patch(resources::kSecrets, world.secret.metadata.key(), client::PatchType::kMerge,
             types::ToJson(FilledSecret(world, token)))
      .status();
}

}  // namespace croft::accounts
