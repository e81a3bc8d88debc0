#include "api/server/impersonation.h"

#include <algorithm>
#include <optional>

namespace croft::server {
namespace {

constexpr std::string_view kUserHeader = "Impersonate-User";
constexpr std::string_view kGroupHeader = "Impersonate-Group";
constexpr std::string_view kUidHeader = "Impersonate-Uid";
constexpr std::string_view kExtraPrefix = "Impersonate-Extra-";
constexpr std::string_view kAccountPrefix = "system:serviceaccount:";
constexpr const char* kAuthenticationGroup = "authentication.k8s.io";

// What the headers ask for.
struct Wanted {
  std::string user;
  std::string uid;
  std::vector<std::string> groups;
  std::vector<std::pair<std::string, std::string>> extra;

  bool empty() const { return user.empty() && uid.empty() && groups.empty() && extra.empty(); }
};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return lower;
}

Wanted ReadHeaders(const http::Headers& headers) {
  Wanted wanted;
  wanted.user = headers.Get(kUserHeader);
  wanted.uid = headers.Get(kUidHeader);
  for (const auto& [name, value] : headers.fields()) {
    if (http::SameIgnoringCase(name, kGroupHeader)) wanted.groups.push_back(value);
    const std::string_view begin = std::string_view(name).substr(0, kExtraPrefix.size());
    if (name.size() <= kExtraPrefix.size() || !http::SameIgnoringCase(begin, kExtraPrefix)) continue;
    // Headers have no case and few characters: others are percent-encoded in a key.
    const std::string key = Lower(std::string_view(name).substr(kExtraPrefix.size()));
    wanted.extra.emplace_back(http::PercentDecode(key, false).value_or(key), value);
  }
  return wanted;
}

// Namespace and name of a service account by its user name.
std::optional<std::pair<std::string, std::string>> AccountOf(std::string_view user) {
  if (!user.starts_with(kAccountPrefix)) return std::nullopt;
  user.remove_prefix(kAccountPrefix.size());
  const size_t colon = user.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == user.size()) return std::nullopt;
  if (user.find(':', colon + 1) != std::string_view::npos) return std::nullopt;
  return std::pair(std::string(user.substr(0, colon)), std::string(user.substr(colon + 1)));
}

// Asks for one thing after the other, until one is refused.
class Asker {
 public:
  Asker(const Identity& who, const Authorizer& authorizer) : who_(who), authorizer_(authorizer) {}

  Status MayBeUser(const std::string& user) const {
    const auto account = AccountOf(user);
    if (account) return May("", "serviceaccounts", "", account->first, account->second);
    return May("", "users", "", "", user);
  }
  Status MayBeIn(const std::string& group) const { return May("", "groups", "", "", group); }
  Status MayHaveUid(const std::string& uid) const { return May(kAuthenticationGroup, "uids", "", "", uid); }
  Status MayHaveExtra(const std::string& key, const std::string& value) const {
    return May(kAuthenticationGroup, "userextras", key, "", value);
  }

 private:
  Status May(std::string_view group, std::string_view resource, std::string_view subresource, std::string_view ns,
             std::string_view name) const {
    Attributes attributes;
    attributes.identity = who_;
    attributes.verb = "impersonate";
    attributes.group = group;
    attributes.version = "v1";
    attributes.resource = resource;
    attributes.subresource = subresource;
    attributes.ns = ns;
    attributes.name = name;
    const Decision decision = authorizer_.Authorize(attributes);
    return decision.allowed ? Status::Ok() : ForbiddenStatus(attributes, decision.reason);
  }

  const Identity& who_;
  const Authorizer& authorizer_;
};

// Groups that are not named: a service account's own, and whether anybody knows the user at all.
void CompleteGroups(Identity& identity) {
  if (const auto account = AccountOf(identity.user); account && identity.groups.empty()) {
    identity.groups = {"system:serviceaccounts", "system:serviceaccounts:" + account->first};
  }
  const bool said =
      identity.InGroup(Identity::kAuthenticatedGroup) || identity.InGroup(Identity::kUnauthenticatedGroup);
  if (said) return;
  identity.groups.emplace_back(identity.anonymous() ? Identity::kUnauthenticatedGroup : Identity::kAuthenticatedGroup);
}

}  // namespace

Result<Identity> ImpersonatedBy(const Identity& who, const http::Headers& headers, const Authorizer& authorizer) {
  Wanted wanted = ReadHeaders(headers);
  if (wanted.empty()) return who;
  if (wanted.user.empty()) {
    return Status::Internal("groups, a uid or extras were asked for without impersonating a user: send " +
                            std::string(kUserHeader) + ", too");
  }
  const Asker asker(who, authorizer);
  CROFT_RETURN_IF_ERROR(asker.MayBeUser(wanted.user));
  for (const std::string& group : wanted.groups) CROFT_RETURN_IF_ERROR(asker.MayBeIn(group));
  for (const auto& [key, value] : wanted.extra) CROFT_RETURN_IF_ERROR(asker.MayHaveExtra(key, value));
  if (!wanted.uid.empty()) CROFT_RETURN_IF_ERROR(asker.MayHaveUid(wanted.uid));
  Identity identity{std::move(wanted.user), std::move(wanted.groups), std::move(wanted.uid), std::move(wanted.extra)};
  CompleteGroups(identity);
  return identity;
}

}  // namespace croft::server
