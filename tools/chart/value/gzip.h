#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/base/result.h"

namespace croft::chart {

// Unpacks gzip from memory as it is asked for, so that what unpacks to too much is never held. Several members one
// after the other are one stream.
class Gunzip {
 public:
  explicit Gunzip(std::string_view bytes);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // Puts up to `size` further bytes into `out`: fewer only at the end.
  Result<size_t> Read(char* out, size_t size);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// All of it at once. kRequestEntityTooLarge when that is more than `most` bytes.
Result<std::string> Unpack(std::string_view bytes, size_t most);

// A gzipped copy, with the comment in its header that Helm writes.
Result<std::string> Gzip(std::string_view bytes);

}  // namespace croft::chart
