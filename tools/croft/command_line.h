#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <utility>

// How verbs are put on the command line. For the files that do so; CLI11 is slow to compile.
namespace croft::cli {

// A verb that runs `run` and leaves the exit code in `code`, which lives as long as `parent`.
inline CLI::App* AddVerb(CLI::App& parent, int& code, const std::string& name, const std::string& what,
                         const std::string& example, std::function<int()> run) {
  CLI::App* verb = parent.add_subcommand(name, what);
  verb->footer("Example:\n  " + example);
  verb->callback([&code, run = std::move(run)] { code = run(); });
  return verb;
}

inline void AddNamespaceOption(CLI::App* verb, std::string& ns) {
  verb->add_option("-n,--namespace", ns, "Namespace to act in (default: the kubeconfig's, or \"default\")");
}

}  // namespace croft::cli
