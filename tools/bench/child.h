#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace croft::bench {

// A program that runs beside the benchmark, its output in a file; ended when destroyed.
class Child {
 public:
  Child(const std::vector<std::string>& argv, const std::string& output);
  ~Child() { Stop(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Asks it to end, and waits for that; after 20 s it is killed.
  void Stop();
  // What it keeps in memory, in MiB: VmRSS, and the part of it that is not the program's file.
  double ResidentMib() const { return StatusMib("VmRSS:"); }
  double OwnMib() const { return StatusMib("RssAnon:"); }
  // What it has used of a core so far, in seconds, by the names of its threads.
  std::map<std::string, double> CpuSeconds() const;

 private:
  double StatusMib(const std::string& line) const;

  pid_t pid_ = -1;
};

}  // namespace croft::bench
