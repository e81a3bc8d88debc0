#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstring>

#include "api/object/names.h"
#include "api/server/strategies/fields.h"
#include "api/server/strategies/pod_spec.h"
#include "api/server/strategies/topics.h"

namespace croft::server {
namespace {

constexpr const char* kNoCidr = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
constexpr const char* kNoPort = "must be between 1 and 65535, inclusive";

struct Range {
  std::array<unsigned char, 16> address = {};
  int family = 0;
  int bits = 0;
};

std::optional<Range> ParseCidr(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  Range range;
  range.family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  if (inet_pton(range.family, std::string(text.substr(0, slash)).c_str(), range.address.data()) != 1) {
    return std::nullopt;
  }
  const std::string_view length = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), range.bits);
  const int most = range.family == AF_INET ? 32 : 128;
  if (length.empty() || error != std::errc() || end != length.data() + length.size()) return std::nullopt;
  if (range.bits < 0 || range.bits > most) return std::nullopt;
  return range;
}

// Whether `inner` is a part of `outer` and not all of it.
bool IsStrictPart(const Range& inner, const Range& outer) {
  if (inner.family != outer.family || inner.bits <= outer.bits) return false;
  for (int bit = 0; bit < outer.bits; ++bit) {
    const auto at = static_cast<size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((inner.address[at] & mask) != (outer.address[at] & mask)) return false;
  }
  return true;
}

bool IsPort(int64_t number) {
  return number >= 1 && number <= 65535;
}

void ValidatePort(const Json& port, const std::string& at, Causes& causes) {
  const Json* number = Find(port, "port");
  const Json* last = Find(port, "endPort");
  const bool ranged = !IsAbsent(last) && last->IsInt64();
  if (IsAbsent(number)) {
    if (ranged) causes.Invalid(at + ".endPort", *last, "may not be specified when `port` is not specified");
    return;
  }
  if (number->IsString()) {
    if (ranged) causes.Invalid(at + ".endPort", *last, "may not be specified when `port` is non-numeric");
    const std::string why = CheckPortName(AsView(*number));
    if (!why.empty()) causes.Invalid(at + ".port", *number, why);
    return;
  }
  if (!number->IsInt64()) return;
  if (!IsPort(number->GetInt64())) causes.Invalid(at + ".port", *number, kNoPort);
  if (!ranged) return;
  if (last->GetInt64() < number->GetInt64()) {
    causes.Invalid(at + ".endPort", *last, "must be greater than or equal to `port`");
  }
  if (!IsPort(last->GetInt64())) causes.Invalid(at + ".endPort", *last, kNoPort);
}

void ValidateBlock(const Json& block, const std::string& at, Causes& causes) {
  const std::string_view text = FindString(block, {"cidr"});
  if (text.empty()) {
    if (!causes.Has(at + ".cidr")) causes.Required(at + ".cidr");
    return;
  }
  const std::optional<Range> whole = ParseCidr(text);
  if (!whole) return causes.Invalid(at + ".cidr", text, kNoCidr);
  ForEachItem(Find(block, "except"), at + ".except", [&](const Json& except, const std::string& place) {
    if (!except.IsString()) return;
    const std::optional<Range> part = ParseCidr(AsView(except));
    if (!part) return causes.Invalid(place, except, kNoCidr);
    if (!IsStrictPart(*part, *whole)) causes.Invalid(place, except, "must be a strict subset of `cidr`");
  });
}

void ValidatePeer(const Json& peer, const std::string& at, Causes& causes) {
  int selectors = 0;
  for (const char* name : {"podSelector", "namespaceSelector"}) {
    const Json* selector = Find(peer, name);
    if (IsAbsent(selector)) continue;
    ++selectors;
    ValidateLabelSelector(*selector, at + "." + name, causes);
  }
  const Json* block = Find(peer, "ipBlock");
  if (!IsAbsent(block)) ValidateBlock(*block, at + ".ipBlock", causes);
  if (IsAbsent(block) && selectors == 0) {
    causes.Required(at, "must specify a peer");
  } else if (!IsAbsent(block) && selectors > 0) {
    causes.Forbidden(at, "may not specify both ipBlock and another peer");
  }
}

class NetworkPolicyStrategy final : public Strategy {
 public:
  Status PrepareForCreate(Json& policy, StrategyContext& context) const override {
    Json* spec = FindMutable(policy, "spec");
    if (spec == nullptr || !spec->IsObject() || !IsAbsent(Find(*spec, "policyTypes"))) return Status::Ok();
    Json types(rapidjson::kArrayType);
    types.PushBack("Ingress", context.allocator);
    if (!IsEmptyList(Find(*spec, "egress"))) types.PushBack("Egress", context.allocator);
    Set(*spec, "policyTypes", std::move(types), context.allocator);
    return Status::Ok();
  }
  Status PrepareForUpdate(const Json&, Json& policy, StrategyContext& context) const override {
    return PrepareForCreate(policy, context);
  }

  void Validate(const Json& policy, Causes& causes) const override {
    const Json* spec = Find(policy, "spec");
    if (spec == nullptr || !spec->IsObject()) return;
    if (const Json* selector = Find(*spec, "podSelector")) ValidateLabelSelector(*selector, "spec.podSelector", causes);
    ValidateRules(*spec, "ingress", "from", causes);
    ValidateRules(*spec, "egress", "to", causes);
    const Json* types = Find(*spec, "policyTypes");
    if (types != nullptr && types->IsArray() && types->Size() > 2) {
      causes.Invalid("spec.policyTypes", *types, "may not specify more than two policyTypes");
    }
  }

 private:
  static void ValidateRules(const Json& spec, const char* direction, const char* peers, Causes& causes) {
    ForEachItem(Find(spec, direction), std::string("spec.") + direction, [&](const Json& rule, const std::string& at) {
      ForEachItem(Find(rule, "ports"), at + ".ports",
                  [&](const Json& port, const std::string& place) { ValidatePort(port, place, causes); });
      ForEachItem(Find(rule, peers), at + "." + peers,
                  [&](const Json& peer, const std::string& place) { ValidatePeer(peer, place, causes); });
    });
  }
};

}  // namespace

void AddNetworkPolicyStrategies(StrategyMap& strategies) {
  strategies[{"networking.k8s.io", "networkpolicies"}] = std::make_unique<NetworkPolicyStrategy>();
}

}  // namespace croft::server
