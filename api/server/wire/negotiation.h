#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"

namespace croft::server {

enum class Format { kJson, kYaml, kProtobuf };

// What the reply is to look like, by the Accept header.
struct Accepted {
  Format format = Format::kJson;
  std::string as;       // "", "Table", "PartialObjectMetadata", "PartialObjectMetadataList", "APIGroupDiscoveryList"
  std::string group;    // of `as`: "meta.k8s.io", "apidiscovery.k8s.io"
  std::string version;  // of `as`: "v1", "v1beta1", "v2", "v2beta1"
  bool pretty = false;
};

// One range of an Accept header.
struct MediaRange {
  std::string type;    // "application/json"
  double quality = 1;  // q
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string_view Parameter(std::string_view name) const;
};
// Those that the client likes best first: by q, then the more particular ones, then as they stand in the header.
std::vector<MediaRange> ParseAccept(std::string_view header);

// The first of these that can be served; `tables`: whether what is answered has columns. kNotAcceptable when there is
// none.
Result<Accepted> NegotiateObject(std::string_view accept, bool tables = true);
// The same for discovery, where "as=APIGroupDiscoveryList" is known and tables are not.
Result<Accepted> NegotiateDiscovery(std::string_view accept);

// The bare type of a Content-Type header, in lower case: "application/json".
std::string BareContentType(std::string_view header);

}  // namespace croft::server
