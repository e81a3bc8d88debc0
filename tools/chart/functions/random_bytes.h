#pragma once

#include <cstdint>
#include <string>

#include "api/base/id.h"

namespace croft::chart {

std::string RandomBytes(Random& random, size_t count);
// In [0, bound), each number as likely as the others; bound > 0.
uint64_t RandomBelow(Random& random, uint64_t bound);

}  // namespace croft::chart
