#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "api/base/executor.h"
#include "api/http/client.h"
#include "api/server/pod_logs.h"
#include "api/store/store.h"

namespace croft::cli {

// Reads the logs of pods from the agents of their nodes, over HTTPS at the address and port that the Node reports.
// Thread-safe.
class RemoteLogs final : public server::PodLogs {
 public:
  struct Settings {
    std::string ca_pem;
    http::TlsIdentity identity;  // system:croft:apiserver
  };
  // `executor` ends streams, which their own thread must not.
  RemoteLogs(const store::Store& store, Executor& executor, Settings settings);
  ~RemoteLogs() override;

  void Open(server::LogRequest request, http::ResponderPtr responder) override;

 private:
  class Relay;

  Result<std::shared_ptr<http::Client>> ClientFor(const std::string& node);
  void Finish(std::shared_ptr<Relay> relay);

  const store::Store& store_;
  Executor& executor_;
  const Settings settings_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<http::Client>> clients_;  // by address; guarded by mutex_
  std::set<std::shared_ptr<Relay>> relays_;                       // that run; guarded by mutex_
};

}  // namespace croft::cli
