#pragma once

#include <cstddef>
#include <string_view>

#include "api/base/result.h"

namespace croft::http {

// A raw byte stream both ways, as a connection is after an upgrade. Blocking; one thread may read while another
// writes. Destroyed when no thread is inside.
class Duplex {
 public:
  virtual ~Duplex() = default;
  // At least one byte; 0 at the other side's end.
  virtual Result<size_t> Read(char* to, size_t size) = 0;
  virtual Status Write(std::string_view bytes) = 0;
  // Ends our side; the other goes on.
  virtual void CloseWrite() = 0;
  // Ends both sides at once; a Read or Write that waits returns. From any thread.
  virtual void Cancel() = 0;
};

}  // namespace croft::http
