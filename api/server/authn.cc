#include "api/server/authn.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

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

bool StartsWithBearer(std::string_view header) {
  constexpr std::string_view kBearer = "bearer ";
  if (header.size() < kBearer.size()) return false;
  for (size_t i = 0; i < kBearer.size(); ++i) {
    const char c = header[i] >= 'A' && header[i] <= 'Z' ? static_cast<char>(header[i] + 32) : header[i];
    if (c != kBearer[i]) return false;
  }
  return true;
}

}  // namespace

Authenticator::Authenticator(AuthenticatorSettings settings) : settings_(std::move(settings)) {}

Result<Identity> Authenticator::AuthenticateToken(std::string_view token) const {
  // Digests of equal length make the comparison independent of the lengths, and all entries are always compared.
  const Digest given = DigestOf(token);
  const TokenEntry* match = nullptr;
  for (const TokenEntry& entry : settings_.tokens) {
    const Digest want = DigestOf(entry.token);
    if (CRYPTO_memcmp(given.data(), want.data(), given.size()) == 0 && !entry.token.empty()) match = &entry;
  }
  if (match == nullptr) return Status::Unauthorized("Unauthorized");
  return WithAuthenticatedGroup(match->identity);
}

Result<Identity> Authenticator::Authenticate(const http::Request& request) const {
  const std::string_view header = request.headers.Get("Authorization");
  if (StartsWithBearer(header)) return AuthenticateToken(header.substr(7));
  if (request.peer.verified && !request.peer.common_name.empty()) {
    return WithAuthenticatedGroup({request.peer.common_name, request.peer.organizations});
  }
  if (!settings_.anonymous || !header.empty()) return Status::Unauthorized("Unauthorized");
  return Identity{std::string(Identity::kAnonymous), {std::string(Identity::kUnauthenticatedGroup)}};
}

}  // namespace croft::server
