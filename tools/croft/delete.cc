#include <cstdio>
#include <thread>

#include "tools/croft/manifests.h"
#include "tools/croft/targets.h"
#include "tools/croft/terminal.h"
#include "tools/croft/verbs.h"

namespace croft::cli {
namespace {

struct Doomed {
  Resource resource;
  Key key;
  std::string uid;
};

std::string Body(const DeleteOptions& options) {
  std::string body = R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background")";
  if (options.grace_period >= 0) body += ",\"gracePeriodSeconds\":" + std::to_string(options.grace_period);
  return body + "}";
}

// What is to go, from files or from words.
Result<std::vector<Doomed>> Gather(const Globals& globals, const DeleteOptions& options, Session& session) {
  const auto finder = ResourceFinder::Load(*session.client);
  if (!finder.ok()) return finder.status();
  std::vector<Doomed> doomed;
  if (!options.files.empty()) {
    const auto manifests = ReadManifests(options.files, options.recursive);
    if (!manifests.ok()) return manifests.status();
    for (const Manifest& manifest : *manifests) {
      const auto resource = finder->FindKind(std::string(FindString(manifest.object, {"apiVersion"})),
                                             std::string(FindString(manifest.object, {"kind"})));
      if (!resource.ok()) return resource.status().Annotate(manifest.source);
      std::string ns(FindString(manifest.object, {"metadata", "namespace"}));
      if (!resource->namespaced) ns.clear();
      if (ns.empty() && resource->namespaced) ns = session.ns;
      doomed.push_back({*resource, {ns, std::string(FindString(manifest.object, {"metadata", "name"}))}, {}});
    }
    return doomed;
  }
  const auto targets = ReadTargets(*finder, options.what);
  if (!targets.ok()) return targets.status();
  for (const Target& target : *targets) {
    const std::string ns = target.resource.namespaced ? session.ns : "";
    for (const std::string& name : target.names) doomed.push_back({target.resource, {ns, name}, {}});
    if (!target.names.empty()) continue;
    if (options.selector.empty() && !options.all) {
      return Status::BadRequest("name what to delete, or select with -l, or say --all");
    }
    const auto reply = session.client->Raw(
        {.target = TargetPath(globals, session, target.resource, "") + Query({{"labelSelector", options.selector}})});
    const auto list = reply.ok() ? ParseJson(reply->body) : Result<JsonDocument>(reply.status());
    if (!list.ok()) return list.status();
    const Json* items = Find(*list, "items");
    if (items == nullptr || !items->IsArray()) continue;
    for (const Json& item : items->GetArray()) {
      doomed.push_back({target.resource,
                        {std::string(FindString(item, {"metadata", "namespace"})),
                         std::string(FindString(item, {"metadata", "name"}))},
                        {}});
    }
  }
  return doomed;
}

}  // namespace

int Delete(const Globals& globals, const DeleteOptions& options) {
  auto session = Connect(globals);
  if (!session.ok()) return Fail(session.status().message());
  auto doomed = Gather(globals, options, *session);
  if (!doomed.ok()) return Fail(doomed.status().message());
  int code = 0;
  std::vector<Doomed> going;
  for (Doomed& one : *doomed) {
    const std::string path = client::ResourcePath(one.resource.gvr, one.key);
    const auto reply = session->client->Raw({.method = "DELETE", .target = path, .body = Body(options)});
    if (!reply.ok()) {
      if (options.ignore_not_found && reply.status().IsNotFound()) continue;
      code = Fail(reply.status().message());
      continue;
    }
    std::printf("%s deleted\n", Display(one.resource, one.key.name).c_str());
    std::fflush(stdout);
    if (const auto object = ParseJson(reply->body); object.ok()) {
      const std::string_view uid = FindString(*object, {"metadata", "uid"});
      one.uid = uid.empty() ? FindString(*object, {"details", "uid"}) : uid;
    }
    going.push_back(std::move(one));
  }
  if (!options.wait) return code;
  // Finalizers and grace periods let an object stay for a while; one of the same name with another uid is not it.
  for (const Doomed& one : going) {
    while (true) {
      const auto reply = session->client->Raw({.target = client::ResourcePath(one.resource.gvr, one.key)});
      if (!reply.ok()) break;
      const auto object = ParseJson(reply->body);
      if (!object.ok() || (!one.uid.empty() && FindString(*object, {"metadata", "uid"}) != one.uid)) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  }
  return code;
}

}  // namespace croft::cli
