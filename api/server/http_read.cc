#include "api/server/http_api.h"
#include "api/server/wire/read_query.h"
#include "api/server/wire/table.h"

namespace croft::server {
namespace {

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

// What the items of a list of Kubernetes' own kinds leave out: the list says it.
std::string TypeOfItems(const Served& served) {
  return "{\"kind\":\"" + served.def().kind + "\",\"apiVersion\":\"" +
         ApiVersion(served.def().group, served.version->name) + "\",";
}

// Whoever pages may begin again, or go on with the token in this reply, which shows the present from there on.
http::Response ExpiredReply(const std::string& token, const ReplyStyle& style) {
  const Status why = Status::Expired(
      "The provided continue parameter is too old to display a consistent list result. Start a new list without it, or "
      "go on with the continue token of this response: what it lists may then show changes that were made since the "
      "first page.");
  Result<JsonDocument> body = ParseJson(StatusBody(why));
  if (!body.ok()) return StatusReply(why, style);
  SetString(*FindMutable(*body, "metadata"), "continue", token, body->GetAllocator());
  return JsonReply(why.code(), WriteJson(*body), style);
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
  const GetOptions options{exchange.query.Get("resourceVersion")};
  const Result<ObjectPtr> object = parts_.service.Get(exchange.who, exchange.info.target, options);
  if (!object.ok()) return FailRead(exchange, object.status());
  ReplyObject(exchange, 200, *object);
}

void HttpApi::ReplyList(const Exchange& exchange, const ListResult& list) {
  const Served served = parts_.service.catalog().view()->Find(exchange.info.target.gvr);
  if (served.definition == nullptr) return Fail(exchange, PathNotFound());
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
  static const http::SharedBytes kCommaAndBrace = Share(",{");
  static const http::SharedBytes kEnd = Share("]}\n");
  const std::string type = served.def().builtin ? TypeOfItems(served) : "";
  std::vector<http::SharedSlice> pieces;
  pieces.reserve(list.items.size() * 2 + 2);
  pieces.emplace_back(Share(ListHead(served, list)));
  for (size_t i = 0; i < list.items.size(); ++i) {
    const http::SharedBytes item = BytesOf(list.items[i]);
    const bool typed = !type.empty() && item->starts_with(type);
    if (i > 0 || typed) pieces.emplace_back(typed ? kCommaAndBrace : kComma, i > 0 ? 0 : 1);
    pieces.emplace_back(item, typed ? type.size() : 0);
  }
  pieces.emplace_back(kEnd);
  Reply(exchange, PiecesReply(200, std::move(pieces), exchange.style));
}

void HttpApi::HandleList(Exchange& exchange) {
  const Result<ListOptions> options = ParseListOptions(exchange.query);
  if (!options.ok()) return Fail(exchange, options.status());
  const Result<ListResult> list = parts_.service.List(exchange.who, exchange.info.target, *options);
  if (!list.ok()) return FailRead(exchange, list.status());
  if (list->expired) return Reply(exchange, ExpiredReply(list->continue_token, exchange.style));
  ReplyList(exchange, *list);
}

}  // namespace croft::server
