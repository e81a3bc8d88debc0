#include "api/server/strategies/crd_status.h"

#include <vector>

namespace croft::server {
namespace {

using Names = std::set<std::string, std::less<>>;

std::vector<std::string_view> TextsOf(const Json& names, std::string_view key) {
  std::vector<std::string_view> texts;
  const Json* list = Find(names, key);
  if (list == nullptr || !list->IsArray()) return texts;
  for (const Json& text : list->GetArray()) {
    if (text.IsString()) texts.push_back(AsView(text));
  }
  return texts;
}

void Use(Names& used, std::string_view name) {
  if (!name.empty()) used.emplace(name);
}

std::string InUse(std::string_view name) {
  return "\"" + std::string(name) + "\" is already in use";
}

// Judges one definition's names. The last complaint is the one that is told, as in Kubernetes.
class Judge {
 public:
  Judge(const Json& wanted, Json& accepted, const NamesInUse& used, JsonAllocator& allocator)
      : wanted_(wanted), accepted_(accepted), used_(used), allocator_(allocator) {}

  void Run() {
    One("plural", used_.resources, "PluralConflict");
    One("singular", used_.resources, "SingularConflict");
    ShortNames();
    One("kind", used_.kinds, "KindConflict");
    One("listKind", used_.kinds, "ListKindConflict");
    Take("categories");
  }
  bool accepted() const { return reason_.empty(); }
  const std::string& reason() const { return reason_; }
  const std::string& message() const { return message_; }

 private:
  void One(std::string_view key, const Names& used, const char* reason) {
    const std::string_view name = FindString(wanted_, {key});
    if (name != FindString(accepted_, {key}) && used.contains(name)) {
      reason_ = reason;
      message_ = InUse(name);
      // These two are always told.
      const bool told = key == "plural" || key == "kind";
      if (told && Find(accepted_, key) == nullptr) SetString(accepted_, key, "", allocator_);
    } else {
      Take(key);
    }
  }

  void ShortNames() {
    const std::vector<std::string_view> own = TextsOf(accepted_, "shortNames");
    std::vector<std::string_view> taken;
    for (const std::string_view name : TextsOf(wanted_, "shortNames")) {
      const bool is_own = std::find(own.begin(), own.end(), name) != own.end();
      if (!is_own && used_.resources.contains(name)) taken.push_back(name);
    }
    if (taken.empty()) return Take("shortNames");
    reason_ = "ShortNamesConflict";
    message_.clear();
    for (const std::string_view name : taken) message_ += (message_.empty() ? "" : ", ") + InUse(name);
    if (taken.size() > 1) message_ = "[" + message_ + "]";
  }

  void Take(std::string_view key) {
    const Json* value = Find(wanted_, key);
    if (value == nullptr) {
      Erase(accepted_, key);
    } else {
      Set(accepted_, key, Copy(*value, allocator_), allocator_);
    }
  }

