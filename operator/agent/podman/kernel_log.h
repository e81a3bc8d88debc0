#pragma once

#include <set>
#include <string>

namespace croft::agent::podman {

// Ids of containers for whose memory limit the kernel has killed a process, as its log tells. Empty when the log can't
// be read. (Podman 4.3 does not know: its OOMKilled stays false, and the container's cgroup is gone by the time that
// one could ask.)
std::set<std::string> OutOfMemoryContainers();

// The container of one line of the kernel's log; empty when the line is about something else.
std::string OutOfMemoryContainer(const std::string& line);

}  // namespace croft::agent::podman
