#pragma once

#include "api/base/status.h"
#include "api/types/core.h"

namespace croft::agent {

// Checks that a hostPath volume's path is of its declared type, making it where the type says so.
Status PrepareHostPath(const std::string& volume, const types::HostPathVolume& path);

}  // namespace croft::agent
