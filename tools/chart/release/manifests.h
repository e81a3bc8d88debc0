#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"

// What was rendered, taken apart into documents, in the order in which they are installed.
namespace croft::chart {

// A rendered document that is installed with the release.
struct Manifest {
  std::string path;     // the template that it is of: "app/templates/service.yaml"
  std::string content;  // as rendered
  std::string kind;
  std::string name;
  std::map<std::string, std::string> annotations;
};

// When a hook last ran. Times as Helm keeps them, RFC 3339 with nanoseconds; empty: never.
struct HookRun {
  std::string started_at;
  std::string completed_at;
  std::string phase;  // "Unknown", "Running", "Succeeded", "Failed"; empty: it never ran
};

// A document that is created at certain moments of a release instead (annotation helm.sh/hook).
struct Hook {
  std::string name;
  std::string kind;
  std::string path;
  std::string content;
  std::vector<std::string> events;               // "pre-install", ..., "test"
  int weight = 0;                                // those of the same moment run in its order
  std::vector<std::string> delete_policies;      // "hook-succeeded", "hook-failed", "before-hook-creation"
  std::vector<std::string> output_log_policies;  // "hook-succeeded", "hook-failed"
  HookRun last_run;

  bool On(std::string_view event) const;
  bool DeletedOn(std::string_view policy) const;
};

struct SortedManifests {
  std::vector<Hook> hooks;
  std::vector<Manifest> manifests;
  std::vector<std::string> warnings;  // hooks of no known moment, which are left out
};

// The documents of a YAML stream, without what separates them and without empty ones.
std::vector<std::string> SplitManifests(std::string_view stream);

// Whether a document says nothing: comments at most.
bool IsBlank(std::string_view document);

// Sorts what templates rendered, by path. Templates whose name begins with "_" and empty ones say nothing. kInvalid
// names the template of which a document is no YAML.
Result<SortedManifests> SortManifests(const std::map<std::string, std::string>& rendered);

// Where a kind stands in Helm's order of installing; kinds that it does not know come last, by name.
bool InstalledBefore(std::string_view kind, std::string_view other);
// The order of uninstalling, which is the reverse for the kinds that are known.
bool UninstalledBefore(std::string_view kind, std::string_view other);

// As Helm stores them and `get manifest` shows them: each with "---" and its template before it.
std::string JoinManifests(const std::vector<Manifest>& manifests);

}  // namespace croft::chart
