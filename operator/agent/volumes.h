#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "operator/agent/config_source.h"
#include "operator/agent/env.h"
#include "operator/agent/host_files.h"
#include "operator/agent/runtime.h"

namespace croft::agent {

// The files of pods on the node. An interface, since the simulated lab has none. Thread-safe for different pods.
class Volumes {
 public:
  virtual ~Volumes() = default;

  // Makes what the pod's volumes need, and brings the files of ConfigMaps and Secrets up to date; called again and
  // again while the pod runs. kInvalid: a volume of a kind that is not supported, by name. kNotFound: an object that
  // is missing.
  virtual Status Prepare(const PodFacts& facts, ConfigSource& source) = 0;
  // What is mounted into one container: its volumeMounts, /etc/hosts, /etc/resolv.conf.
  virtual Result<std::vector<MountSpec>> Mounts(const PodFacts& facts, const types::Container& container,
                                                const Environment& environment) = 0;
  // Removes all that Prepare and Mounts made. Ok when there is nothing.
  virtual Status Remove(const std::string& pod_uid) = 0;
  // The uids of pods that have files.
  virtual std::vector<std::string> Pods() = 0;
};

// Keeps a pod's files under DATA/pods/UID (volumes/NAME, etc/hosts ...) and those of Secrets, in the same shape, under
// DATA/run, which is a tmpfs wherever mounting is allowed. Removes with them the pod's logs, LOGS/<ns>_<name>_<uid>.
class NodeVolumes final : public Volumes {
 public:
  NodeVolumes(const std::string& data_dir, std::string log_dir, DnsSettings dns);

  Status Prepare(const PodFacts& facts, ConfigSource& source) override;
  Result<std::vector<MountSpec>> Mounts(const PodFacts& facts, const types::Container& container,
                                        const Environment& environment) override;
  Status Remove(const std::string& pod_uid) override;
  std::vector<std::string> Pods() override;

 private:
  Status PrepareVolume(const PodFacts& facts, const types::Volume& volume, ConfigSource& source);
  Status PrepareEmptyDir(const types::Pod& pod, const types::Volume& volume);
  Status WriteHostFiles(const PodFacts& facts);
  Status MountRun();
  std::string Directory(const std::string& pod_uid, const types::Volume& volume) const;

  const std::string data_dir_;
  const std::string log_dir_;
  const DnsSettings dns_;
  std::mutex mutex_;
  bool run_mounted_ = false;  // guarded by mutex_
};

}  // namespace croft::agent
