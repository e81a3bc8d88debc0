#include "api/server/wire/reply.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <zlib.h>

#include "api/object/yaml.h"

namespace croft::server {
namespace {

// Below this, compressing costs more than it saves; Kubernetes draws the line here too.
constexpr size_t kGzipFrom = 128 * 1024;

// Of all warnings of a reply, and of one when they are more than that.
constexpr size_t kMaxWarningBytes = 4096;
constexpr size_t kMaxCutWarning = 256;

constexpr const char* kJsonType = "application/json";

size_t SizeOf(const std::vector<http::SharedSlice>& pieces) {
  size_t size = 0;
  for (const auto& piece : pieces) size += piece.view().size();
  return size;
}

std::string Join(const std::vector<http::SharedSlice>& pieces) {
  std::string whole;
  whole.reserve(SizeOf(pieces) + 1);
  for (const auto& piece : pieces) whole += piece.view();
  return whole;
}

// Two spaces and a line's end, as the API writes it for people.
std::string Pretty(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  value.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace

std::string DeletedBody(const GroupVersionResource& gvr, const Object& object) {
  Status status;
  status.WithDetails({gvr.group, gvr.resource, object.name(), object.meta().uid, {}, {}});
  return StatusBody(status);
}

// As Kubernetes has it: all that fits, else each cut to a length, as many as fit.
void AddWarnings(http::Headers& headers, const ReplyStyle& style) {
  size_t size = 0;
  for (const std::string& warning : style.warnings) size += warning.size();
  const size_t longest = size <= kMaxWarningBytes ? kMaxWarningBytes : kMaxCutWarning;
  size = 0;
  for (std::string_view warning : style.warnings) {
    if (warning.size() > longest) {
      size_t end = longest;
      while (end > 0 && (warning[end] & 0xC0) == 0x80) --end;  // no half character
      warning = warning.substr(0, end);
    }
    size += warning.size();
    if (size > kMaxWarningBytes) return;
    std::string text;
    for (const char c : warning) {
      if (c == '"' || c == '\\') text += '\\';
      text += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    }
    headers.Add("Warning", "299 - \"" + text + "\"");
  }
}

http::Response TextReply(int code, std::string body) {
  http::Response response;
  response.status = code;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

http::Response StatusReply(const Status& status, const ReplyStyle& style) {
  http::Response response = JsonReply(status.ok() ? 200 : status.code(), StatusBody(status), style);
  if (status.details().retry_after) {
    response.headers.Add("Retry-After", std::to_string(status.details().retry_after->count()));
  }
  return response;
}

http::Response JsonReply(int code, std::string json, const ReplyStyle& style) {
  http::Response response;
  response.status = code;
  const char* type = kJsonType;
  if (style.format == Format::kYaml) {
    if (Result<JsonDocument> document = ParseJson(json); document.ok()) {
      json = WriteYaml(*document);
      type = "application/yaml";
    }
  } else if (style.pretty) {
    if (Result<JsonDocument> document = ParseJson(json); document.ok()) json = Pretty(*document);
  } else if (!json.ends_with('\n')) {
    json += '\n';
  }
  response.headers.Add("Content-Type", type);
  response.headers.Add("Cache-Control", "no-cache, private");
  AddWarnings(response.headers, style);
  if (style.gzip && json.size() >= kGzipFrom) {
    json = Gzip(json);
    response.headers.Add("Content-Encoding", "gzip");
    response.headers.Add("Vary", "Accept-Encoding");
  }
  response.body = std::move(json);
  return response;
}

http::Response PiecesReply(int code, std::vector<http::SharedSlice> pieces, const ReplyStyle& style) {
  const bool whole = style.format != Format::kJson || style.pretty || (style.gzip && SizeOf(pieces) >= kGzipFrom);
  if (whole) return JsonReply(code, Join(pieces), style);
  http::Response response;
  response.status = code;
  response.headers.Add("Content-Type", kJsonType);
  response.headers.Add("Cache-Control", "no-cache, private");
  AddWarnings(response.headers, style);
  static const http::SharedBytes kLineEnd = Share("\n");
  if (pieces.empty() || !pieces.back().view().ends_with('\n')) pieces.emplace_back(kLineEnd);
  response.pieces = std::move(pieces);
  return response;
}

http::SharedBytes BytesOf(const ObjectPtr& object) {
  return http::SharedBytes(object, &object->bytes());
}

http::SharedBytes Share(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::string Gzip(std::string_view bytes) {
  z_stream stream{};
  // 15 + 16: the gzip format. The fastest level: what it saves on a lab's network is nearly all there is to save.
  if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return std::string(bytes);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace croft::server
