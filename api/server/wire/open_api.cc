#include "api/server/wire/open_api.h"

#include <zlib.h>

#include "api/base/id.h"
#include "api/server/wire/reply.h"

namespace croft::server {

std::optional<OpenApiDocuments::Document> OpenApiDocuments::Get(const CatalogView& view, Kind kind,
                                                                const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (generation_ != view.generation()) {
    documents_.clear();
    generation_ = view.generation();
  }
  (void)kind;
  (void)path;
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
