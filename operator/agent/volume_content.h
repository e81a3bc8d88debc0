#pragma once

#include <optional>

#include "operator/agent/env.h"
#include "operator/agent/volume_files.h"

namespace croft::agent {

// The files of a configMap, secret, downwardAPI or projected volume; none when the volume is of another kind. A
// missing object that is not optional is kNotFound; a projection that is not supported is kInvalid and named.
Result<std::optional<FileTree>> VolumeContent(const PodFacts& facts, const types::Volume& volume, ConfigSource& source);

// Whether the volume shows something secret, so that its files must not touch a disk.
bool IsSecret(const types::Volume& volume);

// The member of the volume that says what it is ("nfs", "persistentVolumeClaim"); empty when there is none.
std::string VolumeKind(const types::Volume& volume);

}  // namespace croft::agent
