#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/base/executor.h"
#include "api/base/id.h"
#include "api/client/informer.h"
#include "operator/runtime/metrics.h"
#include "operator/runtime/reconciler.h"

namespace croft::runtime {

// What controllers see of the world beside their own interfaces. All references outlive the Manager.
struct Context {
  client::Client& client;
  Clock& clock;
  Random& random;
  Executor& executor;
  Metrics* metrics = nullptr;  // none: the Manager's own, or nowhere for a Controller without one
};

// Runs one Reconciler over a queue of keys: a key waits at most once in the queue (the earliest time wins), never runs
// twice at once, and comes back when it was marked dirty while it ran. At most `workers` keys run at a time. Owns no
// thread. Thread-safe.
class Controller {
 public:
  // From a changed object (old or now may be null, not both) to the keys that depend on it.
  using Mapper = std::function<std::vector<Key>(const ObjectPtr& old, const ObjectPtr& now)>;

  Controller(std::string name, std::unique_ptr<Reconciler> reconciler, Context context, int workers);
  ~Controller();

  void Enqueue(const Key& key);
  void EnqueueAfter(const Key& key, Duration delay);

  // Begins to run keys; until then they gather.
  void Start();
  // Returns when no key runs any more; none starts afterwards.
  void Stop();

  const std::string& name() const;

 private:
  class State;  // shared with posted tasks
  std::shared_ptr<State> state_;
};

// Owns the informers and controllers of a process. Controllers begin when the informers they read have had their first
// list.
class Manager {
 public:
  explicit Manager(Context context);
  ~Manager();

  Context& context() { return context_; }
  client::InformerFactory& informers() { return informers_; }
  // croft_reconciles_total by controller and outcome (done, after, conflict, retry, terminal).
  Metrics& metrics() { return *context_.metrics; }

  Controller& Add(std::string name, std::unique_ptr<Reconciler> reconciler, int workers = 1);
  // Enqueues to `controller` what `mapper` makes of each change of the resource.
  void Watch(Controller& controller, const GroupVersionResource& gvr, Controller::Mapper mapper);
  void Watch(Controller& controller, client::Informer& informer, Controller::Mapper mapper);

  void Start();
  void Stop();

 private:
  class Gate;  // starts the controllers when the informers have synced; shared with posted tasks

  Metrics metrics_;
  Context context_;
  client::InformerFactory informers_;
  std::vector<client::Informer*> watched_;  // those that controllers read, from the factory or not
  std::vector<std::unique_ptr<Controller>> controllers_;
  std::shared_ptr<Gate> gate_;
};

// Mappers: the object's own key; the key of its controlling owner of `kind` (in the object's namespace).
Controller::Mapper ToSelf();
Controller::Mapper ToOwner(std::string kind, std::string group);

}  // namespace croft::runtime
