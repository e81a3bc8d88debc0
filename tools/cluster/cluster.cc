#include "tools/cluster/cluster.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <thread>

#include "api/base/file.h"
#include "tools/cluster/await.h"
#include "tools/cluster/images.h"
#include "tools/cluster/init.h"
#include "tools/cluster/wiring.h"

namespace croft::cluster {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kKillPatience(20);

// Indices that clusters below this root use.
std::set<int> TakenIndices(const fs::path& root) {
  std::set<int> taken;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(root, error)) {
    const Result<ClusterState> state = LoadState(Layout{root, entry.path().filename()});
    if (state.ok()) taken.insert(state->index);
  }
  return taken;
}

std::vector<std::string> Names(const ClusterState& state, const std::function<bool(const MemberState&)>& wanted) {
  std::vector<std::string> names;
  for (const MemberState& member : state.members) {
    if (wanted(member)) names.push_back(member.member.name);
  }
  return names;
}

Status UnknownNode(const ClusterState& state, const std::string& node) {
  std::string known;
  for (const MemberState& member : state.members) known += (known.empty() ? "" : ", ") + member.member.name;
  return Status::NotFound("cluster " + state.name + " has no node \"" + node + "\": it has " + known);
}

}  // namespace

Clusters::Clusters(Settings settings)
    : settings_([&] {
        if (!settings.commands) settings.commands = CroftCommands(settings.croft);
        return std::move(settings);
      }()) {}

Layout Clusters::LayoutOf(const std::string& name, int index) const {
  return {settings_.root, name, index};
}

Status Clusters::Step(const std::string& step, const std::function<Status()>& function) const {
  if (settings_.progress) settings_.progress({step, false, false, {}});
  const auto begin = steady_clock::now();
  const Status status = function();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin);
  if (settings_.progress) settings_.progress({step, true, status.ok(), took});
  return status;
}

Result<HeldCluster> Clusters::Hold(const std::string& name) const {
  CROFT_RETURN_IF_ERROR(CheckName(name));
  Layout layout = LayoutOf(name, 0);
  // First the state: it says in better words that there is no such cluster.
  CROFT_RETURN_IF_ERROR(LoadState(layout).status());
  Result<DirectoryLock> lock = DirectoryLock::Take(layout.dir());
  if (!lock.ok()) return lock.status();
  Result<ClusterState> state = LoadState(layout);
  if (!state.ok()) return state.status();
  layout.index = state->index;
  return HeldCluster{std::move(lock).value(), layout, std::move(state).value()};
}

// Takes name and index. Under the lock of the root, so that two that are created at once get different ones; an index
// whose ports are in use, as by a cluster below another root, is passed over.
Result<HeldCluster> Clusters::Claim(const CreateOptions& options, std::vector<UniqueFd>* sockets) const {
  CROFT_RETURN_IF_ERROR(CheckName(options.name));
  if (geteuid() != 0) return Status::Forbidden("a local cluster needs root, for its namespaces: run with sudo");
  if (options.nodes < 0 || options.nodes > kMaxNodes) {
    return Status::Invalid("a cluster has 0 to " + std::to_string(kMaxNodes) + " nodes, not " +
                           std::to_string(options.nodes));
  }
  CROFT_RETURN_IF_ERROR(MakeDirs(settings_.root, 0700));
  const Result<DirectoryLock> root_lock = DirectoryLock::Take(settings_.root);
  if (!root_lock.ok()) return root_lock.status();
  Layout layout = LayoutOf(options.name, 0);
  if (fs::exists(layout.dir())) {
    return Status::AlreadyExists("cluster \"" + options.name + "\" exists already: \"croft cluster delete " +
                                 options.name + "\" removes it, \"croft cluster start " + options.name +
                                 "\" starts what of it does not run");
  }
  const std::set<int> taken = TakenIndices(settings_.root);
  Status in_use = Status::Unavailable("all " + std::to_string(kMaxIndex) + " addresses for clusters are in use");
  for (layout.index = 1; layout.index <= kMaxIndex; ++layout.index) {
    if (taken.contains(layout.index)) continue;
    Result<std::vector<UniqueFd>> opened = OpenPublicSockets(layout.public_address());
    if (opened.ok()) {
      *sockets = std::move(opened).value();
      break;
    }
    in_use = opened.status();
    if (!in_use.IsAlreadyExists()) return in_use;
  }
  if (sockets->empty()) return in_use;

  ClusterState state{options.name, layout.index, {{layout.server(), {}}}};
  for (int number = 1; number <= options.nodes; ++number) state.members.push_back({layout.node(number), {}});
  CROFT_RETURN_IF_ERROR(MakeDirs(layout.dir(), 0700));
  Result<DirectoryLock> lock = DirectoryLock::Take(layout.dir());
  if (!lock.ok()) return lock.status();
  CROFT_RETURN_IF_ERROR(SaveState(layout, state));
  return HeldCluster{std::move(lock).value(), layout, std::move(state)};
}

