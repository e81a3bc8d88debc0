#include "api/types/apps.h"

#include "api/types/codec.h"
#include "api/types/pod_fields.h"

namespace croft::types {

template <class V>
void Fields(V& v, RollingUpdate& t) {
  v("maxSurge", t.max_surge);
  v("maxUnavailable", t.max_unavailable);
}

template <class V>
void Fields(V& v, DeploymentStrategy& t) {
  v("type", t.type);
  v("rollingUpdate", t.rolling_update);
}

template <class V>
void Fields(V& v, DeploymentSpec& t) {
  v("replicas", t.replicas);
  v("selector", t.selector);
  v("template", t.pod_template);
  v("strategy", t.strategy);
  v("minReadySeconds", t.min_ready_seconds);
  v("revisionHistoryLimit", t.revision_history_limit);
  v("paused", t.paused);
  v("progressDeadlineSeconds", t.progress_deadline_seconds);
}

template <class V>
void Fields(V& v, DeploymentStatus& t) {
  v("observedGeneration", t.observed_generation);
  v("replicas", t.replicas);
  v("updatedReplicas", t.updated_replicas);
  v("readyReplicas", t.ready_replicas);
  v("availableReplicas", t.available_replicas);
  v("unavailableReplicas", t.unavailable_replicas);
  v("collisionCount", t.collision_count);
  v("conditions", t.conditions);
}

template <class V>
void Fields(V& v, Deployment& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
  v("status", t.status);
}

template <class V>
void Fields(V& v, ReplicaSetSpec& t) {
  v("replicas", t.replicas);
  v("minReadySeconds", t.min_ready_seconds);
  v("selector", t.selector);
  v("template", t.pod_template);
}

template <class V>
void Fields(V& v, ReplicaSetStatus& t) {
  v("replicas", t.replicas);
  v("fullyLabeledReplicas", t.fully_labeled_replicas);
  v("readyReplicas", t.ready_replicas);
  v("availableReplicas", t.available_replicas);
  v("observedGeneration", t.observed_generation);
  v("conditions", t.conditions);
}

template <class V>
void Fields(V& v, ReplicaSet& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
  v("status", t.status);
}

CROFT_DEFINE_KIND(Deployment, "apps/v1", "Deployment")
CROFT_DEFINE_KIND(ReplicaSet, "apps/v1", "ReplicaSet")

}  // namespace croft::types
