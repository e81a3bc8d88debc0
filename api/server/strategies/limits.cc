#include <algorithm>
#include <array>
#include <set>

#include "api/server/names.h"
#include "api/server/strategies/fields.h"
#include "api/server/strategies/pod_spec.h"
#include "api/server/strategies/topics.h"

// ResourceQuota, LimitRange and PodDisruptionBudget.
namespace croft::server {
namespace {

using Names = std::set<std::string_view>;

// What a quota counts rather than measures.
const Names& Counted() {
  static const Names kNames = {
      "pods",       "resourcequotas",         "services",           "replicationcontrollers", "secrets",
      "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"};
  return kNames;
}

const Names& Measured() {
  static const Names kNames = {"cpu",
                               "memory",
                               "ephemeral-storage",
                               "requests.cpu",
                               "requests.memory",
                               "requests.storage",
                               "requests.ephemeral-storage",
                               "limits.cpu",
                               "limits.memory",
                               "limits.ephemeral-storage"};
  return kNames;
}

bool IsQuotaName(std::string_view name) {
  return Counted().contains(name) || Measured().contains(name) || name.starts_with("hugepages-") ||
         name.starts_with("requests.hugepages-");
}

bool HasDomain(std::string_view name) {
  return name.find('/') != std::string_view::npos;
}

// Whether objects of a scope use a resource at all.
bool ScopeHas(std::string_view scope, std::string_view resource) {
  static const Names kOfPods = {"pods",          "cpu",          "memory",         "limits.cpu",
                                "limits.memory", "requests.cpu", "requests.memory"};
  if (scope == "BestEffort") return resource == "pods";
  if (scope == "VolumeAttributesClass") return resource == "persistentvolumeclaims" || resource == "requests.storage";
  return kOfPods.contains(resource);
}

bool IsScope(std::string_view scope) {
  static const Names kScopes = {"Terminating",          "NotTerminating", "BestEffort",
                                "NotBestEffort",        "PriorityClass",  "CrossNamespacePodAffinity",
                                "VolumeAttributesClass"};
  return kScopes.contains(scope);
}

// Scopes that say yes or no, and compare with nothing.
bool IsPlainScope(std::string_view scope) {
  return IsScope(scope) && scope != "PriorityClass" && scope != "VolumeAttributesClass";
}

class QuotaStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }

  Status PrepareForCreate(Json& quota, StrategyContext& context) const override {
    Ensure(quota, "status", context.allocator);
    return Status::Ok();
  }

  void Validate(const Json& quota, Causes& causes) const override {
    const Json* hard = Find(quota, {"spec", "hard"});
    ForEachMember(hard, "spec.hard", [&](std::string_view name, const Json& value, const std::string& at) {
      ValidateName(name, at, causes);
      const std::optional<int64_t> amount = MilliOf(&value);
      if (!amount) return;
      if (*amount < 0) causes.Invalid(at, value, "must be greater than or equal to 0");
      if ((Counted().contains(name) || name.starts_with("count/")) && *amount % 1000 != 0) {
        causes.Invalid(at, value, "must be an integer");
      }
    });
    ValidateScopes(Find(quota, {"spec", "scopes"}), hard, causes);
    ValidateScopeSelector(Find(quota, {"spec", "scopeSelector", "matchExpressions"}), hard, causes);
  }

  void ValidateUpdate(const Json& old, const Json& quota, Causes& causes) const override {
    CheckImmutable(Find(old, {"spec", "scopes"}), Find(quota, {"spec", "scopes"}), "spec.scopes", causes);
    CheckImmutable(Find(old, {"spec", "scopeSelector"}), Find(quota, {"spec", "scopeSelector"}), "spec.scopeSelector",
                   causes);
  }

 private:
  static void ValidateName(std::string_view name, const std::string& at, Causes& causes) {
    const std::string why = CheckQualifiedName(name);
    if (!why.empty()) return causes.Invalid(at, name, why);
    if (!HasDomain(name) && !IsQuotaName(name)) causes.Invalid(at, name, "must be a standard resource for quotas");
  }

  static void ValidateScope(std::string_view scope, const Json* hard, const std::string& at, const Json& shown,
                            Causes& causes) {
    if (!IsScope(scope)) return causes.Invalid(at, shown, "unsupported scope");
    ForEachMember(hard, "", [&](std::string_view resource, const Json&, const std::string&) {
      if (IsQuotaName(resource) && !ScopeHas(scope, resource)) {
        causes.Invalid(at, shown, "unsupported scope applied to resource");
      }
    });
  }

  static void ValidateConflicts(const Names& scopes, const std::string& at, const Json& shown, Causes& causes) {
    const auto both = [&](const char* a, const char* b) { return scopes.contains(a) && scopes.contains(b); };
    if (both("BestEffort", "NotBestEffort") || both("Terminating", "NotTerminating")) {
      causes.Invalid(at, shown, "conflicting scopes");
    }
  }

