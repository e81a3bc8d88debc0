#pragma once

#include "tools/cluster/init.h"

namespace croft::cluster {

// The half of RunInit before there is a child: mounts, host name and network of this process's own namespaces.
Status SetUpNode(const InitSpec& spec);

}  // namespace croft::cluster
