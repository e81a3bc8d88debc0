#include "api/server/http_api.h"

#include "api/base/log.h"
#include "api/server/wire/watch_socket.h"

namespace croft::server {
namespace {

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
  watches_.Tick(parts_.clock.Steady(), parts_.service.store().Revision());
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
  Guard(exchange, &HttpApi::Dispatch);
}

void HttpApi::Guard(Exchange& exchange, void (HttpApi::*handle)(Exchange&)) {
  try {
    (this->*handle)(exchange);
  } catch (const std::exception& error) {
    log::Error("a request failed unexpectedly", {{"error", error.what()}});
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
  exchange.who = std::move(*who);
  if (exchange.info.is_resource) return HandleResource(exchange);
  HandlePath(exchange);
}

}  // namespace croft::server
