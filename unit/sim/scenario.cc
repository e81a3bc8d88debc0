#include "unit/sim/scenario.h"

#include "unit/sim/invariants.h"

namespace croft::sim {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongestSettling = 5min;
constexpr int kMostApplications = 4;
constexpr int kMostKills = 4;  // each one more makes the pause before the next start twice as long

}  // namespace

Scenario::Scenario(uint64_t seed) : random_(seed * 4), lab_(seed) {}

Outcome Scenario::Run() {
  Outcome outcome;
  DrawRates();
  for (uint64_t i = 0; i < 2 + random_.Below(2); ++i) Declare();
  const uint64_t steps = 10 + random_.Below(10);
  bool runs = true;
  for (uint64_t i = 0; i < steps && runs; ++i) {
    runs = lab_.Run(std::chrono::milliseconds(random_.Below(8000)));
    Act();
  }
  EndFaults();
  if (runs) outcome.failures = Settle();
  if (outcome.failures.empty()) ExpectRest(outcome.failures);
  for (const std::string& violation : lab_.violations()) outcome.failures.push_back(violation);
  outcome.history = lab_.journal().lines();
  outcome.hash = lab_.journal().hash();
  return outcome;
}

void Scenario::DrawRates() {
  const uint64_t kind = random_.Below(4);
  rough_ = kind >= 2;
  if (kind == 0) return;  // a fine day
  FaultRates& rates = lab_.rates();
  rates.refused = static_cast<int>(random_.Below(30));
  rates.reply_lost = static_cast<int>(random_.Below(30));
  rates.overtaken = static_cast<int>(random_.Below(50));
  rates.late_event = static_cast<int>(random_.Below(100));
  rates.double_event = static_cast<int>(random_.Below(100));
  rates.broken_watch = static_cast<int>(random_.Below(20));
  rates.runtime = static_cast<int>(random_.Below(30));
}

void Scenario::Act() {
  StartNodes();
  switch (random_.Below(rough_ ? 15 : 10)) {
    case 0:
      return Declare();
    case 1:
      return Withdraw();
    case 2:
    case 3:
      return ChangeReplicas();
    case 4:
    case 5:
      return ChangeImage();
    case 6:
      return CrashControllers();
    case 7:
    case 8:
      return CrashAgent();
    case 9:
      PickNode().FailNextLink();
      return LoseApi();
    case 10:
    case 11:
      return KillContainer();
    case 12:
      return CutOffNode();
    default:
      return StopNode();
  }
}

void Scenario::Say(const std::string& what, const Status& status) {
  lab_.journal().Add("person", what);
  if (!status.ok()) lab_.violations().push_back("a person can not: " + what + ": " + status.message());
}

std::string Scenario::Pick() {
  if (declared_.empty()) return {};
  return std::next(declared_.begin(), static_cast<int>(random_.Below(declared_.size())))->first;
}

void Scenario::Declare() {
  if (declared_.size() >= kMostApplications) return;
  const std::string name = "app-" + std::to_string(++names_);
  Application application;
  application.lab_service = random_.Below(2) == 0;
  application.replicas = static_cast<int>(1 + random_.Below(4));
  application.image = "localhost/app:v" + std::to_string(1 + random_.Below(3));
  Say("declares " + name + " as " + (application.lab_service ? "lab Service" : "Deployment") + " of " +
          std::to_string(application.replicas) + " times " + application.image,
      Create(lab_.admin(), name, application));
  declared_[name] = application;
}

void Scenario::ChangeReplicas() {
  const std::string name = Pick();
  if (name.empty()) return;
  Application& application = declared_[name];
  application.replicas = static_cast<int>(random_.Below(6));
  Say("wants " + std::to_string(application.replicas) + " of " + name, SetReplicas(lab_.admin(), name, application));
}

void Scenario::ChangeImage() {
  const std::string name = Pick();
  if (name.empty()) return;
  Application& application = declared_[name];
  application.image = "localhost/app:v" + std::to_string(1 + random_.Below(3));
  Say("wants " + application.image + " in " + name, SetImage(lab_.admin(), name, application));
}

void Scenario::Withdraw() {
  const std::string name = Pick();
  if (name.empty()) return;
  Say("deletes " + name, Delete(lab_.admin(), name, declared_[name]));
  declared_.erase(name);
}

void Scenario::LoseApi() {
  const FaultRates rates = lab_.rates();
  lab_.rates().refused = 1000;
  lab_.journal().Add("scenario", "the API is away");
  lab_.BreakWatches(Status::Unavailable("the server has ended"));
  lab_.Run(std::chrono::milliseconds(random_.Below(4000)));
  lab_.journal().Add("scenario", "the API is back");
  lab_.rates() = rates;
}

void Scenario::CrashControllers() {
  if (lab_.controllers() != nullptr) lab_.controllers()->DieAfter(static_cast<int>(random_.Below(20)));
}

void Scenario::CrashAgent() {
  if (Process* agent = PickNode().process()) agent->DieAfter(static_cast<int>(random_.Below(20)));
}

void Scenario::KillContainer() {
  NodeMachine& node = PickNode();
  const std::vector<std::string> running = node.containers().Running();
  if (running.empty() || ++kills_ > kMostKills) return;
  const std::string& name = running[random_.Below(running.size())];
  const size_t slash = name.rfind('/');
  availability_.Disturb();
  lab_.journal().Add(node.name(), "container ends: " + name);
  node.containers().Kill(name.substr(0, slash), name.substr(slash + 1), 1);
}

void Scenario::CutOffNode() {
  availability_.Disturb();
  PickNode().CutOff(true);
}

int Scenario::PoweredNodes() {
  int powered = 0;
  for (const auto& node : lab_.nodes()) powered += node->powered();
  return powered;
}

void Scenario::StopNode() {
  NodeMachine& node = PickNode();
  if (!node.powered() || PoweredNodes() < Lab::kNodes) return;
  availability_.Disturb();
  node.PowerOff();
}

// What was broken is often mended by the next step; or not.
void Scenario::StartNodes() {
  for (const auto& node : lab_.nodes()) {
    if (random_.Below(3) != 0) continue;
    if (node->cut_off()) node->CutOff(false);
    if (!node->powered()) node->PowerOn();
  }
}

void Scenario::EndFaults() {
  lab_.rates() = {};
  lab_.journal().Add("scenario", "the faults end");
  if (lab_.controllers() != nullptr) lab_.controllers()->Spare();
  for (const auto& node : lab_.nodes()) {
    if (node->process() != nullptr) node->process()->Spare();
    if (node->cut_off()) node->CutOff(false);
  }
}

std::vector<std::string> Scenario::Settle() {
  const SteadyTime end = lab_.clock().Steady() + kLongestSettling;
  std::vector<std::string> differences;
  do {
    if (!lab_.Run(5s)) return {};
    differences = Differences(lab_, declared_);
  } while (!differences.empty() && lab_.clock().Steady() < end);
  return differences;
}

void Scenario::ExpectRest(std::vector<std::string>& failures) {
  lab_.Run(20s);
  const size_t before = lab_.journal().lines().size();
  lab_.Run(20s);
  for (size_t i = before; i < lab_.journal().lines().size(); ++i) {
    const std::string& line = lab_.journal().lines()[i];
    if (line.find("patch nodes/status") == std::string::npos) failures.push_back("no rest: " + line);
  }
  for (const std::string& difference : Differences(lab_, declared_)) failures.push_back("at rest: " + difference);
}

}  // namespace croft::sim
