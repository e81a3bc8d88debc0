#include "tools/cluster/cluster.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <set>
#include <thread>

#include "api/base/program.h"
#include "tools/cluster/await.h"
#include "tools/cluster/wiring.h"
#include "unit/operator/network/namespaces.h"

namespace croft::cluster {
namespace {

namespace fs = std::filesystem;
using network::Netlink;
using network::testing::Expect;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Each test has a machine of its own: a network namespace with a loopback, where sockets of clusters listen.
class ClusterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CROFT_SKIP_UNLESS_ROOT();
    char pattern[] = "/tmp/croft-cluster-test-XXXXXX";
    root_ = mkdtemp(pattern);
    home_ = std::move(network::CurrentNetns()).value();
    const UniqueFd machine = std::move(network::NewNetns()).value();
    ASSERT_EQ(setns(machine.get(), CLONE_NEWNET), 0);
    Netlink netlink = std::move(Netlink::Open()).value();
    Expect(netlink.SetUp(netlink.FindLink("lo")->index, true));
    links_ = LinkNames();
    settings_.root = root_ / "clusters";
    settings_.croft = fs::canonical("/proc/self/exe").parent_path() / "cluster_member";
    settings_.patience = seconds(20);
    settings_.commands = [member = settings_.croft](const Layout& layout, const Member& m) {
      std::vector<std::string> words = {member, "run", layout.member_dir(m.name)};
      if (m.server) words.push_back(layout.token_file());
      return words;
    };
  }
  void TearDown() override {
    if (!home_.valid()) return;
    settings_.progress = {};  // it may refer to what was the test's
    Clusters clusters(settings_);
    const Result<std::vector<ClusterInfo>> left = clusters.List();
    if (left.ok()) {
      for (const ClusterInfo& cluster : *left) Expect(clusters.Delete(cluster.name).status());
    }
    ASSERT_EQ(setns(home_.get(), CLONE_NEWNET), 0);
    fs::remove_all(root_);
  }

  std::string Name(const std::string& suffix) const { return "t" + std::to_string(getpid()) + suffix; }

