#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"
#include "operator/ingress/haproxy_config.h"

namespace croft::ingress {

// One command of HAProxy's runtime API and what its reply must hold for it to have worked.
struct RuntimeCommand {
  std::string text;      // " @? " stands for the version of the map that was prepared last
  std::string expected;  // part of the reply; empty: the reply must be blank
};

// Sends a command to a runtime socket (a worker's or the master's) and returns the reply. kServiceUnavailable when
// nothing answers within a few seconds.
Result<std::string> AskHaproxy(const std::string& socket_path, std::string_view command);

// Runs commands in order up to the first that fails.
Status RunCommands(const std::string& socket_path, const std::vector<RuntimeCommand>& commands);

// The pid of the worker that owns the stats socket.
Result<int> WorkerPid(const HaproxySettings& settings);

// The commands that bring a process that serves `from` to serve `to`, in an order in which no request is ever without
// its route: certificates and endpoints come before the routes that need them and go after. Not possible when only a
// reload can do it. `retired` are servers that were taken out of rotation before and are still there.
struct RuntimeChange {
  bool possible = false;
  std::vector<RuntimeCommand> commands;
  // Taken out of rotation; to be deleted once they have no connections: "backend/server".
  std::vector<std::string> retired;
};
RuntimeChange PlanRuntimeChange(const HaproxyState& from, const HaproxyState& to,
                                const std::vector<std::string>& retired, const HaproxySettings& settings);

}  // namespace croft::ingress
