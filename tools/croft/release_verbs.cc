#include "tools/croft/release_verbs.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>

#include "tools/chart/value/yaml.h"
#include "tools/croft/release_session.h"
#include "tools/croft/terminal.h"

namespace croft::cli {
namespace {

using chart::Release;

// "Sat Nov 21 10:00:00 2026" in this machine's zone; what is no time stays as it is.
std::string LocalTime(const std::string& text) {
  const std::optional<WallTime> time = ParseTime(text);
  if (!time) return text;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(*time);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char line[64];
  return {line, std::strftime(line, sizeof line, "%a %b %e %H:%M:%S %Y", &parts)};
}

// "web-1.2.3"
std::string ChartName(const Release& release) {
  return release.ChartText("name") + "-" + release.ChartText("version");
}

void Print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  if (!text.empty() && text.back() != '\n') std::fputs("\n", stdout);
}

void PrintTests(const Release& release) {
  bool any = false;
  for (const chart::Hook& hook : release.hooks) {
    if (!hook.On("test")) continue;
    any = true;
    if (hook.last_run.started_at.empty()) continue;
    std::printf("TEST SUITE:     %s\nLast Started:   %s\nLast Completed: %s\nPhase:          %s\n", hook.name.c_str(),
                LocalTime(hook.last_run.started_at).c_str(), LocalTime(hook.last_run.completed_at).c_str(),
                hook.last_run.phase.c_str());
  }
  if (!any) std::printf("TEST SUITE: None\n");
}

void PrintStatus(const Release& release) {
  std::printf("NAME: %s\n", release.name.c_str());
  if (!release.last_deployed.empty()) std::printf("LAST DEPLOYED: %s\n", LocalTime(release.last_deployed).c_str());
  std::printf("NAMESPACE: %s\nSTATUS: %s\nREVISION: %d\nDESCRIPTION: %s\n", release.ns.c_str(), release.status.c_str(),
              release.revision, release.description.c_str());
  PrintTests(release);
  if (!release.notes.empty()) Print("NOTES:\n" + release.notes);
}

// Runs `act` in the lab.
int Do(const Globals& globals, const std::function<Status(ReleaseSession&)>& act) {
  Result<std::unique_ptr<ReleaseSession>> session = ReleaseSession::Open(globals);
  if (!session.ok()) return Fail(session.status().message());
  const Status done = act(**session);
  return done.ok() ? 0 : Fail(done.message());
}

// That revision, or the newest.
Result<Release> Revision(ReleaseSession& session, const std::string& name, int revision) {
  if (revision == 0) return session.releases().Newest(session.ns(), name);
  Result<std::vector<Release>> history = session.storage().History(session.ns(), name);
  if (!history.ok()) return history.status();
  for (Release& release : *history) {
    if (release.revision == revision) return std::move(release);
  }
  return Status::NotFound("there is no revision " + std::to_string(revision) + " of release " + name +
                          " in namespace " + session.ns());
}

Result<std::string> PartOf(const Release& release, const std::string& part) {
  if (part == "manifest") return release.manifest;
  if (part == "notes") return release.notes.empty() ? std::string() : "NOTES:\n" + release.notes;
  if (part == "hooks") {
    std::string text;
    for (const chart::Hook& hook : release.hooks) text += "---\n# Source: " + hook.path + "\n" + hook.content + "\n";
    return text;
  }
  const bool none = !release.config.is_map() || release.config.as_map()->members.empty();
  if (none) return std::string("USER-SUPPLIED VALUES:\nnull\n");
  const Result<std::string> values = chart::WriteYaml(release.config);
  if (!values.ok()) return values.status();
  return "USER-SUPPLIED VALUES:\n" + *values;
}

}  // namespace

bool IsPartOfRelease(const std::string& word) {
  return word == "values" || word == "manifest" || word == "notes" || word == "hooks";
}

