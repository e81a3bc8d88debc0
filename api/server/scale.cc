#include <algorithm>

#include "api/server/resource_service.h"

namespace croft::server {
namespace {

// ".spec.replicas" -> {"spec", "replicas"}: a scale path names plain members only.
std::vector<std::string> Members(const std::string& path) {
  std::vector<std::string> members;
  size_t start = path.starts_with(".") ? 1 : 0;
  while (start < path.size()) {
    const size_t dot = std::min(path.find('.', start), path.size());
    members.push_back(path.substr(start, dot - start));
    start = dot + 1;
  }
  return members;
}

const Json* At(const Json& object, const std::string& path) {
  const Json* at = &object;
  for (const std::string& member : Members(path)) {
    at = Find(*at, member);
    if (at == nullptr) return nullptr;
  }
  return at;
}

// `path` is not empty.
void SetAt(Json& object, const std::string& path, Json value, JsonAllocator& allocator) {
  const std::vector<std::string> members = Members(path);
  Json* at = &object;
  for (size_t i = 0; i + 1 < members.size(); ++i) at = &Ensure(*at, members[i], allocator);
  Set(*at, members.back(), std::move(value), allocator);
}

int64_t NumberAt(const Json& object, const std::string& path) {
  const Json* found = At(object, path);
  return found != nullptr && found->IsInt64() ? found->GetInt64() : 0;
}

std::string SelectorAt(const Json& object, const std::string& path) {
  if (path.empty()) return {};
  const Json* found = At(object, path);
  if (found == nullptr) return {};
  if (found->IsString()) return std::string(AsView(*found));
  Result<LabelSelector> selector = LabelSelector::FromJson(*found);
  return selector.ok() ? selector->ToString() : std::string();
}

// A Scale without replicas asks for none, as Kubernetes reads it.
Status CheckScale(const Json& scale) {
  if (!scale.IsObject()) return Status::BadRequest("the body must be a JSON object");
  const std::string_view kind = FindString(scale, {"kind"}, "Scale");
  if (!kind.empty() && kind != "Scale") {
    return Status::BadRequest(std::string(kind) + " in version \"" + std::string(FindString(scale, {"apiVersion"})) +
                              "\" cannot be handled as a Scale");
  }
  const Json* replicas = Find(scale, {"spec", "replicas"});
  if (replicas == nullptr || replicas->IsNull() || replicas->IsInt()) return Status::Ok();
  return Status::BadRequest("Scale in version \"v1\" cannot be handled as a Scale: spec.replicas: must be an int32");
}

}  // namespace

Result<ObjectPtr> ResourceService::GetScale(const Served& served, const ObjectPtr& stored) const {
  const schema::ScaleSubresource& paths = *served.version->scale;
  const JsonDocument object = stored->ToJson();
  // Kubernetes' own kinds have a default there; of a posted one nobody knows what absence means.
  if (!served.def().builtin && At(object, paths.spec_replicas_path) == nullptr) {
    return Status::Internal("the spec replicas field \"" + paths.spec_replicas_path + "\" does not exist");
  }
  JsonDocument scale(rapidjson::kObjectType);
  auto& allocator = scale.GetAllocator();
  SetString(scale, "kind", "Scale", allocator);
  SetString(scale, "apiVersion", "autoscaling/v1", allocator);
  Json& metadata = Ensure(scale, "metadata", allocator);
  for (const char* key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    const std::string_view value = FindString(object, {"metadata", key});
    if (!value.empty()) SetString(metadata, key, value, allocator);
  }
  Set(Ensure(scale, "spec", allocator), "replicas", Json(NumberAt(object, paths.spec_replicas_path)), allocator);
  Json& status = Ensure(scale, "status", allocator);
  Set(status, "replicas", Json(NumberAt(object, paths.status_replicas_path)), allocator);
  // The built-in workloads keep their selector in the spec, in the object form.
  std::string selector = SelectorAt(object, paths.label_selector_path);
  if (selector.empty() && served.def().builtin) selector = SelectorAt(object, ".spec.selector");
  if (!selector.empty()) SetString(status, "selector", selector, allocator);
  return Object::From(scale);
}

Result<WriteResult> ResourceService::WriteScale(const Served& served, const Target& target,
                                                const std::function<Status(JsonDocument* scale)>& change,
                                                const WriteOptions& options) {
  const auto set_replicas = [&](const ObjectPtr& stored, JsonDocument* wanted) -> Status {
    Result<ObjectPtr> now = GetScale(served, stored);
    if (!now.ok()) return now.status();
    JsonDocument scale = (*now)->ToJson();
    CROFT_RETURN_IF_ERROR(change(&scale));
    CROFT_RETURN_IF_ERROR(CheckScale(scale));
    const Json* found = Find(scale, {"spec", "replicas"});
    const int64_t replicas = found == nullptr || found->IsNull() ? 0 : found->GetInt64();
    if (replicas < 0) {
      Causes causes;
      causes.Invalid("spec.replicas", replicas, "must be greater than or equal to 0");
      return Status::InvalidObject("autoscaling", "Scale", target.name, causes.Take());
    }
    *wanted = stored->ToJson();
    auto& allocator = wanted->GetAllocator();
    const std::string_view revision = FindString(scale, {"metadata", "resourceVersion"});
    if (!revision.empty()) SetString(*FindMutable(*wanted, "metadata"), "resourceVersion", revision, allocator);
    const std::string& path = served.version->scale->spec_replicas_path;
    if (Members(path).empty()) return Status::Internal("the kind's specReplicasPath is empty");
    SetAt(*wanted, path, Json(replicas), allocator);
    return Status::Ok();
  };
  Result<WriteResult> result = Mutate(served, target, set_replicas, options);
  if (!result.ok()) return result.status();
  Result<ObjectPtr> scale = GetScale(served, result->object);
  if (!scale.ok()) return scale.status();
  result->object = std::move(*scale);
  return result;
}

// A Scale is applied as the one field of the object that it stands for, under the name of the subresource.
Result<WriteResult> ResourceService::ApplyScale(const Served& served, const Target& target, const Json& scale,
                                                const WriteOptions& options) {
  if (FindString(scale, {"kind"}) != "Scale" || FindString(scale, {"apiVersion"}) != "autoscaling/v1") {
    return Status::BadRequest("an autoscaling/v1 Scale is expected");
  }
  const Json* replicas = Find(scale, {"spec", "replicas"});
  if (replicas != nullptr && (!replicas->IsInt64() || replicas->GetInt64() < 0)) {
    Causes causes;
    causes.Invalid("spec.replicas", *replicas, "must be greater than or equal to 0");
    return Status::InvalidObject("autoscaling", "Scale", target.name, causes.Take());
  }
  JsonDocument config(rapidjson::kObjectType);
  auto& allocator = config.GetAllocator();
  SetString(config, "apiVersion", ApiVersion(served.def().group, served.version->name), allocator);
  SetString(config, "kind", served.def().kind, allocator);
  Json& metadata = Ensure(config, "metadata", allocator);
  for (const char* key : {"name", "namespace", "uid", "resourceVersion"}) {
    const std::string_view text = FindString(scale, {"metadata", key});
    if (!text.empty()) SetString(metadata, key, text, allocator);
  }
  const std::string& path = served.version->scale->spec_replicas_path;
  if (Members(path).empty()) return Status::Internal("the kind's specReplicasPath is empty");
  if (replicas != nullptr) SetAt(config, path, Copy(*replicas, allocator), allocator);
  Result<WriteResult> result = Mutate(
      served, target,
      [&](const ObjectPtr& stored, JsonDocument* wanted) -> Status {
        if (Result<ObjectPtr> before = GetScale(served, stored); !before.ok()) return before.status();
        CROFT_RETURN_IF_ERROR(ApplyTo(served, target, config, options, stored, wanted));
        // Replicas that nobody owns any more are none, as in any Scale.
        if (At(*wanted, path) == nullptr) SetAt(*wanted, path, Json(0), wanted->GetAllocator());
        return Status::Ok();
      },
      options);
  if (!result.ok()) return result.status();
  Result<ObjectPtr> now = GetScale(served, result->object);
  if (!now.ok()) return now.status();
  result->object = std::move(*now);
  return result;
}

}  // namespace croft::server
