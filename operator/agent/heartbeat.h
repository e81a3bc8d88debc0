#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "api/client/client.h"
#include "operator/agent/settings.h"
#include "operator/agent/task_group.h"

namespace croft::agent {

// Renews the node's Lease in kube-node-lease, which is how the lab knows that the node lives. Its thread and client
// are its own, so that a busy agent is not taken for a dead one. Start and Stop once.
class Heartbeat {
 public:
  Heartbeat(client::Client& client, Clock& clock, Executor& executor, const AgentSettings& settings);
  ~Heartbeat();

  void Start();
  void Stop();

  // One renewal: a patch of renewTime; creates the Lease when there is none.
  Status Renew();

 private:
  void Run();
  void RunOnExecutor();
  Status Create();

  client::Client& client_;
  Clock& clock_;
  const AgentSettings& settings_;
  TaskGroup tasks_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  bool failing_ = false;   // the last renewal failed; of the renewing thread
  std::thread thread_;
};

}  // namespace croft::agent
