#include "tools/croft/session.h"

namespace croft::cli {

Result<Session> Connect(const Globals& globals) {
  const std::string path = client::FindKubeconfig(globals.kubeconfig);
  Result<client::Kubeconfig> config = client::LoadKubeconfig(path);
  if (!config.ok()) {
    return Status(config.status().reason(),
                  config.status().message() +
                      "; name the lab's kubeconfig with --kubeconfig or $KUBECONFIG, or make a "
                      "local lab: croft cluster create");
  }
  Result<std::unique_ptr<client::RestClient>> client = client::RestClient::Make(*config);
  if (!client.ok()) return client.status().Annotate(path);
  Session session{std::move(*client), std::move(*config), globals.ns};
  if (session.ns.empty()) session.ns = session.config.ns.empty() ? "default" : session.config.ns;
  return session;
}

}  // namespace croft::cli
