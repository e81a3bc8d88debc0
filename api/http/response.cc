#include "api/http/response.h"

#include <ctime>

#include "api/http/output.h"

namespace croft::http {
namespace {

std::string_view Phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Request Entity Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

void AppendJsonString(std::string* out, std::string_view text) {
  *out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') *out += '\\';
    *out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  *out += '"';
}

}  // namespace

// Made anew once a second in each thread.
const std::string& DateNow() {
  thread_local std::time_t made_at = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    char buffer[64];
    text.assign(buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts));
    made_at = now;
  }
  return text;
}

bool IsFraming(std::string_view name) {
  return SameIgnoringCase(name, "Content-Length") || SameIgnoringCase(name, "Transfer-Encoding") ||
         SameIgnoringCase(name, "Connection");
}

std::string EncodeHead(const Response& response, std::optional<size_t> length, bool http_1_1, bool keep_alive) {
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(Phrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers.fields()) {
    if (!IsFraming(name)) AppendField(&head, name, value);
  }
  AppendField(&head, "Date", DateNow());
  const bool has_body = response.status >= 200 && response.status != 204 && response.status != 304;
  if (has_body && length) AppendField(&head, "Content-Length", std::to_string(*length));
  if (has_body && !length && http_1_1) AppendField(&head, "Transfer-Encoding", "chunked");
  const bool upgrade = response.status == 101;
  if (upgrade) AppendField(&head, "Connection", "Upgrade");
  if (!upgrade && !keep_alive) AppendField(&head, "Connection", "close");
  if (!upgrade && keep_alive && !http_1_1) AppendField(&head, "Connection", "keep-alive");
  head += "\r\n";
  return head;
}

Response StatusResponse(int code, const Status& status) {
  Response response;
  response.status = code;
  response.headers.Add("Content-Type", "application/json");
  std::string& body = response.body;
  body = R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)";
  AppendJsonString(&body, status.message());
  body += ",\"reason\":";
  AppendJsonString(&body, ReasonName(status.reason()));
  body.append(",\"code\":").append(std::to_string(code)).append("}\n");
  return response;
}

}  // namespace croft::http
