// Against real Podman, in a node of its own: storage in a temporary directory, namespaces made here. Skipped where
// there is no root or no Podman.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "api/types/node.h"
#include "api/types/resources.h"
#include "operator/agent/agent.h"
#include "operator/agent/labels.h"
#include "operator/agent/logs.h"
#include "operator/agent/podman/host_setup.h"
#include "operator/agent/podman/podman_runtime.h"
#include "operator/agent/podman/service.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/fake_net.h"
#include "unit/operator/agent/node_namespace.h"

namespace croft::agent::podman {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string g_directory;  // of this run
constexpr char kImage[] = "localhost/croft-test:1";
constexpr char kOwner[] = "podman-test";

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string ResidentKib(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::to_string(std::stol(line.substr(6)));
  }
  return "?";
}

bool RunProgram(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    execvp(argv[0], argv.data());
    _exit(127);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return status == 0;
}

// Named for the directory, so that runs beside each other have their own.
std::string CgroupParent() {
  return "/" + fs::path(g_directory).filename().string();
}

// Empty directories of this run only.
void RemoveCgroups() {
  std::error_code error;
  std::vector<fs::path> roots{"/sys/fs/cgroup"};
  for (const auto& entry : fs::directory_iterator("/sys/fs/cgroup", error)) roots.push_back(entry.path());
  for (const fs::path& root : roots) {
    const fs::path parent = root.string() + CgroupParent();
    for (const auto& pod : fs::directory_iterator(parent, error)) {
      if (pod.is_directory()) rmdir(pod.path().c_str());
    }
    rmdir(parent.c_str());
  }
}

ServiceSettings Settings() {
  return {g_directory + "/podman.sock", g_directory + "/podman", "/run/croft"};
}

// An image of nothing but busybox.
bool BuildImage() {
  const fs::path context = g_directory + "/image";
  fs::create_directories(context);
  fs::copy_file("/bin/busybox", context / "busybox", fs::copy_options::overwrite_existing);
  std::ofstream(context / "Containerfile") << "FROM scratch\nCOPY busybox /bin/busybox\n"
                                              "RUN [\"/bin/busybox\",\"--install\",\"-s\",\"/bin\"]\n";
  const std::string data = Settings().data_dir;
  setenv("CONTAINERS_CONF", (data + "/containers.conf").c_str(), 1);
  setenv("CONTAINERS_STORAGE_CONF", (data + "/storage.conf").c_str(), 1);
  const bool built =
      RunProgram({"podman", "--root", data + "/root", "--runroot", "/run/croft/run", "--tmpdir", "/run/croft/tmp",
                  "--network-config-dir", data + "/networks", "build", "-q", "-t", kImage, context});
  unsetenv("CONTAINERS_CONF");
  unsetenv("CONTAINERS_STORAGE_CONF");
  return built;
}

class PodmanTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    service_ = new PodmanService(Settings());
    const Status status = service_->Start();
    ASSERT_TRUE(status.ok()) << status.message();
    ASSERT_TRUE(BuildImage());
  }
  static void TearDownTestSuite() {
    delete service_;
    service_ = nullptr;
  }

  PodmanTest() { Open(); }
  ~PodmanTest() override {
    const std::vector<SandboxInfo> left = *runtime_->List();
    for (const SandboxInfo& sandbox : left) EXPECT_TRUE(runtime_->RemoveSandbox(sandbox.id).ok());
    runtime_.reset();
    pool_.Stop();
  }

  // As an agent that starts anew sees it.
  void Open() {
    runtime_.reset();
    runtime_ =
        std::move(*PodmanRuntime::Create({Settings().socket, kOwner, CgroupParent(), 1024 * 1024}, pool_, clock_));
    runtime_->OnExit([this](const types::StringMap& labels) {
      std::lock_guard lock(mutex_);
      exits_.push_back(labels::Get(labels, labels::kContainer));
      exited_.notify_all();
    });
  }

  SandboxInfo MakeSandbox(const std::string& name) {
    SandboxSpec spec;
    spec.name = name;
    spec.hostname = name;
    spec.labels = {{labels::kPod, "default/" + name}, {labels::kPodUid, "u-" + name}};
    Result<SandboxInfo> sandbox = runtime_->CreateSandbox(spec);
    EXPECT_TRUE(sandbox.ok()) << sandbox.status().message();
    return sandbox.ok() ? *sandbox : SandboxInfo();
  }

  ContainerSpec MakeSpec(const SandboxInfo& sandbox, const std::string& name, const std::string& script) {
    ContainerSpec spec;
    spec.name = sandbox.name + "-" + name;
    spec.sandbox_id = sandbox.id;
    spec.image = kImage;
    spec.entrypoint = {"/bin/sh", "-c", script};
    spec.labels = sandbox.labels;
    spec.labels[labels::kContainer] = name;
    spec.log_path = g_directory + "/logs/" + sandbox.name + "/" + name + "/0.log";
    return spec;
  }

  std::string Start(const ContainerSpec& spec) {
    Result<std::string> id = runtime_->CreateContainer(spec);
    EXPECT_TRUE(id.ok()) << id.status().message();
    if (!id.ok()) return {};
    const Status started = runtime_->StartContainer(*id);
    EXPECT_TRUE(started.ok()) << started.message();
    return *id;
  }

  bool AwaitExit(const std::string& name) {
    std::unique_lock lock(mutex_);
    return exited_.wait_for(lock, seconds(20),
                            [&] { return std::find(exits_.begin(), exits_.end(), name) != exits_.end(); });
  }

  // `container` is "sandbox/name".
  static bool AwaitOutput(const std::string& container, const std::string& text) {
    for (int i = 0; i < 500; ++i) {
      if (ReadFile(g_directory + "/logs/" + container + "/0.log").find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(milliseconds(20));
    }
    return false;
  }

  ContainerInfo Find(const SandboxInfo& sandbox, const std::string& name) {
    Result<std::vector<SandboxInfo>> list = runtime_->ListPod(labels::Get(sandbox.labels, labels::kPod));
    EXPECT_TRUE(list.ok()) << list.status().message();
    for (const SandboxInfo& found : *list) {
      for (const ContainerInfo& info : found.containers) {
        if (labels::Get(info.labels, labels::kContainer) == name) return info;
      }
    }
    return {};
  }

  static PodmanService* service_;
  SystemClock clock_;
  ThreadPool pool_{8, "test"};
  std::mutex mutex_;
  std::condition_variable exited_;
  std::vector<std::string> exits_;  // guarded by mutex_
  std::unique_ptr<PodmanRuntime> runtime_;
};
PodmanService* PodmanTest::service_ = nullptr;

TEST_F(PodmanTest, AContainerEndsAndItsCodeOutputAndTimesAreKnown) {
  const SandboxInfo sandbox = MakeSandbox("one");
  EXPECT_GT(sandbox.pid, 0);
  Start(MakeSpec(sandbox, "main", "echo out; echo err >&2; hostname; exit 7"));
  ASSERT_TRUE(AwaitExit("main"));
  const ContainerInfo info = Find(sandbox, "main");
  EXPECT_EQ(info.state, RunState::kExited);
  EXPECT_EQ(info.exit_code, 7);
  EXPECT_LE(info.started_at, info.finished_at);
  EXPECT_GT(info.finished_at, clock_.Now() - seconds(30));
  const std::string log = ReadFile(g_directory + "/logs/one/main/0.log");
  EXPECT_THAT(log, testing::HasSubstr(" stdout F out"));
  EXPECT_THAT(log, testing::HasSubstr(" stderr F err"));
  EXPECT_THAT(log, testing::HasSubstr(" stdout F one")) << "the sandbox's host name";
}

