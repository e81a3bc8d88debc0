#include "tools/croft/chart_commands.h"

#include <memory>

#include "tools/croft/command_line.h"
#include "tools/croft/release_verbs.h"
#include "tools/croft/terminal.h"

namespace croft::cli {
namespace {

// What the verbs' options are written to; lives as long as their callbacks.
struct Words {
  std::string name;
  std::vector<std::string> names;
  int revision = 0;
  std::string timeout = "5m0s";
  bool ignore_not_found = false;
  ReleaseListOptions list;
  chart::ReleaseOptions change;
  chart::UninstallOptions uninstall;
};
using WordsPtr = std::shared_ptr<Words>;

void AddName(CLI::App* verb, const WordsPtr& words) {
  verb->add_option("name", words->name, "Release, as `croft list` shows it")->required();
}

void AddTimeout(CLI::App* verb, const WordsPtr& words) {
  verb->add_option("--timeout", words->timeout, "How long to wait for each hook, and for readiness: 90s, 5m0s")
      ->capture_default_str();
}

// Runs `act` with the time that --timeout says.
int WithTimeout(const Words& words, const std::function<int(Duration)>& act) {
  const std::optional<Duration> timeout = ParseDuration(words.timeout);
  if (!timeout || *timeout <= Duration::zero()) {
    return Fail("--timeout: \"" + words.timeout + "\" is not a duration; say 90s, 10m or 2h");
  }
  return act(*timeout);
}

void AddWaiting(CLI::App* verb, const WordsPtr& words) {
  AddTimeout(verb, words);
  verb->add_flag("--wait", words->change.wait, "Wait until all is ready");
  verb->add_flag("--wait-for-jobs", words->change.wait_for_jobs, "With --wait: until Jobs are done, too");
  verb->add_flag("--hooks,!--no-hooks", words->change.hooks, "Run the chart's hooks (default)");
  verb->add_flag("--force", words->change.force, "Replace objects instead of merging into them");
  verb->add_flag("--cleanup-on-fail", words->change.cleanup_on_fail, "Delete what a failed change has created");
  verb->add_option("--history-max", words->change.history, "Revisions to keep; 0 for all")->capture_default_str();
}

}  // namespace

void AddReleaseVerbs(CLI::App& app, Globals& globals, int& code) {
  const auto words = std::make_shared<Words>();

  CLI::App* verb = AddVerb(app, code, "list", "Show the releases of charts", "croft list -A",
                           [words, &globals] { return ListReleases(globals, words->list); });
  verb->add_flag("-a,--all", words->list.all, "Also what is uninstalled and whose history is kept");
  verb->add_flag("-q,--short", words->list.short_names, "Only names");
  verb->add_flag("-A,--all-namespaces", globals.all_namespaces, "In all namespaces");
  AddNamespaceOption(verb, globals.ns);

  verb = AddVerb(app, code, "history", "Show the revisions of a release", "croft history web",
                 [words, &globals] { return ReleaseHistory(globals, words->name); });
  AddName(verb, words);
  AddNamespaceOption(verb, globals.ns);

  verb = AddVerb(app, code, "status", "Show where a release stands, and its notes", "croft status web",
                 [words, &globals] { return ReleaseStatus(globals, words->name, words->revision); });
  AddName(verb, words);
  verb->add_option("--revision", words->revision, "That revision instead of the newest")->check(CLI::PositiveNumber);
  AddNamespaceOption(verb, globals.ns);

  verb = AddVerb(app, code, "rollback", "Bring a release back to an earlier revision", "croft rollback web 2 --wait",
                 [words, &globals] {
                   return WithTimeout(*words, [&](Duration timeout) {
                     words->change.timeout = timeout;
                     return RollbackRelease(globals, words->name, words->revision, words->change);
                   });
                 });
  AddName(verb, words);
  verb->add_option("revision", words->revision, "Revision (default: the one before the newest)")
      ->check(CLI::NonNegativeNumber);
  AddWaiting(verb, words);
  AddNamespaceOption(verb, globals.ns);

  verb =
      AddVerb(app, code, "uninstall", "Take away what a chart has installed", "croft uninstall web", [words, &globals] {
        return WithTimeout(*words, [&](Duration timeout) {
          words->uninstall.timeout = timeout;
          return UninstallReleases(globals, words->names, words->uninstall, words->ignore_not_found);
        });
      });
  verb->add_option("names", words->names, "Releases")->required();
  verb->add_flag("--keep-history", words->uninstall.keep_history, "Keep the records, so that rollback brings it back");
  verb->add_flag("--hooks,!--no-hooks", words->uninstall.hooks, "Run the chart's hooks (default)");
  verb->add_flag("--wait", words->uninstall.wait, "Wait until all is gone");
  verb->add_flag("--ignore-not-found", words->ignore_not_found, "What is not there is no failure");
  AddTimeout(verb, words);
  AddNamespaceOption(verb, globals.ns);

  verb = AddVerb(app, code, "test", "Run the tests of a release", "croft test web", [words, &globals] {
    return WithTimeout(*words,
                       [&](Duration timeout) { return TestRelease(globals, words->name, timeout, words->names); });
  });
  AddName(verb, words);
  verb->add_option("--only", words->names, "Names of tests; the others don't run");
  AddTimeout(verb, words);
  AddNamespaceOption(verb, globals.ns);
}

}  // namespace croft::cli
