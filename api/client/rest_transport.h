#pragma once

#include <memory>

#include "api/client/rest_client.h"

namespace croft::client {

// Single requests over HTTPS by cpprestsdk; the only file that includes it is rest_transport.cc. Thread-safe.
class RestTransport {
 public:
  virtual ~RestTransport() = default;
  // Any code that came back is a reply; a failure (kServiceUnavailable, kTimeout) means that none came.
  virtual Result<RestClient::RawReply> Send(const RestClient::RawRequest& request) = 0;
};

Result<std::unique_ptr<RestTransport>> MakeRestTransport(const Kubeconfig& config, Duration timeout);

// GETs `url` without verifying who answers: only for what the caller checks by other means, as a CA certificate by its
// fingerprint.
Result<std::string> FetchUnverified(const std::string& url, Duration timeout);

}  // namespace croft::client