TEST_F(PodmanTest, StoppingIsASignalThenAKill) {
  const SandboxInfo sandbox = MakeSandbox("stop");
  const std::string gentle =
      Start(MakeSpec(sandbox, "gentle", "trap 'exit 3' TERM; echo ready; while :; do sleep 9 & wait; done"));
  const std::string deaf = Start(MakeSpec(sandbox, "deaf", "trap '' TERM; echo ready; while :; do sleep 0.05; done"));
  ASSERT_TRUE(AwaitOutput("stop/gentle", "ready") && AwaitOutput("stop/deaf", "ready")) << "the traps are set";
  EXPECT_EQ(Find(sandbox, "deaf").state, RunState::kRunning);
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(runtime_->StopContainer(gentle, seconds(10)).ok());
  ASSERT_TRUE(runtime_->StopContainer(deaf, seconds(1)).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(900)) << "it does not wait";
  ASSERT_TRUE(AwaitExit("gentle"));
  ASSERT_TRUE(AwaitExit("deaf"));
  EXPECT_EQ(Find(sandbox, "gentle").exit_code, 3);
  EXPECT_EQ(Find(sandbox, "deaf").exit_code, 137);
  EXPECT_TRUE(runtime_->StopContainer(gentle, seconds(1)).ok()) << "it has ended already";
}

TEST_F(PodmanTest, CommandsRunInsideWithCodeAndOutput) {
  const SandboxInfo sandbox = MakeSandbox("exec");
  const std::string id = Start(MakeSpec(sandbox, "main", "sleep 1000"));
  Result<ExecResult> result = runtime_->Exec(id, {"sh", "-c", "echo hello; exit 4"}, seconds(10));
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->exit_code, 4);
  EXPECT_EQ(result->output, "hello\n");
  result = runtime_->Exec(id, {"no-such-command"}, seconds(10));
  EXPECT_TRUE(!result.ok() || result->exit_code != 0);
  result = runtime_->Exec(id, {"sleep", "500"}, seconds(1));
  EXPECT_EQ(result.status().reason(), Reason::kTimeout);
}

TEST_F(PodmanTest, LimitsSecurityEnvironmentAndMountsReachTheContainer) {
  const SandboxInfo sandbox = MakeSandbox("limits");
  fs::create_directories(g_directory + "/volume");
  std::ofstream(g_directory + "/volume/file") << "content";
  ContainerSpec spec = MakeSpec(sandbox, "main",
                                "echo user $(id -u):$(id -g); echo env $A; cat /volume/file; echo; "
                                "touch /volume/new || echo volume is read-only; touch /new || echo root is read-only; "
                                "pwd; grep NoNewPrivs /proc/self/status; sleep 1000");
  spec.memory_bytes = 64 * 1024 * 1024;
  spec.cpu_milli = 500;
  spec.cpu_shares_milli = 250;
  spec.env = {{"A", "b c"}};
  spec.working_dir = "/bin";
  spec.mounts = {{g_directory + "/volume", "/volume", true, {}}, {"", "/tmp", false, "1048576"}};
  spec.security.emplace();
  spec.security->run_as_user = 1000;
  spec.security->run_as_group = 1001;
  spec.security->read_only_root_filesystem = true;
  spec.security->allow_privilege_escalation = false;
  spec.security->capabilities = types::Capabilities{{"NET_BIND_SERVICE"}, {"ALL"}};
  Start(spec);
  ASSERT_TRUE(AwaitOutput("limits/main", "NoNewPrivs"));
  const std::string output = ReadFile(spec.log_path);
  for (const char* line : {"user 1000:1001", "env b c", "content", "volume is read-only", "root is read-only",
                           "stdout F /bin", "NoNewPrivs:\t1"}) {
    EXPECT_THAT(output, testing::HasSubstr(line));
  }
  const ContainerInfo info = Find(sandbox, "main");
  std::istringstream groups(ReadFile("/proc/" + std::to_string(info.pid) + "/cgroup"));
  std::string memory, quota;
  for (std::string line; std::getline(groups, line);) {
    const std::string path = line.substr(line.rfind(':') + 1);
    if (line.rfind("0::", 0) == 0 && ReadHostSetup().cgroup_v2) {
      memory = ReadFile("/sys/fs/cgroup" + path + "/memory.max");
      quota = ReadFile("/sys/fs/cgroup" + path + "/cpu.max");
    }
    if (line.find(":memory:") != std::string::npos) {
      memory = ReadFile("/sys/fs/cgroup/memory" + path + "/memory.limit_in_bytes");
    }
    if (line.find(":cpu:") != std::string::npos || line.find(":cpu,") != std::string::npos) {
      quota = ReadFile("/sys/fs/cgroup/cpu" + path + "/cpu.cfs_quota_us");
    }
  }
  EXPECT_THAT(ReadFile("/proc/" + std::to_string(info.pid) + "/cgroup"),
              testing::HasSubstr(":" + CgroupParent() + "/"));
  EXPECT_EQ(memory, "67108864\n");
  EXPECT_THAT(quota, testing::StartsWith("50000"));
}

