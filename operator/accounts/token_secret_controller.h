#pragma once

#include "api/client/informer.h"
#include "api/pki/jwt.h"
#include "operator/accounts/token_secret_plan.h"
#include "operator/runtime/controller.h"
#include "operator/runtime/reconciler.h"

namespace croft::accounts {

// Keeps what stands in each Secret that is to hold the token of a service account. Whoever empties data.token gets a
// new one.
class TokenSecretController final : public runtime::Reconciler {
 public:
  // `secrets` holds those of type kTokenSecretType.
  TokenSecretController(runtime::Context context, client::Informer& secrets, client::Informer& accounts,
                        pki::TokenKey key, std::string ca_pem)
      : context_(context), secrets_(secrets), accounts_(accounts), key_(std::move(key)), ca_pem_(std::move(ca_pem)) {}
  runtime::Outcome Reconcile(const Key& key) override;

  // Index of Secrets by the account that they name: "ns/name".
  static constexpr char kByAccount[] = "by-account";
  static std::vector<std::string> AccountsOf(const Object& secret);

 private:
  Result<TokenSecretWorld> Gather(types::Secret secret, bool ask_server);
  Status Fill(const TokenSecretWorld& world, bool new_token);

  runtime::Context context_;
  client::Informer& secrets_;
  client::Informer& accounts_;
  const pki::TokenKey key_;
  const std::string ca_pem_;
};

}  // namespace croft::accounts
