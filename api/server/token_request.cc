#include "api/server/causes.h"
#include "api/server/resource_service.h"

// TokenRequests: POST .../serviceaccounts/NAME/token.
namespace croft::server {
namespace {

constexpr const char* kGroup = "authentication.k8s.io";
constexpr const char* kVersion = "authentication.k8s.io/v1";
constexpr const char* kKind = "TokenRequest";
constexpr int64_t kUsualSeconds = 3600;
constexpr int64_t kLeastSeconds = 600;
constexpr int64_t kMostSeconds = int64_t{1} << 32;

// A request as it was read, with what was left open filled in.
struct Wanted {
  std::vector<std::string> audiences;
  int64_t seconds = kUsualSeconds;
  struct Reference {
    std::string api_version, kind, name, uid;
  };
  std::optional<Reference> bound_to;
};

Status Undecodable(const std::string& why) {
  return Status::BadRequest("TokenRequest in version \"v1\" cannot be handled as a TokenRequest: " + why);
}

Status CheckType(const Json& body) {
  if (!body.IsObject()) return Status::BadRequest("the body must be a JSON object");
  const std::string_view version = FindString(body, {"apiVersion"}, kVersion);
  if (version != kVersion && !version.empty()) {
    return Status::BadRequest("the API version in the data (" + std::string(version) +
                              ") does not match the expected API version (" + kVersion + ")");
  }
  const std::string_view kind = FindString(body, {"kind"}, kKind);
  if (kind == kKind || kind.empty()) return Status::Ok();
  return Status::BadRequest(std::string(kind) + " in version \"v1\" cannot be handled as a TokenRequest");
}

Status CheckObject(const Json* value, const std::string& path) {
  if (value == nullptr || value->IsNull() || value->IsObject()) return Status::Ok();
  return Undecodable(path + ": must be an object");
}

// Absent and null leave `out` as it is.
Status ReadText(const Json& object, const std::string& path, std::string_view key, std::string* out) {
  const Json* value = Find(object, key);
  if (value == nullptr || value->IsNull()) return Status::Ok();
  if (!value->IsString()) return Undecodable(path + "." + std::string(key) + ": must be a string");
  *out = AsView(*value);
  return Status::Ok();
}

Status ReadAudiences(const Json& spec, std::vector<std::string>* out) {
  const Json* list = Find(spec, "audiences");
  if (list == nullptr || list->IsNull()) return Status::Ok();
  if (!list->IsArray()) return Undecodable("spec.audiences: must be an array");
  for (const Json& each : list->GetArray()) {
    if (!each.IsString()) return Undecodable(Indexed("spec.audiences", out->size()) + ": must be a string");
    out->emplace_back(AsView(each));
  }
  return Status::Ok();
}

Status ReadReference(const Json& spec, std::optional<Wanted::Reference>* out) {
  const Json* reference = Find(spec, "boundObjectRef");
  CROFT_RETURN_IF_ERROR(CheckObject(reference, "spec.boundObjectRef"));
  if (reference == nullptr || reference->IsNull()) return Status::Ok();
  Wanted::Reference& to = out->emplace();
  CROFT_RETURN_IF_ERROR(ReadText(*reference, "spec.boundObjectRef", "apiVersion", &to.api_version));
  CROFT_RETURN_IF_ERROR(ReadText(*reference, "spec.boundObjectRef", "kind", &to.kind));
  CROFT_RETURN_IF_ERROR(ReadText(*reference, "spec.boundObjectRef", "name", &to.name));
  return ReadText(*reference, "spec.boundObjectRef", "uid", &to.uid);
}

Result<Wanted> ReadWanted(const Json& body) {
  Wanted wanted;
  const Json* spec = Find(body, "spec");
  CROFT_RETURN_IF_ERROR(CheckObject(Find(body, "metadata"), "metadata"));
  CROFT_RETURN_IF_ERROR(CheckObject(spec, "spec"));
  if (spec != nullptr && spec->IsObject()) {
    CROFT_RETURN_IF_ERROR(ReadAudiences(*spec, &wanted.audiences));
    CROFT_RETURN_IF_ERROR(ReadReference(*spec, &wanted.bound_to));
    const Json* seconds = Find(*spec, "expirationSeconds");
    if (seconds != nullptr && !seconds->IsNull()) {
      if (!seconds->IsInt64()) return Undecodable("spec.expirationSeconds: must be an int64");
      wanted.seconds = seconds->GetInt64();
    }
  }
  if (wanted.audiences.empty()) wanted.audiences = {AccountTokens::kIssuer};
  return wanted;
}

// What the body says about whose token it asks for must be what the path says.
Status CheckName(const Json& body, const Target& account) {
  Causes causes;
  const std::string_view name = FindString(body, {"metadata", "name"});
  const std::string_view ns = FindString(body, {"metadata", "namespace"});
  if (!name.empty() && name != account.name) {
    causes.Invalid("metadata.name", name, "must match the service account name if specified");
  } else if (!ns.empty() && ns != account.ns) {
    causes.Invalid("metadata.namespace", ns, "must match the service account namespace if specified");
  }
  return causes.empty() ? Status::Ok() : Status::InvalidObject(kGroup, kKind, account.name, causes.Take());
}

Status CheckLifetime(int64_t seconds) {
  Causes causes;
  if (seconds < kLeastSeconds) {
    causes.Invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
  } else if (seconds > kMostSeconds) {
    causes.Invalid("spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
  }
  return causes.empty() ? Status::Ok() : Status::InvalidObject(kGroup, kKind, "", causes.Take());
}

types::NameAndUid NameOf(const Object& object) {
  return {object.name(), object.meta().uid};
}

Status CheckUid(const Wanted::Reference& to, const Object& found) {
  if (to.uid.empty() || to.uid == found.meta().uid) return Status::Ok();
  return Status::ObjectConflict("", to.kind, to.name,
                                "the UID in the bound object reference (" + to.uid +
                                    ") does not match the UID in record. The object might have been deleted and then "
                                    "recreated");
}

Status BindToPod(const store::Store& store, const ObjectPtr& pod, types::AccountClaims* claims) {
  const JsonDocument json = pod->ToJson();
  if (FindString(json, {"spec", "serviceAccountName"}, "default") != claims->account.name) {
    return Status::BadRequest("cannot bind token for serviceaccount \"" + claims->account.name +
                              "\" to pod running with different serviceaccount name.");
  }
  claims->pod = NameOf(*pod);
  const std::string node(FindString(json, {"spec", "nodeName"}));
  if (node.empty()) return Status::Ok();
  const ObjectPtr found = store.Get({"", "nodes"}, {"", node});
  claims->node = found != nullptr ? NameOf(*found) : types::NameAndUid{node, {}};
  return Status::Ok();
}

// Says in `claims` what the token is bound to.
Status Bind(const store::Store& store, const Wanted::Reference& to, types::AccountClaims* claims) {
  const auto [group, version] = SplitApiVersion(to.api_version);
  const char* resource = to.kind == "Pod"      ? "pods"
                         : to.kind == "Node"   ? "nodes"
                         : to.kind == "Secret" ? "secrets"
                                               : nullptr;
  if (!group.empty() || resource == nullptr) {
    return Status::BadRequest("cannot bind token to object of type " + group + "/" + version + ", Kind=" + to.kind);
  }
  const std::string ns = to.kind == "Node" ? std::string() : claims->ns;
  const ObjectPtr found = store.Get({"", resource}, {ns, to.name});
  if (found == nullptr) return Status::ObjectNotFound("", resource, to.name);
  if (to.kind == "Pod") CROFT_RETURN_IF_ERROR(BindToPod(store, found, claims));
  if (to.kind == "Node") claims->node = NameOf(*found);
  if (to.kind == "Secret") claims->secret = NameOf(*found);
  return CheckUid(to, *found);
}

JsonDocument Answered(const Wanted& wanted, const types::AccountClaims& claims, const std::string& token) {
  JsonDocument answer(rapidjson::kObjectType);
  auto& allocator = answer.GetAllocator();
  SetString(answer, "kind", kKind, allocator);
  SetString(answer, "apiVersion", kVersion, allocator);
  Json& metadata = Ensure(answer, "metadata", allocator);
  SetString(metadata, "name", claims.account.name, allocator);
  SetString(metadata, "namespace", claims.ns, allocator);
  SetString(metadata, "creationTimestamp", FormatTime(*claims.issued), allocator);
  Json& spec = Ensure(answer, "spec", allocator);
  Json audiences(rapidjson::kArrayType);
  for (const std::string& audience : wanted.audiences) audiences.PushBack(MakeString(audience, allocator), allocator);
  Set(spec, "audiences", std::move(audiences), allocator);
  Set(spec, "expirationSeconds", Json(wanted.seconds), allocator);
  if (wanted.bound_to) {
    Json& reference = Ensure(spec, "boundObjectRef", allocator);
    const Wanted::Reference& to = *wanted.bound_to;
    for (const auto& [key, value] : {std::pair{"kind", &to.kind}, std::pair{"apiVersion", &to.api_version},
                                     std::pair{"name", &to.name}, std::pair{"uid", &to.uid}}) {
      if (!value->empty()) SetString(reference, key, *value, allocator);
    }
  } else {
    Set(spec, "boundObjectRef", Json(), allocator);
  }
  Json& status = Ensure(answer, "status", allocator);
  SetString(status, "token", token, allocator);
  SetString(status, "expirationTimestamp", FormatTime(*claims.expires), allocator);
  return answer;
}

}  // namespace

Result<WriteResult> ResourceService::CreateToken(const Target& target, const Json& body, const WriteOptions& options) {
  CROFT_RETURN_IF_ERROR(CheckType(body));
  const Result<Wanted> wanted = ReadWanted(body);
  if (!wanted.ok()) return wanted.status();
  CROFT_RETURN_IF_ERROR(CheckName(body, target));
  const ObjectPtr account = parts_.store.Get({"", "serviceaccounts"}, {target.ns, target.name});
  if (account == nullptr) return Status::ObjectNotFound("", "serviceaccounts", target.name);
  CROFT_RETURN_IF_ERROR(CheckLifetime(wanted->seconds));

  types::AccountClaims claims;
  claims.ns = target.ns;
  claims.account = NameOf(*account);
  claims.audiences = wanted->audiences;
  claims.issued = std::chrono::floor<std::chrono::seconds>(parts_.clock.Now());
  claims.not_before = claims.issued;
  claims.expires = *claims.issued + std::chrono::seconds(wanted->seconds);
  if (wanted->bound_to) CROFT_RETURN_IF_ERROR(Bind(parts_.store, *wanted->bound_to, &claims));
  std::string token;  // a dry run tells only whether there would be one
  if (!options.dry_run) {
    Result<std::string> issued = parts_.account_tokens.Issue(claims);
    if (!issued.ok()) return issued.status();
    token = std::move(*issued);
  }
  Result<ObjectPtr> answer = Object::From(Answered(*wanted, claims, token));
  if (!answer.ok()) return answer.status();
  return WriteResult{std::move(*answer), true, {}};
}

}  // namespace croft::server
