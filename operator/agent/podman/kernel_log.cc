#include "operator/agent/podman/kernel_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace croft::agent::podman {

std::string OutOfMemoryContainer(const std::string& line) {
  const size_t group = line.find("oom_memcg=");
  if (group == std::string::npos) return {};
  const std::string marker = "libpod-";
  const size_t name = line.find(marker, group);
  const size_t comma = line.find(',', group);
  if (name == std::string::npos || name > comma) return {};
  const size_t start = name + marker.size();
  const size_t end = line.find_first_not_of("0123456789abcdef", start);
  return line.substr(start, end == std::string::npos ? end : end - start);
}

std::set<std::string> OutOfMemoryContainers() {
  std::set<std::string> ids;
  const int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return ids;
  char record[8192];
  for (;;) {
    const ssize_t size = read(fd, record, sizeof record);
    if (size < 0 && (errno == EPIPE || errno == EINTR)) continue;  // records were overwritten while we read
    if (size <= 0) break;
    if (std::string id = OutOfMemoryContainer(std::string(record, static_cast<size_t>(size))); !id.empty()) {
      ids.insert(std::move(id));
    }
  }
  close(fd);
  return ids;
}

}  // namespace croft::agent::podman
