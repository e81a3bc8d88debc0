#include "tools/chart/release/hooks.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace croft::chart {
namespace {

constexpr std::string_view kSucceeded = "hook-succeeded";
constexpr std::string_view kFailed = "hook-failed";
constexpr std::string_view kBeforeCreation = "before-hook-creation";

// What runs to an end and is waited for.
Resources OfOneRun(Resources& resources) {
  Resources runs;
  for (Resource& resource : resources) {
    if (resource.kind == "Job" || resource.kind == "Pod") runs.push_back(std::move(resource));
  }
  return runs;
}

}  // namespace

Status HookRunner::Run(Release& release, std::string_view event, Duration limit,
                       const std::vector<std::string>& only) const {
  std::vector<Hook*> due;
  for (Hook& hook : release.hooks) {
    const bool chosen = only.empty() || std::find(only.begin(), only.end(), hook.name) != only.end();
    if (chosen && hook.On(event)) due.push_back(&hook);
  }
  std::stable_sort(due.begin(), due.end(), [](const Hook* a, const Hook* b) {
    return a->weight != b->weight ? a->weight < b->weight : a->name < b->name;
  });
  for (size_t i = 0; i < due.size(); ++i) {
    const Status ran = RunOne(release, *due[i], limit);
    if (ran.ok()) continue;
    for (size_t before = 0; before < i; ++before) {
      CROFT_RETURN_IF_ERROR(DeleteOn(*due[before], release.ns, kSucceeded, limit));
    }
    return ran.Annotate(std::string(event) + " hook " + due[i]->path);
  }
  for (auto hook = due.rbegin(); hook != due.rend(); ++hook) {
    ShowLogsOn(**hook, release.ns, kSucceeded);
    CROFT_RETURN_IF_ERROR(DeleteOn(**hook, release.ns, kSucceeded, limit));
  }
  return Status::Ok();
}

Status HookRunner::RunOne(Release& release, Hook& hook, Duration limit) const {
  if (hook.delete_policies.empty()) hook.delete_policies = {std::string(kBeforeCreation)};
  CROFT_RETURN_IF_ERROR(DeleteOn(hook, release.ns, kBeforeCreation, limit));
  Result<Resources> resources = ReadResources(hook.content, release.ns, parts_.kinds);
  if (!resources.ok()) return resources.status();

  hook.last_run = {ReleaseTime(parts_.clock.Now()), "", "Running"};
  CROFT_RETURN_IF_ERROR(parts_.record(release));
  Changes changes;
  Status outcome = parts_.cluster.Create(*resources, changes);
  const bool created = outcome.ok();
  if (created) outcome = parts_.cluster.AwaitDone(OfOneRun(*resources), limit, parts_.progress);
  hook.last_run.completed_at = ReleaseTime(parts_.clock.Now());
  hook.last_run.phase = outcome.ok() ? "Succeeded" : "Failed";
  if (outcome.ok() || !created) return outcome;
  ShowLogsOn(hook, release.ns, kFailed);
  const Status deleted = DeleteOn(hook, release.ns, kFailed, limit);
  return deleted.ok() ? outcome : Status(outcome.reason(), outcome.message() + "; " + deleted.message());
}

Status HookRunner::DeleteOn(const Hook& hook, const std::string& ns, std::string_view policy, Duration limit) const {
  // Objects of a definition would go with it.
  if (!hook.DeletedOn(policy) || hook.kind == "CustomResourceDefinition") return Status::Ok();
  const Result<Resources> resources = ReadResources(hook.content, ns, parts_.kinds);
  if (!resources.ok()) return resources.status();
  Changes changes;
  CROFT_RETURN_IF_ERROR(parts_.cluster.Delete(*resources, changes));
  return parts_.cluster.AwaitGone(*resources, limit);
}

void HookRunner::ShowLogsOn(const Hook& hook, const std::string& ns, std::string_view outcome) const {
  const auto& policies = hook.output_log_policies;
  if (!parts_.show_logs || std::find(policies.begin(), policies.end(), outcome) == policies.end()) return;
  Result<Resources> resources = ReadResources(hook.content, ns, parts_.kinds);
  if (!resources.ok()) return;
  for (const Resource& run : OfOneRun(*resources)) parts_.show_logs(run);
}

}  // namespace croft::chart
