#pragma once

#include <string>
#include <vector>

#include "tools/chart/release/releases.h"
#include "tools/croft/session.h"

// The verbs on releases: what charts have installed. Each returns the program's exit code.
namespace croft::cli {

struct ReleaseListOptions {
  bool all = false;  // also what is uninstalled and was kept
  bool short_names = false;
};
int ListReleases(const Globals& globals, const ReleaseListOptions& options);

int ReleaseHistory(const Globals& globals, const std::string& name);

// `revision` 0: the newest.
int ReleaseStatus(const Globals& globals, const std::string& name, int revision);

// Whether the word is "values", "manifest", "notes" or "hooks".
bool IsPartOfRelease(const std::string& word);
int GetOfRelease(const Globals& globals, const std::string& part, const std::string& name, int revision);

int RollbackRelease(const Globals& globals, const std::string& name, int revision,
                    const chart::ReleaseOptions& options);
int UninstallReleases(const Globals& globals, const std::vector<std::string>& names,
                      const chart::UninstallOptions& options, bool ignore_not_found);
int TestRelease(const Globals& globals, const std::string& name, Duration timeout,
                const std::vector<std::string>& only);

}  // namespace croft::cli
