#pragma once

#include <functional>
#include <string>

#include "api/base/fd.h"
#include "api/base/result.h"

// Network namespaces. One is named by a descriptor, which also keeps it alive.
namespace croft::network {

// The namespace of a process. kNotFound when the process is gone.
Result<UniqueFd> OpenNetns(int pid);
// The namespace of the calling thread.
Result<UniqueFd> CurrentNetns();
// A fresh one with nothing but a lo that is down; it lives as long as the descriptor and those opened from it.
Result<UniqueFd> NewNetns();

// Runs `function` inside the namespace, on a thread of its own, so that the caller's thread never leaves where it is.
Status RunInNetns(int netns, const std::function<Status()>& function);

// Sets /proc/sys/<name> ("net/ipv4/ip_forward") as the calling thread's namespace has it. Writes nothing when the value
// is there already.
Status SetSysctl(const std::string& name, const std::string& value);

}  // namespace croft::network
