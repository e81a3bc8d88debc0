#include "tools/croft/node_process.h"

#include "api/base/file.h"
#include "operator/agent/agent.h"
#include "operator/agent/agent_api.h"
#include "operator/agent/machine.h"
#include "operator/agent/podman/host_setup.h"
#include "operator/agent/podman/podman_runtime.h"
#include "operator/agent/podman/service.h"
#include "operator/agent/volumes.h"
#include "operator/network/linux_net.h"
#include "operator/network/routes_controller.h"

namespace croft::cli {
namespace {

// Pulls, probes by exec and slow starts of containers wait on these.
constexpr int kThreads = 12;

}  // namespace

class NodeProcess::Impl {
 public:
  Impl(Settings settings, client::Client& client, client::Client& heartbeat_client, Clock& clock, Random& random)
      : settings_(std::move(settings)),
        context_{client, clock, random, executor_},
        heartbeat_client_(heartbeat_client),
        net_({settings_.address, settings_.pod_network}),
        volumes_(settings_.data_dir, settings_.data_dir + "/logs", agent::DnsSettings{}),
        podman_({.socket = Socket(), .data_dir = settings_.data_dir + "/podman", .run_dir = "/run/croft/podman"}) {}

  Status Start() {
    CROFT_RETURN_IF_ERROR(MakeDirs(settings_.data_dir + "/podman", 0700));
    CROFT_RETURN_IF_ERROR(MakeDirs(settings_.data_dir + "/logs", 0700));
    CROFT_RETURN_IF_ERROR(net_.Prepare());
    CROFT_RETURN_IF_ERROR(podman_.Start());
    auto runtime = agent::podman::PodmanRuntime::Create(
        {.socket = Socket(), .owner = settings_.name, .cgroup_parent = settings_.cgroup_parent}, executor_,
        context_.clock);
    if (!runtime.ok()) return runtime.status();
    runtime_ = std::move(*runtime);

    agent::AgentSettings agent;
    agent.node_name = settings_.name;
    agent.address = settings_.address;
    agent.data_dir = settings_.data_dir;
    agent.log_dir = settings_.data_dir + "/logs";
    agent.machine = agent::ReadMachine(settings_.data_dir);
    agent.version = "v1.33.0+croft" CROFT_VERSION;
    agent.kubelet_port = settings_.kubelet_port;
    agent_ = std::make_unique<agent::Agent>(context_, heartbeat_client_, *runtime_, net_, volumes_, std::move(agent));
    network::RoutesController::AddTo(agent_->manager(), net_);
    CROFT_RETURN_IF_ERROR(StartApi());
    agent_->Start();
    return Status::Ok();
  }

  void Stop() {
    if (agent_ != nullptr) agent_->Stop();
    if (api_ != nullptr) api_->Stop();
    executor_.Stop();
    podman_.Stop();
  }

 private:
  std::string Socket() const { return settings_.data_dir + "/podman/podman.sock"; }

  Status StartApi() {
    agent::AgentApiSettings api;
    api.listen = settings_.address + ":" + std::to_string(settings_.kubelet_port);
    api.log_dir = settings_.data_dir + "/logs";
    api.tls = {{settings_.server_identity.certificate_pem, settings_.server_identity.key_pem}, settings_.ca_pem};
    api_ = std::make_unique<agent::AgentApi>(std::move(api), *runtime_, executor_, context_.clock);
    return api_->Start();
  }

  const Settings settings_;
  ThreadPool executor_{kThreads, "agent"};
  runtime::Context context_;
  client::Client& heartbeat_client_;
  network::LinuxNet net_;
  agent::NodeVolumes volumes_;
  agent::podman::PodmanService podman_;
  std::unique_ptr<agent::podman::PodmanRuntime> runtime_;
  std::unique_ptr<agent::Agent> agent_;
  std::unique_ptr<agent::AgentApi> api_;
};

NodeProcess::NodeProcess(Settings settings, client::Client& client, client::Client& heartbeat_client, Clock& clock,
                         Random& random)
    : impl_(std::make_unique<Impl>(std::move(settings), client, heartbeat_client, clock, random)) {}
NodeProcess::~NodeProcess() = default;
Status NodeProcess::Start() {
  return impl_->Start();
}
void NodeProcess::Stop() {
  impl_->Stop();
}

bool FindProgram(const std::string& name) {
  return !agent::podman::FindProgram(name).empty();
}

}  // namespace croft::cli
