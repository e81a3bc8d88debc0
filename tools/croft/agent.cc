#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "api/base/file.h"
#include "api/base/log.h"
#include "api/client/rest_client.h"
#include "tools/croft/daemons.h"
#include "tools/croft/join_client.h"
#include "tools/croft/machine.h"
#include "tools/croft/node_process.h"
#include "tools/croft/renewal.h"
#include "tools/croft/signals.h"
#include "tools/croft/terminal.h"

namespace croft::cli {
namespace {

constexpr Duration kRetry = std::chrono::seconds(1);

// "10.0.0.1" of "https://10.0.0.1:6443".
std::string HostOf(const std::string& url) {
  const size_t scheme = url.find("://");
  std::string rest = scheme == std::string::npos ? url : url.substr(scheme + 3);
  return rest.substr(0, rest.find_first_of(":/"));
}

Result<JoinSettings> ReadJoin(const AgentOptions& options) {
  JoinSettings join;
  join.dir = options.data_dir + "/pki";
  join.server = options.server;
  join.token = options.token;
  join.node = options.node_name.empty() ? HostName() : options.node_name;
  join.address = options.node_ip.empty() ? OwnAddress(HostOf(options.server)) : options.node_ip;
  if (!options.token_file.empty()) {
    const auto token = ReadFile(options.token_file, 4096);
    if (!token.ok()) return token.status().Annotate("--token-file");
    join.token = token->substr(0, token->find('\n'));
  }
  return join;
}

// Joins, however long the server is away; a refusal is final.
Result<NodeIdentity> JoinPatiently(const JoinSettings& join, Clock& clock) {
  for (bool told = false;; told = true) {
    Result<NodeIdentity> identity = JoinLab(join, clock);
    if (identity.ok() || identity.status().reason() != Reason::kServiceUnavailable) return identity;
    if (!told)
      log::Warn("waiting for the lab's server", {{"server", join.server}, {"error", identity.status().message()}});
    usleep(static_cast<useconds_t>(std::chrono::duration_cast<std::chrono::microseconds>(kRetry).count()));
  }
}

client::Kubeconfig As(const JoinSettings& join, const NodeIdentity& identity) {
  client::Kubeconfig config;
  config.server = join.server;
  config.ca_pem = identity.ca_pem;
  config.client_certificate_pem = identity.client.certificate_pem;
  config.client_key_pem = identity.client.key_pem;
  return config;
}

}  // namespace

int RunAgent(const AgentOptions& options) {
  mallopt(M_ARENA_MAX, 2);
  RaiseDescriptorLimit();
  if (!FindProgram("podman"))
    return Fail("Podman is not installed, which runs the node's containers: apt-get install podman");
  if (const Status made = MakeDirs(options.data_dir, 0700); !made.ok()) return Fail(made.message());
  SystemClock clock;
  SystemRandom random;
  const auto join = ReadJoin(options);
  if (!join.ok()) return Fail(join.status().message());
  const auto identity = JoinPatiently(*join, clock);
  if (!identity.ok()) return Fail(identity.status().message());

  HoldSignals();
  auto client = client::RestClient::Make(As(*join, *identity));
  if (!client.ok()) return Fail(client.status().message());
  // The heartbeat has connections of its own, so that no long answer delays it.
  auto heartbeat = client::RestClient::Make(As(*join, *identity), std::chrono::seconds(4));
  if (!heartbeat.ok()) return Fail(heartbeat.status().message());
  NodeProcess::Settings settings;
  settings.name = join->node;
  settings.address = join->address;
  settings.data_dir = options.data_dir;
  settings.pod_network = options.pod_network;
  settings.cgroup_parent = options.cgroup_parent;
  settings.ca_pem = identity->ca_pem;
  settings.server_identity = identity->server;
  settings.kubelet_port = options.kubelet_port;
  NodeProcess node(std::move(settings), **client, **heartbeat, clock, random);
  if (const Status started = node.Start(); !started.ok()) return Fail(started.message());
  log::Info("node is up", {{"node", join->node}, {"address", join->address}, {"server", options.server}});

  // Certificates are renewed on disk; the program then begins anew in the same process to use them, which no container
  // notices.
  std::atomic<bool> renewed{false};
  ThreadPool renewal_thread(1, "renewal");
  Renewal renewal(*join, *identity, clock, renewal_thread, [&renewed] {
    renewed = true;
    kill(getpid(), SIGTERM);
  });
  renewal.Start();
  AwaitSignal();
  renewal_thread.Stop();
  node.Stop();
  return renewed ? BeginAnew() : 0;
}

}  // namespace croft::cli
