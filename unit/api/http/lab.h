#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "api/http/tls.h"
#include "api/pki/authority.h"

namespace croft::http {

// A CA of the test's own, and what it issues; valid now, since the handshake asks the machine's clock.
class Lab {
 public:
  explicit Lab(const std::string& name = "lab-ca")
      : ca_(*pki::Authority::Create(name, std::chrono::system_clock::now(), std::chrono::hours(24))) {}

  explicit Lab(pki::Authority ca) : ca_(std::move(ca)) {}

  TlsIdentity Issue(const std::string& common_name, std::vector<std::string> organizations = {}) const {
    pki::CertificateSpec spec;
    spec.subject = {common_name, std::move(organizations)};
    spec.names.dns = {"localhost"};
    spec.names.ips = {"127.0.0.1"};
    spec.not_before = std::chrono::system_clock::now() - std::chrono::hours(1);
    spec.not_after = std::chrono::system_clock::now() + std::chrono::hours(1);
    spec.server_auth = spec.client_auth = true;
    const pki::KeyPair pair = *ca_.IssueWithNewKey(spec);
    return {pair.certificate_pem, pair.key_pem};
  }
  const std::string& ca_pem() const { return ca_.certificate_pem(); }

 private:
  const pki::Authority ca_;
};

}  // namespace croft::http
