#include "operator/network/nft.h"

#include "api/base/program.h"
#include "operator/network/prefix.h"

namespace croft::network {

Status RunNft(const std::string& commands) {
  const Result<std::string> ran = RunProgram({"nft", "-f", "-"}, commands);
  if (ran.ok()) return Status::Ok();
  if (ran.status().IsNotFound()) return Status::Unavailable("nftables is not installed: apt-get install nftables");
  std::string reason = ran.status().message();
  reason.resize(std::min(reason.find('\n'), reason.size()));  // what follows points into the commands
  return Status::Internal("nftables refused rules: " + reason);
}

Status MasqueradeEgress(const std::string& pod_network) {
  if (!ParsePrefix(pod_network)) return Status::Invalid("\"" + pod_network + "\" is no address range for pods");
  return RunNft(
      "add table ip croft\n"
      "add chain ip croft egress { type nat hook postrouting priority 100; policy accept; }\n"
      "flush chain ip croft egress\n"
      "add rule ip croft egress ip saddr " +
      pod_network + " ip daddr != " + pod_network + " masquerade\n");
}

}  // namespace croft::network
