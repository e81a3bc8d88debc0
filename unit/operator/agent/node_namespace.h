#pragma once

#include <functional>

namespace croft::agent {

// Runs `body` as a process of its own in a small node: namespaces of its own with an init that reaps, a fresh /run and
// /dev/shm. When the body ends all that it left running ends with it. Returns its exit code. Needs root.
int RunInNodeNamespace(const std::function<int()>& body);

}  // namespace croft::agent
