#include "api/types/core.h"

#include "api/types/codec.h"
#include "api/types/pod_fields.h"

namespace croft::types {

template <class V>
void Fields(V& v, Pod& p) {
  v("metadata", p.metadata);
  v("spec", p.spec);
  v("status", p.status);
}

template <class V>
void Fields(V& v, EventSource& s) {
  v("component", s.component);
  v("host", s.host);
}

template <class V>
void Fields(V& v, Event& e) {
  v("metadata", e.metadata);
  v("involvedObject", e.involved_object);
  v("reason", e.reason);
  v("message", e.message);
  v("source", e.source);
  v("firstTimestamp", e.first_timestamp);
  v("lastTimestamp", e.last_timestamp);
  v("eventTime", e.event_time);
  v("count", e.count);
  v("type", e.type);
  v("reportingComponent", e.reporting_component);
  v("reportingInstance", e.reporting_instance);
  v("action", e.action);
}

template <class V>
void Fields(V& v, ConfigMap& c) {
  v("metadata", c.metadata);
  v("data", c.data);
  v("binaryData", c.binary_data);
}

template <class V>
void Fields(V& v, Secret& s) {
  v("metadata", s.metadata);
  v("type", s.type);
  v("data", s.data);
}

namespace {
struct NamespaceSpec {
  std::vector<std::string> finalizers;
};
struct NamespaceStatus {
  std::string phase;
};
template <class V>
void Fields(V& v, NamespaceSpec& s) {
  v("finalizers", s.finalizers);
}
template <class V>
void Fields(V& v, NamespaceStatus& s) {
  v("phase", s.phase);
}
}  // namespace

template <class V>
void Fields(V& v, Namespace& n) {
  NamespaceSpec spec{n.finalizers};
  NamespaceStatus status{n.phase};
  v("metadata", n.metadata);
  v("spec", spec);
  v("status", status);
  if constexpr (V::kReading) {
    n.finalizers = spec.finalizers;
    n.phase = status.phase;
  }
}

CROFT_DEFINE_KIND(Pod, "v1", "Pod")
CROFT_DEFINE_KIND(Namespace, "v1", "Namespace")
CROFT_DEFINE_KIND(ConfigMap, "v1", "ConfigMap")
CROFT_DEFINE_KIND(Secret, "v1", "Secret")
CROFT_DEFINE_KIND(Event, "v1", "Event")
CROFT_DEFINE_STRUCT(PodTemplateSpec)
CROFT_DEFINE_STRUCT(PodSpec)
CROFT_DEFINE_STRUCT(PodStatus)
CROFT_DEFINE_STRUCT(Probe)

const Condition* FindCondition(const std::vector<Condition>& conditions, std::string_view type) {
  for (const Condition& condition : conditions) {
    if (condition.type == type) return &condition;
  }
  return nullptr;
}

bool IsReady(const Pod& pod) {
  const Condition* ready = FindCondition(pod.status.conditions, "Ready");
  return ready != nullptr && ready->status == "True";
}

bool IsFinished(const Pod& pod) {
  return pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
}

}  // namespace croft::types
