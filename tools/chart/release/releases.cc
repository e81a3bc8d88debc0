#include "tools/chart/release/releases.h"

#include <algorithm>
#include <utility>

namespace croft::chart {
namespace {

const GroupVersionResource kNamespaces{"", "v1", "namespaces"};

Status UnderWay(const Release& release) {
  return Status::Conflict("another change of " + release.name + " is under way: revision " +
                          std::to_string(release.revision) + " is " + release.status +
                          ". When whoever makes it is gone, roll back to an earlier revision");
}

std::string Said(const ReleaseOptions& options, std::string otherwise) {
  return options.description.empty() ? std::move(otherwise) : options.description;
}

// The newest revision that is or was deployed.
const Release* LastGood(const std::vector<Release>& history) {
  const Release* good = nullptr;
  for (const Release& release : history) {
    if (release.status == status::kDeployed || release.status == status::kSuperseded) good = &release;
  }
  return good;
}

}  // namespace

Status Releases::RunHooks(Release& release, std::string_view event, Duration limit,
                          const std::vector<std::string>& only) const {
  ReleaseStorage storage = parts_.storage;
  const HookRunner runner({parts_.cluster, parts_.kinds, parts_.clock,
                           [&storage](const Release& known) { return storage.Update(known); }, parts_.show_logs,
                           parts_.progress});
  return runner.Run(release, event, limit, only);
}

Result<Resources> Releases::Wanted(const Release& release) const {
  Result<Resources> resources = ReadResources(release.manifest, release.ns, parts_.kinds);
  if (!resources.ok()) return resources.status();
  const Ownership owner{release.name, release.ns};
  for (Resource& resource : *resources) owner.Mark(resource);
  return resources;
}

Status Releases::MakeNamespace(const std::string& ns) const {
  JsonDocument object(rapidjson::kObjectType);
  auto& allocator = object.GetAllocator();
  SetString(object, "apiVersion", "v1", allocator);
  SetString(object, "kind", "Namespace", allocator);
  Json& metadata = Ensure(object, "metadata", allocator);
  SetString(metadata, "name", ns, allocator);
  SetString(Ensure(metadata, "labels", allocator), "name", ns, allocator);
  const auto made = parts_.client.Create(kNamespaces, "", object);
  return made.status().reason() == Reason::kAlreadyExists ? Status::Ok() : made.status();
}

Result<Release> Releases::Newest(const std::string& ns, const std::string& name) const {
  Result<std::vector<Release>> history = parts_.storage.History(ns, name);
  if (!history.ok()) return history.status();
  if (history->empty()) return Status::NotFound("there is no release " + name + " in namespace " + ns);
  return std::move(history->back());
}

Result<Release> Releases::Base(const std::string& ns, const std::string& name) const {
  Result<std::vector<Release>> history = parts_.storage.History(ns, name);
  if (!history.ok()) return history.status();
  if (history->empty()) return Status::NotFound("there is no release " + name + " in namespace " + ns);
  Release& newest = history->back();
  if (newest.pending()) return UnderWay(newest);
  for (auto release = history->rbegin(); release != history->rend(); ++release) {
    if (release->status == status::kDeployed) return std::move(*release);
  }
  if (newest.status == status::kFailed || newest.status == status::kSuperseded) return std::move(newest);
  return Status::NotFound("release " + name + " has no deployed revision: the newest is " + newest.status);
}

Status Releases::Carry(Release& release, const Resources& before, const Resources& wanted,
                       const ReleaseOptions& options, const std::string& moment, Changes& changes) const {
  if (options.hooks) CROFT_RETURN_IF_ERROR(RunHooks(release, "pre-" + moment, options.timeout));
  CROFT_RETURN_IF_ERROR(parts_.cluster.Update(before, wanted, options.force, changes));
  if (options.wait || options.atomic) {
    CROFT_RETURN_IF_ERROR(parts_.cluster.AwaitReady(wanted, options.wait_for_jobs, options.timeout, parts_.progress));
  }
  return options.hooks ? RunHooks(release, "post-" + moment, options.timeout) : Status::Ok();
}

Status Releases::Supersede(const Release& by) {
  Result<std::vector<Release>> history = parts_.storage.History(by.ns, by.name);
  if (!history.ok()) return history.status();
  for (Release& release : *history) {
    if (release.status != status::kDeployed || release.revision == by.revision) continue;
    release.status = status::kSuperseded;
    CROFT_RETURN_IF_ERROR(parts_.storage.Update(release));
  }
  return Status::Ok();
}

Status Releases::Prune(const std::string& ns, const std::string& name, size_t most) {
  const Result<std::vector<Release>> history = parts_.storage.History(ns, name);
  if (!history.ok() || most == 0) return history.status();
  size_t left = history->size();
  for (const Release& release : *history) {
    if (left <= most) break;
    if (release.status == status::kDeployed) continue;
    CROFT_RETURN_IF_ERROR(parts_.storage.Remove(release));
    --left;
  }
  return Status::Ok();
}

// Makes the change that the record announces, and says in it how it ended.
Result<Release> Releases::Change(Release release, const Resources& before, const Resources& wanted,
                                 const ReleaseOptions& options, const std::string& moment, Changes& changes) {
  const Status carried = Carry(release, before, wanted, options, moment, changes);
  if (carried.ok()) {
    CROFT_RETURN_IF_ERROR(Supersede(release));
    release.status = status::kDeployed;
    CROFT_RETURN_IF_ERROR(parts_.storage.Update(release));
    return release;
  }
  release.status = status::kFailed;
  release.description = carried.message();
  const Status recorded = parts_.storage.Update(release);
  if (!recorded.ok()) parts_.warn("the failure could not be recorded: " + recorded.message());
  return carried;
}

Result<Release> Releases::Install(const std::string& ns, const std::string& name, Rendering rendering,
                                  const ReleaseOptions& options) {
  const Result<std::vector<Release>> history = parts_.storage.History(ns, name);
  if (!history.ok()) return history.status();
  if (!history->empty()) {
    const Release& newest = history->back();
    return Status(Reason::kAlreadyExists, "the name " + name + " is in use: revision " +
                                              std::to_string(newest.revision) + " is " + newest.status);
  }
  Release release;
  release.name = name;
  release.ns = ns;
  release.revision = 1;
  release.status = status::kPendingInstall;
  release.description = "Initial install underway";
  release.first_deployed = release.last_deployed = ReleaseTime(parts_.clock.Now());
  release.notes = std::move(rendering.notes);
  release.chart = std::move(rendering.chart);
  release.config = std::move(rendering.config);
  release.manifest = JoinManifests(rendering.manifests);
  release.hooks = std::move(rendering.hooks);
  release.labels = options.labels;

  const Result<Resources> wanted = Wanted(release);
  if (!wanted.ok()) return wanted.status();
  const Result<Resources> existing = parts_.cluster.Existing(*wanted, {name, ns}, options.take_ownership);
  if (!existing.ok()) return existing.status();
  if (options.create_namespace) CROFT_RETURN_IF_ERROR(MakeNamespace(ns));
  CROFT_RETURN_IF_ERROR(parts_.storage.Create(release));

  release.description = Said(options, "Install complete");
  Changes changes;
  Result<Release> done = Change(release, *existing, *wanted, options, "install", changes);
  if (done.ok() || !options.atomic) return done;
  UninstallOptions undo;
  undo.timeout = options.timeout;
  undo.hooks = options.hooks;
  const Result<Uninstalled> undone = Uninstall(ns, name, undo);
  const Status why = done.status();
  if (undone.ok()) return Status(why.reason(), why.message() + "\nThe release has been uninstalled (--atomic)");
  return Status(why.reason(), why.message() + "\nUninstalling it (--atomic) failed: " + undone.status().message());
}

Result<Release> Releases::Upgrade(const std::string& ns, const std::string& name, Rendering rendering,
                                  const ReleaseOptions& options) {
  const Result<Release> base = Base(ns, name);
  if (!base.ok()) return base.status();
  const Result<Release> newest = Newest(ns, name);
  if (!newest.ok()) return newest.status();
  Release release;
  release.name = name;
  release.ns = ns;
  release.revision = newest->revision + 1;
  release.status = status::kPendingUpgrade;
  release.description = "Preparing upgrade";
  release.first_deployed = base->first_deployed;
  release.last_deployed = ReleaseTime(parts_.clock.Now());
  release.notes = std::move(rendering.notes);
  release.chart = std::move(rendering.chart);
  release.config = std::move(rendering.config);
  release.manifest = JoinManifests(rendering.manifests);
  release.hooks = std::move(rendering.hooks);
  release.labels = newest->labels;
  for (const auto& [key, value] : options.labels) release.labels[key] = value;

  Result<Resources> before = Wanted(*base);
  if (!before.ok()) return before.status().Annotate("the deployed revision");
  const Result<Resources> wanted = Wanted(release);
  if (!wanted.ok()) return wanted.status();
  Resources fresh;
  for (const Resource& resource : *wanted) {
    const bool known =
        std::any_of(before->begin(), before->end(), [&](const Resource& r) { return r.SameAs(resource); });
    if (known) continue;
    fresh.push_back({resource.served, resource.key, resource.kind, {}});
  }
  const Result<Resources> existing = parts_.cluster.Existing(fresh, {name, ns}, options.take_ownership);
  if (!existing.ok()) return existing.status();
  CROFT_RETURN_IF_ERROR(parts_.storage.Create(release));
  // The present one has its place in the count.
  if (const Status pruned = Prune(ns, name, options.history); !pruned.ok()) parts_.warn(pruned.message());

  release.description = Said(options, "Upgrade complete");
  Changes changes;
  Result<Release> done = Change(release, *before, *wanted, options, "upgrade", changes);
  if (done.ok()) return done;
  Status why = done.status();
  if (options.cleanup_on_fail && !changes.created.empty()) {
    Changes cleaned;
    const Status deleted = parts_.cluster.Delete(changes.created, cleaned);
    if (!deleted.ok()) why = Status(why.reason(), why.message() + "; cleaning up: " + deleted.message());
  }
  if (!options.atomic) return why;
  const Result<std::vector<Release>> history = parts_.storage.History(ns, name);
  if (!history.ok()) return why;
  const Release* good = LastGood(*history);
  if (good == nullptr)
    return Status(why.reason(), why.message() + "\nNo revision is known to be good: nothing to roll back to");
  ReleaseOptions back = options;
  back.description.clear();
  back.atomic = false;
  back.wait = true;
  const Result<Release> rolled = Rollback(ns, name, good->revision, back);
  if (!rolled.ok()) {
    return Status(why.reason(), why.message() + "\nRolling back (--atomic) failed: " + rolled.status().message());
  }
  return Status(why.reason(), why.message() + "\nThe release has been rolled back to revision " +
                                  std::to_string(good->revision) + " (--atomic)");
}

Result<Release> Releases::Rollback(const std::string& ns, const std::string& name, int revision,
                                   const ReleaseOptions& options) {
  const Result<std::vector<Release>> history = parts_.storage.History(ns, name);
  if (!history.ok()) return history.status();
  if (history->empty()) return Status::NotFound("there is no release " + name + " in namespace " + ns);
  const Release& current = history->back();
  const int wanted_revision = revision == 0 ? current.revision - 1 : revision;
  const auto target = std::find_if(history->begin(), history->end(),
                                   [&](const Release& release) { return release.revision == wanted_revision; });
  if (target == history->end()) {
    return Status::NotFound("release " + name + " has no revision " + std::to_string(wanted_revision) +
                            "; `history` lists those that are kept");
  }
  Release release = *target;
  release.revision = current.revision + 1;
  release.first_deployed = current.first_deployed;
  release.last_deployed = ReleaseTime(parts_.clock.Now());
  release.deleted.clear();
  release.status = status::kPendingRollback;
  release.description = Said(options, "Rollback to " + std::to_string(wanted_revision));
  const Result<Resources> before = Wanted(current);
  if (!before.ok()) return before.status().Annotate("the newest revision");
  const Result<Resources> wanted = Wanted(release);
  if (!wanted.ok()) return wanted.status();
  CROFT_RETURN_IF_ERROR(parts_.storage.Create(release));
  if (const Status pruned = Prune(ns, name, options.history); !pruned.ok()) parts_.warn(pruned.message());
  Changes changes;
  return Change(std::move(release), *before, *wanted, options, "rollback", changes);
}

}  // namespace croft::chart
