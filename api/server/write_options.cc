#include "api/server/write_options.h"

#include <algorithm>

namespace croft::server {
namespace {

Status Refuse(Causes& causes) {
  if (causes.empty()) return Status::Ok();
  return Status::InvalidObject("meta.k8s.io", "DeleteOptions", "", causes.Take());
}

Status WrongType(std::string_view field, std::string_view want) {
  return Status::BadRequest("DeleteOptions: " + std::string(field) + ": must be " + std::string(want));
}

// The member at `path`, null where it is absent; kBadRequest when `is` does not hold for it.
Result<const Json*> Read(const Json& body, std::initializer_list<std::string_view> path, bool (Json::*is)() const,
                         std::string_view want) {
  const Json* found = Find(body, path);
  if (found == nullptr || found->IsNull()) return static_cast<const Json*>(nullptr);
  if (!(found->*is)()) return WrongType(*(path.end() - 1), want);
  return found;
}

Status ReadText(const Json& body, std::initializer_list<std::string_view> path, std::string* out) {
  const Result<const Json*> text = Read(body, path, &Json::IsString, "a string");
  if (!text.ok()) return text.status();
  if (*text != nullptr) *out = AsView(**text);
  return Status::Ok();
}

Status ReadDryRun(const Json& body, bool* out) {
  const auto list = Read(body, {"dryRun"}, &Json::IsArray, "a list of strings");
  if (!list.ok()) return list.status();
  if (*list == nullptr) return Status::Ok();
  std::vector<std::string> stages;
  for (const Json& stage : (*list)->GetArray()) {
    if (!stage.IsString()) return WrongType("dryRun", "a list of strings");
    stages.emplace_back(AsView(stage));
  }
  Causes causes;
  *out = WantsDryRun(stages, causes) || *out;
  return Refuse(causes);
}

}  // namespace

bool WantsDryRun(const std::vector<std::string>& stages, Causes& causes) {
  if (std::all_of(stages.begin(), stages.end(), [](const std::string& stage) { return stage == "All"; })) {
    return !stages.empty();
  }
  JsonDocument shown(rapidjson::kArrayType);
  for (const std::string& stage : stages) {
    shown.PushBack(MakeString(stage, shown.GetAllocator()), shown.GetAllocator());
  }
  causes.NotSupported("dryRun", shown, {"All"});
  return false;
}

Status ReadDeleteOptions(const Json& body, DeleteOptions* options) {
  if (!body.IsObject()) return Status::BadRequest("DeleteOptions must be a JSON object");
  const auto grace = Read(body, {"gracePeriodSeconds"}, &Json::IsInt64, "a number of 64 bits");
  if (!grace.ok()) return grace.status();
  if (*grace != nullptr) options->grace_period_seconds = (*grace)->GetInt64();
  const auto orphan = Read(body, {"orphanDependents"}, &Json::IsBool, "true or false");
  if (!orphan.ok()) return orphan.status();
  if (*orphan != nullptr) options->orphan_dependents = (*orphan)->GetBool();
  CROFT_RETURN_IF_ERROR(ReadText(body, {"propagationPolicy"}, &options->propagation_policy));
  const auto preconditions = Read(body, {"preconditions"}, &Json::IsObject, "an object");
  if (!preconditions.ok()) return preconditions.status();
  CROFT_RETURN_IF_ERROR(ReadText(body, {"preconditions", "uid"}, &options->uid));
  CROFT_RETURN_IF_ERROR(ReadText(body, {"preconditions", "resourceVersion"}, &options->resource_version));
  return ReadDryRun(body, &options->dry_run);
}

Status CheckDeleteOptions(const DeleteOptions& options) {
  const std::string& policy = options.propagation_policy;
  Causes causes;
  if (!policy.empty() && options.orphan_dependents) {
    causes.Invalid("propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set");
  }
  if (!policy.empty() && policy != "Foreground" && policy != "Background" && policy != "Orphan") {
    causes.NotSupported("propagationPolicy", policy, {"Foreground", "Background", "Orphan", "nil"});
  }
  return Refuse(causes);
}

std::string YamlErrors(const StrictFindings& findings) {
  std::string text = "yaml: unmarshal errors:";
  for (const std::string& error : findings.yaml) text += "\n  " + error;
  return text;
}

}  // namespace croft::server
