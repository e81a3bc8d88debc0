#pragma once

#include <string>
#include <vector>

#include "unit/sim/declared.h"
#include "unit/sim/lab.h"

namespace croft::sim {

// In what the lab differs from what is declared, a sentence each; empty when it has converged:
//   - each application has exactly its replicas, ready, on live machines, with its image, and says so in its status;
//   - nothing else is stored of the kinds that controllers make, and nothing is being deleted;
//   - on each live machine exactly the containers of the pods bound to it run;
//   - the endpoint slices of each core Service list exactly its ready pods.
// Pods that were bound to a machine without power may still be there, terminating: nobody can tell that they ended.
std::vector<std::string> Differences(Lab& lab, const Declared& declared);

}  // namespace croft::sim
