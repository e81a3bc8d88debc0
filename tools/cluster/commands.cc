#include "tools/cluster/cluster.h"

namespace croft::cluster {

Commands CroftCommands(const std::filesystem::path& croft) {
  return [binary = croft.string()](const Layout& layout, const Member& member) -> std::vector<std::string> {
    const std::string data_dir = layout.data_dir(member.name);
    if (member.server) {
      return {binary,
              "server",
              "--disable=agent",
              "--data-dir=" + data_dir,
              "--listen=" + member.address + ":6443",
              "--advertise-address=" + member.address,
              "--public-address=" + layout.public_address(),
              "--write-kubeconfig=" + layout.kubeconfig().string()};
    }
    return {binary,
            "agent",
            "--server=" + layout.server_url(),
            "--token-file=" + layout.token_file().string(),
            "--node-name=" + member.name,
            "--node-ip=" + member.address,
            "--data-dir=" + data_dir,
            "--cgroup-parent=" + CgroupParent(member.name)};
  };
}

}  // namespace croft::cluster
