#include <cstdio>

#include "tools/croft/targets.h"
#include "tools/croft/terminal.h"
#include "tools/croft/verbs.h"

namespace croft::cli {

int CaRoot(const Globals& globals) {
  const std::string path = client::FindKubeconfig(globals.kubeconfig);
  const auto config = client::LoadKubeconfig(path);
  if (!config.ok()) return Fail(config.status().message());
  if (config->ca_pem.empty()) return Fail(path + " carries no certificate authority");
  std::fputs(config->ca_pem.c_str(), stdout);
  return 0;
}

int Version(const Globals& globals, bool client_only) {
  std::printf("croft %s\n", CROFT_VERSION);
  if (client_only) return 0;
  const auto session = Connect(globals);
  if (!session.ok()) return 0;  // no lab at hand: the program's own version is the answer
  const auto reply = session->client->Raw({.target = "/version"});
  if (!reply.ok()) return Fail(reply.status().message());
  const auto version = ParseJson(reply->body);
  if (!version.ok()) return Fail(version.status().message());
  std::printf("server %s (%s)\n", std::string(FindString(*version, {"gitVersion"})).c_str(),
              session->config.server.c_str());
  return 0;
}

int Completion(const std::string& shell) {
  if (shell == "bash") {
    std::fputs(R"sh(_croft() {
  local IFS=$'\n'
  COMPREPLY=($(compgen -W "$(croft __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
  }
complete -o default -F _croft croft
)sh",
               stdout);
    return 0;
  }
  if (shell == "zsh") {
    std::fputs(R"sh(#compdef croft
_croft() {
  local -a answers
  answers=(${(f)"$(croft __complete "${words[@]:1:$((CURRENT-1))}" 2>/dev/null)"})
  compadd -a answers
}
compdef _croft croft
)sh",
               stdout);
    return 0;
  }
  if (shell == "fish") {
    std::fputs("complete -c croft -f -a '(croft __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'\n",
               stdout);
    return 0;
  }
  return Fail("completion is there for bash, zsh and fish, not for \"" + shell + "\"");
}

int Complete(const Globals& globals, const std::vector<std::string>& words) {
  static constexpr const char* kVerbs[] = {"agent",    "apply", "ca",   "cluster", "completion", "delete",
                                           "describe", "get",   "logs", "server",  "token",      "version"};
  static constexpr const char* kClusterVerbs[] = {"create", "delete", "kubeconfig", "list",
                                                  "load",   "start",  "start-node", "stop-node"};
  if (words.size() <= 1) {
    for (const char* verb : kVerbs) std::printf("%s\n", verb);
    return 0;
  }
  const std::string& verb = words[0];
  if (verb == "cluster" && words.size() == 2) {
    for (const char* word : kClusterVerbs) std::printf("%s\n", word);
    return 0;
  }
  if (verb != "get" && verb != "describe" && verb != "delete" && verb != "logs") return 0;
  auto session = Connect(globals);
  if (!session.ok()) return 0;
  const auto finder = ResourceFinder::Load(*session->client);
  if (!finder.ok()) return 0;
  if (words.size() == 2 && verb != "logs") {
    for (const Resource& resource : finder->all()) std::printf("%s\n", resource.gvr.resource.c_str());
    return 0;
  }
  const auto targets = ReadTargets(*finder, {verb == "logs" ? "pods" : words[1]});
  if (!targets.ok()) return 0;
  for (const Target& target : *targets) {
    const auto list =
        session->client->List(target.resource.gvr, {target.resource.namespaced ? session->ns : "", "", ""});
    if (!list.ok()) continue;
    for (const ObjectPtr& object : list->items) std::printf("%s\n", object->name().c_str());
  }
  return 0;
}

}  // namespace croft::cli
