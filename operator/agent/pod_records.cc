#include "operator/agent/pod_records.h"

namespace croft::agent {

PodRecord PodRecords::Get(const Key& pod) const {
  std::lock_guard lock(mutex_);
  const auto it = records_.find(pod);
  return it == records_.end() ? PodRecord() : it->second;
}

void PodRecords::Begin(const Key& pod, const std::string& uid, WallTime now) {
  std::lock_guard lock(mutex_);
  PodRecord& record = records_[pod];
  if (record.uid == uid) return;
  record = PodRecord();
  record.uid = uid;
  record.first_seen = now;
}

void PodRecords::Update(const Key& pod, const std::string& uid, const std::function<void(PodRecord&)>& change) {
  std::lock_guard lock(mutex_);
  const auto it = records_.find(pod);
  if (it != records_.end() && it->second.uid == uid) change(it->second);
}

void PodRecords::Erase(const Key& pod, const std::string& uid) {
  std::lock_guard lock(mutex_);
  const auto it = records_.find(pod);
  if (it != records_.end() && it->second.uid == uid) records_.erase(it);
}

}  // namespace croft::agent
