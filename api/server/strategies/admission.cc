#include <algorithm>

#include "api/server/strategies/policy.h"

// Webhook configurations, admission policies and APIServices: kept, but Croft calls none of them.
namespace croft::server {
namespace {

const Json* ItemsOf(const Json& object, std::initializer_list<std::string_view> path) {
  const Json* list = Find(object, path);
  return list != nullptr && list->IsArray() && !list->Empty() ? list : nullptr;
}

bool Contains(const Json& list, std::string_view text) {
  return std::any_of(list.Begin(), list.End(),
                     [&](const Json& item) { return item.IsString() && AsView(item) == text; });
}

void ValidateRule(const Json& rule, const std::string& at, Causes& causes) {
  for (const char* field : {"operations", "apiGroups", "apiVersions", "resources"}) {
    const Json* list = ItemsOf(rule, {field});
    const std::string path = at + "." + field;
    if (list == nullptr) {
      causes.Required(path);
    } else if (list->Size() > 1 && Contains(*list, "*") && std::string_view(field) != "resources") {
      causes.Invalid(path, *list, std::string("if '*' is present, must not specify other ") + field);
    }
  }
}

void ValidateRules(const Json& holder, std::string_view key, const std::string& at, Causes& causes) {
  const Json* rules = ItemsOf(holder, {key});
  if (rules == nullptr) return;
  for (size_t i = 0; i < rules->Size(); ++i) {
    const Json& rule = (*rules)[static_cast<rapidjson::SizeType>(i)];
    if (rule.IsObject()) ValidateRule(rule, Indexed(at + "." + std::string(key), i), causes);
  }
}

class WebhookStrategy final : public Strategy {
 public:
  void Validate(const Json& configuration, Causes& causes) const override {
    const Json* hooks = ItemsOf(configuration, {"webhooks"});
    if (hooks == nullptr) return;
    for (size_t i = 0; i < hooks->Size(); ++i) {
      const Json& hook = (*hooks)[static_cast<rapidjson::SizeType>(i)];
      if (hook.IsObject()) ValidateHook(hook, Indexed("webhooks", i), causes);
    }
  }

 private:
  static void ValidateHook(const Json& hook, const std::string& at, Causes& causes) {
    const std::string_view name = FindString(hook, {"name"});
    const std::string why = CheckDnsSubdomain(name);
    if (!name.empty() && !why.empty()) {
      causes.Invalid(at + ".name", name, why);
    } else if (!name.empty() && std::count(name.begin(), name.end(), '.') < 2) {
      causes.Invalid(at + ".name", name, "should be a domain with at least three segments separated by dots");
    }
    const Json* versions = ItemsOf(hook, {"admissionReviewVersions"});
    if (versions != nullptr && !Contains(*versions, "v1") && !Contains(*versions, "v1beta1")) {
      causes.Invalid(at + ".admissionReviewVersions", *versions, "must include at least one of v1, v1beta1");
    }
    if (const Json* config = Find(hook, "clientConfig"); config != nullptr && config->IsObject()) {
      ValidateClient(*config, at + ".clientConfig", causes);
    }
    ValidateRules(hook, "rules", at, causes);
  }

  static void ValidateClient(const Json& config, const std::string& at, Causes& causes) {
    const std::string_view url = FindString(config, {"url"});
    const Json* service = Find(config, "service");
    const bool by_service = service != nullptr && service->IsObject();
    if (url.empty() != by_service) return causes.Required(at, "exactly one of url or service is required");
    if (!url.empty() && !url.starts_with("https://")) {
      causes.Invalid(at + ".url", url, "'https' is the only allowed URL scheme");
    }
  }
};

class PolicyStrategy final : public Strategy {
 public:
  void Validate(const Json& policy, Causes& causes) const override {
    const Json* spec = Find(policy, "spec");
    if (spec == nullptr || !spec->IsObject()) return;
    if (ItemsOf(*spec, {"validations"}) == nullptr && ItemsOf(*spec, {"auditAnnotations"}) == nullptr) {
      causes.Required("spec.validations", "validations or auditAnnotations must contain at least one item");
    }
    const Json* match = Find(*spec, "matchConstraints");
    if (match == nullptr || !match->IsObject()) return causes.Required("spec.matchConstraints");
    if (ItemsOf(*match, {"resourceRules"}) == nullptr) causes.Required("spec.matchConstraints.resourceRules");
    ValidateRules(*match, "resourceRules", "spec.matchConstraints", causes);
    ValidateRules(*match, "excludeResourceRules", "spec.matchConstraints", causes);
  }
};

class PolicyBindingStrategy final : public Strategy {
 public:
  void Validate(const Json& binding, Causes& causes) const override {
    if (const Json* match = Find(binding, {"spec", "matchResources"}); match != nullptr && match->IsObject()) {
      ValidateRules(*match, "resourceRules", "spec.matchResources", causes);
      ValidateRules(*match, "excludeResourceRules", "spec.matchResources", causes);
    }
    const Json* param = Find(binding, {"spec", "paramRef"});
    if (param == nullptr || !param->IsObject()) return;
    const bool named = !FindString(*param, {"name"}).empty();
    const Json* selector = Find(*param, "selector");
    const bool selected = selector != nullptr && selector->IsObject();
    if (named && selected) causes.Forbidden("spec.paramRef.name", "name and selector are mutually exclusive");
    if (!named && !selected) causes.Required("spec.paramRef", "one of name or selector must be specified");
    if (FindString(*param, {"parameterNotFoundAction"}).empty()) {
      causes.Required("spec.paramRef.parameterNotFoundAction");
    }
  }
};

class ApiServiceStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }

