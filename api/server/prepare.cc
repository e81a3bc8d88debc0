#include <algorithm>
#include <set>

#include "api/server/forms.h"
#include "api/server/metadata.h"
#include "api/server/owners.h"
#include "api/server/resource_service.h"
#include "api/server/write_options.h"

// Between what a client sent and what is stored: identity of the object, unknown fields, defaults, the kind's own
// strategy, validation. In that order, since defaults are what a strategy builds on and all that is stored is
// validated.
namespace croft::server {
namespace {

constexpr std::string_view kTypeInvalid = "FieldValueTypeInvalid";
// A patch must not make a reply that is larger than itself.
constexpr size_t kMaxShownPatch = 2048;

std::string Expected(const Served& served) {
  return ApiVersion(served.def().group, served.version->name);
}

// apiVersion and kind of the body must be the URL's. Of Kubernetes' own kinds they may be absent.
Status CheckType(const Served& served, const Json& body) {
  const std::string expected = Expected(served);
  const std::string_view kind = FindString(body, {"kind"}), version = FindString(body, {"apiVersion"});
  if (kind.empty() && !served.def().builtin) {
    return Status::BadRequest("Object 'Kind' is missing in 'object has no kind field '");
  }
  if (version != expected && !(version.empty() && served.def().builtin)) {
    return Status::BadRequest("the API version in the data (" + std::string(version) +
                              ") does not match the expected API version (" + expected + ")");
  }
  if (kind != served.def().kind && !kind.empty()) {
    return Status::BadRequest(std::string(kind) + " in version \"" + served.version->name +
                              "\" cannot be handled as a " + served.def().kind);
  }
  return Status::Ok();
}

void SetType(const Served& served, JsonDocument& body) {
  const std::string expected = Expected(served);
  auto& allocator = body.GetAllocator();
  const bool converted = FindForm(served) != nullptr;  // to what is stored, once all is checked
  SetString(body, "kind", served.def().kind, allocator);
  SetString(body, "apiVersion",
            converted ? expected : ApiVersion(served.def().group, served.def().StorageVersion().name), allocator);
}

Status CheckNamespaceOf(const Target& target, const Json& body) {
  const std::string_view ns = FindString(body, {"metadata", "namespace"});
  if (ns.empty() || ns == target.ns) return Status::Ok();
  return Status::BadRequest("the namespace of the provided object does not match the namespace sent on the request");
}

// What a body that can not be read is answered with. Of a patch it is the result that can't.
Status Undecodable(const Served& served, const Json& body, const WriteOptions& options, const std::string& why) {
  if (options.patched) return Unreadable(body, why);
  return Status::BadRequest(served.def().kind + " in version \"" + served.version->name + "\" cannot be handled as a " +
                            served.def().kind + ": " + why);
}

// Kubernetes' own kinds fail to decode where a type is wrong; posted kinds are invalid then.
Status Refuse(const Served& served, std::string_view name, const Json& body, const WriteOptions& options,
              Causes& causes) {
  if (causes.empty()) return Status::Ok();
  if (served.def().builtin) {
    for (const Cause& cause : causes.list()) {
      if (cause.type != kTypeInvalid) continue;
      // What is not about decoding names its field.
      const bool names_field = cause.message.starts_with("Invalid value");
      return Undecodable(served, body, options, (names_field ? cause.field + ": " : "") + cause.message);
    }
  }
  return Status::InvalidObject(served.def().group, served.def().kind, name, causes.Take());
}

void MoveMember(const Json& from, Json& to, std::string_view key, JsonAllocator& allocator) {
  const Json* found = Find(from, key);
  if (found == nullptr) {
    Erase(to, key);
  } else {
    Set(to, key, Copy(*found, allocator), allocator);
  }
}

// Everything but the status is taken from what is stored, and but what of metadata goes with it.
void TakeStatus(const Served& served, const Json& old, JsonDocument& body) {
  JsonDocument whole;
  auto& allocator = whole.GetAllocator();
  whole.CopyFrom(old, allocator);
  MoveMember(body, whole, "status", allocator);
  if (StatusHasMetadata(served)) {
    const Json& before = *Find(old, "metadata");
    MoveMember(body, whole, "metadata", allocator);
    Json& metadata = Ensure(whole, "metadata", allocator);
    CarryOver(before, metadata, allocator);
    for (const std::string_view key : KeptByStatus(served.def().group, served.def().plural)) {
      MoveFrom(before, metadata, key, allocator);
    }
  }
  body.Swap(whole);
}

// Whether desired state differs: all but the version it is written in, metadata and, where it is a subresource, status.
bool DesiredStateDiffers(const Json& a, const Json& b, bool has_status) {
  const auto counts = [&](std::string_view key) {
    return key != "apiVersion" && key != "metadata" && !(has_status && key == "status");
  };
  std::set<std::string_view> keys;
  for (const auto& member : a.GetObject()) keys.insert(AsView(member.name));
  for (const auto& member : b.GetObject()) keys.insert(AsView(member.name));
  return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
    if (!counts(key)) return false;
    const Json* in_a = Find(a, key);
    const Json* in_b = Find(b, key);
    return in_a == nullptr || in_b == nullptr || !Equal(*in_a, *in_b);
  });
}

