#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "api/http/message.h"
#include "api/server/catalog.h"

namespace croft::server {

// The OpenAPI documents of what the catalog serves, made when first asked for and kept, compressed, until the catalog
// changes: they are large, and clients ask seldom but all for the same. Thread-safe.
class OpenApiDocuments {
 public:
  enum class Kind { kV2Json, kV2Protobuf, kV3Index, kV3Group };
  struct Document {
    http::SharedBytes gzipped;
    std::string etag;
  };

  // `path` of kV3Group: "api/v1", "apis/apps/v1". None when there is no such document.
  std::optional<Document> Get(const CatalogView& view, Kind kind, const std::string& path = {});

 private:
  std::mutex mutex_;
  uint64_t generation_ = 0;                                     // of the catalog; guarded by mutex_
  std::map<std::pair<Kind, std::string>, Document> documents_;  // guarded by mutex_
};

std::string Gunzip(std::string_view bytes);

}  // namespace croft::server
