#include <algorithm>
#include <mutex>

#include "api/base/log.h"
#include "operator/runtime/controller.h"

namespace croft::runtime {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLook = 5ms;
constexpr Duration kComplain = 30s;

}  // namespace

// Looks every few milliseconds whether all informers have their first list, then starts the controllers and is done.
class Manager::Gate : public std::enable_shared_from_this<Gate> {
 public:
  Gate(Context context, std::vector<client::Informer*> informers, std::vector<Controller*> controllers)
      : context_(context),
        informers_(std::move(informers)),
        controllers_(std::move(controllers)),
        complain_(context.clock.Steady() + kComplain) {}

  void Look() {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    const auto missing = std::find_if_not(informers_.begin(), informers_.end(), [](auto* i) { return i->Synced(); });
    if (missing == informers_.end()) {
      for (Controller* controller : controllers_) controller->Start();
      closed_ = true;
      return;
    }
    if (context_.clock.Steady() >= complain_) {
      log::Warn("controllers wait for the first list of a resource", {{"resource", (*missing)->gvr().resource}});
      complain_ = context_.clock.Steady() + kComplain;
    }
    context_.executor.PostAfter(kLook, [self = shared_from_this()] { self->Look(); });
  }

  // No Look() touches an informer or a controller afterwards.
  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }

 private:
  const Context context_;
  const std::vector<client::Informer*> informers_;
  const std::vector<Controller*> controllers_;
  std::mutex mutex_;     // guards what follows
  SteadyTime complain_;  // when to say what is missing
  bool closed_ = false;
};

Manager::Manager(Context context) : context_(context), informers_(context.client, context.executor) {
  if (context_.metrics == nullptr) context_.metrics = &metrics_;
}

Manager::~Manager() {
  Stop();
}

Controller& Manager::Add(std::string name, std::unique_ptr<Reconciler> reconciler, int workers) {
  return *controllers_.emplace_back(
      std::make_unique<Controller>(std::move(name), std::move(reconciler), context_, workers));
}

void Manager::Watch(Controller& controller, const GroupVersionResource& gvr, Controller::Mapper mapper) {
  Watch(controller, informers_.For(gvr), std::move(mapper));
}

void Manager::Watch(Controller& controller, client::Informer& informer, Controller::Mapper mapper) {
  if (std::find(watched_.begin(), watched_.end(), &informer) == watched_.end()) watched_.push_back(&informer);
  informer.AddHandler([&controller, mapper = std::move(mapper)](const ObjectPtr& old, const ObjectPtr& now) {
    for (const Key& key : mapper(old, now)) controller.Enqueue(key);
  });
}

void Manager::Start() {
  if (gate_ != nullptr) return;
  std::vector<Controller*> controllers;
  for (const auto& controller : controllers_) controllers.push_back(controller.get());
  gate_ = std::make_shared<Gate>(context_, watched_, std::move(controllers));
  informers_.Start();
  context_.executor.Post([gate = gate_] { gate->Look(); });
}

void Manager::Stop() {
  if (gate_ != nullptr) gate_->Close();
  // Informers first: their handlers refer to the controllers.
  informers_.Stop();
  for (const auto& controller : controllers_) controller->Stop();
}

}  // namespace croft::runtime
