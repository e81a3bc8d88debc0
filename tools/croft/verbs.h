#pragma once

#include <string>
#include <vector>

#include "tools/croft/session.h"

// The verbs that a person types against a running lab. Each returns the program's exit code: 0 when all was done, 1
// else, with a sentence on standard error.
namespace croft::cli {

struct ApplyOptions {
  std::vector<std::string> files;
  bool recursive = false;
  bool dry_run = false;  // on the server: everything but storing
};
int Apply(const Globals& globals, const ApplyOptions& options);

struct GetOptions {
  std::vector<std::string> what;  // "pods", "pods web-1", "deploy/web", "pods,services"
  std::string output;             // "", "wide", "yaml", "json", "name"
  std::string selector;
  std::string field_selector;
  bool watch = false;
  bool no_headers = false;
};
int Get(const Globals& globals, const GetOptions& options);

struct DescribeOptions {
  std::vector<std::string> what;
  std::string selector;
};
int Describe(const Globals& globals, const DescribeOptions& options);

struct DeleteOptions {
  std::vector<std::string> what;
  std::vector<std::string> files;
  bool recursive = false;
  std::string selector;
  bool all = false;
  bool ignore_not_found = false;
  bool wait = true;
  int grace_period = -1;  // seconds; -1: the object's own
};
int Delete(const Globals& globals, const DeleteOptions& options);

struct LogsOptions {
  std::string what;  // "web-1", "pod/web-1", "deploy/web", "lsvc/web"
  std::string container;
  std::string selector;
  bool follow = false;
  bool previous = false;
  bool timestamps = false;
  int tail = -1;
  std::string since;  // "10m"
};
int Logs(const Globals& globals, const LogsOptions& options);

// Prints the root certificate of the lab that the kubeconfig names.
int CaRoot(const Globals& globals);

int Version(const Globals& globals, bool client_only);

}  // namespace croft::cli
