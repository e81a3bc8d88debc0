#include "api/server/strategies/limit_range_admission.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "api/server/strategies/fields.h"
#include "api/server/strategies/pod_classes.h"

namespace croft::server {
namespace {

constexpr const char* kNote = "kubernetes.io/limit-ranger";
constexpr std::string_view kClaim = "PersistentVolumeClaim";

// Amounts in thousandths by resource: what a container, a pod or a claim asks for.
using Amounts = std::map<std::string, int64_t, std::less<>>;

struct Asked {
  Amounts requests, limits;
};

Amounts AmountsOf(const Json* map) {
  Amounts amounts;
  ForEachMember(map, "", [&](std::string_view name, const Json& value, const std::string&) {
    if (const std::optional<int64_t> amount = MilliOf(&value)) amounts[std::string(name)] = *amount;
  });
  return amounts;
}

Asked AskedBy(const Json& holder) {
  return {AmountsOf(Find(holder, {"resources", "requests"})), AmountsOf(Find(holder, {"resources", "limits"}))};
}

void Add(Amounts& sum, const Amounts& more) {
  for (const auto& [name, amount] : more) sum[name] += amount;
}
void Raise(Amounts& most, const Amounts& other) {
  for (const auto& [name, amount] : other) most[name] = std::max(most[name], amount);
}

// Init containers run one after the other, before all others; those that restart always stay beside what comes after.
Asked AskedByPod(const Json& spec) {
  Asked running, starting, beside;
  ForEachItem(Find(spec, "initContainers"), "", [&](const Json& container, const std::string&) {
    Asked own = AskedBy(container);
    if (FindString(container, {"restartPolicy"}) == "Always") {
      Add(beside.requests, own.requests);
      Add(beside.limits, own.limits);
      own = {};
    }
    Add(own.requests, beside.requests);
    Add(own.limits, beside.limits);
    Raise(starting.requests, own.requests);
    Raise(starting.limits, own.limits);
  });
  ForEachItem(Find(spec, "containers"), "", [&](const Json& container, const std::string&) {
    const Asked own = AskedBy(container);
    Add(running.requests, own.requests);
    Add(running.limits, own.limits);
  });
  Add(running.requests, beside.requests);
  Add(running.limits, beside.limits);
  Raise(running.requests, starting.requests);
  Raise(running.limits, starting.limits);
  return running;
}

// "1500m", "2", "128Mi"
std::string Shown(int64_t milli) {
  if (milli % 1000 != 0) return std::to_string(milli) + "m";
  int64_t whole = milli / 1000;
  size_t unit = 0;
  static constexpr const char* kUnits[] = {"", "Ki", "Mi", "Gi", "Ti"};
  while (whole >= 1024 && whole % 1024 == 0 && unit + 1 < std::size(kUnits)) {
    whole /= 1024;
    ++unit;
  }
  return std::to_string(whole) + kUnits[unit];
}

// Compares what is asked for with one limit of a range, in Kubernetes' words.
class Judge {
 public:
  Judge(std::string_view type, const Json& limit, std::vector<std::string>& reasons)
      : type_(type), limit_(limit), reasons_(reasons) {}

  void Run(const Asked& asked) const {
    Each("min", asked, [&](const Bound& bound) { CheckMin(bound); });
    Each("max", asked, [&](const Bound& bound) { CheckMax(bound); });
    Each("maxLimitRequestRatio", asked, [&](const Bound& bound) { CheckRatio(bound); });
  }

 private:
  struct Bound {
    std::string name;
    int64_t amount;
    std::string shown;
    const int64_t* request;  // what is asked for; null where nothing is
    const int64_t* limit;
  };

  template <class Check>
  void Each(const char* bound, const Asked& asked, const Check& check) const {
    ForEachMember(Find(limit_, bound), "", [&](std::string_view name, const Json& value, const std::string&) {
      const std::optional<int64_t> amount = MilliOf(&value);
      if (!amount) return;
      check({std::string(name), *amount, TextOf(value), At(asked.requests, name), At(asked.limits, name)});
    });
  }
  static const int64_t* At(const Amounts& amounts, std::string_view name) {
    const auto found = amounts.find(name);
    return found == amounts.end() ? nullptr : &found->second;
  }

  void CheckMin(const Bound& bound) const {
    const std::string rule = "minimum " + bound.name + " usage per " + std::string(type_) + " is " + bound.shown;
    if (bound.request == nullptr) return reasons_.push_back(rule + ".  No request is specified");
    if (*bound.request < bound.amount) return reasons_.push_back(rule + ", but request is " + Shown(*bound.request));
    if (bound.limit != nullptr && *bound.limit < bound.amount) {
      reasons_.push_back(rule + ", but limit is " + Shown(*bound.limit));
    }
  }

