#include "operator/runtime/controller.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <set>
#include <utility>

#include "api/base/backoff.h"
#include "api/base/log.h"

namespace croft::runtime {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstRetry = 10ms;
constexpr Duration kLongestRetry = 60s;
// What was out of reach may be back at any moment, and no event says so.
constexpr Duration kLongestOutageRetry = 5s;
// A conflict passes as soon as the cache has caught up. One that does not pass is a failure like others.
constexpr Duration kConflictRetry = 5ms;
constexpr int kQuickConflicts = 5;
constexpr Duration kSlow = 30s;

bool IsOutage(const Status& why) {
  return why.reason() == Reason::kServiceUnavailable || why.reason() == Reason::kTimeout;
}

// When keys that failed are tried again, each after pauses that double. Only a try that its pause has come before makes
// the next one longer: events may bring a key back a dozen times in a moment, and that it still fails then says nothing
// of how long its trouble will last.
class Retries {
 public:
  explicit Retries(Duration longest) : pauses_(kFirstRetry, longest) {}

  SteadyTime Next(const std::string& key, SteadyTime now) {
    SteadyTime& due = due_[key];
    if (due <= now) due = now + std::chrono::duration_cast<SteadyTime::duration>(pauses_.Next(key));
    return due;
  }
  void Forget(const std::string& key) {
    due_.erase(key);
    pauses_.Forget(key);
  }

 private:
  Backoff pauses_;
  std::map<std::string, SteadyTime> due_;
};

}  // namespace

// The queue and the runs of one controller.
//
// A key is in at most one of: queue_ (waits for its time), and running_ (runs, or its task is posted). A key that is
// enqueued while it runs is noted in its run and goes back to the queue when that ends. So the same key never runs
// twice at once, and no change is lost.
class Controller::State : public std::enable_shared_from_this<State> {
 public:
  State(std::string name, std::unique_ptr<Reconciler> reconciler, Context context, int workers)
      : name_(std::move(name)), context_(context), workers_(workers), reconciler_(std::move(reconciler)) {
    if (context_.metrics == nullptr) return;
    const auto counter = [&](const char* outcome) {
      return &context_.metrics->Get("croft_reconciles_total",
                                    "controller=\"" + name_ + "\",outcome=\"" + outcome + "\"");
    };
    done_ = counter("done");
    after_ = counter("after");
    conflict_ = counter("conflict");
    retry_ = counter("retry");
    terminal_ = counter("terminal");
  }

  const std::string& name() const { return name_; }

  void Enqueue(const Key& key, Duration delay) {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
    Put(key, Now() + std::chrono::duration_cast<SteadyTime::duration>(delay));
    Pump();
  }

  void Start() {
    std::lock_guard lock(mutex_);
    started_ = true;
    Pump();
  }

  void Stop() {
    std::unique_lock lock(mutex_);
    stopped_ = true;
    queue_.clear();
    times_.clear();
    idle_.wait(lock, [this] { return active_ == 0; });
  }

  // After Stop. Posted tasks may keep the State alive for longer than what the reconciler refers to.
  void DropReconciler() { reconciler_.reset(); }

 private:
  struct Run {
    std::optional<SteadyTime> again;  // enqueued meanwhile, for this time
    std::optional<SteadyTime> since;  // none: posted, not begun
    bool named = false;               // the watchdog has said so
  };

  SteadyTime Now() const { return context_.clock.Steady(); }

  // All below with mutex_ held, except RunKey.
  void Put(const Key& key, SteadyTime time) {
    if (const auto run = running_.find(key); run != running_.end()) {
      auto& again = run->second.again;
      again = again ? std::min(*again, time) : time;
      return;
    }
    const auto [it, added] = times_.try_emplace(key, time, next_);
    if (!added) {
      if (it->second.first <= time) return;
      queue_.erase({it->second.first, it->second.second, key});
      it->second = {time, next_};
    }
    queue_.insert({time, next_++, key});
  }

  // Posts what is due as far as workers are free, and a timer for what comes next.
  void Pump() {
    if (!started_ || stopped_) return;
    const SteadyTime now = Now();
    while (!queue_.empty() && static_cast<int>(running_.size()) < workers_) {
      const auto [time, order, key] = *queue_.begin();
      if (time > now) break;
      queue_.erase(queue_.begin());
      times_.erase(key);
      running_.emplace(key, Run{});
      context_.executor.Post([self = shared_from_this(), key = key] { self->RunKey(key); });
    }
    // When no worker is free the end of a run pumps again.
    if (queue_.empty() || static_cast<int>(running_.size()) >= workers_) return;
    const SteadyTime next = std::get<0>(*queue_.begin());
    if (timer_ && *timer_ <= next) return;
    timer_ = next;
    context_.executor.PostAfter(next - now, [weak = weak_from_this(), next] {
      const auto self = weak.lock();
      if (self == nullptr) return;
      std::lock_guard lock(self->mutex_);
      if (self->timer_ == next) self->timer_.reset();
      self->Pump();
    });
  }

  void RunKey(const Key& key) {
    {
      std::lock_guard lock(mutex_);
      if (stopped_) return;
      ++active_;
      running_[key].since = Now();
      ArmWatchdog();
    }
    const Outcome outcome = reconciler_->Reconcile(key);
    std::lock_guard lock(mutex_);
    Finish(key, outcome);
    const auto node = running_.extract(key);
    if (node.mapped().again && !stopped_) Put(key, *node.mapped().again);
    --active_;
    idle_.notify_all();
    Pump();
  }

