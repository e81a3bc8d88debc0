#include "tools/croft/join_client.h"

#include "api/base/file.h"
#include "api/base/log.h"
#include "api/client/rest_client.h"
#include "api/client/rest_transport.h"
#include "tools/croft/lab_identity.h"

namespace croft::cli {
namespace {

constexpr size_t kMaxPem = 64 * 1024;
constexpr Duration kTimeout = std::chrono::seconds(10);

Result<NodeIdentity> Load(const std::string& dir) {
  NodeIdentity identity;
  struct File {
    const char* name;
    std::string* text;
  };
  const File files[] = {{"/ca.crt", &identity.ca_pem},
                        {"/client.crt", &identity.client.certificate_pem},
                        {"/client.key", &identity.client.key_pem},
                        {"/server.crt", &identity.server.certificate_pem},
                        {"/server.key", &identity.server.key_pem}};
  for (const File& file : files) {
    Result<std::string> text = ReadFile(dir + file.name, kMaxPem);
    if (!text.ok()) return text.status();
    *file.text = std::move(*text);
  }
  const auto info = pki::ParseCertificate(identity.client.certificate_pem);
  if (!info.ok()) return info.status();
  identity.renew_at = info->not_after - (info->not_after - info->not_before) / 3;
  return identity;
}

Status Save(const std::string& dir, const NodeIdentity& identity) {
  CROFT_RETURN_IF_ERROR(MakeDirs(dir, 0700));
  CROFT_RETURN_IF_ERROR(WriteFileAtomic(dir + "/client.key", identity.client.key_pem, 0600));
  CROFT_RETURN_IF_ERROR(WriteFileAtomic(dir + "/server.key", identity.server.key_pem, 0600));
  CROFT_RETURN_IF_ERROR(WriteFileAtomic(dir + "/server.crt", identity.server.certificate_pem, 0644));
  CROFT_RETURN_IF_ERROR(WriteFileAtomic(dir + "/client.crt", identity.client.certificate_pem, 0644));
  return WriteFileAtomic(dir + "/ca.crt", identity.ca_pem, 0644);
}

Result<std::string> FetchCa(const JoinSettings& settings, const JoinToken& token) {
  Result<std::string> ca = client::FetchUnverified(settings.server + "/croft/v1/ca", kTimeout);
  if (!ca.ok()) return ca.status();
  const auto info = pki::ParseCertificate(*ca);
  if (!info.ok()) return info.status().Annotate("the server's CA certificate");
  if (info->fingerprint != token.ca_fingerprint) {
    return Status::Unauthorized("the server at " + settings.server +
                                " is not of the lab that the join token names (its CA differs): check the address, and "
                                "take a fresh token from the lab's server");
  }
  return ca;
}

// Sends two signing requests and takes the certificates.
Result<NodeIdentity> Request(const JoinSettings& settings, const client::Kubeconfig& as) {
  NodeIdentity identity;
  identity.ca_pem = as.ca_pem;
  for (std::string* key : {&identity.client.key_pem, &identity.server.key_pem}) {
    Result<std::string> made = pki::GenerateKey();
    if (!made.ok()) return made.status();
    *key = std::move(*made);
  }
  const auto client_request =
      pki::MakeRequest({"system:node:" + settings.node, {"system:nodes"}}, {}, identity.client.key_pem);
  if (!client_request.ok()) return client_request.status();
  const auto server_request = pki::MakeRequest({settings.node, {}}, {}, identity.server.key_pem);
  if (!server_request.ok()) return server_request.status();

  JsonDocument body(rapidjson::kObjectType);
  auto& allocator = body.GetAllocator();
  SetString(body, "node", settings.node, allocator);
  Json addresses(rapidjson::kArrayType);
  addresses.PushBack(MakeString(settings.address, allocator), allocator);
  Set(body, "addresses", std::move(addresses), allocator);
  SetString(body, "clientRequest", *client_request, allocator);
  SetString(body, "serverRequest", *server_request, allocator);
  auto client = client::RestClient::Make(as, kTimeout);
  if (!client.ok()) return client.status();
  const auto reply = (*client)->Raw({.method = "POST", .target = "/croft/v1/join", .body = WriteJson(body)});
  if (!reply.ok()) return reply.status();
  const auto answer = ParseJson(reply->body);
  if (!answer.ok()) return answer.status();
  identity.client.certificate_pem = FindString(*answer, {"clientCertificate"});
  identity.server.certificate_pem = FindString(*answer, {"serverCertificate"});
  return identity;
}

}  // namespace

Result<NodeIdentity> JoinLab(const JoinSettings& settings, Clock& clock) {
  Result<NodeIdentity> kept = Load(settings.dir);
  const auto token = ParseJoinToken(settings.token);
  bool usable = kept.ok() && pki::VerifyChain(kept->client.certificate_pem, kept->ca_pem, clock.Now()).ok();
  if (usable && token) {
    // A token of another lab means that this machine is to move there.
    const auto ca = pki::ParseCertificate(kept->ca_pem);
    usable = ca.ok() && ca->fingerprint == token->ca_fingerprint;
  }
  if (usable && clock.Now() < kept->renew_at) return kept;

  client::Kubeconfig as;
  as.server = settings.server;
  if (usable) {
    as.ca_pem = kept->ca_pem;
    as.client_certificate_pem = kept->client.certificate_pem;
    as.client_key_pem = kept->client.key_pem;
  } else {
    if (!token) {
      return Status::BadRequest(settings.token.empty()
                                    ? "this machine has not joined a lab yet: give --token or --token-file"
                                    : "the join token is malformed: it begins with croft1.");
    }
    const Result<std::string> ca = FetchCa(settings, *token);
    if (!ca.ok()) return ca.status();
    as.ca_pem = *ca;
    as.token = token->secret;
  }
  Result<NodeIdentity> joined = Request(settings, as);
  if (!joined.ok()) return usable ? kept : joined;  // a renewal has months to be tried again in
  CROFT_RETURN_IF_ERROR(Save(settings.dir, *joined));
  log::Info(usable ? "certificates renewed" : "joined the lab", {{"node", settings.node}, {"server", settings.server}});
  return Load(settings.dir);
}

}  // namespace croft::cli
