#include "operator/workloads/namespace_controller.h"

#include <algorithm>

#include "api/types/resources.h"
#include "operator/runtime/write.h"
#include "operator/workloads/namespace_plan.h"

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;
using resources::kNamespaces;
using runtime::Outcome;

constexpr const char* kFinalizer = "kubernetes";
// Between looks at what is still ending: pods take their time to stop.
constexpr Duration kLookAgain = 300ms;

std::vector<types::Condition> ReadConditions(const Json& ns) {
  std::vector<types::Condition> conditions;
  const Json* list = Find(ns, {"status", "conditions"});
  if (list == nullptr || !list->IsArray()) return conditions;
  for (const Json& each : list->GetArray()) {
    types::Condition condition;
    condition.type = FindString(each, {"type"});
    condition.status = FindString(each, {"status"});
    condition.last_transition_time = FindString(each, {"lastTransitionTime"});
    condition.reason = FindString(each, {"reason"});
    condition.message = FindString(each, {"message"});
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

Json WriteConditions(const std::vector<types::Condition>& conditions, JsonAllocator& allocator) {
  Json list(rapidjson::kArrayType);
  for (const types::Condition& condition : conditions) {
    Json item(rapidjson::kObjectType);
    SetString(item, "type", condition.type, allocator);
    SetString(item, "status", condition.status, allocator);
    SetString(item, "lastTransitionTime", condition.last_transition_time, allocator);
    SetString(item, "reason", condition.reason, allocator);
    SetString(item, "message", condition.message, allocator);
    list.PushBack(std::move(item), allocator);
  }
  return list;
}

class NamespaceReconciler final : public runtime::Reconciler {
 public:
  NamespaceReconciler(runtime::Manager& manager, NamespacedResources resources)
      : context_(manager.context()),
        namespaces_(manager.informers().For(kNamespaces)),
        resources_(std::move(resources)) {}

  Outcome Reconcile(const Key& key) override {
    const ObjectPtr object = namespaces_.Get(key);
    if (object == nullptr || !object->meta().deleting) return Outcome::Done();
    const JsonDocument json = object->ToJson();
    if (!HasFinalizer(json)) return Outcome::Done();

    const NamespaceContent content = Empty(key.name);
    const bool done = content.empty();
    if (!done || StaysAfterwards(*object, json)) {
      if (const Status told = Tell(*object, json, content); !told.ok()) return Outcome::Retry(told);
    }
    if (!content.failures.empty()) return Outcome::Retry(Status::Unavailable(content.failures.front()));
    if (!done) return Outcome::After(kLookAgain);
    const Status finalized = Finalize(key, json);
    return finalized.ok() || finalized.IsNotFound() ? Outcome::Done() : Outcome::Retry(finalized);
  }

 private:
  static bool HasFinalizer(const Json& json) {
    const Json* finalizers = Find(json, {"spec", "finalizers"});
    if (finalizers == nullptr || !finalizers->IsArray()) return false;
    return std::any_of(finalizers->Begin(), finalizers->End(),
                       [](const Json& f) { return f.IsString() && AsView(f) == kFinalizer; });
  }

  // Whether others hold it when this controller has let go, so that people will look what it waits for.
  static bool StaysAfterwards(const Object& object, const Json& json) {
    return !object.meta().finalizers.empty() || Find(json, {"spec", "finalizers"})->Size() > 1;
  }

  // Deletes all there is; what was left then. The lists come from the server, not from a cache: nothing may be
  // overlooked. A resource that fails does not keep the others.
  NamespaceContent Empty(const std::string& ns) {
    NamespaceContent content;
    for (const GroupVersionResource& gvr : resources_()) {
      const auto list = context_.client.List(gvr, {ns, "", ""});
      // A kind whose definition has just gone has no objects either.
      if (!list.ok() && list.status().IsNotFound()) continue;
      const std::string name = gvr.resource + "." + gvr.group;
      if (!list.ok()) {
        content.failures.push_back(name + ": " + list.status().message());
        continue;
      }
      for (const ObjectPtr& item : list->items) {
        ++content.remaining[name];
        for (const std::string& finalizer : item->meta().finalizers) ++content.finalizers[finalizer];
        if (item->meta().deleting) continue;
        if (const Status deleted = Delete(gvr, *item); !deleted.ok()) {
          content.failures.push_back(name + ": " + deleted.message());
          break;
        }
      }
    }
    return content;
  }

  Status Delete(const GroupVersionResource& gvr, const Object& item) {
    client::DeleteOptions options;
    options.uid = item.meta().uid;
    options.propagation_policy = "Background";
    const Status deleted = context_.client.Delete(gvr, item.key(), options);
    return deleted.IsNotFound() ? Status::Ok() : deleted;
  }

  Status Tell(const Object& object, const Json& before, const NamespaceContent& content) {
    JsonDocument after;
    auto& allocator = after.GetAllocator();
    after.CopyFrom(before, allocator);
    Json& status = Ensure(after, "status", allocator);
    SetString(status, "phase", "Terminating", allocator);
    const auto conditions = DecideNamespaceConditions(ReadConditions(before), content, context_.clock.Now());
    Set(status, "conditions", WriteConditions(conditions, allocator), allocator);
    return runtime::PatchStatus(context_.client, kNamespaces, object.key(), std::to_string(object.meta().revision),
                                before, after);
  }

  Status Finalize(const Key& key, const Json& json) {
    JsonDocument body;
    auto& allocator = body.GetAllocator();
    body.CopyFrom(json, allocator);
    // Whatever revision it has by now: the finalizer is this controller's own.
    if (Json* metadata = FindMutable(body, "metadata")) Erase(*metadata, "resourceVersion");
    Json left(rapidjson::kArrayType);
    for (const Json& finalizer : Find(json, {"spec", "finalizers"})->GetArray()) {
      if (AsView(finalizer) != kFinalizer) left.PushBack(Copy(finalizer, allocator), allocator);
    }
    Set(Ensure(body, "spec", allocator), "finalizers", std::move(left), allocator);
    return context_.client.Update(kNamespaces, key, body, "finalize").status();
  }

  runtime::Context& context_;
  client::Informer& namespaces_;
  const NamespacedResources resources_;
};

}  // namespace

void AddNamespaceController(runtime::Manager& manager, NamespacedResources resources, int workers) {
  runtime::Controller& controller =
      manager.Add("namespace", std::make_unique<NamespaceReconciler>(manager, std::move(resources)), workers);
  manager.Watch(controller, kNamespaces, runtime::ToSelf());
}

}  // namespace croft::workloads
