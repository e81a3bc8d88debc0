#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tools/chart/release/hooks.h"
#include "tools/chart/release/release.h"
#include "tools/chart/release/resources.h"
#include "tools/chart/release/storage.h"

// Installing, changing and taking away what charts declare, with a history that Helm reads, too.
namespace croft::chart {

// What a chart has become with its values.
struct Rendering {
  Value chart;   // in the form of Helm's JSON, as it is kept
  Value config;  // what the user set
  std::vector<Manifest> manifests;
  std::vector<Hook> hooks;
  std::string notes;
};

struct ReleaseOptions {
  Duration timeout = std::chrono::minutes(5);  // for each hook, and for waiting
  bool wait = false;
  bool wait_for_jobs = false;
  bool atomic = false;  // what fails is undone
  bool hooks = true;
  bool force = false;           // replaces objects instead of merging into them
  bool take_ownership = false;  // of objects that are there and are not of the release
  bool create_namespace = false;
  bool cleanup_on_fail = false;  // deletes what a failed upgrade has created
  size_t history = 10;           // revisions to keep; 0: all
  std::string description;       // instead of "Install complete" and the like
  std::map<std::string, std::string> labels;
};

struct UninstallOptions {
  Duration timeout = std::chrono::minutes(5);
  bool wait = false;
  bool keep_history = false;
  bool hooks = true;
  std::string propagation = "Background";
  std::string description;
};

struct Uninstalled {
  Release release;
  std::vector<std::string> kept;  // by their resource policy
};

// All calls block. A failure leaves a record of the revision with status "failed" and the reason, and the revision
// before it stays the deployed one.
class Releases {
 public:
  struct Parts {
    client::Client& client;
    ReleaseStorage storage;
    Cluster cluster;
    KindFinder& kinds;
    const Clock& clock;
    Progress progress;
    std::function<void(const Resource&)> show_logs;
    std::function<void(const std::string&)> warn;
  };
  explicit Releases(Parts parts) : parts_(std::move(parts)) {}

  // kAlreadyExists when the name is in use.
  Result<Release> Install(const std::string& ns, const std::string& name, Rendering rendering,
                          const ReleaseOptions& options);
  // kNotFound when there is nothing to upgrade, kConflict when another change is under way.
  Result<Release> Upgrade(const std::string& ns, const std::string& name, Rendering rendering,
                          const ReleaseOptions& options);
  // To `revision`, or to the one before the newest when that is 0.
  Result<Release> Rollback(const std::string& ns, const std::string& name, int revision, const ReleaseOptions& options);
  Result<Uninstalled> Uninstall(const std::string& ns, const std::string& name, const UninstallOptions& options);
  // Runs the release's tests; those named in `only`, or all. The release's hooks tell how each ended.
  Result<Release> Test(const std::string& ns, const std::string& name, Duration timeout,
                       const std::vector<std::string>& only);

  // The newest revision; kNotFound when there is none.
  Result<Release> Newest(const std::string& ns, const std::string& name) const;
  // The revision that an upgrade merges from and whose values it may reuse: the deployed one, else the newest that was.
  Result<Release> Base(const std::string& ns, const std::string& name) const;

 private:
  Status RunHooks(Release& release, std::string_view event, Duration limit,
                  const std::vector<std::string>& only = {}) const;
  // The objects of the release, with its marks.
  Result<Resources> Wanted(const Release& release) const;
  Status MakeNamespace(const std::string& ns) const;
  // From hooks to hooks: brings the cluster from `before` to `wanted`.
  Status Carry(Release& release, const Resources& before, const Resources& wanted, const ReleaseOptions& options,
               const std::string& moment, Changes& changes) const;
  Result<Release> Change(Release release, const Resources& before, const Resources& wanted,
                         const ReleaseOptions& options, const std::string& moment, Changes& changes);
  // Other revisions that count as deployed do not any more.
  Status Supersede(const Release& by);
  // Deletes the oldest records beyond `most`, never the deployed one's.
  Status Prune(const std::string& ns, const std::string& name, size_t most);

  Parts parts_;
};

}  // namespace croft::chart
