#pragma once

#include <string>

#include "api/base/result.h"

namespace croft::agent {

// Binds what `sub_path` names within the volume at `root` to `target`, which a container can then mount. Neither ".."
// nor a symbolic link leads out of the volume: the kernel resolves the path beneath the volume's root, and what it
// found is bound by its descriptor, so that nothing can be swapped in between. A path that does not exist is made a
// directory. Returns where to mount from: `target`, or without the right to mount the resolved path itself.
Result<std::string> BindSubPath(const std::string& root, const std::string& sub_path, const std::string& target);

}  // namespace croft::agent
