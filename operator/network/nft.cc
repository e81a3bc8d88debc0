#include "operator/network/nft.h"

#include <nftables/libnftables.h>

#include <memory>

#include "operator/network/prefix.h"

namespace croft::network {

Status RunNft(const std::string& commands) {
  const std::unique_ptr<nft_ctx, void (*)(nft_ctx*)> context(nft_ctx_new(NFT_CTX_DEFAULT), nft_ctx_free);
  if (!context) return Status::Internal("can't start nftables: does the kernel have nf_tables?");
  nft_ctx_buffer_output(context.get());
  nft_ctx_buffer_error(context.get());
  if (nft_run_cmd_from_buffer(context.get(), commands.c_str()) == 0) return Status::Ok();
  std::string reason = nft_ctx_get_error_buffer(context.get());
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
