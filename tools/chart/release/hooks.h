#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/chart/release/release.h"
#include "tools/chart/release/resources.h"

namespace croft::chart {

// Runs the hooks of a release's moments.
class HookRunner {
 public:
  struct Parts {
    const Cluster& cluster;
    KindFinder& kinds;
    const Clock& clock;
    std::function<Status(const Release&)> record;  // keeps what is known of the release so far
    // Shows the logs of a Job's pods or of a Pod, where a hook asks for it.
    std::function<void(const Resource&)> show_logs;
    Progress progress;
  };
  explicit HookRunner(Parts parts) : parts_(std::move(parts)) {}

  // The hooks of `event` one after the other, by weight and name: each is created anew, and Jobs and Pods are waited
  // for until they have succeeded. Stops at the first that fails. What ran is noted in the release's hooks; what their
  // policies say is deleted. With names in `only` no others run.
  Status Run(Release& release, std::string_view event, Duration limit, const std::vector<std::string>& only = {}) const;

 private:
  Status RunOne(Release& release, Hook& hook, Duration limit) const;
  Status DeleteOn(const Hook& hook, const std::string& ns, std::string_view policy, Duration limit) const;
  void ShowLogsOn(const Hook& hook, const std::string& ns, std::string_view outcome) const;

  const Parts parts_;
};

}  // namespace croft::chart
