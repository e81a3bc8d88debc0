#include <set>

#include "api/server/names.h"
#include "api/server/strategies/fields.h"
#include "api/server/strategies/pod_classes.h"
#include "api/server/strategies/topics.h"

// PriorityClass, RuntimeClass and StorageClass: names that others refer to.
namespace croft::server {
namespace {

constexpr int64_t kMostOfUsers = 1'000'000'000;
constexpr size_t kMaxParameters = 512;
constexpr size_t kMaxParameterBytes = 256 * 1024;

class PriorityClassStrategy final : public Strategy {
 public:
  Status PrepareForCreate(Json& object, StrategyContext& context) const override {
    return CheckDefault(object, context);
  }
  Status PrepareForUpdate(const Json&, Json& object, StrategyContext& context) const override {
    return CheckDefault(object, context);
  }

  void Validate(const Json& object, Causes& causes) const override {
    const std::string_view name = FindString(object, {"metadata", "name"});
    const int64_t value = FindInt(object, {"value"});
    if (name.starts_with("system-")) {
      if (!IsKnownSystemClass(name, value, FindBool(object, {"globalDefault"}))) {
        causes.Forbidden("metadata.name",
                         "priority class names with 'system-' prefix are reserved for system use only");
      }
    } else if (value > kMostOfUsers) {
      causes.Forbidden("value", "maximum allowed value of a user defined priority is 1000000000");
    }
  }

  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override {
    if (FindInt(old, {"value"}) != FindInt(object, {"value"})) {
      causes.Forbidden("value", "may not be changed in an update.");
    }
    CheckImmutable(Find(old, "preemptionPolicy"), Find(object, "preemptionPolicy"), "preemptionPolicy", causes);
  }

 private:
  static bool IsKnownSystemClass(std::string_view name, int64_t value, bool global) {
    if (global) return false;
    return (name == "system-cluster-critical" && value == 2'000'000'000) ||
           (name == "system-node-critical" && value == 2'000'001'000);
  }

  // At most one class may be everybody's.
  static Status CheckDefault(const Json& object, const StrategyContext& context) {
    if (!FindBool(object, {"globalDefault"})) return Status::Ok();
    const std::string_view name = FindString(object, {"metadata", "name"});
    const std::optional<PriorityClass> present = DefaultPriorityClass(context.store);
    if (!present || present->name == name) return Status::Ok();
    return ForbiddenObject(
        "scheduling.k8s.io", "priorityclasses", name,
        "PriorityClass " + present->name + " is already marked as default. Only one default can exist");
  }
};

class RuntimeClassStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }

  void Validate(const Json& object, Causes& causes) const override {
    const Json* handler = Find(object, "handler");
    if (handler != nullptr && handler->IsString()) {
      const std::string why = CheckDnsLabel(AsView(*handler));
      if (!why.empty()) causes.Invalid("handler", AsView(*handler), why);
    }
    ForEachMember(Find(object, {"overhead", "podFixed"}), "overhead.podFixed",
                  [&](std::string_view name, const Json& value, const std::string& at) {
                    const std::string why = CheckQualifiedName(name);
                    if (!why.empty()) causes.Invalid(at, name, why);
                    if (const auto amount = MilliOf(&value); amount && *amount < 0) {
                      causes.Invalid(at, value, "must be greater than or equal to 0");
                    }
                  });
    ForEachMember(Find(object, {"scheduling", "nodeSelector"}), "scheduling.nodeSelector",
                  [&](std::string_view name, const Json& value, const std::string&) {
                    std::string why = CheckQualifiedName(name);
                    if (!why.empty()) causes.Invalid("scheduling.nodeSelector", name, why);
                    if (!value.IsString()) return;
                    why = CheckLabelValue(AsView(value));
                    if (!why.empty()) causes.Invalid("scheduling.nodeSelector", AsView(value), why);
                  });
  }

  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override {
    CheckImmutable(Find(old, "handler"), Find(object, "handler"), "handler", causes);
  }
};

class StorageClassStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }

  void Validate(const Json& object, Causes& causes) const override {
    std::string provisioner(FindString(object, {"provisioner"}));
    for (char& c : provisioner) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    const std::string why = provisioner.empty() ? "" : CheckQualifiedName(provisioner);
    if (!why.empty()) causes.Invalid("provisioner", FindString(object, {"provisioner"}), why);
    ValidateParameters(Find(object, "parameters"), causes);
    ForEachItem(Find(object, "allowedTopologies"), "allowedTopologies",
                [&](const Json& term, const std::string& at) { ValidateTopology(term, at, causes); });
  }

  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override {
    for (const char* field : {"parameters", "provisioner", "reclaimPolicy"}) {
      if (SameField(Find(old, field), Find(object, field))) continue;
      causes.Forbidden(field, std::string("updates to ") + field + " are forbidden.");
    }
    CheckImmutable(Find(old, "volumeBindingMode"), Find(object, "volumeBindingMode"), "volumeBindingMode", causes);
  }

 private:
  static void ValidateParameters(const Json* parameters, Causes& causes) {
    if (parameters == nullptr || !parameters->IsObject()) return;
    if (parameters->MemberCount() > kMaxParameters) {
      return causes.TooLong("parameters", "may not have more than 512 parameters");
    }
    size_t bytes = 0;
    ForEachMember(parameters, "", [&](std::string_view key, const Json& value, const std::string&) {
      if (key.empty()) causes.Invalid("parameters", key, "field can not be empty.");
      bytes += key.size() + (value.IsString() ? value.GetStringLength() : 0);
    });
    if (bytes > kMaxParameterBytes) causes.TooLong("parameters", "may not be more than 262144 bytes");
  }

  static void ValidateTopology(const Json& term, const std::string& at, Causes& causes) {
    std::set<std::string_view> keys;
    ForEachItem(Find(term, "matchLabelExpressions"), at + ".matchLabelExpressions",
                [&](const Json& expression, const std::string& place) {
                  const std::string_view key = FindString(expression, {"key"});
                  const std::string why = CheckQualifiedName(key);
                  if (!why.empty()) causes.Invalid(place + ".key", key, why);
                  if (!keys.insert(key).second) causes.Duplicate(place + ".key", key);
                  const Json* values = Find(expression, "values");
                  if (IsEmptyList(values) && !causes.Has(place + ".values")) causes.Required(place + ".values");
                  std::set<std::string_view> seen;
                  ForEachItem(values, place + ".values", [&](const Json& value, const std::string& where) {
                    if (value.IsString() && !seen.insert(AsView(value)).second) causes.Duplicate(where, AsView(value));
                  });
                });
  }
};

}  // namespace

void AddClassStrategies(StrategyMap& strategies) {
  strategies[{"node.k8s.io", "runtimeclasses"}] = std::make_unique<RuntimeClassStrategy>();
  strategies[{"scheduling.k8s.io", "priorityclasses"}] = std::make_unique<PriorityClassStrategy>();
  strategies[{"storage.k8s.io", "storageclasses"}] = std::make_unique<StorageClassStrategy>();
}

}  // namespace croft::server
