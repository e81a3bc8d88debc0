#include <algorithm>
#include <array>

#include "api/server/http_api.h"
#include "api/server/wire/delete_options.h"
#include "api/server/wire/read_query.h"

namespace croft::server {
namespace {

// Kinds whose deletion is answered with the object that is gone, where others answer with a Status. Client libraries
// decode the answer as what Kubernetes' OpenAPI says of each.
bool AnswersWithObject(const GroupVersionResource& gvr) {
  static constexpr std::array<std::string_view, 7> kCore = {
      "persistentvolumeclaims", "persistentvolumes", "pods",    "podtemplates",
      "resourcequotas",         "serviceaccounts",   "services"};
  static constexpr std::array<std::string_view, 4> kStorage = {"csidrivers", "csinodes", "storageclasses",
                                                               "volumeattachments"};
  const auto has = [&](const auto& list) { return std::find(list.begin(), list.end(), gvr.resource) != list.end(); };
  return gvr.group.empty() ? has(kCore) : gvr.group == "storage.k8s.io" && has(kStorage);
}

// Who asked for the dependents to go too learns that this takes time.
bool IsAccepted(const DeleteOptions& options, const DeleteResult& result) {
  if (result.removed) return false;
  return options.orphan_dependents == false || options.propagation_policy == "Foreground";
}

}  // namespace

void HttpApi::HandleDelete(Exchange& exchange) {
  const Result<DeleteOptions> options = ParseDeleteOptions(exchange.request, exchange.query);
  if (!options.ok()) return Fail(exchange, options.status());
  const Target& target = exchange.info.target;
  if (target.name.empty()) {
    const Result<ListOptions> select = ParseListOptions(exchange.query);
    if (!select.ok()) return Fail(exchange, select.status());
    const Result<ListResult> deleted = parts_.service.DeleteCollection(exchange.who, target, *select, *options);
    if (!deleted.ok()) return Fail(exchange, deleted.status());
    exchange.style.warnings.insert(exchange.style.warnings.end(), deleted->warnings.begin(), deleted->warnings.end());
    return ReplyList(exchange, *deleted);
  }
  const Result<DeleteResult> deleted = parts_.service.Delete(exchange.who, target, *options);
  if (!deleted.ok()) return Fail(exchange, deleted.status());
  exchange.style.warnings.insert(exchange.style.warnings.end(), deleted->warnings.begin(), deleted->warnings.end());
  const int code = IsAccepted(*options, *deleted) ? 202 : 200;
  if (!deleted->removed || AnswersWithObject(target.gvr)) return ReplyObject(exchange, code, deleted->object);
  Reply(exchange, JsonReply(code, DeletedBody(target.gvr, *deleted->object), exchange.style));
}

}  // namespace croft::server
