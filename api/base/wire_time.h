#pragma once

#include <string>
#include <string_view>

#include "api/base/result.h"

namespace croft {

// How a type of Kubernetes writes times, always in UTC: metav1.Time whole seconds, MicroTime six digits more, which it
// also demands when it reads.
enum class TimeForm { kSeconds, kMicros };

// The one spelling of an RFC 3339 time, whatever its zone; fractions of a Time are cut off. kBadRequest for what
// Kubernetes does not read, in the words of its decoder.
Result<std::string> CanonicalTime(std::string_view text, TimeForm form);

}  // namespace croft
