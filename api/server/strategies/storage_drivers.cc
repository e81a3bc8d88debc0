#include <set>

#include "api/server/names.h"
#include "api/server/strategies/fields.h"
#include "api/server/strategies/topics.h"

// CSIDriver, CSINode and VolumeAttachment.
namespace croft::server {
namespace {

constexpr size_t kMaxDriverName = 63;

void ValidateDriverName(std::string_view name, const std::string& at, Causes& causes) {
  if (name.empty()) {
    if (!causes.Has(at)) causes.Required(at);
    return;
  }
  if (name.size() > kMaxDriverName) causes.TooLong(at, "may not be more than 63 bytes");
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  const std::string why = CheckDnsSubdomain(lower);
  if (!why.empty()) causes.Invalid(at, name, why);
}

class DriverStrategy final : public Strategy {
 public:
  void Validate(const Json& driver, Causes& causes) const override {
    ValidateDriverName(FindString(driver, {"metadata", "name"}), "metadata.name", causes);
    std::set<std::string_view> audiences;
    ForEachItem(Find(driver, {"spec", "tokenRequests"}), "spec.tokenRequests",
                [&](const Json& request, const std::string& at) {
                  const std::string_view audience = FindString(request, {"audience"});
                  if (!audiences.insert(audience).second) causes.Duplicate(at + ".audience", audience);
                });
    if (FindBool(driver, {"spec", "serviceAccountTokenInSecrets"}) && audiences.empty()) {
      causes.Invalid("spec.serviceAccountTokenInSecrets", *Find(driver, {"spec", "serviceAccountTokenInSecrets"}),
                     "must not be set when no tokens are requested");
    }
  }

  void ValidateUpdate(const Json& old, const Json& driver, Causes& causes) const override {
    for (const char* field : {"attachRequired", "volumeLifecycleModes"}) {
      CheckImmutable(Find(old, {"spec", field}), Find(driver, {"spec", field}), std::string("spec.") + field, causes);
    }
  }
};

class CsiNodeStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }

  void Validate(const Json& node, Causes& causes) const override {
    ForEachItem(Find(node, {"spec", "drivers"}), "spec.drivers", [&](const Json& driver, const std::string& at) {
      ValidateDriverName(FindString(driver, {"name"}), at + ".name", causes);
      std::set<std::string_view> keys;
      ForEachItem(Find(driver, "topologyKeys"), at + ".topologyKeys", [&](const Json& key, const std::string& place) {
        if (!key.IsString()) return;
        if (!keys.insert(AsView(key)).second) return causes.Duplicate(at + ".topologyKeys", AsView(key));
        const std::string why = CheckQualifiedName(AsView(key));
        if (!why.empty()) causes.Invalid(place, AsView(key), why);
      });
    });
  }

  // A driver may come and go, and take more or fewer volumes; it does not become another.
  void ValidateUpdate(const Json& old, const Json& node, Causes& causes) const override {
    ForEachItem(Find(old, {"spec", "drivers"}), "", [&](const Json& before, const std::string&) {
      ForEachItem(Find(node, {"spec", "drivers"}), "spec.drivers", [&](const Json& after, const std::string& at) {
        if (FindString(before, {"name"}) != FindString(after, {"name"})) return;
        for (const char* field : {"nodeID", "topologyKeys"}) {
          CheckImmutable(Find(before, field), Find(after, field), at + "." + field, causes);
        }
      });
    });
  }
};

class AttachmentStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }

  Status PrepareForCreate(Json& attachment, StrategyContext& context) const override {
    SetIfAbsent(Ensure(attachment, "status", context.allocator), "attached", Json(false), context.allocator);
    return Status::Ok();
  }

  void Validate(const Json& attachment, Causes& causes) const override {
    const Json* spec = Find(attachment, "spec");
    if (spec == nullptr || !spec->IsObject()) return;
    ValidateDriverName(FindString(*spec, {"attacher"}), "spec.attacher", causes);
    const bool named = !IsAbsent(Find(*spec, {"source", "persistentVolumeName"}));
    const bool written = !IsAbsent(Find(*spec, {"source", "inlineVolumeSpec"}));
    const bool has_source = !IsAbsent(Find(*spec, "source"));
    if (has_source && named == written) {
      causes.Required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    }
    const std::string_view volume = FindString(*spec, {"source", "persistentVolumeName"});
    if (named && !written && volume.empty()) {
      causes.Required("spec.source.persistentVolumeName", "must specify non empty persistentVolumeName");
    }
    const std::string_view node = FindString(*spec, {"nodeName"});
    const std::string why = node.empty() ? "" : CheckDnsSubdomain(node);
    if (!why.empty()) causes.Invalid("spec.nodeName", node, why);
  }

  void ValidateUpdate(const Json& old, const Json& attachment, Causes& causes) const override {
    CheckImmutable(Find(old, "spec"), Find(attachment, "spec"), "spec", causes);
  }
};

class CapacityStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }

  void Validate(const Json& object, Causes& causes) const override {
    const std::optional<int64_t> amount = MilliOf(Find(object, "capacity"));
    if (amount && *amount < 0) {
      causes.Invalid("capacity", TextOf(*Find(object, "capacity")), "must be greater than or equal to 0");
    }
    const std::string_view name = FindString(object, {"storageClassName"});
    const std::string why = name.empty() ? "" : CheckDnsSubdomain(name);
    if (!why.empty()) causes.Invalid("storageClassName", name, why);
  }

  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override {
    for (const char* field : {"nodeTopology", "storageClassName"}) {
      CheckImmutable(Find(old, field), Find(object, field), field, causes);
    }
  }
};

}  // namespace

void AddStorageStrategies(StrategyMap& strategies) {
  strategies[{"storage.k8s.io", "csidrivers"}] = std::make_unique<DriverStrategy>();
  strategies[{"storage.k8s.io", "csinodes"}] = std::make_unique<CsiNodeStrategy>();
  strategies[{"storage.k8s.io", "csistoragecapacities"}] = std::make_unique<CapacityStrategy>();
  strategies[{"storage.k8s.io", "volumeattachments"}] = std::make_unique<AttachmentStrategy>();
}

}  // namespace croft::server
