#include "tools/croft/cluster.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "api/client/rest_client.h"
#include "api/types/node.h"
#include "api/types/resources.h"
#include "tools/cluster/cluster.h"
#include "tools/cluster/state.h"
#include "tools/croft/terminal.h"

namespace croft::cli {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> ReadyNodes(const fs::path& kubeconfig) {
  const auto config = client::LoadKubeconfig(kubeconfig);
  if (!config.ok()) return config.status();
  auto client = client::RestClient::Make(*config, std::chrono::seconds(5));
  if (!client.ok()) return client.status();
  const auto list = (*client)->List(resources::kNodes, {});
  if (!list.ok()) return list.status();
  std::vector<std::string> ready;
  for (const ObjectPtr& object : list->items) {
    const auto node = types::FromObject<types::Node>(*object);
    if (node.ok() && types::IsReady(*node)) ready.push_back(node->metadata.name);
  }
  return ready;
}

fs::path Root() {
  const char* root = std::getenv("CROFT_CLUSTER_ROOT");
  return root == nullptr ? fs::path(cluster::kDefaultRoot) : fs::path(root);
}

cluster::Clusters Clusters(Progress* progress) {
  cluster::Clusters::Settings settings;
  settings.root = Root();
  settings.croft = fs::read_symlink("/proc/self/exe");
  settings.ready_nodes = ReadyNodes;
  if (progress != nullptr) {
    settings.progress = [progress](const cluster::Progress& step) {
      if (step.finished) {
        progress->Finish(step.step, step.ok);
      } else {
        progress->Start(step.step);
      }
    };
  }
  return cluster::Clusters(std::move(settings));
}

int Refuse(const Status& status) {
  return Fail(status.message());
}

bool IsRoot() {
  if (geteuid() == 0) return true;
  Fail("local clusters need root, for they make network namespaces and mounts: run the command with sudo");
  return false;
}

// Blocks SIGINT and SIGTERM and turns them into a stop request, so that an interrupted creation cleans up.
class Interruption {
 public:
  Interruption() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
    waiter_ = std::jthread([this](const std::stop_token& done) {
      const timespec pause{0, 200'000'000};
      while (!done.stop_requested()) {
        if (sigtimedwait(&set_, nullptr, &pause) > 0) source_.request_stop();
      }
    });
  }
  ~Interruption() {
    waiter_.request_stop();
    waiter_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  std::stop_token token() const { return source_.get_token(); }

 private:
  sigset_t set_{};
  sigset_t before_{};
  std::stop_source source_;
  std::jthread waiter_;
};

void PrintNext(const std::string& name, const fs::path& kubeconfig) {
  const bool colours = ColoursOn(STDOUT_FILENO);
  std::printf("\nThe lab %s is there. What to type next:\n", Paint(name, Colour::kBold, colours).c_str());
  std::printf("  export KUBECONFIG=%s\n", kubeconfig.c_str());
  std::printf("  croft get nodes            (or: kubectl get nodes)\n");
  std::printf("  croft cluster load IMAGE --name %s\n", name.c_str());
  std::printf("  croft apply -f manifests/samples/whoami.yaml\n");
}

}  // namespace

int ClusterCreate(const std::string& name, int nodes) {
  if (!IsRoot()) return 1;
  Status created;
  std::string kubeconfig;
  {
    const Interruption interruption;
    Progress progress;
    cluster::Clusters clusters = Clusters(&progress);
    cluster::CreateOptions options;
    options.name = name;
    options.nodes = nodes;
    options.stop = interruption.token();
    created = clusters.Create(options);
  }
  if (!created.ok()) return Refuse(created);
  PrintNext(name, Root() / name / "kubeconfig");
  return 0;
}

int ClusterStart(const std::string& name) {
  if (!IsRoot()) return 1;
  Progress progress;
  const Status started = Clusters(&progress).Start(name);
  return started.ok() ? 0 : Refuse(started);
}

int ClusterDelete(const std::string& name) {
  if (!IsRoot()) return 1;
  Progress progress;
  const Result<bool> deleted = Clusters(&progress).Delete(name);
  if (!deleted.ok()) return Refuse(deleted.status());
  std::printf(*deleted ? "cluster %s deleted\n" : "there is no cluster %s\n", name.c_str());
  return 0;
}

int ClusterList() {
  if (!IsRoot()) return 1;
  const auto list = Clusters(nullptr).List();
  if (!list.ok()) return Refuse(list.status());
  if (list->empty()) {
    std::fprintf(stderr, "No clusters. Make one: croft cluster create\n");
    return 0;
  }
  TablePrinter table({"NAME", "NODES", "RUNNING", "SERVER", "KUBECONFIG"});
  for (const cluster::ClusterInfo& info : *list) {
    int nodes = 0, running = 0;
    for (const cluster::NodeInfo& node : info.nodes) {
      nodes += !node.server;
      running += !node.server && node.running;
    }
    table.Add({info.name, std::to_string(nodes), std::to_string(running), info.url, info.kubeconfig});
  }
  std::fputs(table.Print(ColoursOn(STDOUT_FILENO)).c_str(), stdout);
  return 0;
}

int ClusterKubeconfig(const std::string& name) {
  if (!IsRoot()) return 1;
  const auto text = Clusters(nullptr).Kubeconfig(name);
  if (!text.ok()) return Refuse(text.status());
  std::fputs(text->c_str(), stdout);
  return 0;
}

int ClusterLoad(const std::string& name, const std::string& image) {
  if (!IsRoot()) return 1;
  Progress progress;
  const Status loaded = Clusters(&progress).Load(name, image);
  return loaded.ok() ? 0 : Refuse(loaded);
}

int ClusterStopNode(const std::string& name, const std::string& node) {
  if (!IsRoot()) return 1;
  Progress progress;
  const Status stopped = Clusters(&progress).StopNode(name, node);
  return stopped.ok() ? 0 : Refuse(stopped);
}

int ClusterStartNode(const std::string& name, const std::string& node) {
  if (!IsRoot()) return 1;
  Progress progress;
  const Status started = Clusters(&progress).StartNode(name, node);
  return started.ok() ? 0 : Refuse(started);
}

int ClusterPid(const std::string& name, const std::string& member) {
  if (!IsRoot()) return 1;
  cluster::Layout layout;
  layout.root = Root();
  layout.name = name;
  auto state = cluster::LoadState(layout);
  if (!state.ok()) return Refuse(state.status());
  const cluster::MemberState* found = state->Find(member);
  if (found == nullptr) return Fail("cluster " + name + " has no member " + member);
  const std::string init = std::to_string(found->init.pid);
  std::ifstream children("/proc/" + init + "/task/" + init + "/children");
  for (int pid; children >> pid;) {
    std::ifstream arguments("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
    std::string program, verb;
    std::getline(arguments, program, '\0');
    std::getline(arguments, verb, '\0');
    if (verb == "server" || verb == "agent") {
      std::printf("%d\n", pid);
      return 0;
    }
  }
  return Fail(member + " is not running");
}

}  // namespace croft::cli
