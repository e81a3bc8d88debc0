#include "tools/croft/lab_identity.h"

#include <arpa/inet.h>

#include <algorithm>

#include "api/base/file.h"
#include "api/base/log.h"
#include "api/pki/jwt.h"

namespace croft::cli {
namespace {

using std::chrono::hours;

constexpr Duration kCaLifetime = hours(24 * 3650);
constexpr Duration kOwnLifetime = hours(24 * 365);
constexpr size_t kMaxPem = 64 * 1024;
constexpr std::string_view kTokenPrefix = "croft1.";

bool IsAddress(const std::string& name) {
  in6_addr ignored;
  return inet_pton(AF_INET, name.c_str(), &ignored) == 1 || inet_pton(AF_INET6, name.c_str(), &ignored) == 1;
}

std::string Secret(Random& random) {
  std::string text;
  for (int i = 0; i < 4; ++i) {
    char part[20];
    std::snprintf(part, sizeof part, "%016llx", static_cast<unsigned long long>(random.Next()));
    text += part;
  }
  return text;
}

Result<pki::Authority> OpenAuthority(const std::string& dir, Clock& clock) {
  const auto certificate = ReadFile(dir + "/ca.crt", kMaxPem);
  const auto key = ReadFile(dir + "/ca.key", kMaxPem);
  if (certificate.ok() && key.ok()) return pki::Authority::Load(*certificate, *key);
  // One half without the other is no first start: a new CA would silently cut off every client of the old one.
  if (certificate.ok() != key.ok()) {
    return Status::Internal("only one of ca.crt and ca.key is in " + dir +
                            ": put the other back from a backup, or remove both to begin with a new authority");
  }
  Result<pki::Authority> made = pki::Authority::Create("croft-ca", clock.Now(), kCaLifetime);
  if (!made.ok()) return made.status();
  CROFT_RETURN_IF_ERROR(WriteFileAtomic(dir + "/ca.key", made->key_pem(), 0600));
  CROFT_RETURN_IF_ERROR(WriteFileAtomic(dir + "/ca.crt", made->certificate_pem(), 0644));
  return made;
}

Result<std::string> OpenToken(const std::string& path, const pki::Authority& authority, Random& random) {
  const auto info = pki::ParseCertificate(authority.certificate_pem());
  if (!info.ok()) return info.status();
  if (const auto kept = ReadFile(path, kMaxPem); kept.ok()) {
    std::string text = kept->substr(0, kept->find('\n'));
    const auto token = ParseJoinToken(text);
    if (token && token->ca_fingerprint == info->fingerprint) return text;
  }
  const std::string text = std::string(kTokenPrefix) + info->fingerprint + "." + Secret(random);
  CROFT_RETURN_IF_ERROR(WriteFileAtomic(path, text + "\n", 0600));
  return text;
}

// Another key than the kept one would void every token: a damaged file is for a person to judge.
Result<std::string> OpenAccountKey(const std::string& path) {
  if (const auto kept = ReadFile(path, kMaxPem); kept.ok()) {
    const auto key = pki::TokenKey::Load(*kept);
    if (key.ok()) return *kept;
    return key.status().Annotate(path +
                                 " does not hold the key of the service accounts' tokens (put it back from a "
                                 "backup, or remove it, which voids all tokens that were given out)");
  } else if (!kept.status().IsNotFound()) {
    return kept.status();
  }
  Result<std::string> made = pki::GenerateKey(pki::KeyAlgorithm::Ecdsa(256));
  if (!made.ok()) return made.status();
  CROFT_RETURN_IF_ERROR(WriteFileAtomic(path, *made, 0600));
  return made;
}

bool Sorted(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

}  // namespace

pki::AlternativeNames SortNames(const std::vector<std::string>& names) {
  pki::AlternativeNames sorted;
  for (const std::string& name : names) {
    auto& list = IsAddress(name) ? sorted.ips : sorted.dns;
    if (!name.empty() && std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
  }
  return sorted;
}

std::optional<JoinToken> ParseJoinToken(const std::string& text) {
  if (text.rfind(kTokenPrefix, 0) != 0) return std::nullopt;
  const size_t dot = text.find('.', kTokenPrefix.size());
  if (dot == std::string::npos) return std::nullopt;
  JoinToken token{text.substr(kTokenPrefix.size(), dot - kTokenPrefix.size()), text.substr(dot + 1)};
  const auto hex = [](const std::string& part) {
    return part.size() == 64 && part.find_first_not_of("0123456789abcdef") == std::string::npos;
  };
  if (!hex(token.ca_fingerprint) || !hex(token.secret)) return std::nullopt;
  return token;
}

Result<std::unique_ptr<LabIdentity>> LabIdentity::Open(Settings settings, Clock& clock, Random& random) {
  CROFT_RETURN_IF_ERROR(MakeDirs(settings.dir, 0700));
  Result<pki::Authority> authority = OpenAuthority(settings.dir, clock);
  if (!authority.ok()) return authority.status();
  Result<std::string> token = OpenToken(settings.token_file, *authority, random);
  if (!token.ok()) return token.status();
  Result<std::string> account_key = OpenAccountKey(settings.dir + "/sa.key");
  if (!account_key.ok()) return account_key.status();
  return std::unique_ptr<LabIdentity>(
      new LabIdentity(std::move(settings), clock, std::move(*authority), std::move(*token), std::move(*account_key)));
}

Result<pki::KeyPair> LabIdentity::Server() {
  pki::CertificateSpec spec;
  spec.subject = {"system:croft:apiserver", {}};
  spec.names = SortNames(settings_.names);
  spec.server_auth = spec.client_auth = true;
  return Keep("server", spec);
}

Result<pki::KeyPair> LabIdentity::Admin() {
  pki::CertificateSpec spec;
  spec.subject = {"croft:admin", {"system:masters"}};
  spec.client_auth = true;
  return Keep("admin", spec);
}

Result<pki::KeyPair> LabIdentity::Node(const std::string& node, const std::string& address) {
  pki::CertificateSpec spec;
  spec.subject = {node, {}};
  spec.names = SortNames({node, address});
  spec.server_auth = true;
  return Keep("node", spec);
}

Result<pki::KeyPair> LabIdentity::Keep(const std::string& name, pki::CertificateSpec spec) {
  std::lock_guard lock(mutex_);
  const std::string base = settings_.dir + "/" + name;
  const WallTime now = clock_.Now();
  const auto certificate = ReadFile(base + ".crt", kMaxPem);
  const auto key = ReadFile(base + ".key", kMaxPem);
  if (certificate.ok() && key.ok() && pki::KeyMatches(*certificate, *key)) {
    const auto info = pki::ParseCertificate(*certificate);
    const bool fresh = info.ok() && now < info->not_after - (info->not_after - info->not_before) / 3 &&
                       info->subject == spec.subject && Sorted(info->names.dns, spec.names.dns) &&
                       Sorted(info->names.ips, spec.names.ips) && pki::VerifyChain(*certificate, ca_pem(), now).ok();
    if (fresh) return pki::KeyPair{*certificate, *key};
  }
  spec.not_before = now - hours(1);
  spec.not_after = now + kOwnLifetime;
  Result<pki::KeyPair> made = authority_.IssueWithNewKey(spec);
  if (!made.ok()) return made.status();
  CROFT_RETURN_IF_ERROR(WriteFileAtomic(base + ".key", made->key_pem, 0600));
  CROFT_RETURN_IF_ERROR(WriteFileAtomic(base + ".crt", made->certificate_pem, 0644));
  log::Info("certificate issued", {{"name", name}});
  return made;
}

}  // namespace croft::cli
