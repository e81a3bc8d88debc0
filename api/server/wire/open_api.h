#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "api/base/clock.h"
#include "api/http/message.h"
#include "api/server/catalog.h"

namespace croft::server {

// The OpenAPI documents of what the catalog serves. They are large, and clients ask seldom but then several times: each
// is made when it is asked for and kept, compressed, until the catalog changes or nobody has asked for it for a while.
// Thread-safe.
class OpenApiDocuments {
 public:
  enum class Kind { kV2Json, kV2Protobuf, kV3Index, kV3Group };
  struct Document {
    http::SharedBytes gzipped;
    std::string hash;  // of the text, as the index names it
  };

  // `path` of kV3Group: "api/v1", "apis/apps/v1". None when there is no such document.
  std::optional<Document> Get(const CatalogView& view, Kind kind, const std::string& path, SteadyTime now);

  // Lets go what nobody asked for lately; to be called now and then.
  void DropIdle(SteadyTime now);
  size_t kept_bytes() const;

 private:
  struct Kept {
    Document document;
    SteadyTime used;
  };
  mutable std::mutex mutex_;
  uint64_t generation_ = 0;                                 // of the catalog; guarded by mutex_
  std::map<std::pair<Kind, std::string>, Kept> documents_;  // guarded by mutex_
};

// Which document an Accept header asks for at /openapi/v2. None: nothing that is served.
std::optional<OpenApiDocuments::Kind> NegotiateOpenApiV2(std::string_view accept);

std::string Gunzip(std::string_view bytes);

}  // namespace croft::server