  Status PrepareForCreate(Json& service, StrategyContext& context) const override {
    FillStatus(service, context);
    return Status::Ok();
  }
  Status PrepareForUpdate(const Json& old, Json& service, StrategyContext& context) const override {
    if (IsLocal(old) != IsLocal(service)) FillStatus(service, context);
    return Status::Ok();
  }

  void Validate(const Json& service, Causes& causes) const override {
    const Json* spec = Find(service, "spec");
    if (spec == nullptr || !spec->IsObject()) return;
    const std::string group(FindString(*spec, {"group"}));
    const std::string version(FindString(*spec, {"version"}));
    const std::string_view name = FindString(service, {"metadata", "name"});
    if (name != version + "." + group) {
      causes.Invalid("metadata.name", name,
                     "must be `spec.version+\".\"+spec.group`: \"" + version + "." + group + "\"");
    }
    if (version.empty()) causes.Required("spec.version");
    if (IsLocal(service)) return;
    if (group.empty()) causes.Required("spec.group", "only v1 may have an empty group and it better be legacy kube");
    for (const char* field : {"namespace", "name"}) {
      if (FindString(*spec, {"service", field}).empty()) causes.Required(std::string("spec.service.") + field);
    }
    if (FindBool(*spec, {"insecureSkipTLSVerify"}) && !FindString(*spec, {"caBundle"}).empty()) {
      causes.Invalid("spec.insecureSkipTLSVerify", Json(true), "may not be true if caBundle is present");
    }
  }

 private:
  static bool IsLocal(const Json& service) {
    const Json* behind = Find(service, {"spec", "service"});
    return behind == nullptr || !behind->IsObject();
  }

  static void FillStatus(Json& service, StrategyContext& context) {
    auto& allocator = context.allocator;
    const bool local = IsLocal(service);
    if (!local)
      context.warnings.emplace_back("spec.service: kept, but requests for this group are not passed on to it");
    Json condition(rapidjson::kObjectType);
    SetString(condition, "type", "Available", allocator);
    SetString(condition, "status", local ? "True" : "False", allocator);
    SetString(condition, "lastTransitionTime", FormatTime(context.now), allocator);
    SetString(condition, "reason", local ? "Local" : "NotPassedOn", allocator);
    SetString(condition, "message",
              local ? "Local APIServices are always available" : "the server passes no requests on to other servers",
              allocator);
    Json conditions(rapidjson::kArrayType);
    conditions.PushBack(std::move(condition), allocator);
    Set(Ensure(service, "status", allocator), "conditions", std::move(conditions), allocator);
  }
};

}  // namespace

void AddAdmissionStrategies(StrategyMap& strategies) {
  const char* group = "admissionregistration.k8s.io";
  strategies[{group, "mutatingwebhookconfigurations"}] = std::make_unique<WebhookStrategy>();
  strategies[{group, "validatingwebhookconfigurations"}] = std::make_unique<WebhookStrategy>();
  strategies[{group, "validatingadmissionpolicies"}] = std::make_unique<PolicyStrategy>();
  strategies[{group, "validatingadmissionpolicybindings"}] = std::make_unique<PolicyBindingStrategy>();
  strategies[{"apiregistration.k8s.io", "apiservices"}] = std::make_unique<ApiServiceStrategy>();
}

}  // namespace croft::server
