#include <algorithm>
#include <chrono>

#include "tools/chart/release/manifests.h"
#include "tools/chart/release/resources.h"
#include "tools/chart/release/three_way.h"

namespace croft::chart {
namespace {

constexpr int kTries = 8;  // against others who write the same object
constexpr auto kLook = std::chrono::milliseconds(500);
constexpr std::string_view kPolicy = "helm.sh/resource-policy";

const Resource* FindSame(const Resources& resources, const Resource& like) {
  const auto at = std::find_if(resources.begin(), resources.end(), [&](const Resource& r) { return r.SameAs(like); });
  return at == resources.end() ? nullptr : &*at;
}

bool Keeps(const Json& object) {
  const Json* annotations = Find(object, {"metadata", "annotations"});
  const Json* policy = annotations != nullptr && annotations->IsObject() ? Find(*annotations, kPolicy) : nullptr;
  if (policy == nullptr || !policy->IsString()) return false;
  std::string text(AsView(*policy));
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  const size_t first = text.find_first_not_of(" \t");
  return first != std::string::npos && text.substr(first, text.find_last_not_of(" \t") - first + 1) == "keep";
}

Resource CopyOf(const Resource& resource) {
  Resource copy{resource.served, resource.key, resource.kind, {}};
  copy.object.CopyFrom(resource.object, copy.object.GetAllocator());
  return copy;
}

std::string Seconds(Duration limit) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count()) + " s";
}

}  // namespace

Result<Resources> Cluster::Existing(const Resources& wanted, const Ownership& owner, bool take) const {
  Resources existing;
  for (const Resource& resource : wanted) {
    const auto live = parts_.client.Get(resource.served.gvr, resource.key);
    if (live.status().IsNotFound()) continue;
    if (!live.ok()) return live.status().Annotate(resource.Show());
    const Status own = take ? Status::Ok() : owner.Check((*live)->ToJson());
    if (!own.ok()) return own.Annotate(resource.Show() + " exists and is not of this release");
    existing.push_back(CopyOf(resource));
  }
  return existing;
}

Status Cluster::Create(const Resources& wanted, Changes& changes) const {
  for (const Resource& resource : wanted) {
    const auto made = parts_.client.Create(resource.served.gvr, resource.key.ns, resource.object);
    if (!made.ok()) return made.status().Annotate(resource.Show());
    changes.created.push_back(CopyOf(resource));
  }
  return Status::Ok();
}

Status Cluster::Merge(const Resource* before, const Resource& wanted, bool force, Changes& changes) const {
  Status overtaken;
  for (int tries = 0; tries < kTries; ++tries) {
    const auto found = parts_.client.Get(wanted.served.gvr, wanted.key);
    if (found.status().IsNotFound()) {
      const auto made = parts_.client.Create(wanted.served.gvr, wanted.key.ns, wanted.object);
      if (made.ok()) changes.created.push_back(CopyOf(wanted));
      return made.status();
    }
    if (!found.ok()) return found.status();
    const JsonDocument live = (*found)->ToJson();
    const std::string version(FindString(live, {"metadata", "resourceVersion"}));
    Status written;
    if (force) {
      JsonDocument whole;
      whole.CopyFrom(wanted.object, whole.GetAllocator());
      SetString(whole["metadata"], "resourceVersion", version, whole.GetAllocator());
      written = parts_.client.Update(wanted.served.gvr, wanted.key, whole).status();
    } else {
      const MergeSchema* schema = parts_.schemas(std::string(FindString(wanted.object, {"apiVersion"})), wanted.kind);
      const JsonDocument merged =
          ThreeWayMerge(before == nullptr ? nullptr : &before->object, wanted.object, live, schema);
      JsonDocument patch = CreateMergePatch(live, merged);
      if (patch.ObjectEmpty()) return Status::Ok();
      SetString(Ensure(patch, "metadata", patch.GetAllocator()), "resourceVersion", version, patch.GetAllocator());
      written = parts_.client.Patch(wanted.served.gvr, wanted.key, client::PatchType::kMerge, patch).status();
    }
    if (written.ok()) {
      changes.updated.push_back(wanted.Show());
      return Status::Ok();
    }
    overtaken = written;
    if (overtaken.reason() != Reason::kConflict) break;
  }
  return overtaken;
}

