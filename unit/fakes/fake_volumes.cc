#include "unit/fakes/fake_volumes.h"

namespace croft::fakes {

Status FakeVolumes::Prepare(const agent::PodFacts& facts, agent::ConfigSource&) {
  std::lock_guard lock(mutex_);
  if (answer_.ok()) ++prepared_[facts.pod.metadata.uid];
  return answer_;
}

Result<std::vector<agent::MountSpec>> FakeVolumes::Mounts(const agent::PodFacts& facts,
                                                          const types::Container& container,
                                                          const agent::Environment&) {
  std::vector<agent::MountSpec> mounts;
  for (const types::VolumeMount& mount : container.volume_mounts) {
    mounts.push_back({"/pods/" + facts.pod.metadata.uid + "/" + mount.name, mount.mount_path, mount.read_only, {}});
  }
  return mounts;
}

Status FakeVolumes::Remove(const std::string& pod_uid) {
  std::lock_guard lock(mutex_);
  prepared_.erase(pod_uid);
  return Status::Ok();
}

std::vector<std::string> FakeVolumes::Pods() {
  std::lock_guard lock(mutex_);
  std::vector<std::string> uids;
  for (const auto& [uid, count] : prepared_) uids.push_back(uid);
  return uids;
}

void FakeVolumes::SetAnswer(Status answer) {
  std::lock_guard lock(mutex_);
  answer_ = std::move(answer);
}

int FakeVolumes::Prepared(const std::string& pod_uid) const {
  std::lock_guard lock(mutex_);
  const auto it = prepared_.find(pod_uid);
  return it == prepared_.end() ? 0 : it->second;
}

}  // namespace croft::fakes
