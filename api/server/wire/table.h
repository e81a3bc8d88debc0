#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/object/object.h"
#include "api/server/catalog.h"

namespace croft::server {

// What stands beside the cells of a row.
enum class IncludeObject { kNone, kMetadata, kObject };

struct TableRequest {
  std::string version = "v1";  // of meta.k8s.io: "v1" or "v1beta1"
  IncludeObject include = IncludeObject::kMetadata;
  WallTime now;
};

// ListMeta of the table.
struct TableMeta {
  std::string resource_version;
  std::string continue_token;
  std::optional<int64_t> remaining;
};

// A meta.k8s.io Table as JSON text, the way that kubectl prints objects of this kind.
std::string RenderTable(const Served& served, const std::vector<ObjectPtr>& objects, const TableMeta& meta,
                        const TableRequest& request);

// A meta.k8s.io PartialObjectMetadata.
std::string PartialObject(const Object& object, const std::string& version);
std::string PartialObjectList(const std::vector<ObjectPtr>& objects, const TableMeta& meta, const std::string& version);

}  // namespace croft::server
