#pragma once

#include <string>
#include <vector>

#include "api/base/status.h"
#include "api/http/message.h"
#include "api/object/json.h"
#include "api/object/object.h"
#include "api/object/status_body.h"
#include "api/server/wire/negotiation.h"

namespace croft::server {

// How one reply is written.
struct ReplyStyle {
  Format format = Format::kJson;
  bool pretty = false;
  bool gzip = false;  // the client takes gzip; only large bodies are compressed
  std::vector<std::string> warnings = {};
};

// A success as a meta/v1 Status about an object that is gone.
std::string DeletedBody(const GroupVersionResource& gvr, const Object& object);

// The warnings as headers: 299 - "text".
void AddWarnings(http::Headers& headers, const ReplyStyle& style);
http::Response TextReply(int code, std::string body);
http::Response StatusReply(const Status& status, const ReplyStyle& style = {});
// A JSON text in the style that was asked for. JSON ends with a line's end, as Kubernetes' encoder writes it.
http::Response JsonReply(int code, std::string json, const ReplyStyle& style);
// The same of pieces that others share; joined only where the style needs it.
http::Response PiecesReply(int code, std::vector<http::SharedSlice> pieces, const ReplyStyle& style);

// A stored object's bytes, shared.
http::SharedBytes BytesOf(const ObjectPtr& object);
http::SharedBytes Share(std::string text);

std::string Gzip(std::string_view bytes);

}  // namespace croft::server
