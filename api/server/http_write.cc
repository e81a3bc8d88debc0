#include <thread>

#include "api/server/http_api.h"
#include "api/server/wire/body.h"
#include "api/server/wire/read_query.h"

namespace croft::server {
namespace {

// What a method means on a target; empty when it means nothing there.
std::string VerbOf(const std::string& method, const RequestInfo& info, const Query& query) {
  const Target& target = info.target;
  const bool one = !target.name.empty();
  if (info.watch) return method == "GET" && target.subresource.empty() ? "watch" : "";
  if (method == "GET" || method == "HEAD") {
    if (one) return "get";
    return query.Flag("watch") ? "watch" : "list";
  }
  if (method == "POST") return one && target.subresource.empty() ? "" : "create";
  if (method == "PUT") return one ? "update" : "";
  if (method == "PATCH") return one ? "patch" : "";
  if (method == "DELETE") return one ? "delete" : "deletecollection";
  return "";
}

std::optional<PatchKind> PatchKindOf(const std::string& type) {
  if (type == "application/json-patch+json") return PatchKind::kJson;
  if (type == "application/merge-patch+json") return PatchKind::kMerge;
  if (type == "application/strategic-merge-patch+json") return PatchKind::kStrategic;
  if (type == "application/apply-patch+yaml") return PatchKind::kApply;
  return std::nullopt;
}

// Options, with a manager in any case: who gives none goes by the name of his program.
Result<WriteOptions> ReadOptions(const http::Request& request, const Query& query, const char* kind,
                                 bool apply = false) {
  Result<WriteOptions> options = ParseWriteOptions(query, kind, apply);
  if (options.ok() && options->field_manager.empty()) {
    options->field_manager = ManagerOfAgent(request.headers.Get("User-Agent"));
  }
  return options;
}

// Questions and orders are answered and never stored: there is no table of them.
bool HasColumns(const Served& served, const std::string& subresource) {
  if (subresource == "binding" || subresource == "eviction" || subresource == "token") return false;
  return served.definition == nullptr || !served.def().create_only;
}

}  // namespace

void HttpApi::HandleResource(Exchange& exchange) {
  Target& target = exchange.info.target;
  const std::string verb = VerbOf(exchange.request.method, exchange.info, exchange.query);
  if (verb.empty() || exchange.request.method == "HEAD") {
    return Fail(exchange,
                {Reason::kMethodNotAllowed, "the server does not allow this method on the requested resource"});
  }
  const CatalogViewPtr view = parts_.service.catalog().view();
  if (!view->HasGroup(target.gvr.group)) return HandleNowhere(exchange, verb);
  const bool tables = HasColumns(view->Find(target.gvr), target.subresource);
  const Result<Accepted> accepted = NegotiateObject(exchange.request.headers.Get("Accept"), tables);
  if (!accepted.ok()) return Fail(exchange, accepted.status());
  WarnOfDeprecation(exchange);
  exchange.accepted = *accepted;
  if (accepted->as == "Table") {
    if (const Status include = CheckInclude(exchange.query); !include.ok()) return Fail(exchange, include);
  }
  exchange.style.format = accepted->format;
  exchange.style.pretty = exchange.style.pretty || accepted->pretty;
  if (verb == "watch") return HandleWatch(exchange);
  if (verb == "get" && target.gvr.group.empty() && target.gvr.resource == "pods" && target.subresource == "log") {
    return HandleLog(exchange);
  }
  if (verb == "get") return HandleGet(exchange);
  if (verb == "list") return HandleList(exchange);
  if (verb == "create") return HandleCreate(exchange);
  if (verb == "update") return HandleUpdate(exchange);
  if (verb == "patch") return HandlePatch(exchange);
  HandleDelete(exchange);
}

void HttpApi::WarnOfDeprecation(Exchange& exchange) const {
  const Served served = parts_.service.catalog().view()->Find(exchange.info.target.gvr);
  if (served.definition == nullptr || !served.version->deprecated) return;
  exchange.style.warnings.push_back(served.version->deprecation_warning);
}

void HttpApi::ReplyWrite(Exchange& exchange, const Result<WriteResult>& result) {
  if (!result.ok()) return Fail(exchange, result.status());
  exchange.style.warnings.insert(exchange.style.warnings.end(), result->warnings.begin(), result->warnings.end());
  ReplyObject(exchange, result->created ? 201 : 200, result->object);
}

void HttpApi::HandleCreate(Exchange& exchange) {
  Result<WriteOptions> options = ReadOptions(exchange.request, exchange.query, "CreateOptions");
  if (!options.ok()) return Fail(exchange, options.status());
  Result<JsonDocument> body = DecodeBody(exchange.request, &options->findings);
  if (!body.ok()) return Fail(exchange, body.status());
  // No thread waits for the disk.
  auto kept = std::make_shared<Exchange>(std::move(exchange));
  const Exchange& asked = *kept;
  parts_.service.Create(
      asked.who, asked.info.target, std::move(*body), *options,
      [this, kept = std::move(kept), thread = std::this_thread::get_id()](const Result<WriteResult>& result) mutable {
        if (std::this_thread::get_id() == thread) return ReplyWrite(*kept, result);
        ReplyLater(std::move(kept), result);
      });
}

void HttpApi::ReplyLater(std::shared_ptr<Exchange> exchange, const Result<WriteResult>& result) {
  const http::ResponderPtr responder = exchange->responder;
  responder->Later([this, exchange = std::move(exchange), result] {
    Guard(*exchange, [&](Exchange& asked) { ReplyWrite(asked, result); });
  });
}

void HttpApi::ReplyWhenDurable(Exchange& exchange, const Result<WriteResult>& result, ResourceService::Pending pending,
                               void (HttpApi::*again)(Exchange&)) {
  if (!pending.write) return ReplyWrite(exchange, result);
  auto kept = std::make_shared<Exchange>(std::move(exchange));
  parts_.service.Commit(std::move(pending), [this, kept, again](const Result<WriteResult>& stored) mutable {
    if (stored.ok() || !stored.status().IsConflict()) return ReplyLater(std::move(kept), stored);
    // Not on this thread, which must not block.
    kept->begun_anew = true;
    parts_.retry([this, kept, again] { Guard(*kept, [&](Exchange& asked) { (this->*again)(asked); }); });
  });
}

void HttpApi::HandleUpdate(Exchange& exchange) {
  Result<WriteOptions> options = ReadOptions(exchange.request, exchange.query, "UpdateOptions");
  if (!options.ok()) return Fail(exchange, options.status());
  Result<JsonDocument> body = DecodeBody(exchange.request, &options->findings);
  if (!body.ok()) return Fail(exchange, body.status());
  ResourceService::Pending pending;
  const Result<WriteResult> result = parts_.service.Update(exchange.who, exchange.info.target, std::move(*body),
                                                           *options, MayPend(exchange) ? &pending : nullptr);
  ReplyWhenDurable(exchange, result, std::move(pending), &HttpApi::HandleUpdate);
}

void HttpApi::HandlePatch(Exchange& exchange) {
  const std::string type = BareContentType(exchange.request.headers.Get("Content-Type"));
  const std::optional<PatchKind> kind = PatchKindOf(type);
  if (!kind) {
    return Fail(exchange, {Reason::kUnsupportedMediaType,
                           "the body of the request was in an unknown format - accepted media types include: "
                           "application/json-patch+json, application/merge-patch+json, "
                           "application/strategic-merge-patch+json, application/apply-patch+yaml"});
  }
  const bool apply = kind == PatchKind::kApply;
  Result<WriteOptions> options = ReadOptions(exchange.request, exchange.query, "PatchOptions", apply);
  if (!options.ok()) return Fail(exchange, options.status());
  const Result<JsonDocument> patch = apply ? DecodeYaml(exchange.request.body, &options->findings)
                                     : kind == PatchKind::kJson
                                         ? DecodeJsonPatch(exchange.request.body, &options->findings)
                                         : DecodeJson(exchange.request.body, &options->findings);
  if (!patch.ok()) return Fail(exchange, patch.status());
  ResourceService::Pending pending;
  const Result<WriteResult> result = parts_.service.Patch(exchange.who, exchange.info.target, *kind, *patch, *options,
                                                          MayPend(exchange) ? &pending : nullptr);
  ReplyWhenDurable(exchange, result, std::move(pending), &HttpApi::HandlePatch);
}

}  // namespace croft::server