  static void ValidateScopes(const Json* scopes, const Json* hard, Causes& causes) {
    if (IsEmptyList(scopes)) return;
    Names seen;
    ForEachItem(scopes, "", [&](const Json& scope, const std::string&) {
      if (!scope.IsString()) return;
      ValidateScope(AsView(scope), hard, "spec.scopes", *scopes, causes);
      seen.insert(AsView(scope));
    });
    ValidateConflicts(seen, "spec.scopes", *scopes, causes);
  }

  static void ValidateScopeSelector(const Json* expressions, const Json* hard, Causes& causes) {
    if (IsEmptyList(expressions)) return;
    const std::string list = "spec.scopeSelector.matchExpressions";
    Names seen;
    ForEachItem(expressions, list, [&](const Json& expression, const std::string& at) {
      const std::string_view scope = FindString(expression, {"scopeName"});
      const std::string_view op = FindString(expression, {"operator"});
      const Json* values = Find(expression, "values");
      ValidateScope(scope, hard, at + ".scopeName", expression, causes);
      seen.insert(scope);
      if (IsPlainScope(scope) && op != "Exists") {
        causes.Invalid(at + ".operator", op,
                       "must be 'Exists' when scope is any of Terminating, NotTerminating, BestEffort, NotBestEffort "
                       "and CrossNamespacePodAffinity");
      }
      if (op == "In" || op == "NotIn") {
        if (IsEmptyList(values)) {
          causes.Required(at + ".values",
                          "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
        }
      } else if (op == "Exists" || op == "DoesNotExist") {
        if (!IsEmptyList(values)) {
          causes.Invalid(at + ".values", *values,
                         "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector");
        }
      } else {
        causes.Invalid(at + ".operator", op, "not a valid selector operator");
      }
    });
    ValidateConflicts(seen, list, *expressions, causes);
  }
};

class LimitRangeStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }

  Status PrepareForCreate(Json& range, StrategyContext& context) const override {
    Json* spec = FindMutable(range, "spec");
    Json* limits = spec == nullptr ? nullptr : FindMutable(*spec, "limits");
    if (limits == nullptr || !limits->IsArray()) return Status::Ok();
    for (Json& limit : limits->GetArray()) Default(limit, context.allocator);
    return Status::Ok();
  }
  Status PrepareForUpdate(const Json&, Json& range, StrategyContext& context) const override {
    return PrepareForCreate(range, context);
  }

  void Validate(const Json& range, Causes& causes) const override {
    Names types;
    ForEachItem(Find(range, {"spec", "limits"}), "spec.limits", [&](const Json& limit, const std::string& at) {
      const std::string_view type = FindString(limit, {"type"});
      if (type.empty()) return;  // the schema says so
      ValidateType(type, at + ".type", causes);
      if (!types.insert(type).second) causes.Duplicate(at + ".type", type);
      ValidateLimit(limit, type, at, causes);
    });
  }

 private:
  static constexpr std::array kBounds = {"max", "min", "default", "defaultRequest", "maxLimitRequestRatio"};

  // Containers only: the limit is the most there is, the request is the limit, or else the least there is.
  static void Default(Json& limit, JsonAllocator& allocator) {
    if (FindString(limit, {"type"}) != "Container") return;
    Fill(limit, "default", "max", allocator);
    Fill(limit, "defaultRequest", "default", allocator);
    Fill(limit, "defaultRequest", "min", allocator);
  }
  static void Fill(Json& limit, const char* to, const char* from, JsonAllocator& allocator) {
    const Json* given = Find(limit, from);
    if (given == nullptr || !given->IsObject() || given->ObjectEmpty()) return;
    Json copy = Copy(*given, allocator);
    Json& target = Ensure(limit, to, allocator);
    for (auto& member : copy.GetObject()) SetIfAbsent(target, AsView(member.name), std::move(member.value), allocator);
  }

  static void ValidateType(std::string_view type, const std::string& at, Causes& causes) {
    const std::string why = CheckQualifiedName(type);
    if (!why.empty()) return causes.Invalid(at, type, why);
    const bool standard = type == "Pod" || type == "Container" || type == "PersistentVolumeClaim";
    if (!standard && !HasDomain(type)) {
      causes.Invalid(at, type, "must be a standard limit type or fully qualified");
    }
  }

  static void ValidateResource(std::string_view type, std::string_view name, const std::string& at, Causes& causes) {
    const std::string why = CheckQualifiedName(name);
    if (!why.empty()) return causes.Invalid(at, name, why);
    if (HasDomain(name)) return;
    const bool of_container =
        name == "cpu" || name == "memory" || name == "ephemeral-storage" || name.starts_with("hugepages-");
    if (type == "Pod" || type == "Container") {
      if (!of_container) causes.Invalid(at, name, "must be a standard resource for containers");
    } else if (!IsQuotaName(name) && name != "storage") {
      causes.Invalid(at, name, "must be a standard resource type or fully qualified");
    }
  }

  static void ValidateLimit(const Json& limit, std::string_view type, const std::string& at, Causes& causes) {
    Names resources;
    for (const char* bound : kBounds) {
      ForEachMember(Find(limit, bound), at + "." + bound,
                    [&](std::string_view name, const Json&, const std::string& place) {
                      ValidateResource(type, name, place, causes);
                      resources.insert(name);
                    });
    }
    if (type == "Pod") {
      for (const char* bound : {"default", "defaultRequest"}) {
        const Json* given = Find(limit, bound);
        if (given != nullptr && given->IsObject() && !given->ObjectEmpty()) {
          causes.Forbidden(at + "." + bound, "may not be specified when `type` is 'Pod'");
        }
      }
    }
    if (type == "PersistentVolumeClaim" && Find(limit, {"min", "storage"}) == nullptr &&
        Find(limit, {"max", "storage"}) == nullptr) {
      causes.Required(at + ".limits", "either minimum or maximum storage value is required, but neither was provided");
    }
    for (const std::string_view resource : resources) ValidateOrder(limit, resource, at, causes);
  }

  // min <= defaultRequest <= default <= max, as far as they are given.
  static void ValidateOrder(const Json& limit, std::string_view resource, const std::string& at, Causes& causes) {
    struct Pair {
      const char *low, *high, *blamed, *why;
    };
    static constexpr Pair kPairs[] = {
        {"min", "max", "min", "min value is greater than max value"},
        {"min", "defaultRequest", "defaultRequest", "min value is greater than default request value"},
        {"defaultRequest", "max", "defaultRequest", "default request value is greater than max value"},
        {"defaultRequest", "default", "defaultRequest", "default request value is greater than default limit value"},
        {"min", "default", "default", "min value is greater than default value"},
        {"default", "max", "default", "default value is greater than max value"},
    };
    for (const Pair& pair : kPairs) {
      const auto low = MilliOf(Find(limit, {pair.low, resource}));
      const auto high = MilliOf(Find(limit, {pair.high, resource}));
      if (!low || !high || *low <= *high) continue;
      causes.Invalid(Keyed(at + "." + pair.blamed, resource), *Find(limit, {pair.blamed, resource}), pair.why);
    }
    const Json* ratio = Find(limit, {"maxLimitRequestRatio", resource});
    const auto times = MilliOf(ratio);
    if (!times) return;
    const std::string place = Keyed(at + ".maxLimitRequestRatio", resource);
    if (*times < 1000) causes.Invalid(place, *ratio, "ratio is less than 1");
    const auto least = MilliOf(Find(limit, {"min", resource}));
    const auto most = MilliOf(Find(limit, {"max", resource}));
    if (least && most && *least > 0 &&
        static_cast<double>(*most) / static_cast<double>(*least) < static_cast<double>(*times) / 1000) {
      causes.Invalid(place, *ratio, "ratio is greater than max/min");
    }
  }
};

