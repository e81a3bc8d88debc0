#pragma once

#include <string>
#include <string_view>

#include "api/server/catalog.h"

namespace croft::server {

// Discovery documents as JSON text, made from what the catalog serves.

std::string CoreVersionsDocument(std::string_view server_address);  // /api
std::string GroupListDocument(const CatalogView& view);             // /apis
// /apis/GROUP and /apis/GROUP/VERSION (or /api/v1); empty when there is no such group or version.
std::string GroupDocument(const CatalogView& view, std::string_view group);
std::string ResourceListDocument(const CatalogView& view, std::string_view group, std::string_view version);
// Everything at once, of the core group or of the others. `version`: "v2" or "v2beta1" of apidiscovery.k8s.io.
std::string AggregatedDocument(const CatalogView& view, bool core, const std::string& version);

}  // namespace croft::server
