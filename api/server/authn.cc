#include "api/server/authn.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace croft::server {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest DigestOf(std::string_view text) {
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

Identity WithAuthenticatedGroup(Identity identity) {
  if (!identity.InGroup(Identity::kAuthenticatedGroup)) {
    identity.groups.emplace_back(Identity::kAuthenticatedGroup);
  }
  return identity;
}

constexpr std::string_view kBearer = "bearer ";

bool StartsWithBearer(std::string_view header) {
  if (header.size() < kBearer.size()) return false;
  for (size_t i = 0; i < kBearer.size(); ++i) {
    const char c = header[i] >= 'A' && header[i] <= 'Z' ? static_cast<char>(header[i] + 32) : header[i];
    if (c != kBearer[i]) return false;
  }
  return true;
}

}  // namespace

Authenticator::Authenticator(AuthenticatorSettings settings, const AccountTokens& accounts)
    : settings_(std::move(settings)), accounts_(accounts) {}

Result<AccountTokens::Verdict> Authenticator::AuthenticateToken(std::string_view token,
                                                                std::vector<std::string> audiences) const {
  const Status invalid = Status::Unauthorized("invalid bearer token");
  if (token.size() > AccountTokens::kMaxBytes) return invalid;
  if (audiences.empty()) audiences = {AccountTokens::kIssuer};
  // Digests of equal length make the comparison independent of the lengths, and all entries are always compared.
  const Digest given = DigestOf(token);
  const TokenEntry* match = nullptr;
  for (const TokenEntry& entry : settings_.tokens) {
    const Digest want = DigestOf(entry.token);
    if (CRYPTO_memcmp(given.data(), want.data(), given.size()) == 0 && !entry.token.empty()) match = &entry;
  }
  if (match == nullptr) {
    if (!AccountTokens::MayBeOne(token)) return invalid;
    Result<AccountTokens::Verdict> verdict = accounts_.Judge(token, audiences);
    if (verdict.ok()) return verdict;
    return Status::Unauthorized("[" + invalid.message() + ", " + verdict.status().message() + "]");
  }
  // A token of the list is for the API itself.
  if (std::find(audiences.begin(), audiences.end(), AccountTokens::kIssuer) == audiences.end()) return invalid;
  return AccountTokens::Verdict{WithAuthenticatedGroup(match->identity), {AccountTokens::kIssuer}};
}

Result<Identity> Authenticator::Authenticate(const http::Request& request) const {
  const std::string_view header = request.headers.Get("Authorization");
  if (StartsWithBearer(header)) {
    Result<AccountTokens::Verdict> verdict = AuthenticateToken(header.substr(kBearer.size()), {});
    if (!verdict.ok()) return Status::Unauthorized("Unauthorized");  // why is not a stranger's business
    return std::move(verdict->identity);
  }
  if (request.peer.verified && !request.peer.common_name.empty()) {
    return WithAuthenticatedGroup({request.peer.common_name, request.peer.organizations});
  }
  if (!settings_.anonymous || !header.empty()) return Status::Unauthorized("Unauthorized");
  return Identity{std::string(Identity::kAnonymous), {std::string(Identity::kUnauthenticatedGroup)}};
}

bool Authenticator::IsQuick(const http::Request& request) const {
  const std::string_view header = request.headers.Get("Authorization");
  if (!StartsWithBearer(header)) return true;
  const std::string_view token = header.substr(kBearer.size());
  return !AccountTokens::MayBeOne(token) || accounts_.Knows(token);
}

}  // namespace croft::server