// A count that is not negative, or a percentage up to 100.
void ValidateCountOrPercent(const Json* value, const std::string& at, Causes& causes) {
  if (IsAbsent(value)) return;
  if (value->IsInt64()) {
    if (value->GetInt64() < 0) causes.Invalid(at, *value, "must be greater than or equal to 0");
    return;
  }
  if (!value->IsString()) return;
  const std::string_view text = AsView(*value);
  if (const std::string why = CheckPercent(text); !why.empty()) return causes.Invalid(at, *value, why);
  const std::string digits(text.substr(0, text.size() - 1));
  if (digits.size() > 9 || std::atoi(digits.c_str()) > 100) causes.Invalid(at, *value, "must not be greater than 100%");
}

class BudgetStrategy final : public Strategy {
 public:
  Status PrepareForCreate(Json& budget, StrategyContext& context) const override {
    Json& status = Ensure(budget, "status", context.allocator);
    for (const char* count : {"currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"}) {
      SetIfAbsent(status, count, Json(0), context.allocator);
    }
    return Status::Ok();
  }

  void Validate(const Json& budget, Causes& causes) const override {
    const Json* spec = Find(budget, "spec");
    if (spec == nullptr || !spec->IsObject()) return;
    const Json* least = Find(*spec, "minAvailable");
    const Json* most = Find(*spec, "maxUnavailable");
    if (!IsAbsent(least) && !IsAbsent(most)) {
      causes.Invalid("spec", *spec, "minAvailable and maxUnavailable cannot be both set");
    }
    ValidateCountOrPercent(least, "spec.minAvailable", causes);
    ValidateCountOrPercent(most, "spec.maxUnavailable", causes);
    if (const Json* selector = Find(*spec, "selector")) ValidateLabelSelector(*selector, "spec.selector", causes);
  }
};

}  // namespace

void AddLimitStrategies(StrategyMap& strategies) {
  strategies[{"", "resourcequotas"}] = std::make_unique<QuotaStrategy>();
  strategies[{"", "limitranges"}] = std::make_unique<LimitRangeStrategy>();
  strategies[{"policy", "poddisruptionbudgets"}] = std::make_unique<BudgetStrategy>();
}

}  // namespace croft::server