  void CheckMax(const Bound& bound) const {
    const std::string rule = "maximum " + bound.name + " usage per " + std::string(type_) + " is " + bound.shown;
    // Of a claim only the request counts: it has no limit.
    const bool claim = type_ == kClaim;
    if (!claim && bound.limit == nullptr) return reasons_.push_back(rule + ".  No limit is specified");
    if (!claim && *bound.limit > bound.amount) {
      return reasons_.push_back(rule + ", but limit is " + Shown(*bound.limit));
    }
    if (bound.request != nullptr && *bound.request > bound.amount) {
      reasons_.push_back(rule + ", but request is " + Shown(*bound.request));
    }
  }

  void CheckRatio(const Bound& bound) const {
    const std::string rule =
        bound.name + " max limit to request ratio per " + std::string(type_) + " is " + bound.shown + ", but ";
    if (bound.request == nullptr || *bound.request == 0) {
      return reasons_.push_back(rule + "no request is specified or request is 0");
    }
    if (bound.limit == nullptr || *bound.limit == 0) {
      return reasons_.push_back(rule + "no limit is specified or limit is 0");
    }
    const double ratio = static_cast<double>(*bound.limit) / static_cast<double>(*bound.request);
    if (ratio * 1000 <= static_cast<double>(bound.amount)) return;
    char text[32];
    std::snprintf(text, sizeof text, "%f", ratio);
    reasons_.push_back(rule + "provided ratio is " + text);
  }

  const std::string_view type_;
  const Json& limit_;
  std::vector<std::string>& reasons_;
};

template <class Each>
void ForEachLimit(const StrategyContext& context, std::string_view ns, const Each& each) {
  for (const ObjectPtr& object : context.store.List({"", "limitranges"}, std::string(ns)).items) {
    const JsonDocument range = object->ToJson();
    ForEachItem(Find(range, {"spec", "limits"}), "",
                [&](const Json& limit, const std::string&) { each(FindString(limit, {"type"}), limit); });
  }
}

// Defaults for what a container does not say; the names of those that it took, separated by commas.
std::string Take(const Json& defaults, const char* what, Json& container, JsonAllocator& allocator) {
  std::string taken;
  ForEachMember(&defaults, "", [&](std::string_view name, const Json& value, const std::string&) {
    Json& own = Ensure(Ensure(container, "resources", allocator), what, allocator);
    if (!IsAbsent(Find(own, name))) return;
    Set(own, name, Copy(value, allocator), allocator);
    taken += (taken.empty() ? "" : ", ") + std::string(name);
  });
  return taken;
}

// Adds to `note` what a container of this description was given.
void TakeDefaults(const Json& limit, const char* description, Json& container, std::string& note,
                  JsonAllocator& allocator) {
  const auto take = [&](const char* from, const char* to, const char* said) {
    const Json* defaults = Find(limit, from);
    if (defaults == nullptr || !defaults->IsObject()) return;
    const std::string taken = Take(*defaults, to, container, allocator);
    if (taken.empty()) return;
    note += (note.empty() ? "LimitRanger plugin set: " : "; ") + taken + " " + said + " for " + description + " " +
            std::string(FindString(container, {"name"}));
  };
  take("defaultRequest", "requests", "request");
  take("default", "limits", "limit");
}

}  // namespace

void ApplyLimitRangeDefaults(Json& pod, StrategyContext& context) {
  Json* spec = FindMutable(pod, "spec");
  if (spec == nullptr || !spec->IsObject()) return;
  auto& allocator = context.allocator;
  std::string note;
  ForEachLimit(context, FindString(pod, {"metadata", "namespace"}), [&](std::string_view type, const Json& limit) {
    if (type != "Container") return;
    for (const auto& [list, description] :
         {std::pair("containers", "container"), std::pair("initContainers", "init container")}) {
      Json* containers = FindMutable(*spec, list);
      if (containers == nullptr || !containers->IsArray()) continue;
      for (Json& container : containers->GetArray()) {
        if (container.IsObject()) TakeDefaults(limit, description, container, note, allocator);
      }
    }
  });
  if (note.empty()) return;
  SetString(Ensure(Ensure(pod, "metadata", allocator), "annotations", allocator), kNote, note, allocator);
}

Status CheckLimitRanges(const Json& object, std::string_view resource, const StrategyContext& context) {
  std::vector<std::string> reasons;
  ForEachLimit(context, FindString(object, {"metadata", "namespace"}), [&](std::string_view type, const Json& limit) {
    const Judge judge(type, limit, reasons);
    if (resource == "persistentvolumeclaims") {
      if (type == kClaim) judge.Run(AskedBy(*Find(object, "spec")));
    } else if (type == "Container") {
      for (const char* list : {"containers", "initContainers"}) {
        ForEachItem(Find(object, {"spec", list}), "",
                    [&](const Json& container, const std::string&) { judge.Run(AskedBy(container)); });
      }
    } else if (type == "Pod") {
      judge.Run(AskedByPod(*Find(object, "spec")));
    }
  });
  if (reasons.empty()) return Status::Ok();
  std::string why;
  for (const std::string& reason : reasons) why += (why.empty() ? "" : ", ") + reason;
  if (reasons.size() > 1) why = "[" + why + "]";
  return ForbiddenObject("", resource, FindString(object, {"metadata", "name"}), why);
}

}  // namespace croft::server
