#pragma once

#include <optional>
#include <string>

#include "api/types/apps.h"

// The arithmetic and the bookkeeping of rolling updates. Pure.
namespace croft::workloads {

inline constexpr const char* kRevision = "deployment.kubernetes.io/revision";
inline constexpr const char* kRevisionHistory = "deployment.kubernetes.io/revision-history";
inline constexpr const char* kDesiredReplicas = "deployment.kubernetes.io/desired-replicas";
inline constexpr const char* kMaxReplicas = "deployment.kubernetes.io/max-replicas";
inline constexpr const char* kTemplateHash = "pod-template-hash";

// How far an update may leave the wanted number of replicas.
struct Limits {
  int32_t surge = 0;
  int32_t unavailable = 0;
};
// Of percentages surge is rounded up and unavailable down; when both come to nothing one may be unavailable, else
// nothing could move. 25 % each when absent. Nothing of both with Recreate.
Limits ResolveLimits(const types::DeploymentSpec& spec);

// Equal as JSON but for the label pod-template-hash and members that are null.
bool SameTemplate(const types::RawJson& a, const types::RawJson& b);
// The value of pod-template-hash: the same for equal templates, whatever the order of their members.
std::string TemplateHash(const types::RawJson& pod_template, int32_t collisions);
// `pod_template` with the label, and a selector with the requirement.
types::RawJson WithHashLabel(const types::RawJson& pod_template, const std::string& hash);
types::RawJson WithHashSelector(const types::RawJson& selector, const std::string& hash);

int64_t NumberIn(const types::StringMap& annotations, const char* name, int64_t otherwise = 0);

// Takes over the Deployment's annotations, except those that are about the Deployment itself, and makes `revision` the
// set's own when it is newer; the revisions it had before are remembered in kRevisionHistory.
void SyncAnnotations(const types::StringMap& deployment, int64_t revision, types::StringMap* set);

// How many of `to_add` (negative: to remove) fall to a set of `replicas` when a Deployment of `wanted` is scaled in the
// middle of an update. `annotated_max` is what wanted + surge was when the set was sized last; `added` what other sets
// were given already.
int32_t Proportion(int32_t replicas, int32_t annotated_max, int32_t wanted, int32_t surge, int32_t to_add,
                   int32_t added);

}  // namespace croft::workloads
