#include "operator/agent/pod_hooks.h"

namespace croft::agent {

Status RunHandler(const PodParts& parts, const types::LifecycleHandler& handler, const types::Container& container,
                  const std::string& container_id, const std::string& pod_ip, std::chrono::seconds timeout) {
  if (handler.exec) {
    Result<ExecResult> result = parts.runtime.Exec(container_id, handler.exec->command, timeout);
    if (!result.ok()) return result.status();
    if (result->exit_code == 0) return Status::Ok();
    return Status::Internal("command exited with " + std::to_string(result->exit_code) + ": " + result->output);
  }
  if (!handler.http_get) return Status::Ok();
  const types::HttpGetAction& get = *handler.http_get;
  int64_t port = get.port.number;
  for (const types::ContainerPort& declared : container.ports) {
    if (get.port.is_string && declared.name == get.port.text) port = declared.container_port;
  }
  std::vector<std::pair<std::string, std::string>> headers;
  for (const types::HttpHeader& header : get.http_headers) headers.emplace_back(header.name, header.value);
  const std::string url = std::string(get.scheme == "HTTPS" ? "https" : "http") + "://" +
                          (get.host.empty() ? pod_ip : get.host) + ":" + std::to_string(port) +
                          (get.path.empty() || get.path[0] != '/' ? "/" : "") + get.path;
  return parts.net.ProbeHttp(url, headers, static_cast<int>(timeout.count()) * 1000);
}

}  // namespace croft::agent
