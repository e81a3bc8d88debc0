#include "operator/network/nft.h"

#include "api/base/program.h"
#include "operator/network/prefix.h"

namespace croft::network {

namespace {

Status Explain(const Status& failure, const std::string& what) {
  if (failure.IsNotFound()) return Status::Unavailable("nftables is not installed: apt-get install nftables");
  std::string reason = failure.message();
  reason.resize(std::min(reason.find('\n'), reason.size()));  // what follows points into the commands
  return Status::Internal("nftables " + what + ": " + reason);
}

}  // namespace

Status RunNft(const std::string& commands) {
  const Result<std::string> ran = RunProgram({"nft", "-f", "-"}, commands);
  return ran.ok() ? Status::Ok() : Explain(ran.status(), "refused rules");
}

// All chains are listed, since asking for one that is not there fails like anything else that may be wrong.
Result<std::string> ListChain(const std::string& chain) {
  const Result<std::string> all = RunProgram({"nft", "list", "ruleset", "ip"});
  if (!all.ok()) return Explain(all.status(), "does not tell its rules");
  const size_t table = all->find("table ip croft {\n");
  if (table == std::string::npos) return std::string();
  const std::string ours = all->substr(table, all->find("\n}", table) - table);
  const size_t begin = ours.find("\tchain " + chain + " {\n");
  if (begin == std::string::npos) return std::string();
  return ours.substr(begin, ours.find("\n\t}", begin) - begin);
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
