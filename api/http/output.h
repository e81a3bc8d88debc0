#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "api/http/transport.h"

namespace croft::http {

size_t TotalSize(std::span<const SharedBytes> pieces);
size_t TotalSize(std::span<const SharedSlice> pieces);

// Bytes on their way out, in pieces that may be shared with others. Not thread-safe. Internal to api/http.
class Output {
 public:
  void Append(std::string bytes);
  void Append(SharedBytes bytes);
  void Append(SharedSlice slice);
  // A few bytes that are not worth a piece of their own.
  void AppendSmall(std::string_view bytes);
  // Moves the first `bytes`, at most size(), to the end of `to`; shared pieces stay shared.
  void MoveTo(Output* to, size_t bytes);

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

  // Writes what the transport takes, until that is `most` or more. kDone once so much or all is written; `bytes` is
  // what was moved in any case.
  Transport::Outcome Flush(Transport& transport, size_t most = SIZE_MAX);

 private:
  struct Piece {
    std::string own;     // used when `shared` is null
    SharedBytes shared;  // null or not empty
    size_t begin = 0;    // the part of `shared` that is meant
    size_t size = 0;
    std::string_view bytes() const { return shared ? std::string_view(*shared).substr(begin, size) : own; }
  };
  void Append(SharedBytes bytes, size_t begin, size_t size);
  void Consume(size_t bytes);

  std::vector<Piece> pieces_;
  size_t first_ = 0;   // the first piece with unsent bytes
  size_t offset_ = 0;  // how many of its bytes are sent
  size_t size_ = 0;    // unsent bytes of all pieces
};

// Appends "name: value". A value can't end its line: a name from an object that found its way there must not forge a
// header.
void AppendField(std::string* out, std::string_view name, std::string_view value);

}  // namespace croft::http
