#include "tools/croft/join_service.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "api/base/log.h"
#include "api/object/json.h"
#include "api/object/status_body.h"

namespace croft::cli {
namespace {

constexpr std::string_view kCaPath = "/croft/v1/ca";
constexpr std::string_view kJoinPath = "/croft/v1/join";
constexpr Duration kNodeLifetime = std::chrono::hours(24 * 365);

bool SameSecret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// A DNS subdomain (RFC 1123), as node names are.
bool IsNodeName(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  const auto inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  return std::all_of(name.begin(), name.end(), inner) && name.front() != '-' && name.front() != '.' &&
         name.back() != '-' && name.back() != '.';
}

http::Response Json200(std::string body) {
  return {200, {{"Content-Type", "application/json"}}, std::move(body), {}};
}

http::Response Refusal(const Status& status) {
  return {status.code(), {{"Content-Type", "application/json"}}, StatusBody(status), {}};
}

}  // namespace

bool JoinService::Owns(const http::Request& request) {
  return request.path() == kCaPath || request.path() == kJoinPath;
}

http::Response JoinService::Handle(const http::Request& request) const {
  if (request.path() == kCaPath) {
    if (request.method != "GET") return Refusal(Status(Reason::kMethodNotAllowed, "only GET is served here"));
    return {200, {{"Content-Type", "application/x-pem-file"}}, identity_.ca_pem(), {}};
  }
  if (request.method != "POST") return Refusal(Status(Reason::kMethodNotAllowed, "only POST is served here"));
  Result<std::string> joined = Join(request);
  return joined.ok() ? Json200(std::move(*joined)) : Refusal(joined.status());
}

Result<std::string> JoinService::Join(const http::Request& request) const {
  const Result<JsonDocument> body = ParseJson(request.body);
  if (!body.ok()) return body.status();
  const std::string node(FindString(*body, {"node"}));
  if (!IsNodeName(node)) return Status::BadRequest("node: must be a lower-case DNS name");
  CROFT_RETURN_IF_ERROR(Authorize(request, node));

  std::vector<std::string> names{node};
  if (const Json* addresses = Find(*body, "addresses"); addresses != nullptr && addresses->IsArray()) {
    for (const Json& address : addresses->GetArray()) {
      if (address.IsString()) names.emplace_back(AsView(address));
    }
  }
  const WallTime now = clock_.Now();
  pki::CertificateSpec client;
  client.subject = {"system:node:" + node, {"system:nodes"}};
  client.not_before = now - std::chrono::hours(1);
  client.not_after = now + kNodeLifetime;
  client.client_auth = true;
  pki::CertificateSpec server = client;
  server.names = SortNames(names);
  server.client_auth = false;
  server.server_auth = true;
  const auto client_pem = identity_.authority().SignRequest(std::string(FindString(*body, {"clientRequest"})), client);
  if (!client_pem.ok()) return client_pem.status().Annotate("clientRequest");
  const auto server_pem = identity_.authority().SignRequest(std::string(FindString(*body, {"serverRequest"})), server);
  if (!server_pem.ok()) return server_pem.status().Annotate("serverRequest");

  JsonDocument reply(rapidjson::kObjectType);
  auto& allocator = reply.GetAllocator();
  SetString(reply, "clientCertificate", *client_pem, allocator);
  SetString(reply, "serverCertificate", *server_pem, allocator);
  log::Info("machine joined", {{"node", node}, {"from", request.peer.address}});
  return WriteJson(reply);
}

Status JoinService::Authorize(const http::Request& request, const std::string& node) const {
  if (request.peer.verified && request.peer.common_name == "system:node:" + node) return Status::Ok();
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view header = request.headers.Get("Authorization");
  const auto own = ParseJoinToken(identity_.join_token());
  if (header.substr(0, kBearer.size()) == kBearer && own && SameSecret(header.substr(kBearer.size()), own->secret)) {
    return Status::Ok();
  }
  return Status::Unauthorized("the join token is wrong; on the server, 'croft token' prints the right one");
}

}  // namespace croft::cli
