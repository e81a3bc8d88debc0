#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "unit/sim/lab.h"

namespace croft::sim {

// Watches over the promise of a rolling update: once all replicas of a Deployment are ready, never fewer than replicas
// less maxUnavailable are, unless machines or containers failed of late. Reads the store itself at each commit. The Lab
// outlives it.
class Availability {
 public:
  explicit Availability(Lab& lab);
  ~Availability();

  // A machine or a container failed: nothing is promised for a while.
  void Disturb();

 private:
  class Eye;
  struct Promise {
    int replicas = 0;
    int least = 0;
    bool holds = false;
  };
  struct PodFacts {
    std::string application;
    bool counts = false;  // ready and not terminating
  };

  void Take(const store::Event& event);
  void TakeDeployment(const Object& deployment, bool deleted);
  void TakePod(const Object& pod, bool deleted);
  void TakeNode(const Object& node, bool deleted);
  void Check(const std::string& application);

  Lab& lab_;
  std::map<std::string, Promise> promises_;
  std::map<std::string, PodFacts> pods_;
  SteadyTime nothing_promised_until_{};
  std::vector<std::unique_ptr<store::Subscription>> subscriptions_;
};

}  // namespace croft::sim
