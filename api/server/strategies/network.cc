#include "api/server/strategies/fields.h"
#include "api/server/strategies/kinds.h"

// Ingress, IngressClass, Endpoints and EndpointSlice.
namespace croft::server {
namespace {

void ValidateBackend(const Json& backend, const std::string& path, Causes& causes) {
  const Json* service = Find(backend, "service");
  const Json* resource = Find(backend, "resource");
  if (service != nullptr && resource != nullptr) {
    causes.Drop(path + ".service");  // Kubernetes names the backend
    causes.Invalid(path, "", "cannot set both resource and service backends");
    return;
  }
  if (service == nullptr) return;
  const bool named = !FindString(*service, {"port", "name"}).empty();
  const bool numbered = FindInt(*service, {"port", "number"}) != 0;
  if (named && numbered) {
    causes.Drop(path + ".service.port.number");
    causes.Invalid(path, "", "cannot set both port name & port number");
  } else if (!named && !numbered) {
    causes.Drop(path + ".service.port");
    causes.Required(path, "port name or number is required");
  }
}

void ValidateHost(std::string_view host, const std::string& path, Causes& causes) {
  if (host.empty()) return;
  std::string why = host.find('*') != std::string_view::npos ? CheckWildcardSubdomain(host) : CheckDnsSubdomain(host);
  if (IsIpAddress(host)) why = "must be a DNS name, not an IP address";
  if (why.empty()) return;
  causes.Drop(path);  // a pattern says less
  causes.Invalid(path, host, why);
}

void ValidatePath(const Json& path, const std::string& at, Causes& causes) {
  const std::string_view type = FindString(path, {"pathType"});
  const std::string_view value = FindString(path, {"path"});
  const bool needed = type == "Exact" || type == "Prefix" || !value.empty();
  if (needed && !value.starts_with("/")) {
    causes.Drop(at + ".path");
    causes.Invalid(at + ".path", value, "must be an absolute path");
  }
  for (const char* bad : {"//", "/./", "/../", "%2f", "%2F"}) {
    if ((type == "Exact" || type == "Prefix") && value.find(bad) != std::string_view::npos) {
      causes.Invalid(at + ".path", value, std::string("must not contain '") + bad + "'");
    }
  }
  if (const Json* backend = Find(path, "backend")) ValidateBackend(*backend, at + ".backend", causes);
}

template <class Each>
void ForEach(const Json* list, const std::string& path, const Each& each) {
  if (list == nullptr || !list->IsArray()) return;
  for (size_t i = 0; i < list->Size(); ++i) {
    each((*list)[static_cast<rapidjson::SizeType>(i)], Indexed(path, i));
  }
}

// What no endpoint can have: the address of another machine's own loopback or link.
std::string WhyNoEndpoint(std::string_view address) {
  uint32_t v4 = 0;
  if (!IsIpAddress(address)) return "must be a valid IP address";
  if (!ParseIpv4(address, &v4)) {
    if (address == "::") return "may not be unspecified (::)";
    if (address == "::1") return "may not be in the loopback range (::1)";
    return "";
  }
  if (v4 == 0) return "may not be unspecified (0.0.0.0)";
  if (v4 >> 24 == 127) return "may not be in the loopback range (127.0.0.0/8)";
  if (v4 >> 16 == 0xA9FE) return "may not be in the link-local range (169.254.0.0/16)";
  if (v4 >> 8 == 0xE00000) return "may not be in the link-local multicast range (224.0.0.0/24)";
  return "";
}

}  // namespace

Status IngressStrategy::PrepareForCreate(Json& ingress, StrategyContext& context) const {
  Ensure(Ensure(ingress, "status", context.allocator), "loadBalancer", context.allocator);
  return Status::Ok();
}

void IngressStrategy::Validate(const Json& ingress, Causes& causes) const {
  const Json* spec = Find(ingress, "spec");
  const Json* rules = spec == nullptr ? nullptr : Find(*spec, "rules");
  const Json* fallback = spec == nullptr ? nullptr : Find(*spec, "defaultBackend");
  if ((rules == nullptr || !rules->IsArray() || rules->Empty()) && fallback == nullptr) {
    causes.Drop("spec");
    causes.Invalid("spec", Json(rapidjson::kObjectType), "either `defaultBackend` or `rules` must be specified");
  }
  if (fallback != nullptr) ValidateBackend(*fallback, "spec.defaultBackend", causes);
  ForEach(rules, "spec.rules", [&](const Json& rule, const std::string& at) {
    ValidateHost(FindString(rule, {"host"}), at + ".host", causes);
    ForEach(Find(rule, {"http", "paths"}), at + ".http.paths",
            [&](const Json& path, const std::string& place) { ValidatePath(path, place, causes); });
  });
  ForEach(spec == nullptr ? nullptr : Find(*spec, "tls"), "spec.tls", [&](const Json& tls, const std::string& at) {
    ForEach(Find(tls, "hosts"), at + ".hosts", [&](const Json& host, const std::string& place) {
      if (host.IsString()) ValidateHost(AsView(host), place, causes);
    });
  });
}

void IngressClassStrategy::Validate(const Json& object, Causes& causes) const {
  const std::string_view controller = FindString(object, {"spec", "controller"});
  if (controller.empty()) return;
  const size_t slash = controller.find('/');
  const bool good = slash != std::string_view::npos && slash + 1 < controller.size() &&
                    CheckDnsSubdomain(controller.substr(0, slash)).empty() && controller.size() <= 250;
  if (!good) causes.Invalid("spec.controller", controller, "must be a domain-prefixed path (such as \"acme.io/foo\")");
}

void IngressClassStrategy::ValidateUpdate(const Json& old, const Json& object, Causes& causes) const {
  const std::string_view controller = FindString(object, {"spec", "controller"});
  if (FindString(old, {"spec", "controller"}) != controller) {
    causes.Invalid("spec.controller", controller, "field is immutable");
  }
}

void EndpointsStrategy::Validate(const Json& object, Causes& causes) const {
  ForEach(Find(object, "subsets"), "subsets", [&](const Json& subset, const std::string& at) {
    for (const char* list : {"addresses", "notReadyAddresses"}) {
      ForEach(Find(subset, list), at + "." + list, [&](const Json& address, const std::string& place) {
        const std::string_view ip = FindString(address, {"ip"});
        const std::string why = ip.empty() ? "" : WhyNoEndpoint(ip);
        if (!why.empty()) causes.Invalid(place + ".ip", ip, why);
      });
    }
  });
}

const std::vector<std::vector<std::string>>& EndpointSliceStrategy::assigned() const {
  static const std::vector<std::vector<std::string>> kPaths = {{"f:endpoints"}};
  return kPaths;
}

// Kubernetes shows null where there are none. Clients with a class for each kind, made from releases up to 1.33, take
// neither that nor absence; a list without items they all do.
Status EndpointSliceStrategy::PrepareForCreate(Json& slice, StrategyContext& context) const {
  if (IsAbsent(Find(slice, "endpoints"))) Set(slice, "endpoints", Json(rapidjson::kArrayType), context.allocator);
  return Status::Ok();
}

Status EndpointSliceStrategy::PrepareForUpdate(const Json&, Json& slice, StrategyContext& context) const {
  return PrepareForCreate(slice, context);
}

void EndpointSliceStrategy::Validate(const Json& object, Causes& causes) const {
  const std::string_view type = FindString(object, {"addressType"});
  ForEach(Find(object, "endpoints"), "endpoints", [&](const Json& endpoint, const std::string& at) {
    ForEach(Find(endpoint, "addresses"), at + ".addresses", [&](const Json& address, const std::string& place) {
      if (!address.IsString()) return;
      const std::string_view text = AsView(address);
      uint32_t v4 = 0;
      if (type == "FQDN") {
        const std::string why = CheckDnsSubdomain(text);
        if (!why.empty()) causes.Invalid(place, text, why);
        return;
      }
      const bool is_v4 = ParseIpv4(text, &v4);
      if (type == "IPv4" && !is_v4) {
        causes.Invalid(place, text, "must be a valid IPv4 address");
      } else if (type == "IPv6" && (is_v4 || !IsIpAddress(text))) {
        causes.Invalid(place, text, "must be a valid IPv6 address");
      } else if (const std::string why = WhyNoEndpoint(text); !why.empty()) {
        causes.Invalid(place, text, why);
      }
    });
  });
}

void EndpointSliceStrategy::ValidateUpdate(const Json& old, const Json& object, Causes& causes) const {
  const std::string_view type = FindString(object, {"addressType"});
  if (FindString(old, {"addressType"}) != type) causes.Invalid("addressType", type, "field is immutable");
}

}  // namespace croft::server
