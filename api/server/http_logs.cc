#include "api/server/http_api.h"

namespace croft::server {
namespace {

std::vector<std::string> ContainersOf(const Json& pod, const char* list) {
  std::vector<std::string> names;
  const Json* containers = Find(pod, {"spec", list});
  if (containers == nullptr || !containers->IsArray()) return names;
  for (const Json& container : containers->GetArray()) names.emplace_back(FindString(container, {"name"}));
  return names;
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return "[" + text + "]";
}

// The container that is meant: the named one, the pod's default one, or its only one.
Result<std::string> ChooseContainer(const Object& object, const std::string& wanted) {
  const JsonDocument pod = object.ToJson();
  std::vector<std::string> names = ContainersOf(pod, "containers");
  if (wanted.empty()) {
    const std::string_view annotated =
        FindString(pod, {"metadata", "annotations", "kubectl.kubernetes.io/default-container"});
    if (!annotated.empty()) return std::string(annotated);
    if (names.size() == 1) return names.front();
    return Status::BadRequest("a container name must be specified for pod " + object.name() +
                              ", choose one of: " + Listed(names));
  }
  for (const char* list : {"initContainers", "ephemeralContainers"}) {
    for (std::string& name : ContainersOf(pod, list)) names.push_back(std::move(name));
  }
  for (const std::string& name : names) {
    if (name == wanted) return wanted;
  }
  return Status::BadRequest("container " + wanted + " is not valid for pod " + object.name());
}

}  // namespace

void HttpApi::HandleLog(Exchange& exchange) {
  const Target& target = exchange.info.target;
  Attributes attributes{exchange.who,        "get", true,      target.gvr.group, target.gvr.version,
                        target.gvr.resource, "log", target.ns, target.name,      {}};
  const Decision decision = parts_.service.authorizer().Authorize(attributes);
  if (!decision.allowed) return Fail(exchange, ForbiddenStatus(attributes, decision.reason));
  LogRequest log;
  log.pod = parts_.service.store().Get({"", "pods"}, {target.ns, target.name});
  if (log.pod == nullptr) return Fail(exchange, Status::ObjectNotFound("", "pods", target.name));
  const Query& query = exchange.query;
  Result<std::string> container = ChooseContainer(*log.pod, query.Get("container"));
  if (!container.ok()) return Fail(exchange, container.status());
  log.container = std::move(*container);
  log.follow = query.Flag("follow");
  log.previous = query.Flag("previous");
  log.timestamps = query.Flag("timestamps");
  log.tail_lines = query.Number("tailLines");
  log.limit_bytes = query.Number("limitBytes");
  if (log.tail_lines.value_or(0) < 0 || log.limit_bytes.value_or(1) < 1) {
    return Fail(exchange, Status::BadRequest("tailLines and limitBytes must not be negative"));
  }
  if (const auto seconds = query.Number("sinceSeconds")) {
    log.since = parts_.clock.Now() - std::chrono::seconds(*seconds);
  } else if (query.Has("sinceTime")) {
    log.since = ParseTime(query.Get("sinceTime"));
    if (!log.since) return Fail(exchange, Status::BadRequest("sinceTime: must be a time such as 2026-01-02T15:04:05Z"));
  }
  // A pod on no node has said nothing yet.
  if (FindString(log.pod->ToJson(), {"spec", "nodeName"}).empty()) return Reply(exchange, {204, {}, {}, {}});
  if (parts_.pod_logs == nullptr) {
    return Fail(exchange, Status::Unavailable("this server reads no logs: no node's agent is connected to it"));
  }
  parts_.pod_logs->Open(std::move(log), exchange.responder);
}

}  // namespace croft::server
