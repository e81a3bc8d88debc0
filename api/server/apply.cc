#include "api/apply/apply.h"

#include <algorithm>
#include <utility>

#include "api/server/metadata.h"
#include "api/server/owners.h"
#include "api/server/resource_service.h"
#include "api/server/write_options.h"

// PATCH with application/apply-patch+yaml: the configuration of one manager is merged into what is there, what it no
// longer says goes, and others' fields are theirs.
namespace croft::server {
namespace {

constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
constexpr size_t kMaxLastApplied = 256 * 1024;

std::string ShowKind(std::string_view api_version, std::string_view kind) {
  const auto [group, version] = SplitApiVersion(api_version);
  return group + "/" + version + ", Kind=" + std::string(kind);
}

// What is wrong with a configuration whatever it is applied to.
Status CheckConfig(const Served& served, const Json& config) {
  const std::string expected = ApiVersion(served.def().group, served.version->name);
  const std::string_view version = FindString(config, {"apiVersion"}), kind = FindString(config, {"kind"});
  if (version != expected || kind != served.def().kind) {
    return Status::BadRequest("invalid object type: " + ShowKind(version, kind));
  }
  const Json* owners = Find(config, {"metadata", "managedFields"});
  if (owners != nullptr && !owners->IsNull()) return Status::BadRequest("metadata.managedFields must be nil");
  const std::vector<std::string> errors = apply::Check(apply::RootPlace(*served.version->schema), config);
  if (errors.empty()) return Status::Ok();
  std::string message = "failed to create typed patch object (" +
                        std::string(FindString(config, {"metadata", "namespace"})) + "/" +
                        std::string(FindString(config, {"metadata", "name"})) + "; " + ShowKind(version, kind) + "): ";
  if (errors.size() > 1) message += "errors:";
  for (const std::string& error : errors) message += (errors.size() > 1 ? "\n  " : "") + error;
  return Status::Unknown(std::move(message));
}

// Makes a configuration what is compared and stored: what its text spells otherwise is no change.
Status DecodeConfig(const Served& served, JsonDocument& config) {
  if (!config.IsObject()) return Status::BadRequest("the applied configuration must be an object");
  CROFT_RETURN_IF_ERROR(DecodeMetadata(config, config.GetAllocator()));
  CROFT_RETURN_IF_ERROR(CheckConfig(served, config));
  schema::Canonicalize(*served.version->schema, config, config.GetAllocator());
  return Status::Ok();
}

// What a strict reading of the text has found is told here, since nothing of it is left in the merged object.
Status TakeFindings(WriteOptions& options, std::vector<std::string>* warnings) {
  const StrictFindings findings = std::exchange(options.findings, {});
  if (findings.yaml.empty() || options.validation == FieldValidation::kIgnore) return Status::Ok();
  if (options.validation == FieldValidation::kWarn) {
    *warnings = findings.yaml;
    return Status::Ok();
  }
  return Status::BadRequest("error strict decoding YAML: error converting YAML to JSON: " + YamlErrors(findings));
}

// The part of a configuration that a request can set: all but the status, or nothing but what its subresource is for.
JsonDocument Settable(const Served& served, const std::string& subresource, const Json& config) {
  JsonDocument part;
  auto& allocator = part.GetAllocator();
  part.CopyFrom(config, allocator);
  if (subresource.empty() && served.version->has_status) Erase(part, "status");
  const bool debugs = subresource == kEphemeralContainers;
  if (subresource != "status" && subresource != kApproval && !debugs) return part;
  Json kept(rapidjson::kObjectType);
  for (const char* key : {"apiVersion", "kind", "status"}) {
    Json* found = debugs && std::string_view(key) == "status" ? nullptr : FindMutable(part, key);
    if (found != nullptr) Set(kept, key, std::move(*found), allocator);
  }
  const Json* containers = debugs ? Find(config, {"spec", "ephemeralContainers"}) : nullptr;
  if (containers != nullptr) {
    Set(Ensure(kept, "spec", allocator), "ephemeralContainers", Copy(*containers, allocator), allocator);
  }
  Json* whole = FindMutable(part, "metadata");
  if (StatusHasMetadata(served) && !debugs && whole != nullptr && whole->IsObject()) {
    Set(kept, "metadata", std::move(*whole), allocator);
    for (const std::string_view key : KeptByStatus(served.def().group, served.def().plural)) {
      Erase(kept["metadata"], key);
    }
  } else {
    Json& metadata = Ensure(kept, "metadata", allocator);
    for (const char* key : {"name", "namespace", "uid", "resourceVersion"}) {
      const std::string_view text = FindString(config, {"metadata", key});
      if (!text.empty()) SetString(metadata, key, text, allocator);
    }
  }
  static_cast<Json&>(part) = std::move(kept);
  return part;
}

// The annotation in which kubectl's client-side apply keeps what it applied, for the next time.
std::string LastAppliedText(const Json& config) {
  JsonDocument copy;
  copy.CopyFrom(config, copy.GetAllocator());
  Json* metadata = FindMutable(copy, "metadata");
  if (metadata != nullptr && metadata->IsObject()) {
    Erase(*metadata, "managedFields");
    Json* annotations = FindMutable(*metadata, "annotations");
    if (annotations != nullptr) Erase(*annotations, kLastApplied);
  }
  return WriteJson(copy) + "\n";
}

// Conflicts about what kubectl applied client-side, and nobody has changed since, are none for kubectl.
std::vector<apply::Conflict> OthersConflicts(const Served& served, const Json& live, const apply::Applied& applied) {
  const std::string_view text = FindString(live, {"metadata", "annotations", kLastApplied});
  const Result<JsonDocument> last = ParseJson(text);
  if (text.empty() || !last.ok() || !last->IsObject()) return applied.conflicts;
  if (FindString(*last, {"apiVersion"}) != ApiVersion(served.def().group, served.version->name)) {
    return applied.conflicts;
  }
  const schema::Node& schema = *served.version->schema;
  const apply::FieldSet own = apply::FieldsLastApplied(schema, *last, live);
  const std::vector<std::string> allowed = apply::Intersection(applied.conflict_fields, own).Paths();
  std::vector<apply::Conflict> others = applied.conflicts;
  std::erase_if(others, [&](const apply::Conflict& conflict) {
    return std::find(allowed.begin(), allowed.end(), conflict.path) != allowed.end();
  });
  return others;
}

}  // namespace

// `config` is of the kind itself, also where the subresource has a kind of its own.
Status ResourceService::ApplyTo(const Served& served, const Target& target, const Json& config,
                                const WriteOptions& options, const ObjectPtr& stored, JsonDocument* wanted) const {
  JsonDocument live = stored->ToJson();
  apply::Managers managers;
  Json& metadata = *FindMutable(live, "metadata");
  if (const Json* recorded = Find(metadata, "managedFields"); recorded != nullptr && recorded->IsArray()) {
    Result<apply::Managers> read = apply::ReadManagers(*recorded);
    if (!read.ok()) return Status::Internal("failed to decode managed fields: " + read.status().message());
    managers = std::move(*read);
  }
  Erase(metadata, "managedFields");
  apply::Writer writer = WriterOf(served, target, options, parts_.clock.Now());
  writer.applied = true;
  const JsonDocument settable = Settable(served, target.subresource, config);
  const apply::SchemaOf schemas = SchemasOf(served);
  const bool kubectl = options.field_manager == "kubectl";
  apply::Applied applied = apply::Apply(schemas, live, settable, managers, writer, options.force);
  if (!applied.conflicts.empty() && kubectl) {
    applied.conflicts = OthersConflicts(served, live, applied);
    if (applied.conflicts.empty()) applied = apply::Apply(schemas, live, settable, managers, writer, true);
  }
  if (!applied.conflicts.empty()) return apply::ConflictStatus(applied.conflicts);
  *wanted = std::move(applied.object);
  auto& allocator = wanted->GetAllocator();
  Json& wanted_metadata = Ensure(*wanted, "metadata", allocator);
  Json* annotations = FindMutable(wanted_metadata, "annotations");
  if (kubectl && annotations != nullptr && Find(*annotations, kLastApplied) != nullptr) {
    const std::string text = LastAppliedText(config);
    SetOrErase(*annotations, kLastApplied, text.size() > kMaxLastApplied ? "" : text, allocator);
  }
  Set(wanted_metadata, "managedFields", apply::WriteManagers(std::move(applied.managers), allocator), allocator);
  return Status::Ok();
}

Result<WriteResult> ResourceService::ApplyNew(const Identity& who, const Served& served, const Target& target,
                                              const Json& config, const WriteOptions& options) {
  const std::string_view uid = FindString(config, {"metadata", "uid"});
  const auto conflict = [&](const std::string& why) {
    return Status::ObjectConflict(served.def().group, served.def().plural, target.name, why);
  };
  if (!uid.empty()) {
    return conflict("uid mismatch: the provided object specified uid " + std::string(uid) +
                    ", and no existing object was found");
  }
  if (!FindString(config, {"metadata", "resourceVersion"}).empty()) {
    return conflict("the provided object specified a resourceVersion, and no existing object was found");
  }
  const std::string_view name = FindString(config, {"metadata", "name"});
  if (name.empty()) {
    return Status::BadRequest("the name of the object (" + target.name +
                              " based on URL) was undeterminable: name must be provided");
  }
  if (name != target.name) {
    return Status::BadRequest("the name of the object (" + std::string(name) +
                              ") does not match the name on the URL (" + target.name + ")");
  }
  JsonDocument body = Settable(served, "", config);
  auto& allocator = body.GetAllocator();
  apply::Writer writer = WriterOf(served, target, options, parts_.clock.Now());
  writer.applied = true;
  writer.fields = apply::FieldsOf(apply::RootPlace(*served.version->schema), body);
  Json& metadata = Ensure(body, "metadata", allocator);
  Set(metadata, "managedFields", apply::WriteManagers({std::move(writer)}, allocator), allocator);
  Target collection = target;
  collection.name.clear();
  return CreateAndWait(who, collection, std::move(body), options);
}

Result<WriteResult> ResourceService::Apply(const Identity& who, const Target& target, const Json& given_config,
                                           const WriteOptions& given) {
  WriteOptions options = given;
  options.owners_final = true;
  Result<Served> served = Admit(who, target, "patch");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, true));
  if (target.subresource == "scale" && served->version->scale) {
    return ApplyScale(*served, target, given_config, options);
  }
  if (!ShowsObject(*served, target.subresource))
    return Status::NotFound("the server could not find the requested resource");
  JsonDocument config;
  config.CopyFrom(given_config, config.GetAllocator());
  CROFT_RETURN_IF_ERROR(DecodeConfig(*served, config));
  std::vector<std::string> warnings;
  CROFT_RETURN_IF_ERROR(TakeFindings(options, &warnings));
  const auto change = [&](const ObjectPtr& stored, JsonDocument* wanted) {
    return ApplyTo(*served, target, config, options, stored, wanted);
  };
  // Whoever creates or deletes the object in the meantime makes this the other case.
  for (int attempt = 1;; ++attempt) {
    const bool absent = Stored(*served, target) == nullptr && target.subresource.empty();
    Result<WriteResult> result =
        absent ? ApplyNew(who, *served, target, config, options) : Mutate(*served, target, change, options);
    const bool raced =
        absent ? result.status().IsAlreadyExists() : result.status().IsNotFound() && target.subresource.empty();
    if (raced && attempt < 8) continue;
    if (result.ok()) result->warnings.insert(result->warnings.begin(), warnings.begin(), warnings.end());
    return result;
  }
}

}  // namespace croft::server
