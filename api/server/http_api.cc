#include "api/server/http_api.h"

#include "api/base/log.h"
#include "api/server/impersonation.h"
#include "api/server/wire/watch_socket.h"

namespace croft::server {
namespace {

// What is handled in well under a millisecond.
constexpr size_t kQuickBytes = 32 * 1024;

bool TakesGzip(const http::Request& request) {
  return request.headers.Get("Accept-Encoding").find("gzip") != std::string_view::npos;
}

// What a client calls its method is not let grow the metrics.
std::string_view CountedMethod(std::string_view method) {
  for (const std::string_view known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    if (method == known) return known;
  }
  return "other";
}

// As the query says; where it says nothing, what a person sees is pretty.
bool WantsPretty(const http::Request& request, const Query& query) {
  const std::string asked = query.Get("pretty");
  if (!asked.empty())
    return asked == "1" || asked == "t" || asked == "T" || asked == "true" || asked == "True" || asked == "TRUE";
  const std::string_view agent = request.headers.Get("User-Agent");
  return agent.starts_with("curl") || agent.starts_with("Wget") || agent.starts_with("Mozilla/5.0");
}

}  // namespace

HttpApi::HttpApi(Parts parts) : parts_(std::move(parts)), encoder_(parts_.clock) {}

void HttpApi::Tick() {
  watches_.Tick(parts_.clock.Steady(), parts_.service.store().ToldRevision());
  open_api_.DropIdle(parts_.clock.Steady());
  ResumeWaiting(parts_.clock.Steady());
}

void HttpApi::EndWatches() {
  watches_.EndAll();
  ResumeWaiting(SteadyTime::max());
}

void HttpApi::Reply(const Exchange& exchange, http::Response response) {
  {
    const std::lock_guard lock(metrics_mutex_);
    ++requests_[{CountedMethod(exchange.request.method), exchange.request.protocol, response.status}];
  }
  exchange.responder->Send(std::move(response));
}

void HttpApi::Fail(const Exchange& exchange, const Status& status) {
  Reply(exchange, StatusReply(status, exchange.style));
}

void HttpApi::Handle(http::Request request, http::ResponderPtr responder) {
  Query query(request.query());
  Exchange exchange{std::move(request), std::move(responder), std::move(query), {}, {}, {}, {}};
  Guard(exchange, [this](Exchange& asked) { Dispatch(asked); });
}

bool HttpApi::IsQuick(const http::Request& request) const {
  if (!parts_.retry || request.body.size() > kQuickBytes) return false;
  const std::optional<RequestInfo> info = ParsePath(request.path());
  if (!info || !info->is_resource || info->watch || !info->target.subresource.empty()) return false;
  const bool one = !info->target.name.empty();
  if (!parts_.authenticator.IsQuick(request)) return false;
  if (request.method == "GET" && one) return true;
  const bool applies = request.headers.Get("Content-Type").starts_with("application/apply-patch");
  const bool writes =
      one ? request.method == "PUT" || (request.method == "PATCH" && !applies) : request.method == "POST";
  return writes && !parts_.service.WritesAreFollowed(info->target.gvr);
}

void HttpApi::Guard(Exchange& exchange, const std::function<void(Exchange&)>& handle) {
  const http::ResponderPtr responder = exchange.responder;
  try {
    handle(exchange);
  } catch (const std::exception& error) {
    log::Error("a request failed unexpectedly", {{"error", error.what()}});
    exchange.responder = responder;  // what it handed on, it may have moved
    Fail(exchange, Status::Internal("the server failed unexpectedly; its log has the cause"));
  }
}

void HttpApi::Dispatch(Exchange& exchange) {
  std::optional<RequestInfo> info = ParsePath(exchange.request.path());
  exchange.style.gzip = TakesGzip(exchange.request);
  exchange.style.pretty = WantsPretty(exchange.request, exchange.query);
  if (!info) return Fail(exchange, Status::BadRequest("the path is malformed"));
  exchange.info = std::move(*info);
  TakeSocketToken(exchange.request);
  Result<Identity> who = parts_.authenticator.Authenticate(exchange.request);
  if (!who.ok()) return Fail(exchange, who.status());
  who = ImpersonatedBy(*who, exchange.request.headers, parts_.service.authorizer());
  if (!who.ok()) return Fail(exchange, who.status());
  exchange.who = std::move(*who);
  if (exchange.info.is_resource) return HandleResource(exchange);
  HandlePath(exchange);
}

}  // namespace croft::server
