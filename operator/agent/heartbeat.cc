#include "operator/agent/heartbeat.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/base/log.h"
#include "api/types/node.h"
#include "api/types/resources.h"

namespace croft::agent {
namespace {

constexpr char kNamespace[] = "kube-node-lease";
constexpr int kNice = -10;

}  // namespace

Heartbeat::Heartbeat(client::Client& client, Clock& clock, Executor& executor, const AgentSettings& settings)
    : client_(client), clock_(clock), settings_(settings), tasks_(executor) {}

Heartbeat::~Heartbeat() {
  Stop();
}

void Heartbeat::Start() {
  if (!settings_.heartbeat_thread) {
    tasks_.Post([this] { RunOnExecutor(); });
    return;
  }
  thread_ = std::thread([this] { Run(); });
}

void Heartbeat::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  tasks_.Stop();
}

void Heartbeat::Run() {
  pthread_setname_np(pthread_self(), "heartbeat");
  // Linux keeps the nice value per thread. Without the right to raise it the thread goes on as it is.
  if (setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice) != 0) log::Debug("heartbeat at normal priority");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    const Status status = Renew();
    if (!status.ok() && !failing_) log::Warn("the node's lease is not renewed", {{"reason", status.message()}});
    if (status.ok() && failing_) log::Info("the node's lease is renewed again");
    failing_ = !status.ok();
    lock.lock();
    wake_.wait_until(lock, begin + settings_.heartbeat_interval, [this] { return stopping_; });
  }
}

void Heartbeat::RunOnExecutor() {
  const Status status = Renew();
  if (!status.ok()) log::Debug("the node's lease is not renewed", {{"reason", status.message()}});
  tasks_.PostAfter(settings_.heartbeat_interval, [this] { RunOnExecutor(); });
}

Status Heartbeat::Renew() {
  JsonDocument patch(rapidjson::kObjectType);
  auto& allocator = patch.GetAllocator();
  Json& spec = Ensure(patch, "spec", allocator);
  SetString(spec, "renewTime", FormatMicroTime(clock_.Now()), allocator);
  const Key key{kNamespace, settings_.node_name};
  const Status status = client_.Patch(resources::kLeases, key, client::PatchType::kMerge, patch).status();
  return status.IsNotFound() ? Create() : status;
}

Status Heartbeat::Create() {
  // Owned by its Node, so that it goes when the node is removed from the lab.
  Result<ObjectPtr> node = client_.Get(resources::kNodes, {{}, settings_.node_name});
  if (!node.ok()) return node.status().IsNotFound() ? Status::Ok() : node.status();
  types::Lease lease;
  lease.metadata.name = settings_.node_name;
  lease.metadata.ns = kNamespace;
  lease.metadata.owner_references = {{"v1", "Node", settings_.node_name, (*node)->meta().uid}};
  lease.spec.holder_identity = settings_.node_name;
  lease.spec.lease_duration_seconds = static_cast<int32_t>(settings_.lease_duration.count());
  lease.spec.renew_time = FormatMicroTime(clock_.Now());
  const Status status = client_.Create(resources::kLeases, kNamespace, types::ToJson(lease)).status();
  return status.IsAlreadyExists() ? Status::Ok() : status;
}

}  // namespace croft::agent
