#include "api/server/resource_service.h"
#include "api/server/write_options.h"

namespace croft::server {
namespace {

// A meta/v1 Status that says that it worked; what a subresource without an object of its own answers.
Result<WriteResult> Success() {
  static const std::string kBody = R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201})";
  Result<ObjectPtr> object = Object::Parse(kBody);
  if (!object.ok()) return object.status();
  return WriteResult{std::move(*object), true, {}};
}

void AddScheduledCondition(Json& pod, WallTime now, JsonAllocator& allocator) {
  Json& status = Ensure(pod, "status", allocator);
  const Json* present = Find(status, "conditions");
  Json conditions(rapidjson::kArrayType);
  if (present != nullptr && present->IsArray()) {
    for (const Json& condition : present->GetArray()) {
      if (FindString(condition, {"type"}) != "PodScheduled") conditions.PushBack(Copy(condition, allocator), allocator);
    }
  }
  Json scheduled(rapidjson::kObjectType);
  SetString(scheduled, "type", "PodScheduled", allocator);
  SetString(scheduled, "status", "True", allocator);
  SetString(scheduled, "lastTransitionTime", FormatTime(now), allocator);
  conditions.PushBack(std::move(scheduled), allocator);
  Set(status, "conditions", std::move(conditions), allocator);
}

// What a scheduler has to say to others about its choice.
void CopyAnnotations(const Json& binding, Json& pod, JsonAllocator& allocator) {
  const Json* annotations = Find(binding, {"metadata", "annotations"});
  if (annotations == nullptr || !annotations->IsObject() || annotations->ObjectEmpty()) return;
  Json& own = Ensure(Ensure(pod, "metadata", allocator), "annotations", allocator);
  for (const auto& annotation : annotations->GetObject()) {
    if (annotation.value.IsString()) Set(own, AsView(annotation.name), Copy(annotation.value, allocator), allocator);
  }
}

}  // namespace

Result<WriteResult> ResourceService::CreateSubresource(const Served& served, const Target& target, const Json& body,
                                                       const WriteOptions& options) {
  const bool pod = served.def().group.empty() && served.def().plural == "pods";
  if (pod && target.subresource == "binding") return BindPod(served, target, body, options);
  if (pod && target.subresource == "eviction") return EvictPod(served, target, body, options);
  const bool account = served.def().group.empty() && served.def().plural == "serviceaccounts";
  if (account && target.subresource == "token") return CreateToken(target, body, options);
  return PathNotFound();
}

// A delete by another name. Disruption budgets are not looked at, since nothing counts what they allow.
Result<WriteResult> ResourceService::EvictPod(const Served& served, const Target& target, const Json& eviction,
                                              const WriteOptions& options) {
  const std::string_view name = FindString(eviction, {"metadata", "name"}, target.name);
  if (name != target.name) return Status::BadRequest("name in URL does not match name in Eviction object");
  DeleteOptions erase;
  const Json* given = Find(eviction, "deleteOptions");
  if (given != nullptr && !given->IsNull()) CROFT_RETURN_IF_ERROR(ReadDeleteOptions(*given, &erase));
  CROFT_RETURN_IF_ERROR(CheckDeleteOptions(erase));
  erase.dry_run = erase.dry_run || options.dry_run;
  Target pod = target;
  pod.subresource.clear();
  const Result<DeleteResult> deleted = DeleteNamed(served, pod, erase);
  if (!deleted.ok()) return deleted.status();
  return Success();
}

JsonDocument WithEphemeralContainers(const ObjectPtr& stored, const Json& wanted) {
  JsonDocument pod = stored->ToJson();
  auto& allocator = pod.GetAllocator();
  Json& metadata = Ensure(pod, "metadata", allocator);
  for (const char* key : {"name", "namespace", "uid", "resourceVersion"}) {
    const std::string_view said = FindString(wanted, {"metadata", key});
    if (!said.empty()) SetString(metadata, key, said, allocator);
  }
  Json& spec = Ensure(pod, "spec", allocator);
  const Json* containers = Find(wanted, {"spec", "ephemeralContainers"});
  if (containers == nullptr) {
    Erase(spec, "ephemeralContainers");
  } else {
    Set(spec, "ephemeralContainers", Copy(*containers, allocator), allocator);
  }
  return pod;
}

// The scheduler's word: a pod is bound once and for good. Node and condition are stored in one write, so that no agent
// sees a pod with a node that is not yet said to be scheduled.
Result<WriteResult> ResourceService::BindPod(const Served& served, const Target& target, const Json& binding,
                                             const WriteOptions& options) {
  const std::string node(FindString(binding, {"target", "name"}));
  Causes causes;
  const std::string_view kind = FindString(binding, {"target", "kind"}, "Node");
  if (kind != "Node" && !kind.empty()) causes.NotSupported("target.kind", kind, {"Node", "<empty>"});
  if (node.empty()) causes.Required("target.name");
  if (!causes.empty()) return Status::InvalidObject("", "Binding", target.name, causes.Take());
  const std::string_view uid = FindString(binding, {"metadata", "uid"});
  for (int attempt = 1;; ++attempt) {
    const ObjectPtr stored = Stored(served, target);
    if (stored == nullptr) return Status::ObjectNotFound("", "pods", target.name);
    JsonDocument pod = stored->ToJson();
    const auto conflict = [&](const std::string& why) {
      return Status::ObjectConflict("", "pods/binding", target.name, why);
    };
    if (!uid.empty() && uid != stored->meta().uid) return conflict("the pod with this name is another one by now");
    if (stored->meta().deleting) {
      return conflict("pod " + target.name + " is being deleted, cannot be assigned to a host");
    }
    const std::string_view bound = FindString(pod, {"spec", "nodeName"});
    if (!bound.empty())
      return conflict("pod " + target.name + " is already assigned to node \"" + std::string(bound) + "\"");
    auto& allocator = pod.GetAllocator();
    SetString(Ensure(pod, "spec", allocator), "nodeName", node, allocator);
    AddScheduledCondition(pod, parts_.clock.Now(), allocator);
    CopyAnnotations(binding, pod, allocator);
    if (options.dry_run) return Success();
    Result<Draft> draft = Draft::From(pod);
    if (!draft.ok()) return draft.status();
    const Result<ObjectPtr> committed = parts_.store.CommitAndWait(
        {ResourceOf(served), stored->key(), std::move(*draft), stored->meta().revision, served.def().ephemeral});
    if (committed.ok()) return Success();
    if (!committed.status().IsConflict() || attempt == 8) return committed.status();
  }
}

}  // namespace croft::server
