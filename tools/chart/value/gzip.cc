#include "tools/chart/value/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace croft::chart {

struct Gunzip::State {
  z_stream stream{};
  bool ready = false;
  bool ended = false;
};

Gunzip::Gunzip(std::string_view bytes) : state_(std::make_unique<State>()) {
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  state_->ready = bytes.size() <= std::numeric_limits<uInt>::max() && bytes.starts_with("\x1f\x8b") &&
                  inflateInit2(&state_->stream, kGzipOnly) == Z_OK;
  state_->stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  state_->stream.avail_in = static_cast<uInt>(bytes.size());
}

Gunzip::~Gunzip() {
  if (state_->ready) inflateEnd(&state_->stream);
}

Result<size_t> Gunzip::Read(char* out, size_t size) {
  if (!state_->ready) return Status::BadRequest("gzip: invalid header");
  z_stream& stream = state_->stream;
  size_t read = 0;
  while (read < size && !state_->ended) {
    const auto room = static_cast<uInt>(std::min<size_t>(size - read, 1u << 30));
    stream.next_out = reinterpret_cast<Bytef*>(out + read);
    stream.avail_out = room;
    const int result = inflate(&stream, Z_NO_FLUSH);
    read += room - stream.avail_out;
    if (result == Z_STREAM_END) {
      state_->ended = stream.avail_in == 0;
      if (!state_->ended) inflateReset(&stream);
    } else if (result == Z_BUF_ERROR && stream.avail_in == 0) {
      return Status::BadRequest("gzip: unexpected EOF");
    } else if (result != Z_OK) {
      return Status::BadRequest(std::string("gzip: ") + (stream.msg != nullptr ? stream.msg : "damaged data"));
    }
  }
  return read;
}

Result<std::string> Unpack(std::string_view bytes, size_t most) {
  Gunzip stream(bytes);
  std::string text;
  char chunk[64 * 1024];
  for (;;) {
    const Result<size_t> read = stream.Read(chunk, sizeof chunk);
    if (!read.ok()) return read.status();
    text.append(chunk, *read);
    if (text.size() > most) {
      return Status(Reason::kRequestEntityTooLarge, "it unpacks to more than " + std::to_string(most) + " bytes");
    }
    if (*read < sizeof chunk) return text;
  }
}

Result<std::string> Gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return Status::Internal("gzip: out of memory");
  }
  static char comment[] = "Helm";
  gz_header header{};
  header.comment = reinterpret_cast<Bytef*>(comment);
  header.os = 255;
  deflateSetHeader(&stream, &header);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return Status::Internal("gzip: the data do not fit");
  return out;
}

}  // namespace croft::chart
