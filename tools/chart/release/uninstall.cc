#include <algorithm>
#include <utility>

#include "tools/chart/release/releases.h"

namespace croft::chart {

Result<Uninstalled> Releases::Uninstall(const std::string& ns, const std::string& name,
                                        const UninstallOptions& options) {
  const Result<std::vector<Release>> history = parts_.storage.History(ns, name);
  if (!history.ok()) return history.status();
  if (history->empty()) return Status::NotFound("there is no release " + name + " in namespace " + ns);
  const auto purge = [&]() -> Status {
    for (const Release& record : *history) CROFT_RETURN_IF_ERROR(parts_.storage.Remove(record));
    return Status::Ok();
  };
  Release release = history->back();
  if (release.status == status::kUninstalled) {
    if (options.keep_history) return Status::NotFound("release " + name + " is uninstalled already");
    CROFT_RETURN_IF_ERROR(purge());
    return Uninstalled{std::move(release), {}};
  }
  Result<Resources> resources = ReadResources(release.manifest, ns, parts_.kinds);
  if (!resources.ok()) return resources.status();
  release.status = status::kUninstalling;
  release.deleted = ReleaseTime(parts_.clock.Now());
  release.description = "Deletion in progress (or silently failed)";
  if (options.hooks) CROFT_RETURN_IF_ERROR(RunHooks(release, "pre-delete", options.timeout));
  CROFT_RETURN_IF_ERROR(parts_.storage.Update(release));

  Changes changes;
  CROFT_RETURN_IF_ERROR(parts_.cluster.Delete(*resources, changes, options.propagation));
  if (options.wait) {
    std::erase_if(*resources, [&](const Resource& resource) {
      return std::find(changes.kept.begin(), changes.kept.end(), resource.Show()) != changes.kept.end();
    });
    CROFT_RETURN_IF_ERROR(parts_.cluster.AwaitGone(*resources, options.timeout));
  }
  if (options.hooks) CROFT_RETURN_IF_ERROR(RunHooks(release, "post-delete", options.timeout));
  release.status = status::kUninstalled;
  release.description = options.description.empty() ? "Uninstallation complete" : options.description;
  if (options.keep_history) {
    CROFT_RETURN_IF_ERROR(parts_.storage.Update(release));
    CROFT_RETURN_IF_ERROR(Supersede(release));
  } else {
    CROFT_RETURN_IF_ERROR(purge());
  }
  return Uninstalled{std::move(release), std::move(changes.kept)};
}

Result<Release> Releases::Test(const std::string& ns, const std::string& name, Duration timeout,
                               const std::vector<std::string>& only) {
  Result<Release> newest = Newest(ns, name);
  if (!newest.ok()) return newest.status();
  const Status ran = RunHooks(*newest, "test", timeout, only);
  CROFT_RETURN_IF_ERROR(parts_.storage.Update(*newest));
  if (!ran.ok()) return ran;
  return newest;
}

}  // namespace croft::chart
