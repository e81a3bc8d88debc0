#include "api/server/metadata.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

#include "api/base/wire_time.h"

namespace croft::server {
namespace {

constexpr size_t kMaxAnnotationsBytes = 256 * 1024;

using Texts = std::span<const std::string_view>;
constexpr std::string_view kStandardFinalizers[] = {"foregroundDeletion", "kubernetes", "orphan"};
// Kinds whose finalizers Kubernetes does not look at, and kinds that are posted on other clusters.
constexpr std::string_view kPlainGroups[] = {"apiextensions.k8s.io", "apiregistration.k8s.io"};
constexpr std::string_view kPostedElsewhere[] = {"cert-manager.io", "croft.lab"};

bool IsOneOf(std::string_view text, Texts texts) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

void ValidateName(const Json& metadata, NameFormat format, Causes& causes) {
  const std::string_view name = FindString(metadata, {"name"});
  const std::string_view prefix = FindString(metadata, {"generateName"});
  if (!prefix.empty()) {
    const std::string why = CheckName(format, prefix, true);
    if (!why.empty()) causes.Invalid("metadata.generateName", prefix, why);
  }
  if (name.empty()) {
    causes.Required("metadata.name", "name or generateName is required");
    return;
  }
  const std::string why = CheckName(format, name);
  if (!why.empty()) causes.Invalid("metadata.name", name, why);
}

void ValidateLabels(const Json& metadata, Causes& causes) {
  const Json* labels = Find(metadata, "labels");
  if (labels == nullptr || !labels->IsObject()) return;
  for (const auto& label : labels->GetObject()) {
    const std::string why = CheckQualifiedName(AsView(label.name));
    if (!why.empty()) causes.Invalid("metadata.labels", AsView(label.name), why);
    if (!label.value.IsString()) continue;
    const std::string value_why = CheckLabelValue(AsView(label.value));
    if (!value_why.empty()) causes.Invalid("metadata.labels", AsView(label.value), value_why);
  }
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return lower;
}

void ValidateAnnotations(const Json& metadata, Causes& causes) {
  const Json* annotations = Find(metadata, "annotations");
  if (annotations == nullptr || !annotations->IsObject()) return;
  size_t bytes = 0;
  for (const auto& annotation : annotations->GetObject()) {
    const std::string why = CheckQualifiedName(Lower(AsView(annotation.name)));
    if (!why.empty()) causes.Invalid("metadata.annotations", AsView(annotation.name), why);
    bytes += annotation.name.GetStringLength() + (annotation.value.IsString() ? annotation.value.GetStringLength() : 0);
  }
  if (bytes > kMaxAnnotationsBytes) causes.TooLong("metadata.annotations", "may not be more than 262144 bytes");
}

// Fields are named without an index, as Kubernetes names them.
void ValidateOwners(const Json& metadata, Causes& causes) {
  constexpr const char* kOwners = "metadata.ownerReferences";
  const Json* owners = Find(metadata, "ownerReferences");
  if (owners == nullptr || !owners->IsArray()) return;
  std::string controller;
  for (const Json& owner : owners->GetArray()) {
    const std::string path = kOwners;
    const std::string_view version = FindString(owner, {"apiVersion"});
    const std::string_view kind = FindString(owner, {"kind"});
    const std::string_view name = FindString(owner, {"name"});
    if (version.empty()) causes.Invalid(path + ".apiVersion", version, "version must not be empty");
    if (kind.empty()) causes.Invalid(path + ".kind", kind, "kind must not be empty");
    if (name.empty()) causes.Invalid(path + ".name", name, "name must not be empty");
    if (FindString(owner, {"uid"}).empty()) causes.Invalid(path + ".uid", "", "uid must not be empty");
    if (version == "v1" && kind == "Event") {
      causes.Invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner");
    }
    if (!FindBool(owner, {"controller"})) continue;
    const std::string who = std::string(kind) + "/" + std::string(name);
    if (controller.empty()) {
      controller = who;
    } else {
      causes.Invalid(path, *owners,
                     "Only one reference can have Controller set to true. Found \"true\" in references for " +
                         controller + " and " + who);
    }
  }
}

void ValidateFinalizers(const Json& metadata, Causes& causes) {
  const Json* finalizers = Find(metadata, "finalizers");
  if (finalizers == nullptr || !finalizers->IsArray()) return;
  bool foreground = false, orphan = false;
  for (const Json& finalizer : finalizers->GetArray()) {
    if (!finalizer.IsString()) continue;
    const std::string why = CheckQualifiedName(AsView(finalizer));
    if (!why.empty()) causes.Invalid("metadata.finalizers", AsView(finalizer), why);
    foreground = foreground || AsView(finalizer) == "foregroundDeletion";
    orphan = orphan || AsView(finalizer) == "orphan";
  }
  if (foreground && orphan) {
    causes.Invalid("metadata.finalizers", *finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
  }
}

Status DecodeTextMap(Json& metadata, std::string_view key) {
  Json* map = FindMutable(metadata, key);
  if (map == nullptr || map->IsNull()) return Status::Ok();
  if (!map->IsObject()) return Status::BadRequest("metadata." + std::string(key) + ": must be an object of strings");
  for (auto& member : map->GetObject()) {
    if (member.value.IsNull()) member.value.SetString("");
    if (!member.value.IsString()) {
      return Status::BadRequest("metadata." + std::string(key) + "." + std::string(AsView(member.name)) +
                                ": must be a string");
    }
  }
  return Status::Ok();
}

// Null items of lists become what `empty` is.
void FillNulls(Json& metadata, std::string_view key, rapidjson::Type empty) {
  Json* list = FindMutable(metadata, key);
  if (list == nullptr || !list->IsArray()) return;
  for (Json& item : list->GetArray()) {
    if (!item.IsNull()) continue;
    item = empty == rapidjson::kStringType ? Json("") : Json(empty);
  }
}

// The time that a member is, in its one spelling; empty when it is none.
Result<std::string> ReadTime(const Json& owner, std::string_view key, std::string_view path) {
  const Json* time = Find(owner, key);
  if (time == nullptr || time->IsNull()) return std::string();
  const std::string field = std::string(path) + "." + std::string(key);
  if (!time->IsString()) return Status::BadRequest(field + ": must be a string");
  Result<std::string> canonical = CanonicalTime(AsView(*time), TimeForm::kSeconds);
  if (!canonical.ok()) return canonical.status().Annotate(field);
  return canonical;
}

Status DecodeManagedFields(Json& metadata, JsonAllocator& allocator) {
  Json* list = FindMutable(metadata, "managedFields");
  if (list == nullptr || list->IsNull()) return Status::Ok();
  if (!list->IsArray()) return Status::BadRequest("metadata.managedFields: must be a list");
  for (rapidjson::SizeType i = 0; i < list->Size(); ++i) {
    const std::string path = Indexed("metadata.managedFields", i);
    Json& entry = (*list)[i];
    if (!entry.IsObject()) return Status::BadRequest(path + ": must be an object");
    const Result<std::string> time = ReadTime(entry, "time", path);
    if (!time.ok()) return time.status();
    if (!time->empty()) SetString(entry, "time", *time, allocator);
    for (const char* key : {"manager", "operation", "apiVersion", "fieldsType", "subresource"}) {
      const Json* text = Find(entry, key);
      if (text == nullptr || text->IsNull() || text->IsString()) continue;
      return Status::BadRequest(path + "." + key + ": must be a string");
    }
  }
  return Status::Ok();
}

Status CheckText(const Json& metadata, std::string_view key) {
  const Json* text = Find(metadata, key);
  if (text == nullptr || text->IsNull() || text->IsString()) return Status::Ok();
  return Status::BadRequest("metadata." + std::string(key) + ": must be a string");
}

Status CheckOwnerFlags(const Json& metadata) {
  const Json* owners = Find(metadata, "ownerReferences");
  if (owners == nullptr || !owners->IsArray()) return Status::Ok();
  for (size_t i = 0; i < owners->Size(); ++i) {
    for (const char* key : {"controller", "blockOwnerDeletion"}) {
      const Json* flag = Find((*owners)[static_cast<rapidjson::SizeType>(i)], key);
      if (flag == nullptr || flag->IsNull() || flag->IsBool()) continue;
      return Status::BadRequest(Indexed("metadata.ownerReferences", i) + "." + key + ": must be true or false");
    }
  }
  return Status::Ok();
}

// Null and empty say what absence says, in Kubernetes' types.
void EraseEmpty(Json& metadata) {
  for (const char* key : {"labels", "annotations", "finalizers", "ownerReferences"}) {
    const Json* found = Find(metadata, key);
    if (found == nullptr) continue;
    const bool empty =
        found->IsNull() || (found->IsObject() && found->ObjectEmpty()) || (found->IsArray() && found->Empty());
    if (empty) Erase(metadata, key);
  }
}

// Clients write a time back in other words than they read it, as with the microseconds that the Java client gives to
// each.
bool SameMoment(const Json& one, const Json& other) {
  if (!one.IsString() || !other.IsString()) return false;
  const std::optional<WallTime> moment = ParseTime(AsView(one));
  return moment.has_value() && moment == ParseTime(AsView(other));
}

}  // namespace

void SetOrErase(Json& object, std::string_view key, std::string_view text, JsonAllocator& allocator) {
  if (text.empty()) {
    Erase(object, key);
  } else {
    SetString(object, key, text, allocator);
  }
}

void ValidateMetadata(const Json& object, bool namespaced, NameFormat format, Causes& causes) {
  const Json* metadata = Find(object, "metadata");
  if (metadata == nullptr) {
    causes.Required("metadata.name", "name or generateName is required");
    return;
  }
  ValidateName(*metadata, format, causes);
  const std::string_view ns = FindString(*metadata, {"namespace"});
  if (!namespaced && !ns.empty()) causes.Forbidden("metadata.namespace", "not allowed on this type");
  ValidateLabels(*metadata, causes);
  ValidateAnnotations(*metadata, causes);
  ValidateOwners(*metadata, causes);
  ValidateFinalizers(*metadata, causes);
}

void ValidateMetadataUpdate(const Json& old, const Json& object, Causes& causes) {
  const Json* deletion = Find(old, {"metadata", "deletionTimestamp"});
  const Json* finalizers = Find(object, {"metadata", "finalizers"});
  if (deletion == nullptr || finalizers == nullptr || !finalizers->IsArray()) return;
  std::set<std::string_view> before;
  if (const Json* list = Find(old, {"metadata", "finalizers"}); list != nullptr && list->IsArray()) {
    for (const Json& finalizer : list->GetArray()) {
      if (finalizer.IsString()) before.insert(AsView(finalizer));
    }
  }
  std::set<std::string_view> added;
  for (const Json& finalizer : finalizers->GetArray()) {
    if (finalizer.IsString() && !before.contains(AsView(finalizer))) added.insert(AsView(finalizer));
  }
  if (added.empty()) return;
  std::string shown;
  for (const std::string_view name : added) shown.append(shown.empty() ? "\"" : ", \"").append(name).append("\"");
  causes.Forbidden(
      "metadata.finalizers",
      "no new finalizers can be added if the object is being deleted, found new finalizers []string{" + shown + "}");
}

void MergeEqualOwners(JsonDocument& object, std::vector<std::string>& warnings) {
  Json* metadata = FindMutable(object, "metadata");
  Json* owners = metadata == nullptr ? nullptr : FindMutable(*metadata, "ownerReferences");
  if (owners == nullptr || !owners->IsArray() || owners->Size() < 2) return;
  std::string uids;
  std::unordered_multimap<std::string, rapidjson::SizeType> kept_by_uid;
  Json kept(rapidjson::kArrayType);
  for (Json& owner : owners->GetArray()) {
    const std::string uid(FindString(owner, {"uid"}));
    const auto [first, last] = kept_by_uid.equal_range(uid);
    if (std::any_of(first, last, [&](const auto& other) { return Equal(kept[other.second], owner); })) {
      uids += (uids.empty() ? "" : ", ") + uid;
      continue;
    }
    kept_by_uid.emplace(uid, kept.Size());
    kept.PushBack(std::move(owner), object.GetAllocator());
  }
  *owners = std::move(kept);
  if (uids.empty()) return;
  warnings.push_back(
      ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may "
      "reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: " +
      uids);
}

void JudgeFinalizers(const schema::ResourceDefinition& kind, const Json* old, const Json& object, Causes& causes,
                     std::vector<std::string>& warnings) {
  if (IsOneOf(kind.group, kPlainGroups)) return;
  const bool posted = !kind.builtin || IsOneOf(kind.group, kPostedElsewhere);
  const Json* before = old == nullptr ? nullptr : Find(*old, {"metadata", "finalizers"});
  const Json* finalizers = Find(object, {"metadata", "finalizers"});
  if (finalizers == nullptr || !finalizers->IsArray()) return;
  for (rapidjson::SizeType i = 0; i < finalizers->Size(); ++i) {
    const Json& finalizer = (*finalizers)[i];
    if (!finalizer.IsString()) continue;
    const std::string name(AsView(finalizer));
    if (name.find('/') != std::string::npos || IsOneOf(name, kStandardFinalizers)) continue;
    if (!posted) {
      causes.Invalid(Indexed("metadata.finalizers", i), name,
                     "name is neither a standard finalizer name nor is it fully qualified");
    } else if (before == nullptr || !before->IsArray() ||
               std::find(before->Begin(), before->End(), finalizer) == before->End()) {
      warnings.push_back("metadata.finalizers: \"" + name +
                         "\": prefer a domain-qualified finalizer name including a path (/) to avoid accidental "
                         "conflicts with other finalizer writers");
    }
  }
}

void CheckImmutable(const Json& old, const Json& object, bool patched, Causes& causes) {
  const auto refuse = [&](std::string_view key, const Json& value) {
    causes.Invalid("metadata." + std::string(key), value, "field is immutable");
  };
  for (const char* key : {"deletionTimestamp", "deletionGracePeriodSeconds"}) {
    const Json* wanted = Find(object, {"metadata", key});
    if (wanted == nullptr || wanted->IsNull()) continue;
    const Json* present = Find(old, {"metadata", key});
    if (present == nullptr || !(Equal(*wanted, *present) || SameMoment(*wanted, *present))) refuse(key, *wanted);
  }
  if (!patched) return;
  for (const char* key : {"name", "uid"}) {
    const Json* wanted = Find(object, {"metadata", key});
    if (wanted == nullptr || !wanted->IsString() || wanted->GetStringLength() == 0) continue;
    if (AsView(*wanted) != FindString(old, {"metadata", key})) refuse(key, *wanted);
  }
}

void StampNew(Json& metadata, const std::string& ns, bool has_generation, WallTime now, Random& random,
              JsonAllocator& allocator) {
  for (const char* key : {"resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink",
                          "managedFields", "generation", "uid", "creationTimestamp", "clusterName"}) {
    Erase(metadata, key);
  }
  SetOrErase(metadata, "namespace", ns, allocator);
  SetString(metadata, "uid", NewUid(random), allocator);
  SetString(metadata, "creationTimestamp", FormatTime(now), allocator);
  if (has_generation) Set(metadata, "generation", Json(1), allocator);
  EraseEmpty(metadata);
}

void CarryOver(const Json& old_metadata, Json& metadata, JsonAllocator& allocator) {
  for (const char* key : {"selfLink", "managedFields", "clusterName"}) Erase(metadata, key);
  for (const char* key : {"uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds",
                          "namespace", "name", "generateName"}) {
    MoveFrom(old_metadata, metadata, key, allocator);
  }
  EraseEmpty(metadata);
}

void MoveFrom(const Json& old_metadata, Json& metadata, std::string_view key, JsonAllocator& allocator) {
  const Json* old = Find(old_metadata, key);
  if (old == nullptr) {
    Erase(metadata, key);
  } else {
    Set(metadata, key, Copy(*old, allocator), allocator);
  }
}

std::span<const std::string_view> KeptByStatus(std::string_view group, std::string_view plural) {
  static constexpr std::string_view kAll[] = {"labels", "annotations", "finalizers", "ownerReferences"};
  static constexpr std::string_view kLabels[] = {"labels"};
  static constexpr std::string_view kOwners[] = {"ownerReferences"};
  static constexpr std::pair<std::string_view, std::string_view> kWhole[] = {
      {"admissionregistration.k8s.io", "validatingadmissionpolicies"},
      {"apiextensions.k8s.io", "customresourcedefinitions"},
      {"apiregistration.k8s.io", "apiservices"},
      {"storage.k8s.io", "volumeattachments"},
  };
  if (group.empty() && plural == "pods") return kOwners;
  if (group == "apps" && plural == "deployments") return kLabels;
  if (std::find(std::begin(kWhole), std::end(kWhole), std::pair(group, plural)) != std::end(kWhole)) return kAll;
  return {};
}

Status DecodeMetadata(Json& object, JsonAllocator& allocator) {
  if (!object.IsObject()) return Status::BadRequest("the body must be a JSON object");
  Json* metadata = FindMutable(object, "metadata");
  if (metadata == nullptr || metadata->IsNull()) return Status::Ok();
  if (!metadata->IsObject()) return Status::BadRequest("metadata: must be an object");
  CROFT_RETURN_IF_ERROR(CheckText(*metadata, "generateName"));
  for (const char* key : {"creationTimestamp", "deletionTimestamp"}) {  // of which those of the store count
    if (const Result<std::string> time = ReadTime(*metadata, key, "metadata"); !time.ok()) return time.status();
  }
  CROFT_RETURN_IF_ERROR(DecodeTextMap(*metadata, "labels"));
  CROFT_RETURN_IF_ERROR(DecodeTextMap(*metadata, "annotations"));
  FillNulls(*metadata, "finalizers", rapidjson::kStringType);
  FillNulls(*metadata, "ownerReferences", rapidjson::kObjectType);
  CROFT_RETURN_IF_ERROR(CheckOwnerFlags(*metadata));
  CROFT_RETURN_IF_ERROR(DecodeManagedFields(*metadata, allocator));
  Result<Meta> meta = ParseMeta(object);
  return meta.status();
}

}  // namespace croft::server