TEST_F(PodmanTest, AContainerKilledForItsMemoryIsTold) {
  const SandboxInfo sandbox = MakeSandbox("oom");
  ContainerSpec spec = MakeSpec(sandbox, "main", "exec tail /dev/zero");
  spec.memory_bytes = 16 * 1024 * 1024;
  Start(spec);
  ASSERT_TRUE(AwaitExit("main"));
  const ContainerInfo info = Find(sandbox, "main");
  EXPECT_EQ(info.exit_code, 137);
  if (access("/dev/kmsg", R_OK) == 0) {
    EXPECT_TRUE(info.oom_killed);
  }
}

TEST_F(PodmanTest, ANewAgentFindsWhatRunsAndSeesItEnd) {
  const SandboxInfo sandbox = MakeSandbox("adopt");
  const std::string id = Start(MakeSpec(sandbox, "main", "sleep 1000"));
  const int pid = Find(sandbox, "main").pid;
  Open();
  Result<std::vector<SandboxInfo>> list = runtime_->List();
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ((*list)[0].id, sandbox.id);
  EXPECT_TRUE((*list)[0].running);
  EXPECT_EQ((*list)[0].pid, sandbox.pid);
  EXPECT_EQ((*list)[0].labels.at(labels::kPod), "default/adopt");
  ASSERT_EQ((*list)[0].containers.size(), 1u);
  EXPECT_EQ((*list)[0].containers[0].pid, pid);
  ASSERT_TRUE(runtime_->StopContainer(id, seconds(0)).ok());
  EXPECT_TRUE(AwaitExit("main"));
}

TEST_F(PodmanTest, RemovingASandboxLeavesNothing) {
  const SandboxInfo sandbox = MakeSandbox("gone");
  Start(MakeSpec(sandbox, "a", "sleep 1000"));
  Start(MakeSpec(sandbox, "b", "trap '' TERM; sleep 1000"));
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(runtime_->RemoveSandbox(sandbox.id).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(5));
  EXPECT_TRUE(runtime_->List()->empty());
  EXPECT_TRUE(runtime_->RemoveSandbox(sandbox.id).ok()) << "it is gone already";
  EXPECT_FALSE(fs::exists("/proc/" + std::to_string(sandbox.pid)));
}

TEST_F(PodmanTest, AMissingImageIsNotFound) {
  EXPECT_TRUE(*runtime_->HasImage(kImage));
  EXPECT_FALSE(*runtime_->HasImage("localhost/no-such-image:1"));
  const SandboxInfo sandbox = MakeSandbox("image");
  ContainerSpec spec = MakeSpec(sandbox, "main", "true");
  spec.image = "localhost/no-such-image:1";
  EXPECT_TRUE(runtime_->CreateContainer(spec).status().IsNotFound());
  const Status pulled = runtime_->PullImage("localhost/no-such-image:1");
  EXPECT_FALSE(pulled.ok());
  EXPECT_FALSE(pulled.message().empty());
}

