#pragma once

#include <optional>
#include <string>

#include "api/base/id.h"
#include "api/base/status.h"

namespace croft::sim {

// How often things go wrong by themselves, in thousandths. All zero: nothing does.
struct FaultRates {
  int refused = 0;     // an API call fails before it has had an effect
  int reply_lost = 0;  // a write takes effect, but its caller is told that the API is away
  int overtaken = 0;   // somebody else writes the object just before
  int late_event = 0;  // a watch event, and those behind it, wait for a while
  int double_event = 0;
  int broken_watch = 0;  // by event
  int runtime = 0;       // a call of the container runtime fails
};

// A process of the lab: what its client and its runtime ask before each call. A process may be told to die in the
// middle of what it does: the calls that it makes afterwards have no effect, until the lab buries it.
class Process {
 public:
  explicit Process(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  bool dead() const { return calls_left_ && *calls_left_ <= 0; }
  bool cut_off() const { return cut_off_; }

  // Dies when it has made that many calls more.
  void DieAfter(int calls) { calls_left_ = calls; }
  // It does not die after all.
  void Spare() {
    if (!dead()) calls_left_.reset();
  }
  // Without a way to the API; its containers are its own still.
  void CutOff(bool cut_off) { cut_off_ = cut_off; }

  // To be asked before each call. Not ok: the call has no effect.
  Status BeginCall() {
    if (dead()) return Status::Unavailable("the process is dead");
    if (calls_left_) --*calls_left_;
    return Status::Ok();
  }

 private:
  const std::string name_;
  std::optional<int> calls_left_;
  bool cut_off_ = false;
};

// True in `thousandths` of 1000 cases.
inline bool Strikes(Random& random, int thousandths) {
  return thousandths > 0 && random.Below(1000) < static_cast<uint64_t>(thousandths);
}

}  // namespace croft::sim
