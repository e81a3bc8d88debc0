#pragma once

#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/result.h"
#include "api/pki/key.h"

namespace croft::pki {

struct Subject {
  std::string common_name;
  std::vector<std::string> organizations;
  bool operator==(const Subject&) const = default;
};

// Whom a certificate is for. Addresses are text: "10.0.0.1", "fd00::1".
struct AlternativeNames {
  std::vector<std::string> dns;
  std::vector<std::string> ips;
  std::vector<std::string> uris;
  std::vector<std::string> emails;
  bool operator==(const AlternativeNames&) const = default;
};

// What a certificate is to say.
struct CertificateSpec {
  Subject subject;
  AlternativeNames names;
  WallTime not_before;
  WallTime not_after;
  bool is_ca = false;
  bool server_auth = false;
  bool client_auth = false;
};

// What a certificate says.
struct CertificateInfo {
  Subject subject;
  Subject issuer;
  AlternativeNames names;
  WallTime not_before;
  WallTime not_after;
  std::string serial;  // upper-case hexadecimal
  bool is_ca = false;
  bool server_auth = false;  // as its extended key usage says; true for both when it has none
  bool client_auth = false;
  std::string fingerprint;  // SHA-256 of its DER form, 64 lower-case hexadecimal digits
};

// All certificates of a PEM text, in order; kInvalid when there is none, or one is damaged.
Result<std::vector<CertificateInfo>> ParseCertificates(const std::string& pem);
// The first one.
Result<CertificateInfo> ParseCertificate(const std::string& pem);
// Each certificate of a bundle as a PEM text of its own.
Result<std::vector<std::string>> SplitBundle(const std::string& pem);

// Whether the (first) certificate's public key is that of the private key. False too when either can't be read.
bool KeyMatches(const std::string& certificate_pem, const std::string& key_pem);

// Whether the certificate is good for a DNS name (wildcards count) or an address.
bool CoversHost(const std::string& certificate_pem, const std::string& host);

enum class Purpose { kAny, kServer, kClient };
// Ok when the first certificate of `chain_pem`, by way of the others, leads to one in `ca_pem` and all are valid at
// `now`. Otherwise kInvalid says what is wrong ("certificate has expired").
Status VerifyChain(const std::string& chain_pem, const std::string& ca_pem, WallTime now,
                   Purpose purpose = Purpose::kAny);

// A PKCS#10 request, signed with its own key.
Result<std::string> MakeRequest(const Subject& subject, const AlternativeNames& names, const std::string& key_pem);

struct RequestInfo {
  Subject subject;
  AlternativeNames names;
  std::string public_key_pem;
};
// kInvalid when malformed, or not signed with the key that it names.
Result<RequestInfo> ParseRequest(const std::string& request_pem);

}  // namespace croft::pki
