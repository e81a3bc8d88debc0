#pragma once

#include <cstdint>
#include <string>

namespace croft::agent {

// What a Node reports of its machine.
struct Machine {
  int64_t cpu_milli = 1000;
  int64_t memory_bytes = 1LL << 30;
  int64_t disk_bytes = 0;  // of the data directory's file system; 0: not reported
  int64_t pods = 110;
  std::string machine_id;
  std::string boot_id;
  std::string kernel_version;
  std::string os_image;
  std::string architecture = "amd64";  // as Go names it
};

// Reads /proc, /etc/os-release and the file system of `data_dir`. What can't be read keeps its default.
Machine ReadMachine(const std::string& data_dir);

}  // namespace croft::agent
