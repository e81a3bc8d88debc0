#pragma once

#include <string>

#include "api/http/message.h"
#include "tools/croft/lab_identity.h"

namespace croft::cli {

// Lets machines into the lab. GET /croft/v1/ca gives anyone the CA's certificate; POST /croft/v1/join signs a node's
// two requests (as a client of the API: system:node:NAME; as a server for its logs) when it shows the join token, or,
// to renew, its own valid certificate.
class JoinService {
 public:
  JoinService(LabIdentity& identity, Clock& clock) : identity_(identity), clock_(clock) {}

  // Whether the request is for this service.
  static bool Owns(const http::Request& request);
  http::Response Handle(const http::Request& request) const;

 private:
  Result<std::string> Join(const http::Request& request) const;
  Status Authorize(const http::Request& request, const std::string& node) const;

  LabIdentity& identity_;
  Clock& clock_;
};

}  // namespace croft::cli
