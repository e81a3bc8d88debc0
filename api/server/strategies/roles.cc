#include "api/server/strategies/policy.h"

// Role, ClusterRole and their bindings.
namespace croft::server {
namespace {

constexpr const char* kGroup = "rbac.authorization.k8s.io";

bool HasItems(const Json& object, std::string_view key) {
  const Json* list = Find(object, key);
  return list != nullptr && list->IsArray() && !list->Empty();
}

// Calls see(item, "path[i]") for each object of a list.
template <class See>
void ForEachItem(const Json& object, std::string_view key, See see) {
  const Json* list = Find(object, key);
  if (list == nullptr || !list->IsArray()) return;
  for (size_t i = 0; i < list->Size(); ++i) {
    const Json& item = (*list)[static_cast<rapidjson::SizeType>(i)];
    if (item.IsObject()) see(item, Indexed(key, i));
  }
}

class RoleStrategy final : public Strategy {
 public:
  explicit RoleStrategy(bool cluster) : cluster_(cluster) {}
  bool has_generation() const override { return false; }

  void Validate(const Json& role, Causes& causes) const override {
    ForEachItem(role, "rules", [&](const Json& rule, const std::string& at) { ValidateRule(rule, at, causes); });
    const Json* sum = Find(role, "aggregationRule");
    if (sum == nullptr || !sum->IsObject()) return;
    if (!HasItems(*sum, "clusterRoleSelectors")) {
      causes.Required("aggregationRule.clusterRoleSelectors",
                      "at least one clusterRoleSelector required if aggregationRule is non-nil");
    }
    ForEachItem(*sum, "clusterRoleSelectors", [&](const Json& selector, const std::string& at) {
      if (HasItems(selector, "matchExpressions")) return;
      const Json* labels = Find(selector, "matchLabels");
      if (labels != nullptr && labels->IsObject() && !labels->ObjectEmpty()) return;
      causes.Invalid("aggregationRule." + at, selector, "empty selector is invalid for clusterrole selection");
    });
  }

 private:
  void ValidateRule(const Json& rule, const std::string& at, Causes& causes) const {
    if (!HasItems(rule, "verbs")) {
      causes.Drop(at + ".verbs");  // this says better what is wrong
      causes.Required(at + ".verbs", "verbs must contain at least one value");
    }
    if (HasItems(rule, "nonResourceURLs")) {
      const Json& paths = *Find(rule, "nonResourceURLs");
      if (!cluster_) {
        causes.Invalid(at + ".nonResourceURLs", paths, "namespaced rules cannot apply to non-resource URLs");
      }
      if (HasItems(rule, "apiGroups") || HasItems(rule, "resources") || HasItems(rule, "resourceNames")) {
        causes.Invalid(at + ".nonResourceURLs", paths,
                       "rules cannot apply to both regular resources and non-resource URLs");
      }
      return;
    }
    if (!HasItems(rule, "apiGroups")) {
      causes.Required(at + ".apiGroups", "resource rules must supply at least one api group");
    }
    if (!HasItems(rule, "resources")) {
      causes.Required(at + ".resources", "resource rules must supply at least one resource");
    }
  }

  const bool cluster_;
};

class RoleBindingStrategy final : public Strategy {
 public:
  explicit RoleBindingStrategy(bool cluster) : cluster_(cluster) {}
  bool has_generation() const override { return false; }

  Status PrepareForCreate(Json& binding, StrategyContext& context) const override {
    DefaultSubjects(binding, context.allocator);
    return Status::Ok();
  }
  Status PrepareForUpdate(const Json&, Json& binding, StrategyContext& context) const override {
    DefaultSubjects(binding, context.allocator);
    return Status::Ok();
  }

  void Validate(const Json& binding, Causes& causes) const override {
    if (const Json* role = Find(binding, "roleRef"); role != nullptr && role->IsObject()) ValidateRole(*role, causes);
    ForEachItem(binding, "subjects",
                [&](const Json& subject, const std::string& at) { ValidateSubject(subject, at, causes); });
  }

  void ValidateUpdate(const Json& old, const Json& binding, Causes& causes) const override {
    const Json* before = Find(old, "roleRef");
    const Json* after = Find(binding, "roleRef");
    if (before == nullptr || after == nullptr || Equal(*before, *after)) return;
    causes.Invalid("roleRef", *after, "cannot change roleRef");
  }

 private:
  static void DefaultSubjects(Json& binding, JsonAllocator& allocator) {
    Json* subjects = FindMutable(binding, "subjects");
    if (subjects == nullptr || !subjects->IsArray()) return;
    for (Json& subject : subjects->GetArray()) {
      const std::string_view kind = FindString(subject, {"kind"});
      const bool person = kind == "User" || kind == "Group";
      if (person && FindString(subject, {"apiGroup"}).empty()) SetString(subject, "apiGroup", kGroup, allocator);
    }
  }

  void ValidateRole(const Json& role, Causes& causes) const {
    const std::string_view group = FindString(role, {"apiGroup"});
    if (group != kGroup) causes.NotSupported("roleRef.apiGroup", group, {kGroup});
    const std::string_view kind = FindString(role, {"kind"});
    if (cluster_ && kind != "ClusterRole") {
      causes.NotSupported("roleRef.kind", kind, {"ClusterRole"});
    } else if (kind != "Role" && kind != "ClusterRole") {
      causes.NotSupported("roleRef.kind", kind, {"Role", "ClusterRole"});
    }
    const std::string_view name = FindString(role, {"name"});
    const std::string why = CheckName(NameFormat::kPathSegment, name);
    if (!name.empty() && !why.empty()) causes.Invalid("roleRef.name", name, why);
  }

  void ValidateSubject(const Json& subject, const std::string& at, Causes& causes) const {
    const std::string_view kind = FindString(subject, {"kind"});
    const std::string_view name = FindString(subject, {"name"});
    const std::string_view group = FindString(subject, {"apiGroup"});
    if (kind == "User" || kind == "Group") {
      if (group != kGroup) causes.NotSupported(at + ".apiGroup", group, {kGroup});
    } else if (kind == "ServiceAccount") {
      const std::string why = CheckDnsSubdomain(name);
      if (!name.empty() && !why.empty()) causes.Invalid(at + ".name", name, why);
      if (!group.empty()) causes.NotSupported(at + ".apiGroup", group, {""});
      if (cluster_ && FindString(subject, {"namespace"}).empty()) causes.Required(at + ".namespace");
    } else {
      causes.NotSupported(at + ".kind", kind, {"ServiceAccount", "User", "Group"});
    }
  }

  const bool cluster_;
};

}  // namespace

void AddRoleStrategies(StrategyMap& strategies) {
  strategies[{kGroup, "roles"}] = std::make_unique<RoleStrategy>(false);
  strategies[{kGroup, "clusterroles"}] = std::make_unique<RoleStrategy>(true);
  strategies[{kGroup, "rolebindings"}] = std::make_unique<RoleBindingStrategy>(false);
  strategies[{kGroup, "clusterrolebindings"}] = std::make_unique<RoleBindingStrategy>(true);
}

}  // namespace croft::server