TEST_F(PodmanTest, ContainersOfOthersAreNotSeen) {
  const SandboxInfo sandbox = MakeSandbox("mine");
  auto other = std::move(*PodmanRuntime::Create({Settings().socket, "someone-else", {}, 0}, pool_, clock_));
  EXPECT_TRUE(other->List()->empty());
  EXPECT_EQ(runtime_->List()->size(), 1u);
}

TEST_F(PodmanTest, TheServiceIsStartedAgainAndContainersGoOn) {
  const SandboxInfo sandbox = MakeSandbox("service");
  Start(MakeSpec(sandbox, "main", "sleep 1000"));
  const int pid = service_->pid();
  ASSERT_GT(pid, 0);
  ASSERT_EQ(kill(pid, SIGKILL), 0);
  ContainerInfo info;
  for (int i = 0; i < 250; ++i) {
    std::this_thread::sleep_for(milliseconds(40));
    if (service_->pid() == pid || service_->pid() == 0 || !runtime_->List().ok()) continue;
    info = Find(sandbox, "main");
    break;
  }
  EXPECT_EQ(info.state, RunState::kRunning);
}

TEST_F(PodmanTest, AnAgentRunsPodsFromDeclarationToEnd) {
  SystemRandom random;
  fakes::FakeClient client(clock_, random, pool_);
  fakes::FakeNet net;
  AgentSettings settings;
  settings.node_name = "n1";
  settings.address = "192.0.2.1";
  settings.data_dir = g_directory + "/agent";
  settings.log_dir = g_directory + "/agent/logs";
  settings.drain = milliseconds(0);
  NodeVolumes volumes(settings.data_dir, settings.log_dir, settings.dns);
  client.Seed(resources::kNodes,
              R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"},"spec":{"podCIDR":"10.244.1.0/24"}})");
  client.Seed(
      resources::kSecrets,
      R"({"apiVersion":"v1","kind":"Secret","metadata":{"namespace":"default","name":"s"},"data":{"k":"dG9w"}})");
  const auto agent = [&] {
    return std::make_unique<Agent>(runtime::Context{client, clock_, random, pool_}, client, *runtime_, net, volumes,
                                   settings);
  };
  auto first = agent();
  first->Start();
  const auto status = [&](const std::string& name) {
    const ObjectPtr object = client.Peek(resources::kPods, {"default", name});
    return object == nullptr ? types::PodStatus() : types::FromObject<types::Pod>(*object)->status;
  };
  const auto await = [&](const std::function<bool()>& condition) {
    for (int i = 0; i < 4000 && !condition(); ++i) std::this_thread::sleep_for(milliseconds(5));
    return condition();
  };
  ASSERT_TRUE(await([&] {
    return types::IsReady(*types::FromObject<types::Node>(*client.Peek(resources::kNodes, {"", "n1"})));
  }));
  EXPECT_THAT(types::FromObject<types::Node>(*client.Peek(resources::kNodes, {"", "n1"}))
                  ->status.node_info.container_runtime_version.value_or(""),
              testing::StartsWith("podman://"));
  const auto begin = std::chrono::steady_clock::now();
  client.Seed(resources::kPods, std::string(R"({"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"default",
      "name":"web","uid":"u1"},"spec":{"nodeName":"n1","terminationGracePeriodSeconds":1,"volumes":[
      {"name":"s","secret":{"secretName":"s"}},{"name":"e","emptyDir":{}},{"name":"m","emptyDir":{"medium":"Memory"}}],
      "containers":[{"name":"main","image":")") +
                                    kImage +
                                    R"(","command":["sh","-c",
      "cat /s/k /one /etc/hosts; echo x > /e/new; touch /m/new; trap 'exit 0' TERM; while :; do sleep 0.1; done"],
      "volumeMounts":[{"name":"s","mountPath":"/s"},{"name":"s","mountPath":"/one","subPath":"k"},
      {"name":"e","mountPath":"/e","subPath":"sub/dir"},{"name":"m","mountPath":"/m"}],
      "readinessProbe":{"exec":{"command":["test","-e","/m/new"]}}}]}})");
  ASSERT_TRUE(await([&] { return status("web").phase == "Running"; }));
  const auto running = std::chrono::steady_clock::now();
  std::cout << "pod seen to Running: " << std::chrono::duration_cast<milliseconds>(running - begin).count() << " ms\n";
  ASSERT_TRUE(await([&] { return status("web").container_statuses[0].ready.value_or(false); }));
  const std::string log_path = settings.log_dir + "/default_web_u1/main/0.log";
  ASSERT_TRUE(await([&] { return ReadFile(log_path).find("10.244.1.2\tweb") != std::string::npos; }));
  EXPECT_THAT(*LogReader(log_path, {}).Read(), testing::StartsWith("toptop127.0.0.1\t"))
      << "the secret's file, as a volume and by itself";
  EXPECT_EQ(ReadFile(settings.data_dir + "/pods/u1/volumes/e/sub/dir/new"), "x\n");

  const auto ten = std::chrono::steady_clock::now();
  for (int i = 0; i < 10; ++i) {
    const std::string name = "p" + std::to_string(i);
    client.Seed(resources::kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"default","name":")" +
                                      name + R"(","uid":"u-)" + name + R"("},"spec":{"nodeName":"n1","containers":[
        {"name":"main","image":")" + kImage +
                                      R"(","command":["sleep","1000"]}]}})");
  }
  ASSERT_TRUE(await([&] {
    for (int i = 0; i < 10; ++i) {
      if (status("p" + std::to_string(i)).phase != "Running") return false;
    }
    return true;
  }));
  std::cout << "ten pods at once: "
            << std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - ten).count() << " ms\n";
  std::cout << "resident with eleven pods: this process " << ResidentKib("self") << " KiB, podman's service "
            << ResidentKib(std::to_string(service_->pid())) << " KiB\n";
  for (int i = 0; i < 10; ++i) client.Remove(resources::kPods, {"default", "p" + std::to_string(i)});
  ASSERT_TRUE(await([&] { return runtime_->List()->size() == 1u; }));

  const std::string id = status("web").container_statuses[0].container_id;
  first->Stop();
  first.reset();
  Open();
  auto second = agent();
  second->Start();
  ASSERT_TRUE(runtime_->List().ok());
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(status("web").container_statuses[0].container_id, id) << "adopted, not restarted";
  EXPECT_EQ(runtime_->List()->size(), 1u);

  ASSERT_TRUE(client.Delete(resources::kPods, {"default", "web"}, {}).ok());
  ASSERT_TRUE(await([&] { return client.Peek(resources::kPods, {"default", "web"}) == nullptr; }));
  EXPECT_TRUE(runtime_->List()->empty());
  EXPECT_TRUE(volumes.Pods().empty());
  second->Stop();
}

}  // namespace

int RunTests() {
  std::string name = (fs::temp_directory_path() / "croft-podman-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return 1;
  g_directory = name;
  const int code = RunInNodeNamespace([] { return RUN_ALL_TESTS(); });
  RemoveCgroups();
  std::error_code error;
  fs::remove_all(name, error);
  return code;
}

}  // namespace croft::agent::podman

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (GTEST_FLAG_GET(list_tests)) return RUN_ALL_TESTS();
  if (getuid() != 0 || croft::agent::podman::FindProgram("podman").empty()) {
    std::cout << "skipped: these tests need root and Podman (apt-get install podman)\n";
    return 0;
  }
  return croft::agent::podman::RunTests();
}
