#include "tools/croft/release_session.h"

#include <cstdio>
#include <map>
#include <thread>
#include <utility>

#include "api/schema/definition.h"
#include "tools/croft/targets.h"
#include "tools/croft/terminal.h"

namespace croft::cli {
namespace {

// How the lists of Kubernetes' and Croft's own kinds merge. Read when first asked for: most commands never are.
const MergeSchema* SchemaOf(const std::string& api_version, const std::string& kind) {
  static const std::map<std::pair<std::string, std::string>, schema::SchemaPtr> schemas = [] {
    std::map<std::pair<std::string, std::string>, schema::SchemaPtr> found;
    const Result<schema::EmbeddedKinds> kinds = schema::LoadEmbeddedKinds();
    if (!kinds.ok()) return found;
    for (const schema::ResourceDefinition& definition : kinds->definitions) {
      for (const schema::ResourceVersion& version : definition.versions) {
        found[{ApiVersion(definition.group, version.name), definition.kind}] = version.schema;
      }
    }
    return found;
  }();
  const auto at = schemas.find({api_version, kind});
  return at == schemas.end() ? nullptr : schema::ForMerge(*at->second);
}

void PrintLogs(client::RestClient& client, const Key& pod) {
  const std::string path = client::ResourcePath({"", "v1", "pods"}, pod, "log") + Query({{"tailLines", "1000"}});
  const Status read = client.Stream(path, "*/*", [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return true;
  });
  if (!read.ok()) std::fprintf(stderr, "logs of %s: %s\n", pod.name.c_str(), read.message().c_str());
}

// Of a Pod, or of all pods that a Job has made.
void ShowLogs(client::RestClient& client, const chart::Resource& run) {
  std::printf("== logs of %s\n", run.Show().c_str());
  if (run.kind == "Pod") return PrintLogs(client, run.key);
  const auto pods = client.List({"", "v1", "pods"}, {run.key.ns, "job-name=" + run.key.name, {}});
  if (!pods.ok()) {
    std::fprintf(stderr, "%s\n", pods.status().message().c_str());
    return;
  }
  for (const ObjectPtr& pod : pods->items) PrintLogs(client, pod->key());
}

// Says a thing about an object once, and again when it has changed.
chart::Progress TellChanges() {
  auto told = std::make_shared<std::map<std::string, std::string>>();
  return [told](const chart::Resource& resource, const chart::Readiness& readiness) {
    const std::string what = resource.Show();
    const std::string state = readiness.ready() ? "ready" : readiness.why;
    if (std::exchange((*told)[what], state) == state) return;
    const Colour colour = readiness.ready() ? Colour::kGreen : Colour::kYellow;
    std::fprintf(stderr, "%s: %s\n", what.c_str(), Paint(state, colour, ColoursOn(2)).c_str());
  };
}

}  // namespace

Result<chart::ServedKind> ReleaseSession::Kinds::Find(const std::string& api_version, const std::string& kind) {
  for (const bool again : {false, true}) {
    if (known_ == nullptr || again) {
      Result<ResourceFinder> loaded = ResourceFinder::Load(client_);
      if (!loaded.ok()) return loaded.status();
      known_ = std::make_unique<ResourceFinder>(std::move(*loaded));
    }
    const Result<Resource> found = known_->FindKind(api_version, kind);
    if (found.ok()) return chart::ServedKind{found->gvr, found->namespaced};
    if (again) return found.status();
  }
  return Status::NotFound(kind);
}

ReleaseSession::ReleaseSession(Session session)
    : session_(std::move(session)),
      kinds_(*session_.client),
      storage_(*session_.client, clock_),
      releases_({*session_.client, storage_,
                 chart::Cluster(
                     {*session_.client, SchemaOf, clock_, [](Duration time) { std::this_thread::sleep_for(time); }}),
                 kinds_, clock_, TellChanges(), [this](const chart::Resource& run) { ShowLogs(*session_.client, run); },
                 [](const std::string& warning) {
                   std::fprintf(stderr, "%s %s\n", Paint("Warning:", Colour::kYellow, ColoursOn(2)).c_str(),
                                warning.c_str());
                 }}) {}

Result<std::unique_ptr<ReleaseSession>> ReleaseSession::Open(const Globals& globals) {
  Result<Session> session = Connect(globals);
  if (!session.ok()) return session.status();
  return std::unique_ptr<ReleaseSession>(new ReleaseSession(std::move(*session)));
}

}  // namespace croft::cli
