#include "unit/sim/availability.h"

#include "api/types/apps.h"
#include "api/types/node.h"

namespace croft::sim {
namespace {

using namespace std::chrono_literals;

constexpr char kName[] = "app.kubernetes.io/name";
constexpr auto kAfterDisturbance = 40s;

int MaxUnavailable(const types::Deployment& deployment, int replicas) {
  types::IntOrString text{true, 0, "25%"};
  types::IntOrString surge = text;
  if (const auto& rolling = deployment.spec.strategy.rolling_update) {
    text = rolling->max_unavailable.value_or(text);
    surge = rolling->max_surge.value_or(surge);
  }
  const auto count = [&](const types::IntOrString& value, int round_up) {
    return value.is_string ? (std::stoi(value.text) * replicas + round_up) / 100 : static_cast<int>(value.number);
  };
  const int unavailable = count(text, 0);
  return unavailable == 0 && count(surge, 99) == 0 ? 1 : unavailable;
}

}  // namespace

class Availability::Eye final : public store::Watcher {
 public:
  explicit Eye(Availability& owner) : owner_(owner) {}
  void OnEvent(const store::EventPtr& event) override { owner_.Take(*event); }

 private:
  Availability& owner_;
};

Availability::Availability(Lab& lab) : lab_(lab) {
  const auto eye = std::make_shared<Eye>(*this);
  for (const store::GroupResource& resource :
       {store::GroupResource{"", "nodes"}, store::GroupResource{"apps", "deployments"},
        store::GroupResource{"", "pods"}}) {
    auto subscription = lab_.store().Watch(resource, lab_.store().Revision(), eye);
    if (subscription.ok()) subscriptions_.push_back(std::move(*subscription));
  }
}

Availability::~Availability() = default;

void Availability::Disturb() {
  nothing_promised_until_ = lab_.clock().Steady() + kAfterDisturbance;
  for (auto& [name, promise] : promises_) promise.holds = false;
}

void Availability::Take(const store::Event& event) {
  const bool deleted = event.type == store::Event::Type::kDeleted;
  if (event.resource.resource == "nodes") return TakeNode(*event.object, deleted);
  if (event.resource.resource == "pods") return TakePod(*event.object, deleted);
  TakeDeployment(*event.object, deleted);
}

void Availability::TakeDeployment(const Object& object, bool deleted) {
  const auto deployment = types::FromObject<types::Deployment>(object);
  if (deleted || object.meta().deleting || !deployment.ok()) {
    promises_.erase(object.name());
    return;
  }
  Promise& promise = promises_[object.name()];
  const int replicas = deployment->spec.replicas.value_or(1);
  if (replicas > promise.replicas || deployment->spec.strategy.type == "Recreate") promise.holds = false;
  promise.replicas = replicas;
  promise.least = replicas - MaxUnavailable(*deployment, replicas);
  Check(object.name());
}

void Availability::TakePod(const Object& object, bool deleted) {
  const std::string* application = nullptr;
  for (const auto& [key, value] : object.meta().labels) {
    if (key == kName) application = &value;
  }
  if (application == nullptr) return;
  if (deleted) {
    pods_.erase(object.meta().uid);
  } else {
    const auto pod = types::FromObject<types::Pod>(object);
    pods_[object.meta().uid] = {*application, pod.ok() && types::IsReady(*pod) && !object.meta().deleting};
  }
  Check(*application);
}

void Availability::TakeNode(const Object& object, bool deleted) {
  const auto node = types::FromObject<types::Node>(object);
  if (deleted || !node.ok() || !types::IsReady(*node)) Disturb();
}

void Availability::Check(const std::string& application) {
  const auto it = promises_.find(application);
  if (it == promises_.end() || lab_.clock().Steady() < nothing_promised_until_) return;
  Promise& promise = it->second;
  int available = 0;
  for (const auto& [uid, pod] : pods_) available += pod.counts && pod.application == application;
  if (available >= promise.replicas) {
    promise.holds = true;
  } else if (promise.holds && available < promise.least) {
    lab_.journal().Add("availability", application + " is down to " + std::to_string(available));
    lab_.violations().push_back(application + " had " + std::to_string(available) + " ready pods where " +
                                std::to_string(promise.least) + " were promised");
    promise.holds = false;
  }
}

}  // namespace croft::sim
