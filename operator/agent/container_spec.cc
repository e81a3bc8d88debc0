#include "operator/agent/container_spec.h"

#include "operator/agent/host_files.h"
#include "operator/agent/labels.h"
#include "operator/agent/pod_view.h"

namespace croft::agent {
namespace {

int64_t Milli(const types::StringMap& quantities, const char* name) {
  const auto it = quantities.find(name);
  return it == quantities.end() ? 0 : types::ParseQuantityMilli(it->second).value_or(0);
}

types::StringMap PodLabels(const types::Pod& pod) {
  return {{labels::kPod, pod.metadata.key().ToString()}, {labels::kPodUid, pod.metadata.uid}};
}

// What can be told without looking into the image: an explicit root.
Status CheckNonRoot(const types::Pod& pod, const types::Container& container) {
  const auto& own = container.security_context;
  const auto& shared = pod.spec.security_context;
  const bool required = own && own->run_as_non_root ? *own->run_as_non_root
                                                    : shared && shared->run_as_non_root && *shared->run_as_non_root;
  constexpr int64_t kUnsaid = -1;
  const int64_t user = own && own->run_as_user ? *own->run_as_user
                       : shared                ? shared->run_as_user.value_or(kUnsaid)
                                               : kUnsaid;
  if (!required || user != 0) return Status::Ok();
  return Status::Invalid("container's runAsUser breaks non-root policy (runAsNonRoot is set, runAsUser is 0)");
}

}  // namespace

std::string SandboxName(const types::Pod& pod, int attempt) {
  return "k8s_" + pod.metadata.name + "_" + pod.metadata.ns + "_" + pod.metadata.uid + "_" + std::to_string(attempt);
}

std::string ContainerName(const types::Pod& pod, const std::string& container, int sandbox_attempt, int attempt) {
  return "k8s_" + container + "_" + pod.metadata.name + "_" + pod.metadata.ns + "_" + pod.metadata.uid + "_" +
         std::to_string(sandbox_attempt) + "." + std::to_string(attempt);
}

std::string PodLogDirectory(const std::string& log_dir, const std::string& ns, const std::string& pod,
                            const std::string& uid) {
  return log_dir + "/" + ns + "_" + pod + "_" + uid;
}

std::string LogPath(const std::string& log_dir, const types::Pod& pod, const std::string& container, int attempt) {
  return PodLogDirectory(log_dir, pod.metadata.ns, pod.metadata.name, pod.metadata.uid) + "/" + container + "/" +
         std::to_string(attempt) + ".log";
}

SandboxSpec MakeSandboxSpec(const types::Pod& pod, int attempt, const std::string& ip,
                            const std::map<std::string, int>& restarts) {
  SandboxSpec spec;
  spec.name = SandboxName(pod, attempt);
  spec.hostname = PodHostname(pod);
  spec.host_network = pod.spec.host_network;
  spec.labels = PodLabels(pod);
  spec.labels[labels::kAttempt] = std::to_string(attempt);
  if (!ip.empty()) spec.labels[labels::kPodIp] = ip;
  if (!restarts.empty()) spec.labels[labels::kRestarts] = FormatRestarts(restarts);
  return spec;
}

Result<ContainerSpec> MakeContainerSpec(const PodFacts& facts, const types::Container& container,
                                        const SandboxInfo& sandbox, int attempt, const Environment& environment,
                                        std::vector<MountSpec> mounts, const std::string& log_dir) {
  const types::Pod& pod = facts.pod;
  CROFT_RETURN_IF_ERROR(CheckNonRoot(pod, container));
  ContainerSpec spec;
  spec.name = ContainerName(pod, container.name, labels::Attempt(sandbox.labels), attempt);
  spec.sandbox_id = sandbox.id;
  spec.image = container.image;
  for (const std::string& word : container.command) spec.entrypoint.push_back(Expand(word, environment));
  for (const std::string& word : container.args) spec.command.push_back(Expand(word, environment));
  spec.env = environment;
  spec.working_dir = container.working_dir;
  spec.labels = PodLabels(pod);
  spec.labels[labels::kContainer] = container.name;
  spec.labels[labels::kImage] = container.image;
  spec.labels[labels::kAttempt] = std::to_string(attempt);
  spec.mounts = std::move(mounts);
  spec.log_path = LogPath(log_dir, pod, container.name, attempt);
  spec.memory_bytes = Milli(container.resources.limits, "memory") / 1000;
  spec.cpu_milli = Milli(container.resources.limits, "cpu");
  const int64_t requested = Milli(container.resources.requests, "cpu");
  spec.cpu_shares_milli = requested > 0 ? requested : spec.cpu_milli;
  spec.security = container.security_context;
  if (pod.spec.security_context) spec.pod_security = *pod.spec.security_context;
  spec.tty = container.tty;
  spec.stdin_open = container.stdin_open;
  return spec;
}

}  // namespace croft::agent
