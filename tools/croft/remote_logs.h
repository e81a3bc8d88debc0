#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

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
  RemoteLogs(const store::Store& store, Settings settings) : store_(store), settings_(std::move(settings)) {}

  void Open(server::LogRequest request, http::ResponderPtr responder) override;

 private:
  Result<std::shared_ptr<http::Client>> ClientFor(const std::string& node);

  const store::Store& store_;
  const Settings settings_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<http::Client>> clients_;  // by address; guarded by mutex_
};

}  // namespace croft::cli
