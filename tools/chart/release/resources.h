#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/clock.h"
#include "api/client/client.h"
#include "api/object/patch.h"
#include "tools/chart/release/readiness.h"

// The objects that a release consists of, and what is done with them in the cluster.
namespace croft::chart {

struct ServedKind {
  GroupVersionResource gvr;
  bool namespaced = true;
};

// What the API server serves.
class KindFinder {
 public:
  virtual ~KindFinder() = default;
  // kNotFound when nobody serves the kind (yet).
  virtual Result<ServedKind> Find(const std::string& api_version, const std::string& kind) = 0;
};

struct Resource {
  ServedKind served;
  Key key;
  std::string kind;
  JsonDocument object;

  bool SameAs(const Resource& other) const;  // the same object in the cluster
  std::string Show() const;                  // 'Deployment "web" in namespace "shop"'
};
using Resources = std::vector<Resource>;

// The documents of a manifest; lists are taken apart. What names no namespace is of `ns`. The failure names the
// document.
Result<Resources> ReadResources(std::string_view manifest, const std::string& ns, KindFinder& kinds);

// Which release objects are of, as Helm marks them: by a label and two annotations.
struct Ownership {
  std::string name;
  std::string ns;

  void Mark(Resource& resource) const;
  // kConflict says which mark a live object lacks or has for another release.
  Status Check(const Json& live) const;
};

// What an update has done, by the names that Show() gives.
struct Changes {
  Resources created;
  std::vector<std::string> updated;
  std::vector<std::string> deleted;
  std::vector<std::string> kept;  // by their helm.sh/resource-policy
};

// Told what becomes of each object while a release waits for all.
using Progress = std::function<void(const Resource& resource, const Readiness& readiness)>;
// How the lists of a kind merge; nullptr for custom kinds.
using MergeSchemas = std::function<const MergeSchema*(const std::string& api_version, const std::string& kind)>;

// Brings a cluster to what a release declares. Calls block.
class Cluster {
 public:
  struct Parts {
    client::Client& client;
    MergeSchemas schemas;
    const Clock& clock;
    std::function<void(Duration)> pause;  // between two looks at what is waited for
  };
  explicit Cluster(Parts parts) : parts_(std::move(parts)) {}

  // Those that exist already and are of the release, so that it takes them over. kConflict names one that is somebody
  // else's; with `take` others' are taken, too.
  Result<Resources> Existing(const Resources& wanted, const Ownership& owner, bool take) const;

  // In the given order.
  Status Create(const Resources& wanted, Changes& changes) const;
  // Creates, changes by a three-way merge, and deletes what `before` had and `wanted` has not, unless its policy keeps
  // it. `force` replaces instead of merging. Stops at the first failure; `changes` tells what was done.
  Status Update(const Resources& before, const Resources& wanted, bool force, Changes& changes) const;
  // In the order of uninstalling. Goes on after failures, which are told together.
  Status Delete(const Resources& resources, Changes& changes, std::string_view propagation = "Background") const;

  // Until all are ready. kTimeout names those that are not, and why; kInternalError one that never will be.
  Status AwaitReady(const Resources& resources, bool jobs, Duration limit, const Progress& progress) const;
  // Until the Jobs and Pods among them have run to their end. Fails as AwaitReady does.
  Status AwaitDone(const Resources& resources, Duration limit, const Progress& progress) const;
  // Until none is there.
  Status AwaitGone(const Resources& resources, Duration limit) const;

 private:
  using Judge = std::function<Readiness(const Json& object)>;
  Status Merge(const Resource* before, const Resource& wanted, bool force, Changes& changes) const;
  Status Await(const Resources& resources, Duration limit, const Judge& judge, const Progress& progress) const;

  const Parts parts_;
};

}  // namespace croft::chart
