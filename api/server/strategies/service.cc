#include <set>

#include "api/server/service_addresses.h"
#include "api/server/strategies/kinds.h"

namespace croft::server {
namespace {

constexpr const char* kNone = "None";
constexpr int64_t kAffinitySeconds = 10800;
constexpr const char* kHealthPort = "healthCheckNodePort";
constexpr const char* kNoNodePort = "provided port is not in the valid range. The range of valid ports is 30000-32767";

bool IsNodePort(int64_t port) {
  return port >= 30000 && port <= 32767;
}

std::string Owner(const Json& service) {
  return std::string(FindString(service, {"metadata", "namespace"})) + "/" +
         std::string(FindString(service, {"metadata", "name"}));
}

std::string_view TypeOf(const Json& service) {
  return FindString(service, {"spec", "type"}, "ClusterIP");
}

bool HasNodePorts(const Json& service) {
  const std::string_view type = TypeOf(service);
  if (type == "LoadBalancer") return FindBool(service, {"spec", "allocateLoadBalancerNodePorts"}, true);
  return type == "NodePort";
}

void SetIfAbsent(Json& object, std::string_view key, Json value, JsonAllocator& allocator) {
  const Json* found = Find(object, key);
  if (found == nullptr || found->IsNull()) Set(object, key, std::move(value), allocator);
}

void SetList(Json& object, std::string_view key, std::string_view only, JsonAllocator& allocator) {
  Json list(rapidjson::kArrayType);
  list.PushBack(MakeString(only, allocator), allocator);
  Set(object, key, std::move(list), allocator);
}

void DefaultSpec(Json& spec, JsonAllocator& allocator) {
  const std::string type(FindString(spec, {"type"}, "ClusterIP"));
  SetIfAbsent(spec, "sessionAffinity", MakeString(kNone, allocator), allocator);
  if (FindString(spec, {"sessionAffinity"}) == "ClientIP") {
    Json& client = Ensure(Ensure(spec, "sessionAffinityConfig", allocator), "clientIP", allocator);
    SetIfAbsent(client, "timeoutSeconds", Json(kAffinitySeconds), allocator);
  }
  if (type == "NodePort" || type == "LoadBalancer") {
    SetIfAbsent(spec, "externalTrafficPolicy", MakeString("Cluster", allocator), allocator);
  }
  if (type == "LoadBalancer") SetIfAbsent(spec, "allocateLoadBalancerNodePorts", Json(true), allocator);
  if (type != "ExternalName") {
    SetIfAbsent(spec, "internalTrafficPolicy", MakeString("Cluster", allocator), allocator);
  }
  Json* ports = FindMutable(spec, "ports");
  if (ports == nullptr || !ports->IsArray()) return;
  for (Json& port : ports->GetArray()) {
    if (!port.IsObject()) continue;
    const Json* number = Find(port, "port");
    const Json* target = Find(port, "targetPort");
    const bool unset = target == nullptr || target->IsNull() || (target->IsInt64() && target->GetInt64() == 0) ||
                       (target->IsString() && target->GetStringLength() == 0);
    if (unset && number != nullptr && number->IsInt64()) {
      Set(port, "targetPort", Json(number->GetInt64()), allocator);
    }
  }
}

// What the spec wants as cluster address: of clusterIP, or else of clusterIPs.
std::string WantedAddress(const Json& spec) {
  const std::string_view single = FindString(spec, {"clusterIP"});
  if (!single.empty()) return std::string(single);
  const Json* list = Find(spec, "clusterIPs");
  if (list == nullptr || !list->IsArray() || list->Empty() || !(*list)[0].IsString()) return {};
  return std::string(AsView((*list)[0]));
}

Status Refused(const Json& service, Causes causes) {
  return Status::InvalidObject("", "Service", FindString(service, {"metadata", "name"}), causes.Take());
}

// The message is read by people who compare it with Kubernetes', which shows lists as Go writes them.
Status InvalidAddress(const Json& service, const std::string& address, const std::string& why) {
  Causes causes;
  causes.Add({{"FieldValueInvalid",
               "Invalid value: []string{\"" + address + "\"}: failed to allocate IP " + address + ": " + why,
               "spec.clusterIPs"}});
  return Refused(service, std::move(causes));
}

Status PortTaken(const Json& service, std::string field, int port) {
  Causes causes;
  causes.Invalid(std::move(field), int64_t{port}, "provided port is already allocated");
  return Refused(service, std::move(causes));
}

Status AssignAddress(Json& service, StrategyContext& context) {
  auto& allocator = context.allocator;
  ServiceAddresses& addresses = context.addresses;
  const std::string owner = Owner(service);
  Json& spec = *FindMutable(service, "spec");
  std::string wanted = WantedAddress(spec);
  if (wanted != kNone) {
    uint32_t address = 0;
    if (wanted.empty()) {
      const Result<uint32_t> allocated = addresses.Allocate(owner);
      if (!allocated.ok()) return allocated.status();
      address = *allocated;
      wanted = FormatIpv4(address);
    } else {
      if (!ParseIpv4(wanted, &address)) return Status::Ok();  // refused by Validate
      if (!addresses.Contains(address)) {
        return InvalidAddress(service, wanted,
                              "the provided IP (" + wanted + ") is not in the valid range. The range of valid IPs is " +
                                  addresses.range().Text());
      }
      if (!addresses.Take(address, owner)) {
        return InvalidAddress(service, wanted, "provided IP is already allocated");
      }
    }
    context.undo.push_back([&addresses, address, owner] { addresses.Release(address, owner); });
  }
  SetString(spec, "clusterIP", wanted, allocator);
  SetList(spec, "clusterIPs", wanted, allocator);
  SetIfAbsent(spec, "ipFamilyPolicy", MakeString("SingleStack", allocator), allocator);
  if (Find(spec, "ipFamilies") == nullptr) SetList(spec, "ipFamilies", "IPv4", allocator);
  return Status::Ok();
}

Status AssignNodePorts(const Json& old, Json& service, StrategyContext& context) {
  auto& allocator = context.allocator;
  ServiceAddresses& addresses = context.addresses;
  const std::string owner = Owner(service);
  std::set<int64_t> held;
  if (const Json* ports = Find(old, {"spec", "ports"}); ports != nullptr && ports->IsArray()) {
    for (const Json& port : ports->GetArray()) held.insert(FindInt(port, {"nodePort"}));
  }
  Json* ports = FindMutable(*FindMutable(service, "spec"), "ports");
  if (ports == nullptr || !ports->IsArray()) return Status::Ok();
  for (size_t i = 0; i < ports->Size(); ++i) {
    Json& port = (*ports)[static_cast<rapidjson::SizeType>(i)];
    if (!port.IsObject()) continue;
    int number = static_cast<int>(FindInt(port, {"nodePort"}));
    if (number == 0) {
      const Result<int> allocated = addresses.AllocatePort(owner);
      if (!allocated.ok()) return allocated.status();
      number = *allocated;
      Set(port, "nodePort", Json(number), allocator);
    } else {
      if (number < addresses.range().first_port || number > addresses.range().last_port) continue;  // Validate says so
      if (!addresses.TakePort(number, owner)) {
        return PortTaken(service, Indexed("spec.ports", i) + ".nodePort", number);
      }
      if (held.contains(number)) continue;
    }
    context.undo.push_back([&addresses, number, owner] { addresses.ReleasePort(number, owner); });
  }
  return Status::Ok();
}

// A port of each node that tells an outer load balancer whether the node has a pod of the Service.
bool NeedsHealthPort(const Json& service) {
  return TypeOf(service) == "LoadBalancer" && FindString(service, {"spec", "externalTrafficPolicy"}) == "Local";
}

Status AssignHealthPort(const Json& old, Json& service, StrategyContext& context) {
  Json& spec = *FindMutable(service, "spec");
  const int64_t before = NeedsHealthPort(old) ? FindInt(old, {"spec", kHealthPort}) : 0;
  int number = static_cast<int>(FindInt(spec, {kHealthPort}));
  ServiceAddresses& addresses = context.addresses;
  const std::string owner = Owner(service);
  if (number == 0) {
    const Result<int> allocated = addresses.AllocatePort(owner);
    if (!allocated.ok()) return allocated.status();
    number = *allocated;
    Set(spec, kHealthPort, Json(number), context.allocator);
  } else if (!addresses.TakePort(number, owner)) {
    return PortTaken(service, std::string("spec.") + kHealthPort, number);
  }
  if (number == before) return Status::Ok();
  context.undo.push_back([&addresses, number, owner] { addresses.ReleasePort(number, owner); });
  return Status::Ok();
}

Status AssignPorts(const Json& old, Json& service, StrategyContext& context) {
  if (HasNodePorts(service)) CROFT_RETURN_IF_ERROR(AssignNodePorts(old, service, context));
  return NeedsHealthPort(service) ? AssignHealthPort(old, service, context) : Status::Ok();
}

void DropNodePorts(Json& service) {
  Json* ports = FindMutable(*FindMutable(service, "spec"), "ports");
  if (ports == nullptr || !ports->IsArray()) return;
  for (Json& port : ports->GetArray()) {
    if (port.IsObject()) Erase(port, "nodePort");
  }
}

// A client that read the object before these were set sends it without them: they stay.
void KeepAllocations(const Json& old, Json& service, JsonAllocator& allocator) {
  Json& spec = *FindMutable(service, "spec");
  const Json* before = Find(old, "spec");
  if (before == nullptr) return;
  if (WantedAddress(spec).empty()) {
    for (const char* key : {"clusterIP", "clusterIPs"}) {
      const Json* value = Find(*before, key);
      if (value != nullptr) Set(spec, key, Copy(*value, allocator), allocator);
    }
  }
  for (const char* key : {"ipFamilies", "ipFamilyPolicy"}) {
    const Json* value = Find(*before, key);
    if (value != nullptr && Find(spec, key) == nullptr) Set(spec, key, Copy(*value, allocator), allocator);
  }
  const int64_t health = FindInt(*before, {kHealthPort});
  if (health != 0 && FindInt(spec, {kHealthPort}) == 0 && NeedsHealthPort(service)) {
    Set(spec, kHealthPort, Json(health), allocator);
  }
  Json* ports = FindMutable(spec, "ports");
  const Json* old_ports = Find(*before, "ports");
  if (ports == nullptr || old_ports == nullptr || !ports->IsArray() || !old_ports->IsArray()) return;
  for (Json& port : ports->GetArray()) {
    if (!port.IsObject() || FindInt(port, {"nodePort"}) != 0) continue;
    for (const Json& was : old_ports->GetArray()) {
      const bool same = FindInt(was, {"port"}) == FindInt(port, {"port"}) &&
                        FindString(was, {"protocol"}) == FindString(port, {"protocol"});
      if (same && FindInt(was, {"nodePort"}) != 0) Set(port, "nodePort", Json(FindInt(was, {"nodePort"})), allocator);
    }
  }
}

void ValidateHealthPort(const Json& service, Causes& causes) {
  const int64_t port = FindInt(service, {"spec", kHealthPort});
  const std::string at = std::string("spec.") + kHealthPort;
  if (port != 0 && !NeedsHealthPort(service)) {
    causes.Invalid(at, port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
  } else if (port != 0 && !IsNodePort(port)) {
    causes.Invalid(at, port, kNoNodePort);
  }
}

void ValidatePorts(const Json& spec, bool with_node_ports, const std::string_view type, Causes& causes) {
  const Json* ports = Find(spec, "ports");
  const bool headless = FindString(spec, {"clusterIP"}) == kNone;
  const size_t count = ports != nullptr && ports->IsArray() ? ports->Size() : 0;
  if (count == 0 && !headless && type != "ExternalName") causes.Required("spec.ports");
  std::set<std::string_view> names;
  std::set<std::string> numbers;
  for (size_t i = 0; i < count; ++i) {
    const Json& port = (*ports)[static_cast<rapidjson::SizeType>(i)];
    const std::string at = Indexed("spec.ports", i);
    const std::string_view name = FindString(port, {"name"});
    if (name.empty() && count > 1) causes.Required(at + ".name");
    if (!name.empty() && !names.insert(name).second) causes.Duplicate(at + ".name", name);
    const std::string number =
        std::string(FindString(port, {"protocol"}, "TCP")) + "/" + std::to_string(FindInt(port, {"port"}));
    // The schema says it, too, where all ports have names.
    if (!numbers.insert(number).second && !causes.Has(at)) causes.Duplicate(at, number);
    const Json* target = Find(port, "targetPort");
    if (target != nullptr && target->IsInt64() && (target->GetInt64() < 1 || target->GetInt64() > 65535)) {
      causes.Invalid(at + ".targetPort", target->GetInt64(), "must be between 1 and 65535, inclusive");
    }
    const int64_t node_port = FindInt(port, {"nodePort"});
    if (node_port == 0) continue;
    if (!with_node_ports) {
      causes.Forbidden(at + ".nodePort", "may not be used when `type` is '" + std::string(type) + "'");
    } else if (!IsNodePort(node_port)) {
      causes.Invalid(at + ".nodePort", node_port, kNoNodePort);
    }
  }
}

}  // namespace

const std::vector<std::vector<std::string>>& ServiceStrategy::assigned() const {
  static const std::vector<std::vector<std::string>> kPaths = {{"f:spec", "f:clusterIP"},
                                                               {"f:spec", "f:clusterIPs"},
                                                               {"f:spec", "f:ipFamilies"},
                                                               {"f:spec", "f:ipFamilyPolicy"},
                                                               {"f:spec", "f:healthCheckNodePort"}};
  return kPaths;
}

Status ServiceStrategy::PrepareForCreate(Json& service, StrategyContext& context) const {
  auto& allocator = context.allocator;
  Ensure(Ensure(service, "status", allocator), "loadBalancer", allocator);
  Json* spec = FindMutable(service, "spec");
  if (spec == nullptr || !spec->IsObject()) return Status::Ok();
  DefaultSpec(*spec, allocator);
  if (TypeOf(service) == "ExternalName") return Status::Ok();
  // Nothing is taken for an object that will be refused.
  Causes causes;
  Validate(service, causes);
  if (!causes.empty()) return Status::Ok();
  CROFT_RETURN_IF_ERROR(AssignAddress(service, context));
  const Json nothing(rapidjson::kObjectType);
  return AssignPorts(nothing, service, context);
}

Status ServiceStrategy::PrepareForUpdate(const Json& old, Json& service, StrategyContext& context) const {
  Json* spec = FindMutable(service, "spec");
  if (spec == nullptr || !spec->IsObject()) return Status::Ok();
  const std::string type(TypeOf(service));  // the object changes below
  if (type == "ExternalName") {
    DefaultSpec(*spec, context.allocator);
    if (TypeOf(old) != "ExternalName") {
      for (const char* key : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}) Erase(*spec, key);
    }
    return Status::Ok();
  }
  KeepAllocations(old, service, context.allocator);
  // A type without node ports gives up those that it had; ports that the client asks for are refused by Validate.
  if (!HasNodePorts(service) && HasNodePorts(old)) DropNodePorts(service);
  if (!NeedsHealthPort(service) && NeedsHealthPort(old)) Erase(*spec, kHealthPort);
  if (type == "ClusterIP" && TypeOf(old) != "ClusterIP") {
    Erase(*spec, "externalTrafficPolicy");
    Erase(*spec, "allocateLoadBalancerNodePorts");
  }
  DefaultSpec(*spec, context.allocator);
  Causes causes;
  Validate(service, causes);
  if (!causes.empty()) return Status::Ok();
  if (WantedAddress(*spec).empty()) CROFT_RETURN_IF_ERROR(AssignAddress(service, context));
  return AssignPorts(old, service, context);
}

void ServiceStrategy::Validate(const Json& service, Causes& causes) const {
  const Json* spec = Find(service, "spec");
  if (spec == nullptr || !spec->IsObject()) return;
  const std::string_view type = TypeOf(service);
  ValidatePorts(*spec, type == "NodePort" || type == "LoadBalancer", type, causes);
  ValidateHealthPort(service, causes);
  const std::string address = WantedAddress(*spec);
  if (type == "ExternalName") {
    if (FindString(*spec, {"externalName"}).empty()) causes.Required("spec.externalName");
    if (!address.empty()) causes.Forbidden("spec.clusterIPs", "may not be set when `type` is 'ExternalName'");
    return;
  }
  if (!address.empty() && address != kNone && !IsIpAddress(address)) {
    causes.Invalid("spec.clusterIPs[0]", address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
  }
  if (address == kNone && type != "ClusterIP") {
    causes.Invalid("spec.clusterIPs[0]", address, "may not be set to 'None' for LoadBalancer and NodePort services");
  }
  const Json* policy = Find(*spec, "externalTrafficPolicy");
  if (policy != nullptr && policy->IsString() && policy->GetStringLength() > 0 && type == "ClusterIP") {
    causes.Invalid("spec.externalTrafficPolicy", *policy, "may only be set for externally-accessible services");
  }
}

void ServiceStrategy::ValidateUpdate(const Json& old, const Json& service, Causes& causes) const {
  if (TypeOf(old) == "ExternalName" || TypeOf(service) == "ExternalName") return;
  const Json* before = Find(old, "spec");
  const Json* after = Find(service, "spec");
  if (before == nullptr || after == nullptr) return;
  const std::string was = WantedAddress(*before);
  const std::string is = WantedAddress(*after);
  if (!was.empty() && was != is) causes.Invalid("spec.clusterIPs[0]", is, "may not change once set");
  const int64_t before_port = FindInt(*before, {kHealthPort});
  const int64_t after_port = FindInt(*after, {kHealthPort});
  if (before_port != 0 && after_port != 0 && before_port != after_port) {
    causes.Invalid(std::string("spec.") + kHealthPort, after_port, "field is immutable");
  }
}

}  // namespace croft::server
