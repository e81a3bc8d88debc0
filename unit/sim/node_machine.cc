#include "unit/sim/node_machine.h"

namespace croft::sim {
namespace {

using namespace std::chrono_literals;

// What containers of an image do when they are asked to end.
void AddImages(fakes::FakeRuntime& containers) {
  containers.AddRemoteImage("localhost/app:v1", {.term_delay = 300ms});
  containers.AddRemoteImage("localhost/app:v2", {.term_delay = 2s});
  containers.AddRemoteImage("localhost/app:v3", {.ignores_term = true});
}

}  // namespace

NodeMachine::NodeMachine(std::string name, std::string address, Parts parts)
    : name_(std::move(name)),
      address_(std::move(address)),
      parts_(std::move(parts)),
      containers_(parts_.client.executor, parts_.client.clock) {
  AddImages(containers_);
}

void NodeMachine::StartAgent() {
  if (!powered_ || agent_ != nullptr) return;
  process_ = std::make_shared<Process>("agent-" + name_);
  process_->CutOff(cut_off_);
  client_ = std::make_unique<SimClient>(parts_.client, process_);
  client_->SetTouch(parts_.touch);
  heartbeat_client_ = std::make_unique<SimClient>(parts_.client, process_);
  runtime_ = std::make_unique<SimRuntime>(SimRuntime::Parts{containers_, parts_.client.random, parts_.client.rates,
                                                            parts_.client.journal, parts_.violations},
                                          process_);
  agent::AgentSettings settings;
  settings.node_name = name_;
  settings.address = address_;
  settings.log_dir = "/nowhere";
  settings.version = "v1.0";
  settings.machine.cpu_milli = 4000;
  settings.machine.memory_bytes = int64_t{8} << 30;
  settings.heartbeat_thread = false;
  agent_ = std::make_unique<agent::Agent>(
      runtime::Context{*client_, parts_.client.clock, parts_.random, parts_.client.executor}, *heartbeat_client_,
      *runtime_, net_, volumes_, settings);
  parts_.client.journal.Add(process_->name(), "starts");
  agent_->Start();
}

void NodeMachine::StopAgent() {
  if (agent_ == nullptr) return;
  parts_.client.journal.Add(process_->name(), "is gone");
  process_->DieAfter(0);
  agent_.reset();
  runtime_.reset();
  heartbeat_client_.reset();
  client_.reset();
  process_.reset();
}

void NodeMachine::PowerOff() {
  parts_.client.journal.Add(name_, "loses its power");
  StopAgent();
  containers_.Reboot();
  net_.Reboot();
  powered_ = false;
}

void NodeMachine::PowerOn() {
  parts_.client.journal.Add(name_, "has power again");
  powered_ = true;
  StartAgent();
}

void NodeMachine::CutOff(bool cut_off) {
  parts_.client.journal.Add(name_, cut_off ? "is cut off from the API" : "reaches the API again");
  cut_off_ = cut_off;
  if (process_ == nullptr) return;
  process_->CutOff(cut_off);
  if (cut_off) BreakWatches(Status::Unavailable("no way to the API server"));
}

void NodeMachine::FailNextLink() {
  parts_.client.journal.Add(name_, "will fail to make a link");
  net_.FailAttach(Status::Unavailable("no buffer space available"));
}

void NodeMachine::BreakWatches(const Status& why) {
  if (client_ != nullptr) client_->BreakWatches(why);
}

}  // namespace croft::sim
