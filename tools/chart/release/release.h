#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/clock.h"
#include "api/base/result.h"
#include "tools/chart/release/manifests.h"
#include "tools/chart/value/value.h"

namespace croft::chart {

// Where a release stands, as Helm says it.
namespace status {
inline constexpr std::string_view kUnknown = "unknown";
inline constexpr std::string_view kDeployed = "deployed";
inline constexpr std::string_view kUninstalled = "uninstalled";
inline constexpr std::string_view kSuperseded = "superseded";
inline constexpr std::string_view kFailed = "failed";
inline constexpr std::string_view kUninstalling = "uninstalling";
inline constexpr std::string_view kPendingInstall = "pending-install";
inline constexpr std::string_view kPendingUpgrade = "pending-upgrade";
inline constexpr std::string_view kPendingRollback = "pending-rollback";
}  // namespace status

// One revision of what was installed under a name, as Helm 3 records it (helm.sh/release.v1). Times are RFC 3339 with
// nanoseconds, as they were written; empty: never.
struct Release {
  std::string name;
  std::string ns;
  int revision = 0;
  std::string status;
  std::string description;
  std::string first_deployed;
  std::string last_deployed;
  std::string deleted;
  std::string notes;
  Value chart;   // metadata, lock, templates, values, schema and files, in the form of Helm's JSON
  Value config;  // what the user set, a map
  std::string manifest;
  std::vector<Hook> hooks;
  std::map<std::string, std::string> labels;  // the user's; kept at the object that holds the release

  bool pending() const { return status.starts_with("pending-"); }
  // Of the chart's metadata; empty when there is none.
  std::string ChartText(std::string_view key) const;
};

// "2026-11-21T10:00:00.123456789Z".
std::string ReleaseTime(WallTime time);

// The text that a Secret's data.release stands for: JSON, packed by gzip, in base64.
std::string EncodeRelease(const Release& release);
// Also what was written before Helm packed it. kInvalid says what is wrong with it.
Result<Release> DecodeRelease(std::string_view text);

}  // namespace croft::chart
