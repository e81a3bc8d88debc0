#pragma once

#include <utility>

#include "api/base/clock.h"
#include "api/base/status.h"
#include "api/object/object.h"

namespace croft::runtime {

// What a reconciliation came to, and with it when the key comes up again.
class Outcome {
 public:
  enum class Kind { kDone, kAfter, kRetry, kTerminal };

  // The world is as declared, as far as one step can tell; the next event brings the key back.
  static Outcome Done() { return Outcome(Kind::kDone, {}, {}); }
  // Look again after `delay`, sooner if an event comes. Not a failure.
  static Outcome After(Duration delay) { return Outcome(Kind::kAfter, delay, {}); }
  // Failed for a reason that may pass: tried again with pauses that grow to a minute, or to a few seconds where
  // something was out of reach (ServiceUnavailable, Timeout). A Conflict is tried again soon and is not counted as an
  // error, since it only says that the cache was behind.
  static Outcome Retry(Status why) { return Outcome(Kind::kRetry, {}, std::move(why)); }
  // Failed for a reason that only a change of the object can mend; logged, not tried again until an event comes.
  static Outcome Terminal(Status why) { return Outcome(Kind::kTerminal, {}, std::move(why)); }

  Kind kind() const { return kind_; }
  Duration delay() const { return delay_; }
  const Status& status() const { return status_; }

 private:
  Outcome(Kind kind, Duration delay, Status status) : kind_(kind), delay_(delay), status_(std::move(status)) {}
  Kind kind_;
  Duration delay_;
  Status status_;
};

// Brings the world of one key one idempotent step closer to what is declared: gathers from caches, decides by a pure
// function, acts through its interfaces. Level-triggered: the key says where to look, never what happened, so a lost,
// doubled or late event changes nothing. The same key never runs twice at once; different keys may.
class Reconciler {
 public:
  virtual ~Reconciler() = default;
  virtual Outcome Reconcile(const Key& key) = 0;
};

}  // namespace croft::runtime
