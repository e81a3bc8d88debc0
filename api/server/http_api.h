#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "api/base/executor.h"
#include "api/base/id.h"
#include "api/http/message.h"
#include "api/server/authn.h"
#include "api/server/pod_logs.h"
#include "api/server/resource_service.h"
#include "api/server/wire/open_api.h"
#include "api/server/wire/reply.h"
#include "api/server/wire/request_info.h"
#include "api/server/wire/watch_session.h"

namespace croft::server {

// The Kubernetes API over HTTP: tells who asks, reads paths, queries and bodies, calls the verb layer and writes what
// the client understands (objects, tables, partial objects; JSON, YAML; watches). Thread-safe.
class HttpApi {
 public:
  struct Parts {
    ResourceService& service;
    const Authenticator& authenticator;
    const AccountTokens& account_tokens;
    Clock& clock;
    Random& random;
    PodLogs* pod_logs = nullptr;    // null: logs are answered with ServiceUnavailable
    std::string advertise_address;  // "10.0.0.1:6443", as discovery tells it; may be empty
    std::function<Status()> ready = {};
    // Where a write that another one overtook begins anew; null: each write holds its thread until it is durable.
    std::function<void(Executor::Task)> retry = {};
  };

  explicit HttpApi(Parts parts);

  // Whether Handle answers it without waiting for anything, the disk included, and soon.
  bool IsQuick(const http::Request& request) const;

  // An http::Handler.
  void Handle(http::Request request, http::ResponderPtr responder);

  // Ends watches that are over time, sends bookmarks, and answers reads that waited for a revision; to be called every
  // second.
  void Tick();
  // Ends all watches and waits; before the server stops.
  void EndWatches();

 private:
  // One request on its way through.
  struct Exchange {
    http::Request request;
    http::ResponderPtr responder;
    Query query;
    RequestInfo info;
    Identity who;
    ReplyStyle style;
    Accepted accepted;
    bool begun_anew = false;  // a write that was overtaken: this time it waits for the disk
    bool waited = false;      // for a revision that the store had not reached
  };
  struct Waiting {
    std::shared_ptr<Exchange> exchange;
    uint64_t revision;
    SteadyTime deadline;
  };

  // Lets `handle` have the exchange, which is answered also when that throws.
  void Guard(Exchange& exchange, const std::function<void(Exchange&)>& handle);
  void Dispatch(Exchange& exchange);
  void Reply(const Exchange& exchange, http::Response response);
  void Fail(const Exchange& exchange, const Status& status);

  // Reads of the future: http_waits.cc.
  void FailRead(Exchange& exchange, const Status& status);
  bool Wait(Exchange& exchange);
  void ResumeWaiting(SteadyTime now);

  // Paths that are no resource: http_paths.cc.
  void HandlePath(Exchange& exchange);
  void HandleDiscovery(Exchange& exchange);
  // A resource of a group that is not served.
  void HandleNowhere(Exchange& exchange, const std::string& verb);
  void ReplyNoPage(const Exchange& exchange);
  void HandleHealth(Exchange& exchange);
  void HandleOpenApi(Exchange& exchange);
  void HandleOpenId(Exchange& exchange);
  std::string MetricsText() const;

  // Verbs on resources: http_read.cc, http_write.cc, http_watch.cc.
  void HandleResource(Exchange& exchange);
  // Adds what who uses a deprecated version is told.
  void WarnOfDeprecation(Exchange& exchange) const;
  void HandleGet(Exchange& exchange);
  void HandleList(Exchange& exchange);
  void HandleWatch(Exchange& exchange);
  void HandleCreate(Exchange& exchange);
  void HandleUpdate(Exchange& exchange);
  void HandlePatch(Exchange& exchange);
  void HandleDelete(Exchange& exchange);
  void HandleLog(Exchange& exchange);
  void ReplyObject(const Exchange& exchange, int code, const ObjectPtr& object);
  void ReplyList(const Exchange& exchange, const ListResult& list);
  void ReplyWrite(Exchange& exchange, const Result<WriteResult>& result);
  // By an I/O thread: the one that makes writes durable has others to serve.
  void ReplyLater(std::shared_ptr<Exchange> exchange, const Result<WriteResult>& result);
  bool MayPend(const Exchange& exchange) const { return parts_.retry && !exchange.begun_anew; }
  // Replies when what is pending is durable; when another writer was faster, lets `again` have the exchange.
  void ReplyWhenDurable(Exchange& exchange, const Result<WriteResult>& result, ResourceService::Pending pending,
                        void (HttpApi::*again)(Exchange&));

  Parts parts_;
  EventEncoder encoder_;
  WatchSessions watches_;
  OpenApiDocuments open_api_;
  std::mutex waiting_mutex_;
  std::vector<Waiting> waiting_;  // guarded by waiting_mutex_
  mutable std::mutex metrics_mutex_;
  // By method, protocol and code; guarded by metrics_mutex_.
  std::map<std::tuple<std::string_view, std::string_view, int>, uint64_t> requests_;
};

}  // namespace croft::server