Status Clusters::Create(const CreateOptions& options) {
  std::vector<UniqueFd> sockets;
  Result<HeldCluster> held = Claim(options, &sockets);
  if (!held.ok()) return held.status();
  const Status status = BringUp(*held, std::move(sockets), options.stop);
  if (status.ok()) return status;
  const Status removed = Step("cleaning up", [&] { return Remove(*held); });
  if (removed.ok()) return status;
  return {status.reason(), status.message() + "\nand then it could not be removed: " + removed.message()};
}

Status Clusters::Start(const std::string& name, const std::stop_token& stop) {
  Result<HeldCluster> held = Hold(name);
  if (!held.ok()) return held.status();
  return BringUp(*held, {}, stop);
}

Status Clusters::BringUp(HeldCluster& held, std::vector<UniqueFd> sockets, const std::stop_token& stop) const {
  const auto stopped = [](const MemberState& member) { return !Alive(member.init); };
  const Deadline deadline = steady_clock::now() + settings_.patience;
  const std::string server = held.layout.server_name();
  if (stopped(*held.state.Find(server))) {
    CROFT_RETURN_IF_ERROR(
        Step("starting the server", [&] { return StartMembers(held, {server}, std::move(sockets)); }));
  }
  CROFT_RETURN_IF_ERROR(Step("waiting for the server", [&] { return AwaitToken(held.layout, deadline, stop); }));
  const std::vector<std::string> nodes = Names(held.state, stopped);
  if (!nodes.empty()) {
    CROFT_RETURN_IF_ERROR(Step("starting " + std::to_string(nodes.size()) + (nodes.size() == 1 ? " node" : " nodes"),
                               [&] { return StartMembers(held, nodes, {}); }));
  }
  if (!settings_.ready_nodes) return Status::Ok();
  return Step("waiting for nodes to be ready", [&] { return AwaitNodes(held, settings_.ready_nodes, deadline, stop); });
}

// All inits are started before the first is waited for: they set themselves up side by side.
Status Clusters::StartMembers(HeldCluster& held, const std::vector<std::string>& members,
                              std::vector<UniqueFd> sockets) const {
  const Result<UniqueFd> network_switch = OpenSwitch(held.state);
  if (!network_switch.ok()) return network_switch.status();
  std::vector<std::pair<std::string, UniqueFd>> pipes;
  for (const std::string& name : members) {
    MemberState& member = *held.state.Find(name);
    if (member.member.server && sockets.empty()) {
      Result<std::vector<UniqueFd>> opened = OpenPublicSockets(held.layout.public_address());
      if (!opened.ok()) return opened.status();
      sockets = std::move(opened).value();
    }
    UniqueFd pipe;
    CROFT_RETURN_IF_ERROR(StartMember(held, member, network_switch->get(), sockets, &pipe));
    CROFT_RETURN_IF_ERROR(SaveState(held.layout, held.state));
    pipes.emplace_back(name, std::move(pipe));
  }
  for (const auto& [name, pipe] : pipes) {
    CROFT_RETURN_IF_ERROR(AwaitSetUp(held.layout, name, pipe.get()));
  }
  return Status::Ok();
}

