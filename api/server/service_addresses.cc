#include "api/server/service_addresses.h"

#include <bit>
#include <charconv>

#include "api/server/names.h"

namespace croft::server {
namespace {

struct Held {
  std::set<uint32_t> addresses;
  std::set<int> ports;
};

Held HeldBy(const Object* service) {
  Held held;
  if (service == nullptr) return held;
  const JsonDocument json = service->ToJson();
  uint32_t address = 0;
  if (ParseIpv4(FindString(json, {"spec", "clusterIP"}), &address)) held.addresses.insert(address);
  if (const Json* ports = Find(json, {"spec", "ports"}); ports != nullptr && ports->IsArray()) {
    for (const Json& port : ports->GetArray()) {
      if (const int64_t number = FindInt(port, {"nodePort"}); number > 0) held.ports.insert(static_cast<int>(number));
    }
  }
  const int64_t health = FindInt(json, {"spec", "healthCheckNodePort"});
  if (health > 0) held.ports.insert(static_cast<int>(health));
  return held;
}

}  // namespace

std::string ServiceAddresses::Range::Text() const {
  return FormatIpv4(first) + "/" + std::to_string(32 - std::countr_zero(size));
}

Result<ServiceAddresses::Range> ServiceAddresses::Range::FromText(std::string_view text) {
  const size_t slash = text.find('/');
  Range range;
  int bits = 0;
  const bool whole = slash != std::string_view::npos && ParseIpv4(text.substr(0, slash), &range.first);
  const std::string_view length = whole ? text.substr(slash + 1) : "";
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  // As Kubernetes: no more than twenty bits of addresses. Fewer than eight would be a single Service.
  if (!whole || error != std::errc() || end != length.data() + length.size() || bits < 12 || bits > 29) {
    return Status::Invalid("\"" + std::string(text) +
                           "\" is no range of Services' addresses: it must be an IPv4 network of 12 to 29 bits, as "
                           "10.96.0.0/16");
  }
  range.size = uint32_t{1} << (32 - bits);
  if ((range.first & (range.size - 1)) != 0) {
    return Status::Invalid("\"" + std::string(text) +
                           "\" is no range of Services' addresses: bits are set behind its " + std::to_string(bits) +
                           ", so say " + FormatIpv4(range.first & ~(range.size - 1)) + "/" + std::to_string(bits));
  }
  return range;
}

class ServiceAddresses::Follower final : public store::Watcher {
 public:
  explicit Follower(ServiceAddresses* owner) : owner_(owner) {}
  void OnEvent(const store::EventPtr& event) override {
    const bool deleted = event->type == store::Event::Type::kDeleted;
    owner_->OnStored(deleted ? event->object.get() : event->previous.get(), deleted ? nullptr : event->object.get());
  }

 private:
  ServiceAddresses* owner_;
};

ServiceAddresses::~ServiceAddresses() = default;

Status ServiceAddresses::Follow(store::Store& store) {
  const store::GroupResource services{"", "services"};
  const store::Snapshot snapshot = store.List(services, "");
  for (const ObjectPtr& service : snapshot.items) OnStored(nullptr, service.get());
  auto subscription =
      store.Watch(services, snapshot.revision, std::make_shared<Follower>(this), store::Telling::kAtOnce);
  if (!subscription.ok()) return subscription.status();
  subscription_ = std::move(*subscription);
  return Status::Ok();
}

bool ServiceAddresses::Contains(uint32_t address) const {
  // Neither the network's own address nor its broadcast.
  return address > range_.first && address < range_.first + range_.size - 1;
}

Result<uint32_t> ServiceAddresses::Allocate(const std::string& owner) {
  const std::lock_guard lock(mutex_);
  // From a random place on: an address is not soon given to another after its Service went. The first 256 are left to
  // those who choose their own.
  const uint32_t reserved = range_.size > 1024 ? 256 : 1;
  const uint32_t usable = range_.size - reserved - 1;
  const uint32_t start = static_cast<uint32_t>(random_.Below(usable));
  for (uint32_t i = 0; i < usable; ++i) {
    const uint32_t address = range_.first + reserved + (start + i) % usable;
    if (addresses_.emplace(address, owner).second) return address;
  }
  return Status::Internal("no cluster address is free: delete Services that are no longer needed");
}

bool ServiceAddresses::Take(uint32_t address, const std::string& owner) {
  const std::lock_guard lock(mutex_);
  const auto [it, taken] = addresses_.emplace(address, owner);
  return taken || it->second == owner;
}

Result<int> ServiceAddresses::AllocatePort(const std::string& owner) {
  const std::lock_guard lock(mutex_);
  const int usable = range_.last_port - range_.first_port + 1;
  const int start = static_cast<int>(random_.Below(static_cast<uint64_t>(usable)));
  for (int i = 0; i < usable; ++i) {
    const int port = range_.first_port + (start + i) % usable;
    if (ports_.emplace(port, owner).second) return port;
  }
  return Status::Internal("no node port is free: delete Services that are no longer needed");
}

bool ServiceAddresses::TakePort(int port, const std::string& owner) {
  const std::lock_guard lock(mutex_);
  const auto [it, taken] = ports_.emplace(port, owner);
  return taken || it->second == owner;
}

void ServiceAddresses::Release(uint32_t address, const std::string& owner) {
  const std::lock_guard lock(mutex_);
  if (const auto it = addresses_.find(address); it != addresses_.end() && it->second == owner) addresses_.erase(it);
}

void ServiceAddresses::ReleasePort(int port, const std::string& owner) {
  const std::lock_guard lock(mutex_);
  if (const auto it = ports_.find(port); it != ports_.end() && it->second == owner) ports_.erase(it);
}

void ServiceAddresses::OnStored(const Object* before, const Object* now) {
  const Held old = HeldBy(before);
  const Held held = HeldBy(now);
  const std::string owner = (now != nullptr ? now : before)->key().ToString();
  const std::lock_guard lock(mutex_);
  for (const uint32_t address : held.addresses) addresses_[address] = owner;
  for (const int port : held.ports) ports_[port] = owner;
  for (const uint32_t address : old.addresses) {
    if (!held.addresses.contains(address) && addresses_[address] == owner) addresses_.erase(address);
  }
  for (const int port : old.ports) {
    if (!held.ports.contains(port) && ports_[port] == owner) ports_.erase(port);
  }
}

}  // namespace croft::server
