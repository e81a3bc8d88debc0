#include "api/server/upkeep.h"

#include "api/base/log.h"
#include "api/server/bootstrap.h"

namespace croft::server {
namespace {

// Long enough that who writes against this server costs it little, short enough for who waits for what he deleted.
constexpr Duration kPause = std::chrono::milliseconds(200);
constexpr Duration kPauseAfterFailure = std::chrono::seconds(10);

const std::vector<store::GroupResource> kFollowed = {{"", "configmaps"},
                                                     {"", "serviceaccounts"},
                                                     {"", "services"},
                                                     {"", "endpoints"},
                                                     {"discovery.k8s.io", "endpointslices"},
                                                     {"networking.k8s.io", "servicecidrs"}};

}  // namespace

class Upkeep::Follower final : public store::Watcher {
 public:
  explicit Follower(Upkeep* owner) : owner_(owner) {}
  void OnEvent(const store::EventPtr& event) override { owner_->OnEvent(*event); }

 private:
  Upkeep* owner_;
};

Upkeep::~Upkeep() = default;

Status Upkeep::Follow(store::Store& store) {
  for (const store::GroupResource& resource : kFollowed) {
    // At once: a look at a name costs a writer less than waking another thread for it would.
    auto subscription =
        store.Watch(resource, store.Revision(), std::make_shared<Follower>(this), store::Telling::kAtOnce);
    if (!subscription.ok()) return subscription.status();
    subscriptions_.push_back(std::move(*subscription));
  }
  return Status::Ok();
}

// What the server has just made itself comes by as well, and is found to be right.
void Upkeep::OnEvent(const store::Event& event) {
  const std::string& name = event.object->name();
  const std::string& resource = event.resource.resource;
  if (resource == "configmaps") {
    if (name == Bootstrap::kRootCertificate) Schedule({What::kNamespace, event.object->ns()}, kPause);
  } else if (resource == "serviceaccounts") {
    if (name == Bootstrap::kDefaultAccount) Schedule({What::kNamespace, event.object->ns()}, kPause);
  } else if (resource == "servicecidrs") {
    if (name == Bootstrap::kApiName) Schedule({What::kServiceRange}, kPause);
  } else if (name == Bootstrap::kApiName && event.object->ns() == Bootstrap::kApiNamespace) {
    Schedule({What::kApi}, kPause);
  }
}

void Upkeep::Schedule(const Place& place, Duration delay) {
  {
    const std::lock_guard lock(mutex_);
    if (!due_.insert(place).second) return;
  }
  later_(delay, [this, place] {
    {
      // Before it is looked at: what changes from now on is another reason.
      const std::lock_guard lock(mutex_);
      due_.erase(place);
    }
    const Status status = mend_(place.what, place.ns);
    if (status.ok()) return;
    log::Warn("what the server keeps can not be put back; tried again later",
              {{"namespace", place.ns}, {"error", status.message()}});
    Schedule(place, kPauseAfterFailure);
  });
}

}  // namespace croft::server
