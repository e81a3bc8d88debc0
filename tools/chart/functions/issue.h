#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/id.h"
#include "api/base/result.h"

namespace croft::chart {

// What sprig's certificates say, which is another thing than api/pki's do: a CA's may serve as well, names are of any
// length, and a certificate may outlive its CA's.
struct CertificateRequest {
  std::string common_name;
  std::vector<std::string> ips;
  std::vector<std::string> dns;
  int64_t days = 0;
  bool is_ca = false;
};

struct Issuer {
  std::string certificate_pem;
  std::string key_pem;
};

// A certificate for the key, signed by the issuer, or by the key itself when there is none.
Result<std::string> IssueCertificate(const CertificateRequest& request, const std::string& key_pem,
                                     const std::optional<Issuer>& issuer, WallTime now, Random& random);

// A private key of 2048 bits, as "DSA PRIVATE KEY" PEM.
Result<std::string> GenerateDsaKey();

// Ok when the PEM's certificate and private key can be read.
Status CheckCertificate(const std::string& certificate_pem);
Status CheckPrivateKey(const std::string& key_pem);

}  // namespace croft::chart
