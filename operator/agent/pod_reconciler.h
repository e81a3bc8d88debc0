#pragma once

#include "operator/agent/pod_actions.h"

namespace croft::agent {

// Brings one pod of this node closer to what the API declares. Gathers the pod from the informer and its sandboxes from
// the runtime, decides in pod_plan.h, writes the status if it differs, acts.
class PodReconciler final : public runtime::Reconciler {
 public:
  PodReconciler(const PodParts& parts, const client::Informer& pods, Prober& prober)
      : parts_(parts), pods_(pods), prober_(prober) {}

  runtime::Outcome Reconcile(const Key& key) override;

 private:
  void SyncProbes(const Key& key, Observed* observed);
  Status WriteStatus(const Observed& observed, const types::PodStatus& status, uint64_t cached_revision);
  void TellBackOffs(const Observed& observed, const types::PodStatus& status);

  const PodParts& parts_;
  const client::Informer& pods_;
  Prober& prober_;
};

}  // namespace croft::agent
