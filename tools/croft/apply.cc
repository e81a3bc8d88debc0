#include <cstdio>

#include "tools/croft/manifests.h"
#include "tools/croft/resource_finder.h"
#include "tools/croft/targets.h"
#include "tools/croft/terminal.h"
#include "tools/croft/three_way.h"
#include "tools/croft/verbs.h"

namespace croft::cli {
namespace {

struct Applied {
  std::string verb;  // "created", "configured", "unchanged"
  std::vector<std::string> warnings;
};

class Applier {
 public:
  Applier(Session& session, const ApplyOptions& options) : session_(session), options_(options) {}

  Result<Applied> One(const Json& object, const Resource& resource) {
    const std::string name(FindString(object, {"metadata", "name"}));
    if (name.empty()) return Status::BadRequest("metadata.name: Required value");
    std::string ns(FindString(object, {"metadata", "namespace"}));
    if (ns.empty() && resource.namespaced) ns = session_.ns;
    if (!resource.namespaced) ns.clear();
    JsonDocument wanted = WithLastApplied(object);
    if (!ns.empty()) SetString(wanted["metadata"], "namespace", ns, wanted.GetAllocator());

    const std::string path = client::ResourcePath(resource.gvr, {ns, name});
    const auto live = session_.client->Raw({.target = path});
    if (live.ok()) return Change(path, wanted, live->body);
    if (!live.status().IsNotFound()) return live.status();
    const auto created = session_.client->Raw({.method = "POST",
                                               .target = client::ResourcePath(resource.gvr, {ns, ""}) + Options(),
                                               .body = WriteJson(wanted)});
    if (!created.ok()) return created.status();
    return Applied{"created", created->warnings};
  }

 private:
  std::string Options() const {
    return Query({{"fieldManager", "croft"}, {"fieldValidation", "Strict"}, {"dryRun", options_.dry_run ? "All" : ""}});
  }

  Result<Applied> Change(const std::string& path, const Json& wanted, const std::string& live_text) {
    const auto live = ParseJson(live_text);
    if (!live.ok()) return live.status();
    const std::string_view last_text = FindString(*live, {"metadata", "annotations", kLastApplied});
    JsonDocument last;
    if (auto parsed = ParseJson(last_text); parsed.ok()) last = std::move(*parsed);
    const JsonDocument patch = ThreeWayPatch(last.IsObject() ? &last : nullptr, wanted, *live);
    if (patch.ObjectEmpty()) return Applied{"unchanged", {}};
    const auto changed = session_.client->Raw({.method = "PATCH",
                                               .target = path + Options(),
                                               .body = WriteJson(patch),
                                               .content_type = "application/merge-patch+json"});
    if (!changed.ok()) return changed.status();
    const auto after = ParseJson(changed->body);
    // A patch that only repeats what the server had filled in changes nothing; its version tells.
    const bool same = after.ok() && FindString(*after, {"metadata", "resourceVersion"}) ==
                                        FindString(*live, {"metadata", "resourceVersion"});
    return Applied{same ? "unchanged" : "configured", changed->warnings};
  }

  Session& session_;
  const ApplyOptions& options_;
};

}  // namespace

int Apply(const Globals& globals, const ApplyOptions& options) {
  auto manifests = ReadManifests(options.files, options.recursive);
  if (!manifests.ok()) return Fail(manifests.status().message());
  auto session = Connect(globals);
  if (!session.ok()) return Fail(session.status().message());
  auto finder = ResourceFinder::Load(*session->client);
  if (!finder.ok()) return Fail(finder.status().message());

  Applier applier(*session, options);
  int code = 0;
  for (const Manifest& manifest : *manifests) {
    const std::string kind(FindString(manifest.object, {"kind"}));
    const std::string api_version(FindString(manifest.object, {"apiVersion"}));
    Result<Resource> resource = finder->FindKind(api_version, kind);
    if (!resource.ok()) {
      // A definition earlier in the same files may have brought the kind.
      if (auto again = ResourceFinder::Load(*session->client); again.ok()) finder = std::move(again);
      resource = finder->FindKind(api_version, kind);
    }
    const Result<Applied> applied =
        resource.ok() ? applier.One(manifest.object, *resource) : Result<Applied>(resource.status());
    if (!applied.ok()) {
      code = Fail(manifest.source + ": " + applied.status().message());
      continue;
    }
    for (const std::string& warning : applied->warnings) {
      std::fprintf(stderr, "%s %s\n", Paint("Warning:", Colour::kYellow, ColoursOn(2)).c_str(), warning.c_str());
    }
    const std::string name(FindString(manifest.object, {"metadata", "name"}));
    std::printf("%s %s%s\n", Display(*resource, name).c_str(), applied->verb.c_str(),
                options.dry_run ? " (dry run)" : "");
  }
  return code;
}

}  // namespace croft::cli