int ListReleases(const Globals& globals, const ReleaseListOptions& options) {
  return Do(globals, [&](ReleaseSession& session) -> Status {
    std::vector<std::string> warnings;
    const auto releases = session.storage().Newest(globals.all_namespaces ? "" : session.ns(), warnings);
    for (const std::string& warning : warnings) Fail(warning);
    if (!releases.ok()) return releases.status();
    TablePrinter table({"NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"});
    bool any = false;
    for (const Release& release : *releases) {
      if (release.status == chart::status::kUninstalled && !options.all) continue;
      any = true;
      if (options.short_names) {
        std::printf("%s\n", release.name.c_str());
        continue;
      }
      table.Add({release.name, release.ns, std::to_string(release.revision), LocalTime(release.last_deployed),
                 release.status, ChartName(release), release.ChartText("appVersion")});
    }
    if (options.short_names) return Status::Ok();
    if (any) {
      Print(table.Print(ColoursOn(1)));
    } else {
      const std::string where = globals.all_namespaces ? "" : " in namespace " + session.ns();
      std::fprintf(stderr, "No releases found%s\n", where.c_str());
    }
    return Status::Ok();
  });
}

int ReleaseHistory(const Globals& globals, const std::string& name) {
  return Do(globals, [&](ReleaseSession& session) -> Status {
    const auto history = session.storage().History(session.ns(), name);
    if (!history.ok()) return history.status();
    if (history->empty()) return Status::NotFound("there is no release " + name + " in namespace " + session.ns());
    TablePrinter table({"REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"});
    for (const Release& release : *history) {
      table.Add({std::to_string(release.revision), LocalTime(release.last_deployed), release.status, ChartName(release),
                 release.ChartText("appVersion"), release.description});
    }
    Print(table.Print(ColoursOn(1)));
    return Status::Ok();
  });
}

int ReleaseStatus(const Globals& globals, const std::string& name, int revision) {
  return Do(globals, [&](ReleaseSession& session) -> Status {
    const Result<Release> release = Revision(session, name, revision);
    if (!release.ok()) return release.status();
    PrintStatus(*release);
    return Status::Ok();
  });
}

int GetOfRelease(const Globals& globals, const std::string& part, const std::string& name, int revision) {
  return Do(globals, [&](ReleaseSession& session) -> Status {
    const Result<Release> release = Revision(session, name, revision);
    if (!release.ok()) return release.status();
    const Result<std::string> text = PartOf(*release, part);
    if (!text.ok()) return text.status();
    Print(*text);
    return Status::Ok();
  });
}

int RollbackRelease(const Globals& globals, const std::string& name, int revision,
                    const chart::ReleaseOptions& options) {
  return Do(globals, [&](ReleaseSession& session) -> Status {
    const Result<Release> release = session.releases().Rollback(session.ns(), name, revision, options);
    if (!release.ok()) return release.status();
    std::printf("%s: %s, now revision %d\n", name.c_str(), release->description.c_str(), release->revision);
    return Status::Ok();
  });
}

int UninstallReleases(const Globals& globals, const std::vector<std::string>& names,
                      const chart::UninstallOptions& options, bool ignore_not_found) {
  return Do(globals, [&](ReleaseSession& session) -> Status {
    Status failed;
    for (const std::string& name : names) {
      const auto uninstalled = session.releases().Uninstall(session.ns(), name, options);
      if (uninstalled.status().IsNotFound() && ignore_not_found) continue;
      if (!uninstalled.ok()) {
        // The others are tried, too.
        if (!failed.ok()) Fail(failed.message());
        failed = uninstalled.status();
        continue;
      }
      std::printf("release \"%s\" uninstalled\n", name.c_str());
      for (const std::string& kept : uninstalled->kept) std::printf("kept by its policy: %s\n", kept.c_str());
    }
    return failed;
  });
}

int TestRelease(const Globals& globals, const std::string& name, Duration timeout,
                const std::vector<std::string>& only) {
  return Do(globals, [&](ReleaseSession& session) -> Status {
    const Result<Release> release = session.releases().Test(session.ns(), name, timeout, only);
    if (!release.ok()) return release.status();
    PrintStatus(*release);
    return Status::Ok();
  });
}

}  // namespace croft::cli