  void Finish(const Key& key, const Outcome& outcome) {
    const std::string text = key.ToString();
    switch (outcome.kind()) {
      case Outcome::Kind::kDone:
        Count(done_);
        Forget(text);
        return;
      case Outcome::Kind::kAfter:
        Count(after_);
        Forget(text);
        Comeback(key, outcome.delay());
        return;
      case Outcome::Kind::kTerminal:
        Count(terminal_);
        Forget(text);
        log::Error("not tried again until it changes",
                   {{"controller", name_}, {"key", text}, {"why", outcome.status().message()}});
        return;
      case Outcome::Kind::kRetry:
        if (outcome.status().IsConflict() && ++conflicts_[text] <= kQuickConflicts) {
          Count(conflict_);
          Comeback(key, kConflictRetry + std::chrono::microseconds(context_.random.Below(5000)));
          return;
        }
        Count(retry_);
        Comeback(key, PauseAfter(text, outcome.status()));
        return;
    }
  }

  // The same outage is told once of each key: every few seconds of every key it would bury all else.
  Duration PauseAfter(const std::string& key, const Status& why) {
    const bool outage = IsOutage(why);
    const Duration pause = (outage ? outages_ : failures_).Next(key, Now()) - Now();
    const bool told = outage && std::exchange(told_[key], why.message()) == why.message();
    log::Write(told ? log::Level::kDebug : log::Level::kWarn, "tried again later",
               {{"controller", name_}, {"key", key}, {"in", FormatDuration(pause)}, {"why", why.message()}});
    return pause;
  }

  void Comeback(const Key& key, Duration delay) {
    if (!stopped_) Put(key, Now() + std::chrono::duration_cast<SteadyTime::duration>(delay));
  }

  void Forget(const std::string& key) {
    failures_.Forget(key);
    outages_.Forget(key);
    told_.erase(key);
    conflicts_.erase(key);
  }

  static void Count(Counter* counter) {
    if (counter != nullptr) counter->Add();
  }

  // One timer for all keys, and none while nothing runs.
  void ArmWatchdog() {
    if (watching_) return;
    watching_ = true;
    context_.executor.PostAfter(kSlow, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->NameSlowKeys();
    });
  }

  void NameSlowKeys() {
    std::lock_guard lock(mutex_);
    watching_ = false;
    if (stopped_) return;
    for (auto& [key, run] : running_) {
      if (!run.since || run.named || Now() - *run.since < kSlow) continue;
      run.named = true;
      log::Warn("a key has been running for long",
                {{"controller", name_}, {"key", key.ToString()}, {"for", FormatDuration(Now() - *run.since)}});
    }
    if (active_ > 0) ArmWatchdog();
  }

  const std::string name_;
  const Context context_;
  const int workers_;
  std::unique_ptr<Reconciler> reconciler_;  // constant until DropReconciler
  Counter* done_ = nullptr;                 // self-synchronised, as are those that follow
  Counter* after_ = nullptr;
  Counter* conflict_ = nullptr;
  Counter* retry_ = nullptr;
  Counter* terminal_ = nullptr;

  std::mutex mutex_;  // guards what follows
  std::condition_variable idle_;
  std::set<std::tuple<SteadyTime, uint64_t, Key>> queue_;  // by time, then by order of arrival
  std::map<Key, std::pair<SteadyTime, uint64_t>> times_;   // where each key stands in queue_
  std::map<Key, Run> running_;
  std::map<std::string, int> conflicts_;
  Retries failures_{kLongestRetry};
  Retries outages_{kLongestOutageRetry};
  std::map<std::string, std::string> told_;  // the outage that a key has met, as it was told last
  std::optional<SteadyTime> timer_;          // the earliest one armed
  uint64_t next_ = 0;
  int active_ = 0;  // runs that have begun
  bool started_ = false;
  bool stopped_ = false;
  bool watching_ = false;
};

Controller::Controller(std::string name, std::unique_ptr<Reconciler> reconciler, Context context, int workers)
    : state_(std::make_shared<State>(std::move(name), std::move(reconciler), context, workers)) {}

Controller::~Controller() {
  Stop();
  state_->DropReconciler();
}

void Controller::Enqueue(const Key& key) {
  state_->Enqueue(key, Duration::zero());
}
void Controller::EnqueueAfter(const Key& key, Duration delay) {
  state_->Enqueue(key, delay);
}
void Controller::Start() {
  state_->Start();
}
void Controller::Stop() {
  state_->Stop();
}
const std::string& Controller::name() const {
  return state_->name();
}

Controller::Mapper ToSelf() {
  return [](const ObjectPtr& old, const ObjectPtr& now) { return std::vector{(now != nullptr ? now : old)->key()}; };
}

Controller::Mapper ToOwner(std::string kind, std::string group) {
  return [kind = std::move(kind), group = std::move(group)](const ObjectPtr& old, const ObjectPtr& now) {
    std::vector<Key> keys;
    // Both: an object that changes hands concerns its former owner too.
    for (const ObjectPtr& object : {old, now}) {
      if (object == nullptr) continue;
      for (const OwnerReference& owner : object->meta().owners) {
        if (!owner.controller || owner.kind != kind || SplitApiVersion(owner.api_version).first != group) continue;
        Key key{object->ns(), owner.name};
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
      }
    }
    return keys;
  };
}

}  // namespace croft::runtime