  const Json& wanted_;
  Json& accepted_;
  const NamesInUse& used_;
  JsonAllocator& allocator_;
  std::string reason_;
  std::string message_;
};

const Json* FindCondition(const Json& crd, std::string_view type) {
  const Json* conditions = Find(crd, {"status", "conditions"});
  if (conditions == nullptr || !conditions->IsArray()) return nullptr;
  for (const Json& condition : conditions->GetArray()) {
    if (FindString(condition, {"type"}) == type) return &condition;
  }
  return nullptr;
}

}  // namespace

NamesInUse NamesOfGroup(const store::Store& store, const Catalog& catalog, std::string_view group,
                        std::string_view self) {
  NamesInUse used;
  for (const DefinitionPtr& definition : catalog.view()->definitions()) {
    if (!definition->builtin || definition->group != group) continue;
    // What a posted definition may stand in for does not stand in its way.
    if (definition->replaceable && definition->plural + "." + definition->group == self) continue;
    Use(used.resources, definition->plural);
    Use(used.resources, definition->singular);
    for (const std::string& name : definition->short_names) Use(used.resources, name);
    Use(used.kinds, definition->kind);
    Use(used.kinds, definition->list_kind);
  }
  for (const ObjectPtr& object : store.List({"apiextensions.k8s.io", "customresourcedefinitions"}, "").items) {
    if (object->name() == self) continue;
    const JsonDocument crd = object->ToJson();
    const Json* names = Find(crd, {"status", "acceptedNames"});
    if (names == nullptr || FindString(crd, {"spec", "group"}) != group) continue;
    for (const char* key : {"plural", "singular"}) Use(used.resources, FindString(*names, {key}));
    for (const std::string_view name : TextsOf(*names, "shortNames")) Use(used.resources, name);
    for (const char* key : {"kind", "listKind"}) Use(used.kinds, FindString(*names, {key}));
  }
  return used;
}

void JudgeNames(Json& crd, const NamesInUse& used, WallTime now, JsonAllocator& allocator) {
  const Json* found = Find(crd, {"spec", "names"});
  if (found == nullptr || !found->IsObject()) return;
  const Json wanted = Copy(*found, allocator);
  Json& accepted = Ensure(Ensure(crd, "status", allocator), "acceptedNames", allocator);
  Judge judge(wanted, accepted, used, allocator);
  judge.Run();
  if (judge.accepted()) {
    SetCrdCondition(crd, "NamesAccepted", true, "NoConflicts", "no conflicts found", now, allocator);
  } else {
    SetCrdCondition(crd, "NamesAccepted", false, judge.reason(), judge.message(), now, allocator);
  }
  if (CrdConditionIsTrue(crd, "Established")) return;
  if (judge.accepted()) {
    SetCrdCondition(crd, "Established", true, "InitialNamesAccepted", "the initial names have been accepted", now,
                    allocator);
  } else {
    SetCrdCondition(crd, "Established", false, "NotAccepted", "not all names are accepted", now, allocator);
  }
}

void AddStoredVersion(Json& crd, JsonAllocator& allocator) {
  std::string storage;
  if (const Json* versions = Find(crd, {"spec", "versions"}); versions != nullptr && versions->IsArray()) {
    for (const Json& version : versions->GetArray()) {
      if (FindBool(version, {"storage"})) storage = FindString(version, {"name"});
    }
  }
  if (storage.empty()) return;
  Json& status = Ensure(crd, "status", allocator);
  Json* stored = FindMutable(status, "storedVersions");
  if (stored == nullptr || !stored->IsArray()) {
    Set(status, "storedVersions", Json(rapidjson::kArrayType), allocator);
    stored = FindMutable(status, "storedVersions");
  }
  for (const Json& version : stored->GetArray()) {
    if (version.IsString() && AsView(version) == storage) return;
  }
  stored->PushBack(MakeString(storage, allocator), allocator);
}

void JudgeConversion(Json& crd, const schema::ResourceDefinition& definition, WallTime now, JsonAllocator& allocator) {
  constexpr const char* kType = "AllVersionsServed";
  const std::string unserved = definition.UnconvertibleVersions();
  if (!unserved.empty()) {
    return SetCrdCondition(
        crd, kType, false, "ConversionWebhookNotCalled",
        "conversion webhooks are not called: " + unserved + " is not served, use " + definition.StorageVersion().name,
        now, allocator);
  }
  if (FindCondition(crd, kType) == nullptr) return;
  SetCrdCondition(crd, kType, true, "NoConversionWebhook", "no version needs a conversion webhook", now, allocator);
}

bool CrdConditionIsTrue(const Json& crd, std::string_view type) {
  const Json* condition = FindCondition(crd, type);
  return condition != nullptr && FindString(*condition, {"status"}) == "True";
}

void SetCrdCondition(Json& crd, std::string_view type, bool holds, std::string_view reason, std::string_view message,
                     WallTime now, JsonAllocator& allocator) {
  Json& status = Ensure(crd, "status", allocator);
  Json* conditions = FindMutable(status, "conditions");
  if (conditions == nullptr || !conditions->IsArray()) {
    Set(status, "conditions", Json(rapidjson::kArrayType), allocator);
    conditions = FindMutable(status, "conditions");
  }
  Json* condition = nullptr;
  for (Json& each : conditions->GetArray()) {
    if (FindString(each, {"type"}) == type) condition = &each;
  }
  if (condition == nullptr) {
    conditions->PushBack(Json(rapidjson::kObjectType), allocator);
    condition = &(*conditions)[conditions->Size() - 1];
  }
  const std::string_view value = holds ? "True" : "False";
  if (FindString(*condition, {"status"}) != value)
    SetString(*condition, "lastTransitionTime", FormatTime(now), allocator);
  SetString(*condition, "message", message, allocator);
  SetString(*condition, "reason", reason, allocator);
  SetString(*condition, "status", value, allocator);
  SetString(*condition, "type", type, allocator);
}

}  // namespace croft::server