Status Clusters::StartMember(HeldCluster& held, MemberState& member, int network_switch,
                             const std::vector<UniqueFd>& sockets, UniqueFd* status_pipe) const {
  const Layout& layout = held.layout;
  const std::string& name = member.member.name;
  const fs::path data_dir = layout.data_dir(name);
  CROFT_RETURN_IF_ERROR(MakeDirs(layout.member_dir(name), 0700));
  CROFT_RETURN_IF_ERROR(MakeDirs(data_dir, 0700));
  InitSpec spec;
  spec.hostname = name;
  spec.address = member.member.address + "/24";
  if (!member.member.server) spec.gateway = layout.server_address();
  spec.port = PortName(member.member);
  spec.tmpfs = {data_dir / "run", data_dir / "tmp"};
  spec.command = settings_.commands(layout, member.member);
  spec.environment = {{"CROFT_CLUSTER", layout.name}};
  spec.log = layout.log(name);
  spec.failures = FailuresFile(layout, name);
  std::error_code error;
  fs::remove(spec.failures, error);

  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0)
    return Status::Internal(std::string("can't make a pipe: ") + std::strerror(errno));
  status_pipe->Reset(pipe_ends[0]);
  const UniqueFd far_end(pipe_ends[1]);
  std::vector<std::pair<int, int>> fds = {{far_end.get(), kStatusFd}, {network_switch, kSwitchFd}};
  if (member.member.server) {
    for (size_t i = 0; i < sockets.size(); ++i) {
      fds.emplace_back(sockets[i].get(), kFirstSocketFd + static_cast<int>(i));
      spec.sockets.emplace_back(kPublicSockets[i].name);
    }
  }
  const fs::path spec_path = layout.init_spec(name);
  CROFT_RETURN_IF_ERROR(WriteFileAtomic(spec_path, WriteInitSpec(spec), 0600));
  const Result<ProcessId> init = StartInit({settings_.croft, "cluster-init", spec_path}, layout.log(name), fds);
  if (!init.ok()) return init.status();
  member.init = *init;
  return Status::Ok();
}

Status Clusters::StopMembers(HeldCluster& held, const std::vector<std::string>& members) const {
  // The plug first: nothing that a dying process still says gets out.
  const Result<UniqueFd> network_switch = OpenSwitch(held.state);
  std::vector<ProcessId> inits;
  for (const std::string& name : members) {
    const MemberState& member = *held.state.Find(name);
    if (network_switch.ok()) CROFT_RETURN_IF_ERROR(RemovePort(network_switch->get(), member.member));
    inits.push_back(member.init);
  }
  CROFT_RETURN_IF_ERROR(KillAll(inits, kKillPatience));
  for (const std::string& name : members) {
    held.state.Find(name)->init = {};
    CROFT_RETURN_IF_ERROR(RemoveCgroups(name));
  }
  return SaveState(held.layout, held.state);
}

Status Clusters::Remove(HeldCluster& held) const {
  CROFT_RETURN_IF_ERROR(KillAll(FindInits(held.layout.dir()), kKillPatience));
  for (const MemberState& member : held.state.members) CROFT_RETURN_IF_ERROR(RemoveCgroups(member.member.name));
  std::error_code error;
  fs::remove_all(held.layout.dir(), error);
  if (!error) return Status::Ok();
  return Status::Internal("can't remove " + held.layout.dir().string() + ": " + error.message());
}

Result<bool> Clusters::Delete(const std::string& name) {
  CROFT_RETURN_IF_ERROR(CheckName(name));
  Layout layout = LayoutOf(name, 0);
  // Its file may be damaged, or not have been written yet: the name is enough to find all that belongs to it.
  Result<DirectoryLock> lock = DirectoryLock::Take(layout.dir());
  if (lock.status().IsNotFound()) return false;
  if (!lock.ok()) return lock.status();
  Result<ClusterState> state = LoadState(layout);
  if (!state.ok()) state = ClusterState{name, 0, {}};
  HeldCluster held{std::move(lock).value(), layout, std::move(state).value()};
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(layout.dir(), error)) {
    const std::string member = entry.path().filename();
    if (entry.is_directory() && held.state.Find(member) == nullptr) held.state.members.push_back({{member, {}}, {}});
  }
  CROFT_RETURN_IF_ERROR(Step("deleting cluster " + name, [&] { return Remove(held); }));
  return true;
}

