#pragma once

#include <memory>
#include <string>

#include "api/http/server.h"
#include "operator/agent/logs.h"
#include "operator/agent/runtime.h"
#include "operator/agent/task_group.h"

namespace croft::agent {

struct AgentApiSettings {
  std::string listen = "0.0.0.0:10250";
  std::string log_dir;
  http::ServerTls tls;  // the node's serving certificate, and the CA that vouches for the API server's
  // The only one who is answered: the common name of the API server's client certificate.
  std::string peer_name = "system:croft:apiserver";
};

// What a node serves to the API server, as a kubelet does:
//   GET /containerLogs/{namespace}/{pod}/{container}?follow&tailLines&sinceSeconds&timestamps&previous&limitBytes
//   GET /healthz
// Start and Stop once; all references outlive it.
class AgentApi {
 public:
  AgentApi(AgentApiSettings settings, Runtime& runtime, Executor& executor, Clock& clock);
  ~AgentApi();

  Status Start();
  void Stop();

  // The port that is listened on.
  int port() const;
  // A renewed certificate, for connections from now on.
  Status SetTls(const http::ServerTls& tls) { return server_.SetTls(tls); }

 private:
  struct Following;

  void Handle(const http::Request& request, const http::ResponderPtr& responder);
  void ServeLogs(const http::Request& request, const http::ResponderPtr& responder);
  void Follow(const std::shared_ptr<Following>& following);
  bool Runs(const Following& following);

  const AgentApiSettings settings_;
  Runtime& runtime_;
  Clock& clock_;
  TaskGroup tasks_;
  http::Server server_;
};

}  // namespace croft::agent
