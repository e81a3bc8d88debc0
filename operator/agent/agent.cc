#include "operator/agent/agent.h"

#include "api/types/resources.h"
#include "operator/agent/heartbeat.h"
#include "operator/agent/labels.h"
#include "operator/agent/node_reconciler.h"
#include "operator/agent/pod_reconciler.h"

namespace croft::agent {

// Members are destroyed in the opposite order: what posts work goes before what the work refers to.
class Agent::Impl {
 public:
  Impl(runtime::Context context, client::Client& heartbeat_client, Runtime& runtime, network::Net& net,
       Volumes& volumes, AgentSettings settings)
      : settings_(std::move(settings)),
        runtime_(runtime),
        config_(context.client),
        host_ports_(
            net, addresses_, [this] { return pods_->List(); }, [this] { host_ports_controller_->Enqueue(all_ports_); }),
        events_(context, "kubelet", settings_.node_name),
        tasks_(context.executor),
        parts_{settings_,
               context,
               runtime,
               net,
               volumes,
               config_,
               addresses_,
               host_ports_,
               records_,
               tasks_,
               events_,
               adopted_,
               [this](const Key& key) { pods_controller_->Enqueue(key); }},
        manager_(context),
        prober_(context.executor, context.clock, runtime, net,
                {[this](const Key& pod) { pods_controller_->Enqueue(pod); },
                 [this](const Key& pod, const std::string& container, const std::string& message) {
                   TellUnhealthy(pod, container, message);
                 }}),
        heartbeat_(heartbeat_client, context.clock, context.executor, settings_) {
    client::ListOptions mine;
    mine.field_selector = "spec.nodeName=" + settings_.node_name;
    pods_ = &manager_.informers().For(resources::kPods, mine);
    client::ListOptions self;
    self.field_selector = "metadata.name=" + settings_.node_name;
    client::Informer& nodes = manager_.informers().For(resources::kNodes, self);

    pods_controller_ =
        &manager_.Add("pods", std::make_unique<PodReconciler>(parts_, *pods_, prober_), settings_.workers);
    manager_.Watch(*pods_controller_, *pods_, runtime::ToSelf());
    node_controller_ = &manager_.Add("node", std::make_unique<NodeReconciler>(parts_, nodes));
    manager_.Watch(*node_controller_, nodes, runtime::ToSelf());
    host_ports_controller_ = &manager_.Add("host-ports", std::make_unique<HostPortReconciler>(host_ports_, adopted_));
    sweeper_ = &manager_.Add("sweep", std::make_unique<Sweeper>(parts_, *pods_));
  }

  void Start() {
    gate_->controller = pods_controller_;
    runtime_.OnExit([gate = gate_](const types::StringMap& labels) {
      const Key key = labels::PodKey(labels);
      std::lock_guard lock(gate->mutex);
      if (!key.name.empty() && gate->controller != nullptr) gate->controller->Enqueue(key);
    });
    sweeper_->Enqueue({{}, "sweep"});
    host_ports_controller_->Enqueue(all_ports_);  // rules of pods that are gone may be there
    node_controller_->Enqueue({{}, settings_.node_name});
    manager_.Start();
    heartbeat_.Start();
  }

  void Stop() {
    runtime_.OnExit(nullptr);
    {
      std::lock_guard lock(gate_->mutex);
      gate_->controller = nullptr;
    }
    heartbeat_.Stop();
    manager_.Stop();
    prober_.Stop();
    tasks_.Stop();
  }

  runtime::Manager& manager() { return manager_; }

 private:
  // What the runtime's callback, which may come at any time, knows of the agent.
  struct ExitGate {
    std::mutex mutex;
    runtime::Controller* controller = nullptr;  // guarded by mutex
  };

  void TellUnhealthy(const Key& key, const std::string& container, const std::string& message) {
    const ObjectPtr object = pods_->Get(key);
    if (object == nullptr || object->meta().deleting) return;
    types::Pod pod;
    pod.metadata.ns = key.ns;
    pod.metadata.name = key.name;
    pod.metadata.uid = object->meta().uid;
    parts_.Event(pod, container, true, "Unhealthy", message);
  }

  const AgentSettings settings_;
  const Key all_ports_{{}, "host-ports"};
  Runtime& runtime_;
  ConfigSource config_;
  AddressPool addresses_;
  HostPorts host_ports_;
  PodRecords records_;
  std::atomic<bool> adopted_{false};
  runtime::EventRecorder events_;
  TaskGroup tasks_;
  PodParts parts_;
  runtime::Manager manager_;
  client::Informer* pods_ = nullptr;
  runtime::Controller* pods_controller_ = nullptr;
  runtime::Controller* node_controller_ = nullptr;
  runtime::Controller* host_ports_controller_ = nullptr;
  runtime::Controller* sweeper_ = nullptr;
  std::shared_ptr<ExitGate> gate_ = std::make_shared<ExitGate>();
  Prober prober_;
  Heartbeat heartbeat_;
};

Agent::Agent(runtime::Context context, client::Client& heartbeat_client, Runtime& runtime, network::Net& net,
             Volumes& volumes, AgentSettings settings)
    : impl_(std::make_unique<Impl>(context, heartbeat_client, runtime, net, volumes, std::move(settings))) {}

Agent::~Agent() {
  Stop();
}

void Agent::Start() {
  impl_->Start();
}

void Agent::Stop() {
  impl_->Stop();
}

runtime::Manager& Agent::manager() {
  return impl_->manager();
}

}  // namespace croft::agent
