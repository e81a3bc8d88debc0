#pragma once

#include <string>
#include <vector>

#include "unit/sim/availability.h"
#include "unit/sim/declared.h"
#include "unit/sim/lab.h"

namespace croft::sim {

// What became of a seed. `failures` is empty when all held.
struct Outcome {
  std::vector<std::string> failures;
  std::vector<std::string> history;
  uint64_t hash = 0;
};

// What happens in the lab of one seed: a person declares applications and changes them while things go wrong, then the
// faults end and the lab must come to rest as declared.
class Scenario {
 public:
  explicit Scenario(uint64_t seed);

  Outcome Run();

 private:
  // How rough the seed is.
  void DrawRates();
  void Act();
  // What the person does.
  void Declare();
  void ChangeReplicas();
  void ChangeImage();
  void Withdraw();
  // What goes wrong.
  void CrashControllers();
  void CrashAgent();
  void LoseApi();
  void KillContainer();
  void CutOffNode();
  void StopNode();
  void StartNodes();

  void EndFaults();
  // Runs until nothing differs from what is declared; what differs when the time is up.
  std::vector<std::string> Settle();
  // Nothing is written any more where nothing changes.
  void ExpectRest(std::vector<std::string>& failures);

  // Tells the journal what the person did, and that it must succeed.
  void Say(const std::string& what, const Status& status);
  // The name of an application that is declared; empty when there is none.
  std::string Pick();
  NodeMachine& PickNode() { return *lab_.nodes()[random_.Below(lab_.nodes().size())]; }
  int PoweredNodes();

  SeededRandom random_;
  Lab lab_;
  Availability availability_{lab_};
  Declared declared_;
  bool rough_ = false;  // machines fail too
  int names_ = 0;
  int kills_ = 0;
};

}  // namespace croft::sim
