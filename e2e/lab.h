#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "e2e/https.h"
#include "e2e/process.h"

namespace croft::e2e {

// Where the build put things; set by CMake.
std::string CroftBinary();
std::string SourceDir();
// Debian's kubectl 1.20, and the newest that this machine has.
std::string OldKubectl();
std::string NewKubectl();

// Polls until `condition` holds; false when `limit` has passed.
bool Await(const std::function<bool()>& condition, std::chrono::milliseconds limit);

// Builds localhost/whoami:<version> in the machine's own Podman. Fails the test when it can't.
void BuildWhoami(const std::string& version);

// A local cluster that lives as long as this object.
class Lab {
 public:
  // Creates it and loads whoami v1 and v2. Fails the test when it can't.
  explicit Lab(std::string name, int nodes = 3);
  ~Lab();
  Lab(const Lab&) = delete;

  const std::string& name() const { return name_; }
  const std::string& kubeconfig() const { return kubeconfig_; }
  const std::string& ca_pem() const { return ca_pem_; }
  std::string Node(int i) const { return name_ + "-" + std::to_string(i); }

  // kubectl (the newest unless set otherwise) against this lab.
  Ran Kubectl(std::vector<std::string> args, const std::string& input = {},
              std::chrono::seconds limit = std::chrono::seconds(60)) const;
  Ran KubectlOf(const std::string& program, std::vector<std::string> args, const std::string& input = {},
                std::chrono::seconds limit = std::chrono::seconds(60)) const;
  // The value of a jsonpath of one object or list; empty when absent.
  std::string JsonPath(std::vector<std::string> what, const std::string& path) const;
  // `kubectl apply -f -`; fails the test when it is refused.
  void Apply(const std::string& yaml) const;

  // croft with --name set where the verb takes it.
  Ran Cluster(std::vector<std::string> args) const;

  // The address at which Ingresses answer.
  std::string IngressAddress() const;
  Site SiteOf(const std::string& host) const;
  // Awaits a 200 of https://host/ and returns it.
  Answer AwaitAnswer(const std::string& host, std::chrono::seconds limit = std::chrono::seconds(60)) const;
  // Awaits that `count` pods with this label are Ready.
  bool AwaitReady(const std::string& ns, const std::string& selector, int count,
                  std::chrono::seconds limit = std::chrono::seconds(60)) const;

  // "https://127.50.1.1:6443", and a file for curl -K with this lab's CA and client certificate.
  std::string Server() const;
  std::string CurlConfig() const;

  // The process id of the lab's `croft server`.
  int ServerPid() const;

 private:
  const std::string name_;
  std::string kubeconfig_;
  std::string ca_pem_;
};

}  // namespace croft::e2e