Status Cluster::Update(const Resources& before, const Resources& wanted, bool force, Changes& changes) const {
  for (const Resource& resource : wanted) {
    const Status merged = Merge(FindSame(before, resource), resource, force, changes);
    if (!merged.ok()) return merged.Annotate(resource.Show());
  }
  Resources gone;
  for (const Resource& resource : before) {
    if (FindSame(wanted, resource) == nullptr) gone.push_back(CopyOf(resource));
  }
  return Delete(gone, changes);
}

Status Cluster::Delete(const Resources& resources, Changes& changes, std::string_view propagation) const {
  std::vector<const Resource*> ordered;
  for (const Resource& resource : resources) ordered.push_back(&resource);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Resource* a, const Resource* b) { return UninstalledBefore(a->kind, b->kind); });
  std::string failures;
  for (const Resource* resource : ordered) {
    const auto live = parts_.client.Get(resource->served.gvr, resource->key);
    if (live.status().IsNotFound()) continue;
    // A hand may have set the policy, too.
    if (Keeps(resource->object) || (live.ok() && Keeps((*live)->ToJson()))) {
      changes.kept.push_back(resource->Show());
      continue;
    }
    client::DeleteOptions options;
    options.propagation_policy = propagation;
    const Status deleted = parts_.client.Delete(resource->served.gvr, resource->key, options);
    if (!deleted.ok() && !deleted.IsNotFound()) {
      failures += (failures.empty() ? "" : "; ") + resource->Show() + ": " + deleted.message();
      continue;
    }
    changes.deleted.push_back(resource->Show());
  }
  return failures.empty() ? Status::Ok() : Status::Internal("could not be deleted: " + failures);
}

Status Cluster::AwaitReady(const Resources& resources, bool jobs, Duration limit, const Progress& progress) const {
  return Await(
      resources, limit, [jobs](const Json& object) { return ReadinessOf(object, jobs); }, progress);
}

Status Cluster::AwaitDone(const Resources& resources, Duration limit, const Progress& progress) const {
  return Await(resources, limit, CompletionOf, progress);
}

Status Cluster::Await(const Resources& resources, Duration limit, const Judge& judge, const Progress& progress) const {
  const SteadyTime end = parts_.clock.Steady() + limit;
  std::vector<const Resource*> left;
  for (const Resource& resource : resources) left.push_back(&resource);
  for (;;) {
    std::string waiting;
    std::vector<const Resource*> not_ready;
    for (const Resource* resource : left) {
      const auto live = parts_.client.Get(resource->served.gvr, resource->key);
      Readiness readiness{Readiness::State::kWaiting, live.status().message()};
      if (live.ok()) readiness = judge((*live)->ToJson());
      if (progress) progress(*resource, readiness);
      if (readiness.ready()) continue;
      const std::string line = resource->Show() + ": " + readiness.why;
      if (readiness.state == Readiness::State::kFailed) return Status::Internal(line);
      waiting += "\n  " + line;
      not_ready.push_back(resource);
    }
    if (not_ready.empty()) return Status::Ok();
    if (parts_.clock.Steady() >= end) {
      return Status::Timeout("not ready after " + Seconds(limit) + ":" + waiting);
    }
    left = std::move(not_ready);
    parts_.pause(kLook);
  }
}

Status Cluster::AwaitGone(const Resources& resources, Duration limit) const {
  const SteadyTime end = parts_.clock.Steady() + limit;
  for (const Resource& resource : resources) {
    for (;;) {
      const auto live = parts_.client.Get(resource.served.gvr, resource.key);
      if (live.status().IsNotFound()) break;
      if (parts_.clock.Steady() >= end) {
        return Status::Timeout(resource.Show() + " is still there after " + Seconds(limit));
      }
      parts_.pause(kLook);
    }
  }
  return Status::Ok();
}

}  // namespace croft::chart
