#include "tools/croft/targets.h"

#include "api/http/message.h"

namespace croft::cli {
namespace {

std::vector<std::string> Split(const std::string& text, char at) {
  std::vector<std::string> parts;
  size_t from = 0;
  for (size_t to; (to = text.find(at, from)) != std::string::npos; from = to + 1)
    parts.push_back(text.substr(from, to - from));
  parts.push_back(text.substr(from));
  return parts;
}

}  // namespace

Result<std::vector<Target>> ReadTargets(const ResourceFinder& finder, const std::vector<std::string>& words) {
  std::vector<Target> targets;
  if (words.empty()) return Status::BadRequest("name a resource, for example: pods, deployments, lab");
  if (words[0].find('/') != std::string::npos) {
    for (const std::string& word : words) {
      const size_t slash = word.find('/');
      if (slash == std::string::npos)
        return Status::BadRequest("\"" + word + "\": say TYPE/NAME, as for the words before");
      auto found = finder.Find(word.substr(0, slash));
      if (!found.ok()) return found.status();
      targets.push_back({found->front(), {word.substr(slash + 1)}});
    }
    return targets;
  }
  for (const std::string& word : Split(words[0], ',')) {
    auto found = finder.Find(word);
    if (!found.ok()) return found.status();
    for (Resource& resource : *found) targets.push_back({std::move(resource), {words.begin() + 1, words.end()}});
  }
  return targets;
}

std::string TargetPath(const Globals& globals, const Session& session, const Resource& resource,
                       const std::string& name) {
  const bool everywhere = globals.all_namespaces && name.empty();
  return client::ResourcePath(resource.gvr, {resource.namespaced && !everywhere ? session.ns : "", name});
}

std::string Display(const Resource& resource, const std::string& name) {
  std::string text = resource.singular;
  if (!resource.gvr.group.empty()) text += "." + resource.gvr.group;
  return text + "/" + name;
}

std::string Query(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string text;
  for (const auto& [key, value] : pairs) {
    if (value.empty()) continue;
    text += (text.empty() ? "?" : "&") + key + "=" + http::PercentEncode(value);
  }
  return text;
}

}  // namespace croft::cli
