#include "unit/sim/lab.h"

#include <stdexcept>

#include "operator/nodes/install.h"
#include "operator/workloads/install.h"

namespace croft::sim {
namespace {

// Tasks at one instant of simulated time before it counts as a loop.
constexpr int kLoop = 50'000;

template <class T>
T OrThrow(Result<T> result, const char* what) {
  if (!result.ok()) throw std::runtime_error(std::string(what) + ": " + result.status().message());
  return std::move(*result);
}

}  // namespace

Lab::Lab(uint64_t seed)
    : order_(seed * 4 + 1), faults_(seed * 4 + 2), product_(seed * 4 + 3), executor_(clock_, order_), journal_(clock_) {
  store::Store::Options options;
  options.inline_commits = true;
  options.clock = &clock_;
  store_ = OrThrow(store::Open(store::MemoryBackend(), options), "the store can not be opened");
  server::ApiServer::Parts parts{*store_, clock_, product_};
  api_ = OrThrow(server::ApiServer::Create({}, parts), "the API server does not start");
  admin_ = api_->NewClient(server::AdminIdentity(), executor_);
  controllers_api_ = api_->NewClient(server::ControllerIdentity(), executor_);
  for (int i = 1; i <= kNodes; ++i) {
    const std::string name = "n" + std::to_string(i);
    node_apis_.push_back(api_->NewClient(server::NodeIdentity(name), executor_));
    NodeMachine::Parts machine{ClientParts(*node_apis_.back()), product_, violations_,
                               [this](const GroupVersionResource& gvr, const Key& key) { Touch(gvr, key); }};
    nodes_.push_back(std::make_unique<NodeMachine>(name, "192.0.2." + std::to_string(i), std::move(machine)));
    nodes_.back()->StartAgent();
  }
  StartControllers();
}

Lab::~Lab() {
  StopControllers();
  nodes_.clear();
}

SimClient::Parts Lab::ClientParts(client::Client& api) {
  return {api, executor_, clock_, faults_, rates_, journal_};
}

void Lab::StartControllers() {
  controllers_process_ = std::make_shared<Process>("controllers");
  controllers_client_ = std::make_unique<SimClient>(ClientParts(*controllers_api_), controllers_process_);
  controllers_client_->SetTouch([this](const GroupVersionResource& gvr, const Key& key) { Touch(gvr, key); });
  manager_ = std::make_unique<runtime::Manager>(runtime::Context{*controllers_client_, clock_, product_, executor_});
  workloads::Settings settings;
  settings.namespaced = [this] {
    std::vector<GroupVersionResource> all;
    for (const auto& definition : api_->service().catalog().view()->definitions()) {
      if (!definition->namespaced || definition->create_only) continue;
      all.push_back({definition->group, definition->versions[0].name, definition->plural});
    }
    return all;
  };
  workloads::Install(*manager_, std::move(settings));
  nodes::Install(*manager_, {});
  journal_.Add(controllers_process_->name(), "start");
  manager_->Start();
}

void Lab::StopControllers() {
  if (manager_ == nullptr) return;
  journal_.Add(controllers_process_->name(), "are gone");
  controllers_process_->DieAfter(0);
  manager_.reset();
  controllers_client_.reset();
  controllers_process_.reset();
}

void Lab::Later(std::function<void()> start) {
  const auto longest = std::chrono::duration_cast<std::chrono::milliseconds>(longest_restart_).count();
  executor_.PostAfter(std::chrono::milliseconds(faults_.Below(static_cast<uint64_t>(longest) + 1)), std::move(start));
}

void Lab::TendProcesses() {
  if (controllers_process_ != nullptr && controllers_process_->dead()) {
    StopControllers();
    Later([this] { StartControllers(); });
  }
  for (const auto& node : nodes_) {
    if (node->process() == nullptr || !node->process()->dead()) continue;
    node->StopAgent();
    Later([machine = node.get()] { machine->StartAgent(); });
  }
}

bool Lab::Run(Duration time) {
  const SteadyTime end = clock_.Steady() + std::chrono::duration_cast<SteadyTime::duration>(time);
  while (executor_.Step(end)) {
    TendProcesses();
    if (observer_) observer_();
    if (executor_.ran_at_this_time() < kLoop) continue;
    violations_.push_back("tasks without end at one instant");
    return false;
  }
  return true;
}

void Lab::Touch(const GroupVersionResource& gvr, const Key& key) {
  JsonDocument patch(rapidjson::kObjectType);
  auto& allocator = patch.GetAllocator();
  Json& annotations = Ensure(Ensure(patch, "metadata", allocator), "annotations", allocator);
  SetString(annotations, "sim/touched", std::to_string(++touches_), allocator);
  const auto touched = admin_->Patch(gvr, key, client::PatchType::kMerge, patch);
  if (touched.ok()) journal_.Add("somebody", "touches " + gvr.resource + " " + key.ToString());
}

void Lab::BreakWatches(const Status& why) {
  if (controllers_client_ != nullptr) controllers_client_->BreakWatches(why);
  for (const auto& node : nodes_) node->BreakWatches(why);
}

std::vector<ObjectPtr> Lab::All(const GroupVersionResource& gvr) {
  return store_->List({gvr.group, gvr.resource}, "").items;
}

}  // namespace croft::sim
