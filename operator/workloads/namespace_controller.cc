#include "operator/workloads/namespace_controller.h"

#include <algorithm>

#include "api/types/resources.h"
#include "operator/runtime/events.h"
#include "operator/runtime/write.h"

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;
using resources::kNamespaces;
using runtime::Outcome;

constexpr const char* kFinalizer = "kubernetes";
// Between looks at what is still ending: pods take their time to stop.
constexpr Duration kLookAgain = 300ms;

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

    const auto left = Empty(key.name);
    if (!left.ok()) return Outcome::Retry(left.status());
    if (!left->empty()) {
      const Status told = Tell(*object, json, "SomeResourcesRemain", "Some resources are remaining: " + *left);
      return told.ok() || told.IsConflict() ? Outcome::After(kLookAgain) : Outcome::Retry(told);
    }
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

  // Deletes all there is; what is left after that, as text. The lists come from the server, not from a cache: nothing
  // may be overlooked.
  Result<std::string> Empty(const std::string& ns) {
    std::string left;
    for (const GroupVersionResource& gvr : resources_()) {
      const auto list = context_.client.List(gvr, {ns, "", ""});
      // A kind whose definition has just gone has no objects either.
      if (!list.ok() && list.status().IsNotFound()) continue;
      if (!list.ok()) return list.status();
      size_t remaining = 0;
      for (const ObjectPtr& item : list->items) {
        if (item->meta().deleting) {
          ++remaining;
          continue;
        }
        client::DeleteOptions options;
        options.uid = item->meta().uid;
        options.propagation_policy = "Background";
        const Status deleted = context_.client.Delete(gvr, item->key(), options);
        if (!deleted.ok() && !deleted.IsNotFound()) return deleted;
        ++remaining;
      }
      if (remaining == 0) continue;
      if (!left.empty()) left += ", ";
      left += gvr.resource + (gvr.group.empty() ? "" : "." + gvr.group) + " has " + std::to_string(remaining) +
              " resource instances";
    }
    return left;
  }

  Status Tell(const Object& object, const Json& before, const char* reason, const std::string& message) {
    JsonDocument after;
    auto& allocator = after.GetAllocator();
    after.CopyFrom(before, allocator);
    Json& status = Ensure(after, "status", allocator);
    SetString(status, "phase", "Terminating", allocator);
    Json condition(rapidjson::kObjectType);
    SetString(condition, "type", "NamespaceContentRemaining", allocator);
    SetString(condition, "status", "True", allocator);
    SetString(condition, "reason", reason, allocator);
    SetString(condition, "message", message, allocator);
    const Json* old = Find(before, {"status", "conditions"});
    const bool stands = old != nullptr && old->IsArray() && !old->Empty();
    const std::string_view since = stands ? FindString((*old)[0], {"lastTransitionTime"}) : std::string_view();
    SetString(condition, "lastTransitionTime", since.empty() ? FormatTime(context_.clock.Now()) : std::string(since),
              allocator);
    Json list(rapidjson::kArrayType);
    list.PushBack(std::move(condition), allocator);
    Set(status, "conditions", std::move(list), allocator);
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
