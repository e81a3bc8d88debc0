#include "api/server/http_api.h"
#include "api/server/wire/body.h"
#include "api/server/wire/table.h"

namespace croft::server {
namespace {

IncludeObject IncludeOf(const Query& query) {
  const std::string include = query.Get("includeObject");
  if (include == "None") return IncludeObject::kNone;
  return include == "Object" ? IncludeObject::kObject : IncludeObject::kMetadata;
}

std::string ListHead(const Served& served, const ListResult& list) {
  JsonDocument head(rapidjson::kObjectType);
  auto& allocator = head.GetAllocator();
  SetString(head, "kind", served.def().list_kind.empty() ? served.def().kind + "List" : served.def().list_kind,
            allocator);
  SetString(head, "apiVersion", ApiVersion(served.def().group, served.version->name), allocator);
  Json& metadata = Ensure(head, "metadata", allocator);
  SetString(metadata, "resourceVersion", std::to_string(list.revision), allocator);
  if (!list.continue_token.empty()) SetString(metadata, "continue", list.continue_token, allocator);
  if (list.remaining) Set(metadata, "remainingItemCount", Json(*list.remaining), allocator);
  std::string text = WriteJson(head);
  text.pop_back();  // goes on with the items
  return text + ",\"items\":[";
}

}  // namespace

void HttpApi::ReplyObject(const Exchange& exchange, int code, const ObjectPtr& object) {
  const Accepted& accepted = exchange.accepted;
  const bool stored_kind = object->meta().kind != "Status" && object->meta().kind != "Scale";
  if (accepted.as == "Table" && stored_kind) {
    const Served served = parts_.service.catalog().view()->Find(exchange.info.target.gvr);
    if (served.definition != nullptr) {
      const TableMeta meta{std::to_string(object->meta().revision), {}, {}};
      const TableRequest request{accepted.version, IncludeOf(exchange.query), parts_.clock.Now()};
      return Reply(exchange, JsonReply(code, RenderTable(served, {object}, meta, request), exchange.style));
    }
  }
  if (accepted.as == "PartialObjectMetadata" && stored_kind) {
    return Reply(exchange, JsonReply(code, PartialObject(*object, accepted.version), exchange.style));
  }
  Reply(exchange, PiecesReply(code, {BytesOf(object)}, exchange.style));
}

void HttpApi::HandleGet(Exchange& exchange) {
  const Result<ObjectPtr> object = parts_.service.Get(exchange.who, exchange.info.target);
  if (!object.ok()) return Fail(exchange, object.status());
  ReplyObject(exchange, 200, *object);
}

void HttpApi::ReplyList(const Exchange& exchange, const ListResult& list) {
  const Served served = parts_.service.catalog().view()->Find(exchange.info.target.gvr);
  if (served.definition == nullptr) {
    return Fail(exchange, Status::NotFound("the server could not find the requested resource"));
  }
  const Accepted& accepted = exchange.accepted;
  const TableMeta meta{std::to_string(list.revision), list.continue_token, list.remaining};
  if (accepted.as == "Table") {
    const TableRequest request{accepted.version, IncludeOf(exchange.query), parts_.clock.Now()};
    return Reply(exchange, JsonReply(200, RenderTable(served, list.items, meta, request), exchange.style));
  }
  if (accepted.as == "PartialObjectMetadataList" || accepted.as == "PartialObjectMetadata") {
    return Reply(exchange, JsonReply(200, PartialObjectList(list.items, meta, accepted.version), exchange.style));
  }
  static const http::SharedBytes kComma = Share(",");
  static const http::SharedBytes kEnd = Share("]}\n");
  std::vector<http::SharedBytes> pieces;
  pieces.reserve(list.items.size() * 2 + 2);
  pieces.push_back(Share(ListHead(served, list)));
  for (size_t i = 0; i < list.items.size(); ++i) {
    if (i > 0) pieces.push_back(kComma);
    pieces.push_back(BytesOf(list.items[i]));
  }
  pieces.push_back(kEnd);
  Reply(exchange, PiecesReply(200, std::move(pieces), exchange.style));
}

void HttpApi::HandleList(Exchange& exchange) {
  const Result<ListResult> list =
      parts_.service.List(exchange.who, exchange.info.target, ParseListOptions(exchange.query));
  if (!list.ok()) return Fail(exchange, list.status());
  ReplyList(exchange, *list);
}

void HttpApi::HandleWatch(Exchange& exchange) {
  const Query& query = exchange.query;
  WatchOptions options;
  options.label_selector = query.Get("labelSelector");
  options.field_selector = query.Get("fieldSelector");
  options.resource_version = query.Get("resourceVersion");
  options.resource_version_match = query.Get("resourceVersionMatch");
  options.send_initial_events = query.Flag("sendInitialEvents");

  WatchSession::Options session_options;
  session_options.served = parts_.service.catalog().view()->Find(exchange.info.target.gvr);
  session_options.bookmarks = query.Flag("allowWatchBookmarks");
  session_options.mark_initial_end = options.send_initial_events && session_options.bookmarks;
  const Accepted& accepted = exchange.accepted;
  WatchForm& form = session_options.form;
  if (!accepted.version.empty()) form.version = accepted.version;
  form.include = IncludeOf(query);
  if (accepted.as == "Table") form.as = WatchForm::As::kTable;
  if (accepted.as.starts_with("Partial")) form.as = WatchForm::As::kPartial;

  auto session = std::make_shared<WatchSession>(std::move(session_options), encoder_);
  Result<std::unique_ptr<store::Subscription>> subscription =
      parts_.service.Watch(exchange.who, exchange.info.target, options, session);
  if (!subscription.ok() && !subscription.status().IsExpired()) return Fail(exchange, subscription.status());

  // Beyond the first state, which may be large, a client may lag behind by this much.
  constexpr size_t kMaxLag = 16 * 1024 * 1024;
  const http::Headers headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache, private"}};
  auto stream = exchange.responder->StartStream(200, headers, session->pending_bytes() + kMaxLag);
  {
    const std::lock_guard lock(metrics_mutex_);
    ++requests_[{"WATCH", exchange.request.protocol, 200}];
  }
  if (!subscription.ok()) {
    stream->Write(Share(WatchErrorLine(subscription.status())));
    return stream->Close();
  }
  session->Begin(stream);
  // Without a limit of the client's own, between half an hour and an hour: not all at the same moment.
  const int64_t seconds =
      query.Number("timeoutSeconds").value_or(1800 + static_cast<int64_t>(parts_.random.Below(1800)));
  watches_.Add(session, std::move(*subscription), parts_.clock.Steady(),
               std::chrono::seconds(std::max<int64_t>(seconds, 1)));
  stream->OnClosed([weak = std::weak_ptr(session)] {
    if (const auto open = weak.lock()) open->MarkClosed();
  });
}

}  // namespace croft::server
