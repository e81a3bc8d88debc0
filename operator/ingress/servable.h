#pragma once

#include <string>

namespace croft::ingress {

// A certificate chain and key as a TLS server can load them: PEM blocks and nothing else.
struct ServablePem {
  std::string pem;  // chain, then key; empty when not servable
  std::string why;  // a sentence, when not servable
};

// Checks by OpenSSL's own rules, which HAProxy goes by as well (key fits, nothing too weak), since HAProxy refuses its
// whole configuration for one certificate that it can't load.
ServablePem MakeServable(const std::string& certificate_pem, const std::string& key_pem);

}  // namespace croft::ingress
