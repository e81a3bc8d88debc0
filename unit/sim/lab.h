#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/server/server.h"
#include "api/store/store.h"
#include "unit/sim/node_machine.h"

namespace croft::sim {

// A whole lab on one thread in simulated time: the real store, verb layer, controllers, scheduler and agents over
// simulated clients, containers and links. All chance comes from the seed, so that a run can be had again. Processes
// that died are started again after a while.
class Lab {
 public:
  static constexpr int kNodes = 3;

  explicit Lab(uint64_t seed);
  ~Lab();

  // Runs what comes due in that time. False when something spins without the clock moving.
  bool Run(Duration time);

  // The API without faults, as an administrator.
  client::Client& admin() { return *admin_; }
  fakes::FakeClock& clock() { return clock_; }
  Journal& journal() { return journal_; }
  FaultRates& rates() { return rates_; }
  std::vector<std::unique_ptr<NodeMachine>>& nodes() { return nodes_; }
  // Of the process in which the controllers run; null while none does.
  Process* controllers() { return controllers_process_.get(); }
  // What must never happen and did.
  std::vector<std::string>& violations() { return violations_; }
  // Called after each step.
  void SetObserver(std::function<void()> observer) { observer_ = std::move(observer); }
  // How long a process that died stays away.
  void SetRestartDelay(Duration longest) { longest_restart_ = longest; }

  // Writes an annotation, so that what others have read of the object is old.
  void Touch(const GroupVersionResource& gvr, const Key& key);
  // The store itself, for those who watch what really is.
  store::Store& store() { return *store_; }
  // Ends the watches of all processes.
  void BreakWatches(const Status& why);
  // Everything stored of a resource.
  std::vector<ObjectPtr> All(const GroupVersionResource& gvr);

 private:
  void StartControllers();
  void StopControllers();
  // Buries processes that died in the middle of a task and starts new ones later.
  void TendProcesses();
  void Later(std::function<void()> start);
  SimClient::Parts ClientParts(client::Client& api);

  fakes::FakeClock clock_;
  SeededRandom order_;    // in which tasks run
  SeededRandom faults_;   // what goes wrong
  SeededRandom product_;  // what the product itself decides by chance
  SimExecutor executor_;
  Journal journal_;
  FaultRates rates_;
  std::vector<std::string> violations_;
  std::function<void()> observer_;
  Duration longest_restart_ = std::chrono::seconds(3);

  std::unique_ptr<store::Store> store_;
  std::unique_ptr<server::ApiServer> api_;
  std::unique_ptr<client::Client> admin_;
  std::unique_ptr<client::Client> controllers_api_;
  std::vector<std::unique_ptr<client::Client>> node_apis_;

  std::shared_ptr<Process> controllers_process_;
  std::unique_ptr<SimClient> controllers_client_;
  std::unique_ptr<runtime::Manager> manager_;
  std::vector<std::unique_ptr<NodeMachine>> nodes_;
  int touches_ = 0;
};

}  // namespace croft::sim
