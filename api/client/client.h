#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"
#include "api/object/object.h"

namespace croft::client {

struct ListOptions {
  std::string ns;  // empty: all namespaces, or a cluster-scoped resource
  std::string label_selector;
  std::string field_selector;
};

struct ObjectList {
  std::vector<ObjectPtr> items;
  uint64_t revision = 0;  // the list's resourceVersion, from which a watch continues
};

enum class PatchType { kJson, kMerge, kStrategic };

struct DeleteOptions {
  std::string uid;  // precondition; empty: none
  std::optional<int64_t> grace_period_seconds;
  std::string propagation_policy;  // "Foreground", "Background", "Orphan"; empty: the server's default
};

struct WatchEvent {
  enum class Type { kAdded, kModified, kDeleted, kBookmark };
  Type type;
  ObjectPtr object;  // of a bookmark only metadata.resourceVersion counts
};

// Where a watch delivers. Calls come one at a time, on a thread of the client's; they must not block for long and may
// not destroy the Watch from inside.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  virtual void OnEvent(const WatchEvent& event) = 0;
  // The last call: why the watch ended. Ok: the server's time limit; kExpired: list again; else: try again later.
  virtual void OnClosed(const Status& why) = 0;
};

// A running watch. Destroying it ends it: no call to the sink begins after the destructor has returned.
class Watch {
 public:
  virtual ~Watch() = default;
};

// The Kubernetes API as the operator sees it. Calls block until answered, fail with the API's own reasons, and
// kServiceUnavailable when no server answers. Thread-safe. The in-process client hands out the very objects of the
// server's watch cache; a REST client decodes its own.
class Client {
 public:
  virtual ~Client() = default;

  virtual Result<ObjectPtr> Get(const GroupVersionResource& gvr, const Key& key) = 0;
  virtual Result<ObjectList> List(const GroupVersionResource& gvr, const ListOptions& options) = 0;
  // Events after `revision` (which a List returned), oldest first. Bookmarks come now and then.
  virtual std::unique_ptr<Watch> StartWatch(const GroupVersionResource& gvr, const ListOptions& options,
                                            uint64_t revision, std::shared_ptr<WatchSink> sink) = 0;
  // Creates in namespace `ns` (empty for cluster-scoped).
  virtual Result<ObjectPtr> Create(const GroupVersionResource& gvr, const std::string& ns, const Json& object) = 0;
  // Posts to a subresource of an object: "binding" and "eviction" of a pod. The reply is a Status or an object.
  virtual Result<ObjectPtr> CreateSubresource(const GroupVersionResource& gvr, const Key& key,
                                              std::string_view subresource, const Json& body) = 0;
  // Replaces; metadata.resourceVersion in `object`, when set, must be the stored one (else kConflict). `subresource` is
  // empty or "status", ...
  virtual Result<ObjectPtr> Update(const GroupVersionResource& gvr, const Key& key, const Json& object,
                                   std::string_view subresource = {}) = 0;
  virtual Result<ObjectPtr> Patch(const GroupVersionResource& gvr, const Key& key, PatchType type, const Json& patch,
                                  std::string_view subresource = {}) = 0;
  // Ok too when the object stays for finalizers or a grace period.
  virtual Status Delete(const GroupVersionResource& gvr, const Key& key, const DeleteOptions& options = {}) = 0;
};

}  // namespace croft::client
