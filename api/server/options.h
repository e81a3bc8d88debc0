#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/object/object.h"
#include "api/server/identity.h"

namespace croft::server {

// What a request is about.
struct Target {
  GroupVersionResource gvr;
  std::string ns;    // empty: all namespaces, or a cluster-scoped resource
  std::string name;  // empty: the collection
  std::string subresource;
};

// Of a get. A revision is a lower bound.
struct GetOptions {
  std::string resource_version;
};

struct ListOptions {
  std::string label_selector;
  std::string field_selector;
  std::string resource_version;
  std::string resource_version_match;
  int64_t limit = 0;
  std::string continue_token;
  std::optional<bool> send_initial_events;  // given: refused, since it is for watches
};

struct ListResult {
  std::vector<ObjectPtr> items;
  uint64_t revision = 0;
  std::string continue_token;
  std::optional<int64_t> remaining;
  // The state of the first page is forgotten. No items; the token goes on in the present.
  bool expired = false;
  std::vector<std::string> warnings = {};
};

enum class FieldValidation { kIgnore, kWarn, kStrict };

// What a strict reading finds in a body that is read nevertheless.
struct StrictFindings {
  std::vector<std::string> twice;  // fields that stand twice in JSON: "spec.replicas"
  // Keys that do in YAML: 'line 3: key "replicas" already set in map'.
  std::vector<std::string> yaml;
  std::vector<std::string> operations;  // of a JSON patch: 'json patch unknown field "[0].why"'
};

struct WriteOptions {
  bool dry_run = false;
  FieldValidation validation = FieldValidation::kWarn;
  std::string field_manager;  // under which name what is written is owned
  bool force = false;         // of an applied configuration: take what others own
  // metadata.managedFields of the body is what is to be stored: not what a client says, but what Apply made of it.
  bool owners_final = false;
  StrictFindings findings = {};  // reported as unknown fields are
  bool patched = false;          // the wanted state is a change of the stored one, not a client's whole object
};

struct WriteResult {
  ObjectPtr object;
  bool created = false;
  std::vector<std::string> warnings;
};

enum class PatchKind { kJson, kMerge, kStrategic, kApply };

struct DeleteOptions {
  std::optional<int64_t> grace_period_seconds;
  std::string propagation_policy;  // "", Background, Foreground, Orphan
  std::string uid;                 // precondition
  std::string resource_version;    // precondition
  bool dry_run = false;
  std::optional<bool> orphan_dependents = {};  // the older way to say Orphan or Background
};

struct DeleteResult {
  ObjectPtr object;      // as it is now, or as it was last
  bool removed = false;  // false: it stays for finalizers or a grace period
  std::vector<std::string> warnings = {};
};

struct WatchOptions {
  std::string label_selector;
  std::string field_selector;
  std::string resource_version;
  std::string resource_version_match;
  std::string continue_token;
  // Whether the present state comes first, as ADDED events. Without a word: when resource_version is empty or "0".
  std::optional<bool> send_initial_events;
};

}  // namespace croft::server
