#pragma once

#include "api/base/clock.h"
#include "api/base/id.h"

namespace croft::chart {

// What functions take from outside. Both outlive the functions.
struct Sources {
  const Clock& clock;
  Random& random;              // for passwords and keys: one that nobody can guess
  bool look_up_hosts = false;  // getHostByName gives "" otherwise, as Helm does without --enable-dns
};

}  // namespace croft::chart
