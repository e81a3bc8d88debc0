#pragma once

#include <filesystem>
#include <string>

#include "api/base/result.h"

namespace croft::cluster {

// Writes an image of this machine's own Podman to `archive`. kNotFound when it has no such image.
Status SaveImage(const std::string& image, const std::filesystem::path& archive);

// Has the Podman that listens on the unix socket take the archive in.
Status LoadImage(const std::filesystem::path& socket, const std::filesystem::path& archive);

}  // namespace croft::cluster
