#pragma once

#include "operator/agent/pod_parts.h"
#include "operator/agent/pod_plan.h"

namespace croft::agent {

// Carries out the steps of one plan for one pod. What fails in a way that the pod's status must tell is noted in the
// pod's record with the time of the next try; the Status says only that the round is over.
class PodActions {
 public:
  // `pod` is null when the API has none; `live` is the running sandbox, if any.
  PodActions(const PodParts& parts, Key key, const types::Pod* pod, const SandboxInfo* live);

  Status Do(const Action& action);

 private:
  Status RemoveSandbox(const Action& action);
  Status Forget(const Action& action);
  Status CreateSandbox(const Action& action);
  Status Attach();
  Status PrepareVolumes();
  Status StartContainer(const Action& action);
  Status StopContainer(const Action& action);
  Status DeletePod(const Action& action);

  void RunPostStart(const types::Container& container, const std::string& id);
  Status FailPod(const char* event, const Status& why, const std::string& reason = {});
  Status FailContainer(const types::Container& container, const std::string& reason, const Status& why);

  const types::Container* FindContainer(const std::string& name) const;
  std::string Ip() const;
  void Update(const std::function<void(PodRecord&)>& change) { parts_.records.Update(key_, uid_, change); }
  WallTime Now() const { return parts_.context.clock.Now(); }

  const PodParts& parts_;
  const Key key_;
  const types::Pod* const pod_;
  const std::string uid_;  // of pod_
  SandboxInfo live_;       // empty id: none
};

}  // namespace croft::agent
