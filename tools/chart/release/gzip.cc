#include "tools/chart/release/gzip.h"

#include <zlib.h>

namespace croft::chart {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, in the gzip format

z_stream StreamOf(std::string_view bytes) {
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  return stream;
}

}  // namespace

std::string Gzip(std::string_view bytes) {
  z_stream stream = StreamOf(bytes);
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

Result<std::string> Gunzip(std::string_view bytes, size_t most) {
  z_stream stream = StreamOf(bytes);
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) return Status::Internal("gzip: " + std::string(zError(Z_MEM_ERROR)));
  std::string text;
  char chunk[64 * 1024];
  int result = Z_OK;
  while (result == Z_OK && text.size() <= most) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk);
    stream.avail_out = sizeof chunk;
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(chunk, sizeof chunk - stream.avail_out);
  }
  inflateEnd(&stream);
  if (text.size() > most) {
    return Status(Reason::kRequestEntityTooLarge, "it unpacks to more than " + std::to_string(most) + " bytes");
  }
  if (result != Z_STREAM_END) return Status::Invalid("it is no whole gzip stream");
  return text;
}

}  // namespace croft::chart
