#pragma once

#include <optional>
#include <string>

#include "api/types/account_claims.h"
#include "api/types/core.h"

namespace croft::accounts {

inline constexpr const char* kTokenSecretType = "kubernetes.io/service-account-token";
inline constexpr const char* kAccountAnnotation = "kubernetes.io/service-account.name";
inline constexpr const char* kAccountUidAnnotation = "kubernetes.io/service-account.uid";

// All that decides about one Secret.
struct TokenSecretWorld {
  types::Secret secret;
  std::optional<types::NameAndUid> account;  // the one that it names; none: there is none
  std::string ca_pem;
};

struct TokenSecretPlan {
  enum class Action {
    kNothing,
    kFill,
    kDelete,  // the account that it was filled for is gone
  };
  Action action = Action::kNothing;
  bool new_token = false;  // kFill: it holds none
};

// A Secret that was never filled waits for its account.
TokenSecretPlan PlanTokenSecret(const TokenSecretWorld& world);

// What the Secret's token says.
types::AccountClaims ClaimsFor(const TokenSecretWorld& world);

// What is to be merged into the Secret; `token` as it is to stand there.
types::Secret FilledSecret(const TokenSecretWorld& world, const std::string& token);

// The name of the account whose token it holds; empty when it is no such Secret.
std::string AccountOf(const types::Secret& secret);

}  // namespace croft::accounts