  // The whole line that the cluster's server answers to `word`, through its socket on this machine.
  static std::string AskServer(int index, const std::string& word) {
    UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{10, 0};
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address =
        network::testing::SocketAddress("127.50." + std::to_string(index) + ".1", kPublicSockets[0].port);
    if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return "unreachable";
    const std::string line = word + "\n";
    EXPECT_EQ(write(fd.get(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
    std::string answer;
    char c;
    while (read(fd.get(), &c, 1) == 1 && c != '\n') answer += c;
    return answer;
  }
  // Asks again until the answer is that, for at most ten seconds; the last answer.
  static std::string AwaitAnswer(int index, const std::string& word, const std::string& wanted) {
    std::string answer;
    const auto deadline = std::chrono::steady_clock::now() + seconds(10);
    while ((answer = AskServer(index, word)) != wanted && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return answer;
  }

  static std::vector<std::string> LinkNames() {
    Netlink netlink = std::move(Netlink::Open()).value();
    std::vector<std::string> names;
    const std::vector<network::Link> links = netlink.Links().value();
    for (const network::Link& link : links) names.push_back(link.name);
    return names;
  }
  // Processes of this machine whose arguments name a path below `dir`.
  static int Processes(const fs::path& dir) {
    int count = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "cmdline", std::ios::binary);
      const std::string line{std::istreambuf_iterator<char>(file), {}};
      count += line.find(dir.string()) != std::string::npos;
    }
    return count;
  }
  // Network namespaces of this machine's processes.
  static std::set<ino_t> Namespaces() {
    std::set<ino_t> found;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
      struct stat info;
      if (stat((entry.path() / "ns" / "net").c_str(), &info) == 0) found.insert(info.st_ino);
    }
    return found;
  }
  static ino_t NamespaceOf(int pid) {
    struct stat info {};
    stat(("/proc/" + std::to_string(pid) + "/ns/net").c_str(), &info);
    return info.st_ino;
  }
  bool MountsMention(const std::string& text) const {
    std::ifstream file("/proc/self/mountinfo");
    const std::string mounts{std::istreambuf_iterator<char>(file), {}};
    return mounts.find(text) != std::string::npos;
  }
  ClusterState State(const std::string& name) const { return LoadState(Layout{settings_.root, name}).value(); }

  fs::path root_;
  Clusters::Settings settings_;
  std::vector<std::string> links_;

 private:
  UniqueFd home_;
};

TEST_F(ClusterTest, MembersAreNamedReachEachOtherAndTheMachineReachesTheServer) {
  Clusters clusters(settings_);
  const std::string name = Name("a");
  Expect(clusters.Create({name, 2, {}}));
  EXPECT_EQ(AskServer(1, "name"), name + "-server");
  EXPECT_EQ(AskServer(1, "sockets"), "api:https:http");
  EXPECT_EQ(AwaitAnswer(1, "ask 10.50.1.11", name + "-1"), name + "-1");
  EXPECT_EQ(AwaitAnswer(1, "ask 10.50.1.12", name + "-2"), name + "-2");
  EXPECT_EQ(LinkNames(), links_) << "the machine's own namespace has a link more";
  EXPECT_FALSE(MountsMention(root_)) << "the machine's own namespace has a mount more";

  const Result<std::vector<ClusterInfo>> list = clusters.List();
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ(list->front().url, "https://127.50.1.1:6443");
  ASSERT_EQ(list->front().nodes.size(), 3u);
  for (const NodeInfo& node : list->front().nodes) EXPECT_TRUE(node.running) << node.name;
  struct stat info;
  ASSERT_EQ(stat((settings_.root / name).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(ClusterTest, DeleteLeavesNothingAndIsOkTwice) {
  Clusters clusters(settings_);
  const std::string name = Name("a");
  Expect(clusters.Create({name, 2, {}}));
  std::set<ino_t> theirs;
  for (const MemberState& member : State(name).members) theirs.insert(NamespaceOf(member.init.pid));
  EXPECT_EQ(theirs.size(), 3u);
  const fs::path cgroups = fs::exists("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids";
  const fs::path cgroup = cgroups.string() + CgroupParent(name + "-1");
  fs::create_directories(cgroup / "pod" / "container");
  EXPECT_GT(Processes(root_), 0);

  EXPECT_EQ(clusters.Delete(name).value(), true);
  EXPECT_EQ(Processes(root_), 0);
  EXPECT_FALSE(fs::exists(settings_.root / name));
  EXPECT_FALSE(fs::exists(cgroup));
  EXPECT_FALSE(MountsMention(root_));
  EXPECT_EQ(LinkNames(), links_);
  for (const ino_t present : Namespaces()) EXPECT_FALSE(theirs.contains(present));
  EXPECT_EQ(AskServer(1, "name"), "unreachable");
  EXPECT_EQ(clusters.Delete(name).value(), false);
  EXPECT_THAT(*clusters.List(), IsEmpty());
}

TEST_F(ClusterTest, TwoClustersLiveSideBySide) {
  Clusters clusters(settings_);
  Expect(clusters.Create({Name("a"), 1, {}}));
  Expect(clusters.Create({Name("b"), 1, {}}));
  EXPECT_EQ(AskServer(1, "name"), Name("a-server"));
  EXPECT_EQ(AskServer(2, "name"), Name("b-server"));
  EXPECT_EQ(AwaitAnswer(2, "ask 10.50.2.11", Name("b-1")), Name("b-1"));
  EXPECT_EQ(AskServer(1, "ask 10.50.2.11"), "unreachable") << "they are on one link";
  Expect(clusters.Delete(Name("a")).status());
  EXPECT_EQ(AskServer(2, "name"), Name("b-server"));
}

TEST_F(ClusterTest, StopNodeKillsEverythingOfTheNodeAndStartNodeBringsItBack) {
  Clusters clusters(settings_);
  const std::string name = Name("a");
  Expect(clusters.Create({name, 2, {}}));
  ASSERT_EQ(AwaitAnswer(1, "ask 10.50.1.11", name + "-1"), name + "-1");
  const fs::path dir = settings_.root / name / (name + "-1");
  EXPECT_GE(Processes(dir), 3) << "init, child and orphan";

  Expect(clusters.StopNode(name, name + "-1"));
  EXPECT_EQ(Processes(dir), 0);
  EXPECT_EQ(AskServer(1, "ask 10.50.1.11"), "unreachable");
  EXPECT_EQ(AskServer(1, "ask 10.50.1.12"), name + "-2");
  const Result<std::vector<ClusterInfo>> list = clusters.List();
  EXPECT_FALSE(list->front().nodes[1].running);
  Expect(clusters.StopNode(name, name + "-1"));

  Expect(clusters.StartNode(name, name + "-1"));
  EXPECT_EQ(AwaitAnswer(1, "ask 10.50.1.11", name + "-1"), name + "-1");
  Expect(clusters.StartNode(name, name + "-1"));
}

TEST_F(ClusterTest, APartitionedNodeRunsOnUnreachedUntilItIsHealed) {
  Clusters clusters(settings_);
  const std::string name = Name("a");
  Expect(clusters.Create({name, 1, {}}));
  ASSERT_EQ(AwaitAnswer(1, "ask 10.50.1.11", name + "-1"), name + "-1");
  Expect(clusters.Partition(name, name + "-1"));
  EXPECT_EQ(AskServer(1, "ask 10.50.1.11"), "unreachable");
  EXPECT_TRUE(clusters.List()->front().nodes[1].running);
  Expect(clusters.Heal(name, name + "-1"));
  EXPECT_EQ(AwaitAnswer(1, "ask 10.50.1.11", name + "-1"), name + "-1");
}

TEST_F(ClusterTest, AChildThatEndsIsStartedAgainWithTheSameSockets) {
  Clusters clusters(settings_);
  const std::string name = Name("a");
  Expect(clusters.Create({name, 0, {}}));
  const std::string before = AskServer(1, "pid");
  EXPECT_EQ(AskServer(1, "crash"), "");
  // Nobody accepts now, yet the socket is open: whoever comes waits, and is answered by the next child.
  EXPECT_EQ(AskServer(1, "name"), name + "-server");
  EXPECT_NE(AskServer(1, "pid"), before);
  EXPECT_THAT(AskServer(1, "pid"), ::testing::EndsWith(" 1")) << "its parent is not the init";
}

TEST_F(ClusterTest, StartBringsBackWhatDoesNotRunAsAfterARestartOfTheMachine) {
  Clusters clusters(settings_);
  const std::string name = Name("a");
  Expect(clusters.Create({name, 2, {}}));
  std::vector<ProcessId> inits;
  for (const MemberState& member : State(name).members) inits.push_back(member.init);
  Expect(KillAll(inits, seconds(10)));
  EXPECT_EQ(AskServer(1, "name"), "unreachable");

  Expect(clusters.Start(name));
  EXPECT_EQ(AskServer(1, "name"), name + "-server");
  EXPECT_EQ(AwaitAnswer(1, "ask 10.50.1.12", name + "-2"), name + "-2");
  Expect(clusters.Start(name));
}

TEST_F(ClusterTest, APidThatAnotherProcessHasNowIsNotMistaken) {
  Clusters clusters(settings_);
  const std::string name = Name("a");
  Expect(clusters.Create({name, 1, {}}));
  const Layout layout{settings_.root, name};
  ClusterState state = State(name);
  const ProcessId lost = state.members[1].init;
  // Start times are counted in ticks of 10 ms: one that began in the same tick would be no other process.
  auto bystander = std::make_unique<network::testing::IdleProcess>();
  while (Identify(bystander->pid()).value().started == lost.started) {
    bystander = std::make_unique<network::testing::IdleProcess>();
  }
  state.members[1].init.pid = bystander->pid();
  Expect(SaveState(layout, state));
  EXPECT_FALSE(clusters.List()->front().nodes[1].running);
  Expect(clusters.Delete(name).status());
  EXPECT_TRUE(Identify(bystander->pid()).ok());
  EXPECT_FALSE(Alive(lost)) << "the member that nobody remembered lives on";
}

TEST_F(ClusterTest, DeleteClearsAHalfMadeOrDamagedCluster) {
  Clusters clusters(settings_);
  const std::string name = Name("a");
  Expect(clusters.Create({name, 1, {}}));
  std::ofstream(settings_.root / name / "cluster.json") << "{\"index\":";
  EXPECT_THAT(clusters.StopNode(name, name + "-1").message(), HasSubstr("is damaged"));
  EXPECT_EQ(clusters.Delete(name).value(), true);
  EXPECT_EQ(Processes(root_), 0);

  fs::create_directories(settings_.root / name);
  EXPECT_EQ(clusters.Delete(name).value(), true);
}

TEST_F(ClusterTest, ASecondClusterOfTheNameIsRefused) {
  Clusters clusters(settings_);
  Expect(clusters.Create({Name("a"), 0, {}}));
  const Status status = clusters.Create({Name("a"), 0, {}});
  EXPECT_TRUE(status.IsAlreadyExists());
  EXPECT_THAT(status.message(), HasSubstr("exists already"));
  EXPECT_EQ(AskServer(1, "name"), Name("a-server"));
}

TEST_F(ClusterTest, AFailedCreateSaysWhyAndLeavesNothing) {
  settings_.commands = [member = settings_.croft](const Layout&, const Member&) {
    return std::vector<std::string>{member, "no-such-verb"};
  };
  Clusters clusters(settings_);
  const Status status = clusters.Create({Name("a"), 1, {}});
  EXPECT_THAT(status.message(), HasSubstr(Name("a-server") + " does not come up: its process ended with status 7"));
  EXPECT_THAT(status.message(), HasSubstr("this program says only this: no-such-verb"));
  EXPECT_EQ(Processes(root_), 0);
  EXPECT_FALSE(fs::exists(settings_.root / Name("a")));
}

TEST_F(ClusterTest, ABinaryThatCannotRunIsNamedInTheFailure) {
  settings_.croft = "/nonexistent/croft";
  const Status status = Clusters(settings_).Create({Name("a"), 1, {}});
  EXPECT_THAT(status.message(), HasSubstr("can't run the croft binary"));
  EXPECT_FALSE(fs::exists(settings_.root / Name("a")));
}

TEST_F(ClusterTest, CreateWaitsUntilAllNodesAreReady) {
  int asked = 0;
  settings_.ready_nodes = [&](const fs::path& kubeconfig) -> Result<std::vector<std::string>> {
    EXPECT_EQ(kubeconfig, settings_.root / Name("a") / "kubeconfig");
    if (++asked == 1) return Status::Unavailable("connection refused");
    if (asked == 2) return std::vector<std::string>{Name("a-2")};
    return std::vector<std::string>{Name("a-2"), Name("a-1")};
  };
  std::vector<std::string> finished;
  settings_.progress = [&](const Progress& step) {
    if (step.finished && step.ok) finished.push_back(step.step);
  };
  Expect(Clusters(settings_).Create({Name("a"), 2, {}}));
  EXPECT_EQ(asked, 3);
  EXPECT_THAT(finished, ElementsAre("starting the server", "waiting for the server", "starting 2 nodes",
                                    "waiting for nodes to be ready"));
}

TEST_F(ClusterTest, ANodeThatIsNotReadyInTimeIsNamed) {
  settings_.patience = seconds(1);
  settings_.ready_nodes = [&](const fs::path&) { return std::vector<std::string>{Name("a-1")}; };
  const Status status = Clusters(settings_).Create({Name("a"), 2, {}});
  EXPECT_THAT(status.message(), HasSubstr("node " + Name("a-2") + " is not Ready in time"));
  EXPECT_EQ(Processes(root_), 0);
}

TEST_F(ClusterTest, AnInterruptedCreateCleansUp) {
  std::stop_source stop;
  settings_.ready_nodes = [&](const fs::path&) -> Result<std::vector<std::string>> {
    stop.request_stop();
    return Status::Unavailable("not yet");
  };
  const Status status = Clusters(settings_).Create({Name("a"), 1, stop.get_token()});
  EXPECT_EQ(status.message(), "interrupted");
  EXPECT_EQ(Processes(root_), 0);
}

TEST_F(ClusterTest, APortThatIsTakenMakesItTheNextAddress) {
  const Result<std::vector<UniqueFd>> taken = OpenPublicSockets("127.50.1.1");
  Expect(taken.status());
  Expect(Clusters(settings_).Create({Name("a"), 0, {}}));
  EXPECT_EQ(AskServer(2, "name"), Name("a-server"));
}

// With Podman storages of the test's own, both as this machine's and on the nodes.
TEST_F(ClusterTest, LoadPutsAnImageOfThisMachinesPodmanOnAllNodes) {
  if (!RunProgram({"podman", "--version"}).ok()) GTEST_SKIP() << "this needs Podman";
  // Podman takes no runroot of more than 50 characters; a node's /run is its own.
  const auto podman = [](const fs::path& storage, const fs::path& run, std::vector<std::string> rest) {
    std::vector<std::string> words = {"podman",
                                      "--root=" + storage.string(),
                                      "--runroot=" + (run / "r").string(),
                                      "--tmpdir=" + (run / "t").string(),
                                      "--storage-driver=overlay",
                                      "--cgroup-manager=cgroupfs"};
    words.insert(words.end(), rest.begin(), rest.end());
    return words;
  };
  settings_.podman_socket = "/run/podman.sock";
  settings_.commands = [podman, others = settings_.commands](const Layout& layout, const Member& m) {
    if (m.server) return others(layout, m);
    return podman(layout.data_dir(m.name) / "storage", "/run",
                  {"system", "service", "--time=0", "unix:///run/podman.sock"});
  };
  Clusters clusters(settings_);
  Expect(clusters.Create({Name("a"), 2, {}}));

  const fs::path machine = root_ / "machine";
  fs::create_directories(machine);
  std::ofstream(machine / "storage.conf") << "[storage]\ndriver = \"overlay\"\ngraphroot = \"" << machine.string()
                                          << "/storage\"\nrunroot = \"" << machine.string() << "/r\"\n";
  std::ofstream(machine / "Containerfile") << "FROM scratch\nCOPY Containerfile /\n";
  setenv("CONTAINERS_STORAGE_CONF", (machine / "storage.conf").c_str(), 1);
  const std::string image = "localhost/croft-load:1";
  Expect(RunProgram(podman(machine / "storage", machine, {"build", "--quiet", "--tag=" + image, machine})).status());

  EXPECT_THAT(clusters.Load(Name("a"), "localhost/none:1").message(), HasSubstr("has no image \"localhost/none:1\""));
  Status loaded;
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (!(loaded = clusters.Load(Name("a"), image)).ok() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the nodes' Podman is on its way up
  }
  Expect(loaded);
  for (const char* node : {"a-1", "a-2"}) {
    const fs::path dir = settings_.root / Name("a") / Name(node) / "data";
    std::ifstream file(dir / "storage" / "overlay-images" / "images.json");
    const std::string images{std::istreambuf_iterator<char>(file), {}};
    EXPECT_THAT(images, HasSubstr(image)) << node;
  }
  EXPECT_FALSE(fs::exists(settings_.root / Name("a") / "image.tar"));
  Expect(RunProgram(podman(machine / "storage", machine, {"rmi", "--all", "--force"})).status());
  unsetenv("CONTAINERS_STORAGE_CONF");
}

TEST_F(ClusterTest, BadRequestsAreRefusedInWords) {
  Clusters clusters(settings_);
  EXPECT_THAT(clusters.Create({"Lab_1", 1, {}}).message(), HasSubstr("can't be the name of a cluster"));
  EXPECT_THAT(clusters.Create({"../x", 1, {}}).message(), HasSubstr("can't be the name of a cluster"));
  EXPECT_THAT(clusters.Create({Name("a"), 101, {}}).message(), HasSubstr("0 to 100 nodes"));
  EXPECT_THAT(clusters.StopNode(Name("none"), "x").message(), HasSubstr("there is no cluster"));
  EXPECT_THAT(clusters.Kubeconfig(Name("none")).status().message(), HasSubstr("there is no cluster"));
  Expect(clusters.Create({Name("a"), 1, {}}));
  EXPECT_THAT(clusters.StopNode(Name("a"), "x").message(), HasSubstr("it has " + Name("a-server")));
  EXPECT_THAT(clusters.Kubeconfig(Name("a")).status().message(), HasSubstr("has not written its kubeconfig"));
}

}  // namespace
}  // namespace croft::cluster
