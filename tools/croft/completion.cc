#include "tools/croft/completion.h"

#include <algorithm>
#include <cstdio>

#include "tools/croft/targets.h"
#include "tools/croft/terminal.h"

namespace croft::cli {
namespace {

using Words = std::vector<std::string>;

// What stands before the word that is being typed.
struct Typed {
  std::vector<const CommandWords*> path;       // the program, then the verbs
  Words positional;                            // what is neither verb nor option
  const CommandWords::Option* open = nullptr;  // the last word is its value
  Globals globals;

  const CommandWords& verb() const { return *path.back(); }
  bool Is(const std::string& name) const { return path.size() == 2 && verb().name == name; }
};

bool Has(const CommandWords::Option& option, const std::string& name) {
  return std::find(option.names.begin(), option.names.end(), name) != option.names.end();
}

const CommandWords::Option* FindOption(const Typed& typed, const std::string& name) {
  for (const CommandWords* verb : typed.path) {
    for (const CommandWords::Option& option : verb->options) {
      if (Has(option, name)) return &option;
    }
  }
  return nullptr;
}

void TakeValue(const CommandWords::Option& option, const std::string& value, Globals& globals) {
  if (Has(option, "--namespace")) globals.ns = value;
  if (Has(option, "--kubeconfig")) globals.kubeconfig = value;
}

Typed Read(const CommandWords& program, const Words& words) {
  Typed typed;
  typed.path.push_back(&program);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (typed.open != nullptr) {
      TakeValue(*typed.open, word, typed.globals);
      typed.open = nullptr;
    } else if (word.size() > 1 && word[0] == '-') {
      const size_t equals = word.find('=');
      const CommandWords::Option* option = FindOption(typed, word.substr(0, equals));
      if (option == nullptr || !option->takes_value) continue;
      if (equals == std::string::npos) {
        typed.open = option;
      } else {
        TakeValue(*option, word.substr(equals + 1), typed.globals);
      }
    } else {
      const auto& verbs = typed.verb().verbs;
      const auto verb = std::find_if(verbs.begin(), verbs.end(), [&](const auto& each) { return each.name == word; });
      if (verb == verbs.end()) {
        typed.positional.push_back(word);
      } else {
        typed.path.push_back(&*verb);
      }
    }
  }
  return typed;
}

Words OptionNames(const Typed& typed) {
  Words names;
  for (const CommandWords* verb : typed.path) {
    for (const CommandWords::Option& option : verb->options) {
      names.insert(names.end(), option.names.begin(), option.names.end());
    }
  }
  return names;
}

Words ValuesOf(const CommandWords::Option& option, const Typed& typed, LabWords& lab) {
  if (Has(option, "--namespace")) return lab.Objects(typed.globals, "namespaces");
  if (Has(option, "--output")) return {"json", "name", "wide", "yaml"};
  if (Has(option, "--log-format")) return {"json", "text"};
  if (Has(option, "--log-level")) return {"debug", "error", "info", "warn"};
  return {};  // file names and the like are the shell's
}

// "deploy/" and what is typed of a name.
Words SlashedObjects(const std::string& word, const Typed& typed, LabWords& lab) {
  const std::string resource = word.substr(0, word.find('/'));
  Words words = lab.Objects(typed.globals, resource);
  for (std::string& name : words) name.insert(0, resource + "/");
  return words;
}

Words ObjectWords(const std::string& word, const Typed& typed, LabWords& lab) {
  if (word.find('/') != std::string::npos) return SlashedObjects(word, typed, lab);
  if (typed.Is("logs")) return typed.positional.empty() ? lab.Objects(typed.globals, "pods") : Words{};
  if (typed.positional.empty()) return lab.Resources(typed.globals);
  return lab.Objects(typed.globals, typed.positional[0]);
}

Words Candidates(const std::string& word, const Typed& typed, LabWords& lab) {
  if (typed.open != nullptr) return ValuesOf(*typed.open, typed, lab);
  if (!word.empty() && word[0] == '-') return OptionNames(typed);
  if (!typed.verb().verbs.empty()) {
    Words names;
    for (const CommandWords& verb : typed.verb().verbs) names.push_back(verb.name);
    return names;
  }
  if (typed.Is("completion") && typed.positional.empty()) return {"bash", "fish", "zsh"};
  const bool objects = typed.Is("get") || typed.Is("describe") || typed.Is("delete") || typed.Is("logs");
  return objects ? ObjectWords(word, typed, lab) : Words{};
}

class Live final : public LabWords {
 public:
  Words Resources(const Globals& globals) override {
    Words words;
    if (!Reach(globals)) return words;
    for (const Resource& resource : finder_->all()) words.push_back(resource.gvr.resource);
    return words;
  }

  Words Objects(const Globals& globals, const std::string& what) override {
    Words words;
    if (!Reach(globals)) return words;
    const auto resources = finder_->Find(what);
    if (!resources.ok()) return words;
    for (const Resource& resource : *resources) {
      const auto list = session_->client->List(resource.gvr, {resource.namespaced ? session_->ns : "", "", ""});
      if (!list.ok()) continue;
      for (const ObjectPtr& object : list->items) words.push_back(object->name());
    }
    return words;
  }

 private:
  bool Reach(const Globals& globals) {
    if (finder_) return true;
    auto session = Connect(globals);
    if (!session.ok()) return false;
    auto finder = ResourceFinder::Load(*session->client);
    if (!finder.ok()) return false;
    session_.emplace(std::move(*session));
    finder_.emplace(std::move(*finder));
    return true;
  }

  std::optional<Session> session_;
  std::optional<ResourceFinder> finder_;
};

constexpr const char* kBash = R"sh(_croft() {
  local IFS=$'\n'
  COMPREPLY=($(compgen -W "$(croft __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _croft croft
)sh";

constexpr const char* kZsh = R"sh(#compdef croft
_croft() {
  local -a answers
  answers=(${(f)"$(croft __complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#answers )); then compadd -a answers; else _files; fi
}
compdef _croft croft
)sh";

constexpr const char* kFish =
    "complete -c croft -a '(croft __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'\n";

}  // namespace

std::unique_ptr<LabWords> LiveLabWords() {
  return std::make_unique<Live>();
}

Words Completions(const CommandWords& program, const Words& words, LabWords& lab) {
  const std::string word = words.empty() ? "" : words.back();
  Words candidates = Candidates(word, Read(program, words), lab);
  std::erase_if(candidates, [&](const std::string& each) { return each.compare(0, word.size(), word) != 0; });
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  return candidates;
}

int PrintCompletionScript(const std::string& shell) {
  const char* script = shell == "bash" ? kBash : shell == "zsh" ? kZsh : shell == "fish" ? kFish : nullptr;
  if (script == nullptr) return Fail("completion is there for bash, zsh and fish, not for \"" + shell + "\"");
  std::fputs(script, stdout);
  return 0;
}

}  // namespace croft::cli
