#include <cstdio>

#include "tools/croft/terminal.h"
#include "tools/croft/verbs.h"

namespace croft::cli {

int CaRoot(const Globals& globals) {
  const std::string path = client::FindKubeconfig(globals.kubeconfig);
  const auto config = client::LoadKubeconfig(path);
  if (!config.ok()) return Fail(config.status().message());
  if (config->ca_pem.empty()) return Fail(path + " carries no certificate authority");
  std::fputs(config->ca_pem.c_str(), stdout);
  return 0;
}

int Version(const Globals& globals, bool client_only) {
  std::printf("croft %s\n", CROFT_VERSION);
  if (client_only) return 0;
  const auto session = Connect(globals);
  if (!session.ok()) return 0;  // no lab at hand: the program's own version is the answer
  const auto reply = session->client->Raw({.target = "/version"});
  if (!reply.ok()) return Fail(reply.status().message());
  const auto version = ParseJson(reply->body);
  if (!version.ok()) return Fail(version.status().message());
  std::printf("server %s (%s)\n", std::string(FindString(*version, {"gitVersion"})).c_str(),
              session->config.server.c_str());
  return 0;
}

}  // namespace croft::cli
