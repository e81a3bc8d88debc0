#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "api/object/object.h"
#include "operator/agent/pod_record.h"

namespace croft::agent {

// The records of this node's pods. Thread-safe: work that goes on beside a reconciliation (a pull, a hook) notes its
// outcome here.
class PodRecords {
 public:
  // A copy; an empty one when nothing is remembered.
  PodRecord Get(const Key& pod) const;
  // The record begins anew when it belongs to another uid.
  void Begin(const Key& pod, const std::string& uid, WallTime now);
  // Changes the record if it is (still) that uid's.
  void Update(const Key& pod, const std::string& uid, const std::function<void(PodRecord&)>& change);
  // Forgets the pod if it is that uid's.
  void Erase(const Key& pod, const std::string& uid);

 private:
  mutable std::mutex mutex_;
  std::map<Key, PodRecord> records_;  // guarded by mutex_
};

}  // namespace croft::agent
