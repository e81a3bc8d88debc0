#include "api/server/wire/open_api.h"

#include <malloc.h>
#include <zlib.h>

#include "api/schema/openapi_proto.h"
#include "api/schema/openapi_v2.h"
#include "api/schema/openapi_v3.h"
#include "api/server/version.h"
#include "api/server/wire/negotiation.h"
#include "api/server/wire/reply.h"

namespace croft::server {

namespace {

// How long a document is kept that nobody asks for: a client that begins asks for several within seconds.
constexpr Duration kIdle = std::chrono::minutes(1);

std::vector<const schema::ResourceDefinition*> KindsOf(const CatalogView& view) {
  std::vector<const schema::ResourceDefinition*> kinds;
  for (const DefinitionPtr& definition : view.definitions()) kinds.push_back(definition.get());
  return kinds;
}

std::string Build(const CatalogView& view, OpenApiDocuments::Kind kind, const std::string& path) {
  using Kind = OpenApiDocuments::Kind;
  const auto kinds = KindsOf(view);
  switch (kind) {
    case Kind::kV2Json:
      return WriteJson(schema::BuildOpenApiV2(kinds, kGitVersion));
    case Kind::kV2Protobuf:
      return schema::EncodeOpenApiProto(schema::BuildOpenApiV2(kinds, kGitVersion));
    case Kind::kV3Index:
      return schema::BuildOpenApiV3Index(kinds, kGitVersion);
    case Kind::kV3Group:
      break;
  }
  const JsonDocument document = schema::BuildOpenApiV3(kinds, path, kGitVersion);
  return document.IsObject() ? WriteJson(document) : std::string();
}

}  // namespace

std::optional<OpenApiDocuments::Document> OpenApiDocuments::Get(const CatalogView& view, Kind kind,
                                                                const std::string& path, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (generation_ != view.generation()) {
    documents_.clear();
    generation_ = view.generation();
  }
  const auto found = documents_.find({kind, path});
  if (found != documents_.end()) {
    found->second.used = now;
    return found->second.document;
  }
  Document document;
  {
    const std::string text = Build(view, kind, path);
    if (text.empty()) return std::nullopt;
    document = {Share(Gzip(text)), schema::OpenApiHash(text)};
  }
  malloc_trim(0);  // building takes megabytes, which the heap would keep
  return documents_.emplace(std::pair(kind, path), Kept{std::move(document), now}).first->second.document;
}

void OpenApiDocuments::DropIdle(SteadyTime now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(documents_, [&](const auto& entry) { return now - entry.second.used > kIdle; });
}

size_t OpenApiDocuments::kept_bytes() const {
  const std::lock_guard lock(mutex_);
  size_t bytes = 0;
  for (const auto& [key, kept] : documents_) bytes += kept.document.gzipped->size();
  return bytes;
}

std::optional<OpenApiDocuments::Kind> NegotiateOpenApiV2(std::string_view accept) {
  using Kind = OpenApiDocuments::Kind;
  if (accept.empty()) return Kind::kV2Json;
  for (const MediaRange& range : ParseAccept(accept)) {
    const std::string& type = range.type;
    if (type == "application/json" || type == "*/*" || type == "*" || type == "application/*") return Kind::kV2Json;
    if (type == "application/com.github.proto-openapi.spec.v2@v1.0+protobuf" ||
        type == "application/com.github.proto-openapi.spec.v2.v1.0+protobuf") {
      return Kind::kV2Protobuf;
    }
  }
  return std::nullopt;
}

std::string Gunzip(std::string_view bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return {};
  std::string out;
  char buffer[64 * 1024];
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof buffer;
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer, sizeof buffer - stream.avail_out);
  }
  inflateEnd(&stream);
  return out;
}

}  // namespace croft::server
