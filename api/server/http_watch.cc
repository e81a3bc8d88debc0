#include <algorithm>

#include "api/http/websocket.h"
#include "api/server/http_api.h"
#include "api/server/wire/read_query.h"
#include "api/server/wire/watch_socket.h"

namespace croft::server {
namespace {

// Beyond the first state, which may be large, a client may lag behind by this much.
constexpr size_t kMaxLag = 16 * 1024 * 1024;

WatchForm FormOf(const Accepted& accepted, const Query& query) {
  WatchForm form;
  if (!accepted.version.empty()) form.version = accepted.version;
  form.include = IncludeOf(query);
  if (accepted.as == "Table") form.as = WatchForm::As::kTable;
  if (accepted.as.starts_with("Partial")) form.as = WatchForm::As::kPartial;
  return form;
}

// A watch of one object is a watch of the collection that selects its name.
Status SelectName(Target& target, WatchOptions& options) {
  if (target.name.empty()) return Status::Ok();
  if (!options.field_selector.empty() && SelectedName(options.field_selector) != target.name) {
    return Status::BadRequest("fieldSelector metadata.name doesn't match requested name");
  }
  if (options.field_selector.empty()) options.field_selector = "metadata.name=" + target.name;
  target.name.clear();
  return Status::Ok();
}

}  // namespace

void HttpApi::HandleWatch(Exchange& exchange) {
  if (exchange.accepted.format != Format::kJson) {
    return Fail(exchange,
                {Reason::kNotAcceptable, "only the following media types are accepted: application/json;stream=watch"});
  }
  const Query& query = exchange.query;
  WatchOptions options = ParseWatchOptions(query);
  Target target = exchange.info.target;
  if (const Status named = SelectName(target, options); !named.ok()) return Fail(exchange, named);
  const Result<std::optional<int64_t>> limit = query.Integer("timeoutSeconds");
  if (!limit.ok()) return Fail(exchange, limit.status());

  std::optional<WatchSocket> socket;
  if (http::IsWebSocketRequest(exchange.request)) {
    socket = AcceptWatchSocket(exchange.request);
    if (!socket) return Fail(exchange, Status::BadRequest("the WebSocket handshake is malformed"));
  }

  WatchSession::Options session_options;
  session_options.served = parts_.service.catalog().view()->Find(target.gvr);
  session_options.bookmarks = query.Flag("allowWatchBookmarks");
  session_options.mark_initial_end = options.send_initial_events.value_or(false) && session_options.bookmarks;
  session_options.form = FormOf(exchange.accepted, query);
  auto session = std::make_shared<WatchSession>(std::move(session_options), encoder_);
  Result<std::unique_ptr<store::Subscription>> subscription =
      parts_.service.Watch(exchange.who, target, options, session);
  // From here on failures are told as events, since a client that was let in reads nothing else; all before have a
  // code.
  if (!subscription.ok() && !subscription.status().IsExpired()) return FailRead(exchange, subscription.status());

  const size_t max_queued = session->pending_bytes() + kMaxLag;
  std::shared_ptr<http::Stream> stream;
  if (socket) {
    stream = FrameMessages(exchange.responder->StartStream(101, socket->headers, max_queued), *socket);
  } else {
    http::Headers headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache, private"}};
    AddWarnings(headers, exchange.style);
    stream = exchange.responder->StartStream(200, headers, max_queued);
  }
  {
    const std::lock_guard lock(metrics_mutex_);
    ++requests_[{"WATCH", exchange.request.protocol, socket ? 101 : 200}];
  }
  if (!subscription.ok()) {
    stream->Write(Share(WatchErrorLine(subscription.status())));
    return stream->Close();
  }
  session->Begin(stream);
  // Without a limit of the client's own, between half an hour and an hour: not all at the same moment.
  int64_t seconds = limit->value_or(0);
  if (seconds == 0) seconds = 1800 + static_cast<int64_t>(parts_.random.Below(1800));
  seconds = std::clamp<int64_t>(seconds, 1, 365 * 24 * 3600);
  watches_.Add(session, std::move(*subscription), parts_.clock.Steady(), std::chrono::seconds(seconds));
  stream->OnClosed([weak = std::weak_ptr(session)] {
    if (const auto open = weak.lock()) open->MarkClosed();
  });
}

}  // namespace croft::server
