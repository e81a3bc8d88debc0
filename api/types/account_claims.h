#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/clock.h"

namespace croft::types {

struct NameAndUid {
  std::string name;
  std::string uid;
  bool operator==(const NameAndUid&) const = default;
};

// What the token of a service account says. It is written in one of the two forms that Kubernetes has: that of
// TokenRequests, or that of Secrets, whose issuer is kSecretIssuer, which names its Secret, and is for no audience and
// no time in particular.
struct AccountClaims {
  static constexpr std::string_view kSecretIssuer = "kubernetes/serviceaccount";

  std::string issuer;
  std::string ns;
  NameAndUid account;
  std::optional<NameAndUid> pod;     // what it is bound to: void once that is gone
  std::optional<NameAndUid> node;    // the same; beside a pod only where that runs
  std::optional<NameAndUid> secret;  // the same; of the form of Secrets the name alone
  std::vector<std::string> audiences;
  std::optional<WallTime> issued, not_before, expires;  // whole seconds
  std::string id;                                       // of this token, a UUID

  bool OfSecret() const { return issuer == kSecretIssuer; }
  bool operator==(const AccountClaims&) const = default;
};

// "system:serviceaccount:NS:NAME".
std::string AccountUser(std::string_view ns, std::string_view name);

// As JSON, and back; none when it does not say whose token it is.
std::string WriteClaims(const AccountClaims& claims);
std::optional<AccountClaims> ReadClaims(std::string_view json);

}  // namespace croft::types
