#include "operator/workloads/namespace_plan.h"

#include "api/types/condition.h"
#include "operator/runtime/events.h"

namespace croft::workloads {
namespace {

using types::NewCondition;

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// "pods. has 2 resource instances, secrets. has 1 resource instances"
std::string Counted(const std::map<std::string, int>& counts, const char* verb) {
  std::vector<std::string> parts;
  for (const auto& [what, count] : counts) {
    parts.push_back(what + " " + verb + " " + std::to_string(count) + " resource instances");
  }
  return Joined(parts);
}

types::Condition Failure(const std::vector<std::string>& failures) {
  const char* type = "NamespaceDeletionContentFailure";
  if (failures.empty()) {
    return NewCondition(type, false, "ContentDeleted",
                        "All content successfully deleted, may be waiting on finalization");
  }
  return NewCondition(
      type, true, "ContentDeletionFailed",
      "Failed to delete all resource types, " + std::to_string(failures.size()) + " remaining: " + Joined(failures));
}

types::Condition Remaining(const std::map<std::string, int>& remaining) {
  const char* type = "NamespaceContentRemaining";
  if (remaining.empty()) return NewCondition(type, false, "ContentRemoved", "All content successfully removed");
  return NewCondition(type, true, "SomeResourcesRemain", "Some resources are remaining: " + Counted(remaining, "has"));
}

types::Condition Finalizers(const std::map<std::string, int>& finalizers) {
  const char* type = "NamespaceFinalizersRemaining";
  if (finalizers.empty()) {
    return NewCondition(type, false, "ContentHasNoFinalizers", "All content-preserving finalizers finished");
  }
  return NewCondition(type, true, "SomeFinalizersRemain",
                      "Some content in the namespace has finalizers remaining: " + Counted(finalizers, "in"));
}

}  // namespace

std::vector<types::Condition> DecideNamespaceConditions(std::vector<types::Condition> present,
                                                        const NamespaceContent& content, WallTime now) {
  // The kinds are those of the process itself: finding them does not fail.
  const types::Condition all[] = {
      NewCondition("NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered",
                   "All resources successfully discovered"),
      NewCondition("NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions",
                   "All legacy kube types successfully parsed"),
      Failure(content.failures),
      Remaining(content.remaining),
      Finalizers(content.finalizers),
  };
  for (const types::Condition& condition : all) runtime::SetCondition(present, condition, now);
  return present;
}

}  // namespace croft::workloads
