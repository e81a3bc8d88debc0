#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "tools/bench/child.h"
#include "tools/bench/load.h"

// What Croft is measured beside.
namespace croft::bench {

// Says why on standard error, and ends the program.
[[noreturn]] void Die(const std::string& why);
// A port of the loopback that is free now.
std::string FreeAddress();
// Whether the program is in PATH.
bool Installed(const std::string& program);

// The object that is written, about half a kilobyte, and what it is called.
std::string ConfigMap(const std::string& name);
std::string ObjectName(int callers, int caller, int n);

// One member on the given folder's disk, with TLS from an authority of its own.
class Etcd {
 public:
  explicit Etcd(const std::filesystem::path& folder);
  // A second, of as many writers.
  double Puts(int writers, std::chrono::steady_clock::duration slice) const;

 private:
  const std::string address_ = FreeAddress();
  std::string ca_pem_;
  std::unique_ptr<Child> child_;
};

// HAProxy on two threads, which answers every request over TLS with 201 and no body: what load and machine can do when
// the server does nothing.
class EmptyAnswers {
 public:
  explicit EmptyAnswers(const std::filesystem::path& folder);
  CallerSocket Connect() const;

 private:
  const std::string address_ = FreeAddress();
  std::string ca_pem_;
  std::unique_ptr<Child> child_;
};

}  // namespace croft::bench
