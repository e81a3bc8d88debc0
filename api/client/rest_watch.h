#pragma once

#include <memory>
#include <string>

#include "api/client/client.h"
#include "api/http/client.h"

namespace croft::client {

// A watch over HTTP: one JSON event a line (Kubernetes API, watch). Told to `sink` until the Watch is destroyed.
std::unique_ptr<Watch> StartRestWatch(http::Client& client, const std::string& target, std::shared_ptr<WatchSink> sink);

}  // namespace croft::client
