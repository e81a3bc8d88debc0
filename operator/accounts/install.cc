#include "operator/accounts/install.h"

#include "api/types/resources.h"
#include "operator/accounts/token_secret_controller.h"

namespace croft::accounts {

void Install(runtime::Manager& manager, pki::TokenKey key, std::string ca_pem) {
  client::ListOptions tokens_only;
  tokens_only.field_selector = std::string("type=") + kTokenSecretType;
  client::Informer& secrets = manager.informers().For(resources::kSecrets, tokens_only);
  client::Informer& accounts = manager.informers().For(resources::kServiceAccounts);
  secrets.AddIndex(TokenSecretController::kByAccount, TokenSecretController::AccountsOf);
  runtime::Controller& controller = manager.Add(
      "token-secrets",
      std::make_unique<TokenSecretController>(manager.context(), secrets, accounts, std::move(key), std::move(ca_pem)));
  manager.Watch(controller, secrets, runtime::ToSelf());
  manager.Watch(controller, accounts, [&secrets](const ObjectPtr& old, const ObjectPtr& now) {
    const Object& account = now != nullptr ? *now : *old;
    std::vector<Key> keys;
    for (const ObjectPtr& one : secrets.ByIndex(TokenSecretController::kByAccount, account.key().ToString())) {
      keys.push_back(one->key());
    }
    return keys;
  });
}

}  // namespace croft::accounts