Result<std::vector<ClusterInfo>> Clusters::List() {
  std::vector<ClusterInfo> clusters;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(settings_.root, error)) {
    Layout layout = LayoutOf(entry.path().filename(), 0);
    const Result<ClusterState> state = LoadState(layout);
    if (!entry.is_directory() || state.status().IsNotFound()) continue;
    ClusterInfo info{layout.name, {}, layout.kubeconfig(), {}};
    if (state.ok()) {
      layout.index = state->index;
      info.url = layout.public_url();
      for (const auto& [member, init] : state->members) {
        info.nodes.push_back({member.name, member.address, member.server, Alive(init)});
      }
    }
    clusters.push_back(std::move(info));
  }
  std::sort(clusters.begin(), clusters.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return clusters;
}

Result<std::string> Clusters::Kubeconfig(const std::string& name) {
  CROFT_RETURN_IF_ERROR(CheckName(name));
  const Layout layout = LayoutOf(name, 0);
  CROFT_RETURN_IF_ERROR(LoadState(layout).status());
  Result<std::string> content = ReadFile(layout.kubeconfig());
  if (!content.status().IsNotFound()) return content;
  return Status::NotFound("the server of cluster " + name + " has not written its kubeconfig yet: " +
                          layout.log(layout.server_name()).string() + " says why");
}

Status Clusters::StopNode(const std::string& name, const std::string& node) {
  Result<HeldCluster> held = Hold(name);
  if (!held.ok()) return held.status();
  if (held->state.Find(node) == nullptr) return UnknownNode(held->state, node);
  return Step("stopping " + node, [&] { return StopMembers(*held, {node}); });
}

Status Clusters::StartNode(const std::string& name, const std::string& node) {
  Result<HeldCluster> held = Hold(name);
  if (!held.ok()) return held.status();
  const MemberState* member = held->state.Find(node);
  if (member == nullptr) return UnknownNode(held->state, node);
  if (Alive(member->init)) return Status::Ok();
  return Step("starting " + node, [&] { return StartMembers(*held, {node}, {}); });
}

Status Clusters::SetPlug(const std::string& name, const std::string& node, bool up) const {
  Result<HeldCluster> held = Hold(name);
  if (!held.ok()) return held.status();
  const MemberState* member = held->state.Find(node);
  if (member == nullptr) return UnknownNode(held->state, node);
  if (!Alive(member->init)) return Status::Conflict("node " + node + " does not run: start it first");
  const Result<UniqueFd> network_switch = OpenSwitch(held->state);
  if (!network_switch.ok()) return network_switch.status();
  return SetPort(network_switch->get(), member->member, up);
}

Status Clusters::Partition(const std::string& name, const std::string& node) {
  return SetPlug(name, node, false);
}

Status Clusters::Heal(const std::string& name, const std::string& node) {
  return SetPlug(name, node, true);
}

Status Clusters::Load(const std::string& name, const std::string& image) {
  const Result<HeldCluster> held = Hold(name);
  if (!held.ok()) return held.status();
  const fs::path archive = held->layout.dir() / "image.tar";
  const Status saved = Step("exporting " + image, [&] { return SaveImage(image, archive); });
  std::map<std::string, Status> failures;
  if (saved.ok()) {
    (void)Step("loading it on the nodes", [&] {
      failures = LoadEverywhere(*held, settings_.podman_socket, archive);
      return failures.empty() ? Status::Ok() : failures.begin()->second;
    }).ok();
  }
  std::error_code error;
  fs::remove(archive, error);
  if (!saved.ok()) return saved;
  if (failures.empty()) return Status::Ok();
  std::string text;
  for (const auto& [node, status] : failures) text += (text.empty() ? "" : "; ") + node + ": " + status.message();
  return Status::Unavailable("image " + image + " is not on all nodes: " + text);
}

}  // namespace croft::cluster
