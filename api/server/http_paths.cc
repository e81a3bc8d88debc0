#include <sys/utsname.h>

#include "api/server/http_api.h"
#include "api/server/version.h"
#include "api/server/wire/discovery.h"

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

Status PathNotFound() {
  return Status::NotFound("the server could not find the requested resource");
}

bool IsHealth(const std::string& first) {
  return first == "healthz" || first == "livez" || first == "readyz";
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
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
  if (IsHealth(first)) return HandleHealth(exchange);
  if (first == "version") return Reply(exchange, JsonReply(200, VersionDocument(), exchange.style));
  if (first == "metrics") return Reply(exchange, TextReply(200, MetricsText()));
  if (first.empty()) {
    return Reply(exchange, JsonReply(200,
                                     R"({"paths":["/api","/api/v1","/apis","/healthz","/livez","/metrics",)"
                                     R"("/openapi/v2","/openapi/v3","/readyz","/version"]})",
                                     exchange.style));
  }
  Reply(exchange, TextReply(404, "404 page not found\n"));
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
  if (document.empty()) return Fail(exchange, PathNotFound());
  if (type.empty()) return Reply(exchange, JsonReply(200, std::move(document), exchange.style));
  // The client looks at the type to learn that it got what it asked for.
  const std::string tag = "\"" + std::to_string(StableHash(document)) + "\"";
  http::Response response;
  response.headers = {
      {"Content-Type", type}, {"ETag", tag}, {"Vary", "Accept"}, {"Cache-Control", "no-cache, private"}};
  if (exchange.request.headers.Get("If-None-Match") == tag) {
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
  const std::string_view accept = exchange.request.headers.Get("Accept");
  using Kind = OpenApiDocuments::Kind;
  std::optional<OpenApiDocuments::Document> document;
  std::string type = "application/json";
  if (segments.size() == 2 && segments[1] == "v2") {
    const bool protobuf = accept.find("application/com.github.proto-openapi.spec.v2") != std::string_view::npos;
    if (protobuf) type = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    document = open_api_.Get(*view, protobuf ? Kind::kV2Protobuf : Kind::kV2Json);
  } else if (segments.size() == 2 && segments[1] == "v3") {
    document = open_api_.Get(*view, Kind::kV3Index);
  } else if (segments.size() > 2 && segments[1] == "v3") {
    std::string path = segments[2];
    for (size_t i = 3; i < segments.size(); ++i) path += "/" + segments[i];
    document = open_api_.Get(*view, Kind::kV3Group, path);
  }
  if (!document) return Fail(exchange, PathNotFound());
  http::Response response;
  response.headers = {{"Content-Type", type}, {"ETag", document->etag}, {"Vary", "Accept-Encoding, Accept"}};
  if (exchange.request.headers.Get("If-None-Match") == document->etag) {
    response.status = 304;
  } else if (exchange.style.gzip) {
    response.headers.Add("Content-Encoding", "gzip");
    response.pieces = {document->gzipped};
  } else {
    response.body = Gunzip(*document->gzipped);
  }
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
