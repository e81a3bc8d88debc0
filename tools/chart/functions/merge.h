#pragma once

#include "api/base/status.h"
#include "tools/chart/value/value.h"

namespace croft::chart {

// Fills what `into` has not, or has empty, from `from`: maps within maps likewise, lists as a whole. With `overwrite`,
// what `from` has wins, an empty text or number included. Takes over `from`'s own lists and maps without copying.
// kInvalid for maps that are nested without end.
Status MergeMaps(Map& into, const Map& from, bool overwrite);

}  // namespace croft::chart