Status MakeDraft(const Json& body, std::optional<Draft>* out) {
  Result<Draft> draft = Draft::From(body);
  if (!draft.ok()) return draft.status();
  *out = std::move(*draft);
  return Status::Ok();
}

// Whether an object that is being deleted has nothing left to wait for.
bool IsFinished(const Object& stored, const Json& wanted) {
  if (!stored.meta().deleting || FindInt(wanted, {"metadata", "deletionGracePeriodSeconds"}) > 0) return false;
  const auto none = [](const Json* list) { return list == nullptr || !list->IsArray() || list->Empty(); };
  if (!none(Find(wanted, {"metadata", "finalizers"}))) return false;
  const bool is_namespace = stored.meta().kind == "Namespace" && stored.meta().api_version == "v1";
  return !is_namespace || none(Find(wanted, {"spec", "finalizers"}));
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

void GiveBack(std::vector<std::function<void()>>& undo) {
  for (auto it = undo.rbegin(); it != undo.rend(); ++it) (*it)();
  undo.clear();
}

Status CheckIdentity(const Served& served, const Target& target, const Json& object) {
  CROFT_RETURN_IF_ERROR(CheckType(served, object));
  const std::string name(FindString(object, {"metadata", "name"}));
  if (name.empty()) {
    return Status::BadRequest("the name of the object (" + target.name +
                              " based on URL) was undeterminable: name must be provided");
  }
  if (name != target.name) {
    return Status::BadRequest("the name of the object (" + name + ") does not match the name on the URL (" +
                              target.name + ")");
  }
  const std::string ns(FindString(object, {"metadata", "namespace"}));
  if (ns.empty() || ns == target.ns || target.ns.empty()) return CheckNamespaceOf(target, object);
  return Status::BadRequest("the namespace of the object (" + ns + ") does not match the namespace on the request (" +
                            target.ns + ")");
}

bool StatusHasMetadata(const Served& served) {
  return served.def().builtin && !served.def().replaceable;
}

Status OtherUid(const Served& served, const Target& target, std::string_view wanted, std::string_view found) {
  const schema::ResourceDefinition& kind = served.def();
  const std::string key = "/registry/" + (kind.group.empty() ? "" : kind.group + "/") + kind.plural + "/" +
                          (target.ns.empty() ? "" : target.ns + "/") + target.name;
  return Status::ObjectConflict(kind.group, kind.plural, target.name,
                                "StorageError: invalid object, Code: 4, Key: " + key +
                                    ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in "
                                    "precondition: " +
                                    std::string(wanted) + ", UID in object meta: " + std::string(found));
}

Status Unreadable(const Json& patched, std::string_view why) {
  Causes causes;
  causes.Invalid("patch", WriteJson(patched).substr(0, kMaxShownPatch), why);
  return Status::InvalidObject("", "", "", causes.Take());
}

Status ResourceService::CheckFields(const Served& served, Json& object, const WriteOptions& options,
                                    std::vector<std::string>& warnings) const {
  std::vector<std::string> unknown = schema::Prune(*served.version->schema, object);
  if (options.validation == FieldValidation::kIgnore) return Status::Ok();
  const bool strict = options.validation == FieldValidation::kStrict;
  // In the order in which Kubernetes finds them: a patch and a posted kind are read as JSON first and by the schema
  // then; of its own kinds an unknown field that stands twice is unknown once.
  const bool read_before = options.patched || !served.def().builtin;
  std::vector<std::string> complaints = options.findings.operations;
  const auto twice = [&] {
    for (const std::string& field : options.findings.twice) {
      const bool told = !read_before && std::find(unknown.begin(), unknown.end(), field) != unknown.end();
      if (!told) complaints.push_back("duplicate field \"" + field + "\"");
    }
  };
  if (!options.findings.yaml.empty() && strict) complaints.push_back(YamlErrors(options.findings));
  if (!strict) complaints.insert(complaints.end(), options.findings.yaml.begin(), options.findings.yaml.end());
  if (!served.def().builtin) std::sort(unknown.begin(), unknown.end());
  if (read_before) twice();
  for (const std::string& field : unknown) complaints.push_back("unknown field \"" + field + "\"");
  if (!read_before) twice();
  if (complaints.empty()) return Status::Ok();
  if (strict) return Undecodable(served, object, options, "strict decoding error: " + Joined(complaints));
  warnings.insert(warnings.end(), complaints.begin(), complaints.end());
  return Status::Ok();
}

Status ResourceService::DecodeWanted(const Served& served, const Target& target, JsonDocument& body,
                                     const WriteOptions& options, std::vector<std::string>& warnings) const {
  if (!options.patched) {
    CROFT_RETURN_IF_ERROR(CheckIdentity(served, target, body));
  } else {
    if (const Status type = CheckType(served, body); !type.ok()) return Unreadable(body, type.message());
    CROFT_RETURN_IF_ERROR(CheckNamespaceOf(target, body));
    if (FindString(body, {"metadata", "name"}).empty()) return CheckIdentity(served, target, body);
  }
  SetType(served, body);
  return CheckFields(served, body, options, warnings);
}

Result<ResourceService::Prepared> ResourceService::PrepareCreate(const Identity& who, const Served& asked,
                                                                 const Target& target, JsonDocument& body,
                                                                 const WriteOptions& options) {
  Served served = asked;
  CROFT_RETURN_IF_ERROR(DecodeMetadata(body, body.GetAllocator()));
  CROFT_RETURN_IF_ERROR(CheckType(served, body));
  CROFT_RETURN_IF_ERROR(CheckNamespaceOf(target, body));
  const std::string_view revision = FindString(body, {"metadata", "resourceVersion"}, "0");
  const bool was_stored = !revision.empty() && revision != "0";
  SetType(served, body);
  Prepared prepared;
  CROFT_RETURN_IF_ERROR(CheckFields(served, body, options, prepared.warnings));
  if (served.def().data_only) {
    prepared.warnings.push_back(served.def().kind + " is stored and served, but nothing in Croft acts on it yet");
  }

  MergeEqualOwners(body, prepared.warnings);
  auto& allocator = body.GetAllocator();
  ToCheckedForm(served, body, allocator);
  const Strategy& strategy = parts_.strategies.For(served.def().group, served.def().plural);
  Json& metadata = Ensure(body, "metadata", allocator);
  const WallTime now = parts_.clock.Now();
  Owners owners(served, target, options, now, nullptr, body);
  StampNew(metadata, target.ns, strategy.has_generation(), now, parts_.random, allocator);
  const std::string prefix(FindString(metadata, {"generateName"}));
  if (FindString(metadata, {"name"}).empty() && !prefix.empty()) {
    SetString(metadata, "name", prefix.substr(0, 58) + RandomSuffix(parts_.random), allocator);
  }
  const std::string name(FindString(metadata, {"name"}));
  Target named = target;
  named.name = name;
  CROFT_RETURN_IF_ERROR(CheckAllowed(who, named, "create"));
  CROFT_RETURN_IF_ERROR(CheckNamespaceOpen(served, target.ns, name));

  if (served.version->has_status && !strategy.keeps_status_on_create()) Erase(body, "status");
  schema::ApplyDefaults(*served.version->schema, body, allocator);
  owners.LeaveAssigned(strategy, body);
  StrategyContext context{
      parts_.store, parts_.catalog, parts_.addresses, now, allocator, options.dry_run, target.subresource, {}, {},
      &who};
  const Status prepare = strategy.PrepareForCreate(body, context);
  prepared.undo = std::move(context.undo);
  std::move(context.warnings.begin(), context.warnings.end(), std::back_inserter(prepared.warnings));
  Causes causes;
  ValidateMetadata(body, served.def().namespaced, ParseNameFormat(served.def().name_format), causes);
  JudgeFinalizers(served.def(), nullptr, body, causes, prepared.warnings);
  causes.Add(schema::Validate(*served.version->schema, body));
  strategy.Validate(body, causes);
  Status refused = Refuse(served, name, body, options, causes);
  if (refused.ok()) refused = prepare;
  // Last, and not asked of what is not stored, since Kubernetes' storage finds it.
  if (refused.ok() && was_stored && !options.dry_run) {
    refused = Status::Unknown("resourceVersion should not be set on objects to be created");
  }
  if (refused.ok()) {
    owners.RecordNew(body);
    ToStoredForm(served, body, allocator);
    ToStorage(served, body);
    refused = MakeDraft(body, &prepared.draft);
  }
  if (refused.ok()) return prepared;
  GiveBack(prepared.undo);
  return refused;
}

Status ResourceService::PrepareQuestion(const Served& served, const Target& target, JsonDocument& body,
                                        const WriteOptions& options, std::vector<std::string>* warnings) const {
  CROFT_RETURN_IF_ERROR(DecodeMetadata(body, body.GetAllocator()));
  CROFT_RETURN_IF_ERROR(CheckType(served, body));
  CROFT_RETURN_IF_ERROR(CheckNamespaceOf(target, body));
  SetType(served, body);
  CROFT_RETURN_IF_ERROR(CheckFields(served, body, options, *warnings));
  Erase(body, "status");
  if (!target.ns.empty()) {
    SetString(Ensure(body, "metadata", body.GetAllocator()), "namespace", target.ns, body.GetAllocator());
  }
  schema::ApplyDefaults(*served.version->schema, body, body.GetAllocator());
  Causes causes;
  causes.Add(schema::Validate(*served.version->schema, body));
  parts_.strategies.For(served.def().group, served.def().plural).Validate(body, causes);
  return Refuse(served, FindString(body, {"metadata", "name"}), body, options, causes);
}

Result<ResourceService::Prepared> ResourceService::PrepareUpdate(const Served& asked, const Target& target,
                                                                 const Object& stored, JsonDocument& body,
                                                                 const WriteOptions& options) {
  Served served = asked;
  Prepared prepared;
  CROFT_RETURN_IF_ERROR(DecodeWanted(served, target, body, options, prepared.warnings));
  const std::string_view uid = FindString(body, {"metadata", "uid"});
  if (!uid.empty() && uid != stored.meta().uid && !options.patched) {
    return OtherUid(served, target, uid, stored.meta().uid);
  }

  MergeEqualOwners(body, prepared.warnings);
  auto& allocator = body.GetAllocator();
  ToCheckedForm(served, body, allocator);
  JsonDocument old = stored.ToJson();
  ToShownForm(served, old, old.GetAllocator());
  const Strategy& strategy = parts_.strategies.For(served.def().group, served.def().plural);
  const bool status_only = target.subresource == "status" || target.subresource == kApproval;
  Causes causes;
  CheckImmutable(old, body, options.patched, causes);
  const WallTime now = parts_.clock.Now();
  Owners owners(served, target, options, now, &old, body);
  StrategyContext context{
      parts_.store, parts_.catalog, parts_.addresses, now, allocator, options.dry_run, target.subresource, {}, {}};
  Status prepare;
  if (status_only) {
    TakeStatus(served, old, body);
    auto& fresh = body.GetAllocator();
    schema::ApplyDefaults(*served.version->schema, body, fresh);
    StrategyContext of_status{parts_.store, parts_.catalog,  parts_.addresses,  now,
                              fresh,        options.dry_run, target.subresource};
    strategy.PrepareForStatus(old, body, of_status);
  } else {
    Json& metadata = Ensure(body, "metadata", allocator);
    CarryOver(*Find(old, "metadata"), metadata, allocator);
    if (served.version->has_status) MoveMember(old, body, "status", allocator);
    schema::ApplyDefaults(*served.version->schema, body, allocator);
    prepare = strategy.PrepareForUpdate(old, body, context);
    prepared.undo = std::move(context.undo);
  }
  if (!status_only || StatusHasMetadata(served)) {
    ValidateMetadata(body, served.def().namespaced, ParseNameFormat(served.def().name_format), causes);
    ValidateMetadataUpdate(old, body, causes);
    JudgeFinalizers(served.def(), &old, body, causes, prepared.warnings);
    owners.Validate(causes);
  }
  causes.Add(schema::Validate(*served.version->schema, body));
  if (status_only) {
    strategy.ValidateStatus(old, body, target.subresource, causes);
  } else {
    strategy.Validate(body, causes);
    strategy.ValidateUpdate(old, body, causes);
  }
  Status refused = Refuse(served, target.name, body, options, causes);
  if (refused.ok()) refused = prepare;
  if (refused.ok()) {
    ToStorage(served, body);
    Json& metadata = *FindMutable(body, "metadata");
    if (!status_only && strategy.has_generation() && DesiredStateDiffers(old, body, served.version->has_status)) {
      Set(metadata, "generation", Json(stored.meta().generation + 1), body.GetAllocator());
    }
    SetString(metadata, "resourceVersion", FindString(old, {"metadata", "resourceVersion"}), body.GetAllocator());
    owners.RecordChange(old, body);
    prepared.unchanged = Owners::SameAsStored(old, body);
    if (!prepared.unchanged) {
      std::move(context.warnings.begin(), context.warnings.end(), std::back_inserter(prepared.warnings));
    }
    prepared.finished = IsFinished(stored, body);
    ToStoredForm(served, body, body.GetAllocator());
    refused = MakeDraft(body, &prepared.draft);
  }
  if (!refused.ok() || prepared.unchanged) GiveBack(prepared.undo);
  if (!refused.ok()) return refused;
  return prepared;
}

}  // namespace croft::server
