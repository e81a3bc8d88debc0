#include <sys/utsname.h>

#include <ctime>

#include "api/schema/openapi_v3.h"
#include "api/server/http_api.h"
#include "api/server/version.h"
#include "api/server/wire/discovery.h"
#include "api/server/wire/etag.h"

namespace croft::server {
namespace {

std::string VersionDocument() {
  utsname machine{};
  uname(&machine);
  const std::string name = machine.machine;
  const std::string arch = name == "x86_64" ? "amd64" : name == "aarch64" ? "arm64" : name;
  JsonDocument version(rapidjson::kObjectType);
  auto& allocator = version.GetAllocator();
  SetString(version, "major", kKubernetesMajor, allocator);
  SetString(version, "minor", kKubernetesMinor, allocator);
  SetString(version, "gitVersion", kGitVersion, allocator);
  SetString(version, "gitCommit", "", allocator);
  SetString(version, "gitTreeState", "clean", allocator);
  SetString(version, "buildDate", "1970-01-01T00:00:00Z", allocator);
  SetString(version, "goVersion", "", allocator);
  SetString(version, "compiler", "gcc", allocator);
  SetString(version, "platform", "linux/" + arch, allocator);
  return WriteJson(version);
}

// Health as a whole, or one of the checks that it consists of.
bool IsHealth(const std::vector<std::string>& segments) {
  if (segments.empty() || segments.size() > 2) return false;
  if (segments.size() == 2 && segments[1] != "ping" && segments[1] != "store") return false;
  return segments[0] == "healthz" || segments[0] == "livez" || segments[0] == "readyz";
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

// "Wed, 21 Oct 2026 07:28:00 GMT"
std::string HttpDate(WallTime when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

}  // namespace

void HttpApi::HandlePath(Exchange& exchange) {
  const auto& segments = exchange.info.segments;
  Attributes attributes;
  attributes.identity = exchange.who;
  attributes.verb = Lower(exchange.request.method);
  attributes.is_resource = false;
  attributes.path = exchange.request.path();
  const Decision decision = parts_.service.authorizer().Authorize(attributes);
  if (!decision.allowed) return Fail(exchange, ForbiddenStatus(attributes, decision.reason));
  if (exchange.request.method != "GET") {
    return Fail(exchange,
                {Reason::kMethodNotAllowed, "the server does not allow this method on the requested resource"});
  }
  const std::string first = segments.empty() ? "" : segments[0];
  if (first == "api" || first == "apis") return HandleDiscovery(exchange);
  if (first == "openapi") return HandleOpenApi(exchange);
  if (first == "openid" || first == ".well-known") return HandleOpenId(exchange);
  if (IsHealth(segments)) return HandleHealth(exchange);
  if (first == "version") return Reply(exchange, JsonReply(200, VersionDocument(), exchange.style));
  if (first == "metrics") return Reply(exchange, TextReply(200, MetricsText()));
  if (first.empty()) {
    return Reply(exchange, JsonReply(200,
                                     R"({"paths":["/.well-known/openid-configuration","/api","/api/v1","/apis",)"
                                     R"("/healthz","/livez","/metrics","/openapi/v2","/openapi/v3",)"
                                     R"("/openid/v1/jwks","/readyz","/version"]})",
                                     exchange.style));
  }
  ReplyNoPage(exchange);
}

// As Go's own multiplexer words it, which clients make a Status of.
void HttpApi::ReplyNoPage(const Exchange& exchange) {
  Reply(exchange, TextReply(404, "404 page not found\n"));
}

void HttpApi::HandleNowhere(Exchange& exchange, const std::string& verb) {
  const Status allowed = parts_.service.CheckAllowed(exchange.who, exchange.info.target, verb);
  if (!allowed.ok()) return Fail(exchange, allowed);
  ReplyNoPage(exchange);
}

void HttpApi::HandleDiscovery(Exchange& exchange) {
  const auto& segments = exchange.info.segments;
  const CatalogViewPtr view = parts_.service.catalog().view();
  const Result<Accepted> accepted = NegotiateDiscovery(exchange.request.headers.Get("Accept"));
  if (!accepted.ok()) return Fail(exchange, accepted.status());
  exchange.style.format = accepted->format;
  const bool core = segments[0] == "api";
  std::string document;
  std::string type;
  if (segments.size() == 1 && accepted->as == "APIGroupDiscoveryList") {
    document = AggregatedDocument(*view, core, accepted->version);
    type = "application/json;g=apidiscovery.k8s.io;v=" + accepted->version + ";as=APIGroupDiscoveryList";
  } else if (segments.size() == 1) {
    document = core ? CoreVersionsDocument(parts_.advertise_address) : GroupListDocument(*view);
  } else if (core && segments.size() == 2) {
    document = ResourceListDocument(*view, "", segments[1]);
  } else if (!core && segments.size() == 2) {
    document = GroupDocument(*view, segments[1]);
  } else if (!core && segments.size() == 3) {
    document = ResourceListDocument(*view, segments[1], segments[2]);
  }
  if (document.empty()) return ReplyNoPage(exchange);
  if (type.empty()) return Reply(exchange, JsonReply(200, std::move(document), exchange.style));
  // The client looks at the type to learn that it got what it asked for.
  const std::string tag = "\"" + schema::OpenApiHash(document) + "\"";
  http::Response response;
  response.headers = {{"Content-Type", type}, {"ETag", tag}, {"Vary", "Accept"}, {"Cache-Control", "public"}};
  if (MatchesTag(exchange.request.headers.Get("If-None-Match"), tag)) {
    response.status = 304;
  } else {
    response.body = std::move(document);
  }
  Reply(exchange, std::move(response));
}

void HttpApi::HandleHealth(Exchange& exchange) {
  const bool readiness = exchange.info.segments[0] == "readyz";
  const Status ready = readiness && parts_.ready ? parts_.ready() : Status::Ok();
  if (!ready.ok()) return Reply(exchange, TextReply(500, "not ready: " + ready.message() + "\n"));
  if (exchange.query.Has("verbose")) {
    return Reply(exchange, TextReply(200, "[+]ping ok\n[+]store ok\n" + exchange.info.segments[0] + " check passed\n"));
  }
  Reply(exchange, TextReply(200, "ok"));
}

void HttpApi::HandleOpenApi(Exchange& exchange) {
  const auto& segments = exchange.info.segments;
  const CatalogViewPtr view = parts_.service.catalog().view();
  using Kind = OpenApiDocuments::Kind;
  std::optional<Kind> kind = Kind::kV3Index;
  std::string path;
  if (segments.size() == 2 && segments[1] == "v2") {
    kind = NegotiateOpenApiV2(exchange.request.headers.Get("Accept"));
  } else if (segments.size() > 2 && segments[1] == "v3") {
    kind = Kind::kV3Group;
    for (size_t i = 2; i < segments.size(); ++i) path += (path.empty() ? "" : "/") + segments[i];
  } else if (segments.size() != 2 || segments[1] != "v3") {
    return ReplyNoPage(exchange);
  }
  if (!kind) return Reply(exchange, TextReply(406, ""));
  const auto document = open_api_.Get(*view, *kind, path, parts_.clock.Steady());
  if (!document) return ReplyNoPage(exchange);
  const std::string tag = "\"" + document->hash + "\"";
  http::Response response;
  response.headers = {
      {"Content-Type",
       *kind == Kind::kV2Protobuf ? "application/com.github.proto-openapi.spec.v2.v1.0+protobuf" : "application/json"},
      {"ETag", tag},
      {"Vary", "Accept-Encoding, Accept"}};
  if (const std::string hash = exchange.query.Get("hash"); *kind == Kind::kV3Group && !hash.empty()) {
    if (hash != document->hash) {
      // The client's index is old: it is led to the present document.
      response.status = 301;
      response.headers.Add("Location", "/openapi/v3/" + path + "?hash=" + document->hash);
      return Reply(exchange, std::move(response));
    }
    // Under this address there will never be another text.
    response.headers.Add("Cache-Control", "public, immutable");
    response.headers.Add("Expires", HttpDate(parts_.clock.Now() + std::chrono::hours(24 * 365)));
  }
  if (MatchesTag(exchange.request.headers.Get("If-None-Match"), tag)) {
    response.status = 304;
  } else if (exchange.style.gzip) {
    response.headers.Add("Content-Encoding", "gzip");
    response.pieces = {document->gzipped};
  } else {
    response.body = Gunzip(*document->gzipped);
  }
  Reply(exchange, std::move(response));
}

// What those read who verify tokens of service accounts by themselves.
void HttpApi::HandleOpenId(Exchange& exchange) {
  const std::string path(exchange.request.path());
  const bool keys = path == "/openid/v1/jwks";
  std::string document;
  if (keys) document = parts_.account_tokens.KeysDocument();
  if (path == "/.well-known/openid-configuration") {
    const std::string& own = parts_.advertise_address;
    const std::string base = own.empty() ? AccountTokens::kIssuer : "https://" + own;
    document = parts_.account_tokens.ConfigurationDocument(base + "/openid/v1/jwks");
  }
  if (document.empty()) return Reply(exchange, TextReply(404, "404 page not found\n"));
  http::Response response;
  response.headers = {{"Content-Type", keys ? "application/jwk-set+json" : "application/json"},
                      {"Cache-Control", "public, max-age=3600"}};
  response.body = std::move(document);
  Reply(exchange, std::move(response));
}

std::string HttpApi::MetricsText() const {
  std::string text =
      "# HELP croft_api_requests_total Requests answered, by method, protocol and code.\n"
      "# TYPE croft_api_requests_total counter\n";
  {
    const std::lock_guard lock(metrics_mutex_);
    for (const auto& [key, count] : requests_) {
      const auto& [method, protocol, code] = key;
      text.append("croft_api_requests_total{method=\"").append(method).append("\",protocol=\"").append(protocol);
      text.append("\",code=\"").append(std::to_string(code)).append("\"} ").append(std::to_string(count)).append("\n");
    }
  }
  text += "# HELP croft_api_watches Open watches.\n# TYPE croft_api_watches gauge\ncroft_api_watches " +
          std::to_string(watches_.size()) + "\n";
  text +=
      "# HELP croft_store_revision The store's revision.\n# TYPE croft_store_revision counter\n"
      "croft_store_revision " +
      std::to_string(parts_.service.store().Revision()) + "\n";
  return text;
}

}  // namespace croft::server
