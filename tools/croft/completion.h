#pragma once

#include <string>
#include <vector>

#include "tools/croft/session.h"

// What a shell offers when a person presses Tab.
namespace croft::cli {

// A verb as completion sees it: its options and the verbs below it. The root is the program itself, whose options may
// stand after every verb.
struct CommandWords {
  struct Option {
    std::vector<std::string> names;  // "-n", "--namespace"
    bool takes_value = false;
  };
  std::string name;
  std::vector<Option> options;
  std::vector<CommandWords> verbs;
};

// The words that only a live lab knows. Empty when it can't be asked: completion never fails and never complains.
class LabWords {
 public:
  virtual ~LabWords() = default;
  virtual std::vector<std::string> Resources(const Globals& globals) = 0;
  // Names of the objects of "pods", "deploy", ...
  virtual std::vector<std::string> Objects(const Globals& globals, const std::string& resource) = 0;
};

// The lab that the kubeconfig names, asked over its API.
std::unique_ptr<LabWords> LiveLabWords();

// What the last of `words`, which may be empty, can become; `words` are those after the program's name. Values of
// --namespace and --kubeconfig among them are obeyed.
std::vector<std::string> Completions(const CommandWords& program, const std::vector<std::string>& words, LabWords& lab);

// Prints the script that makes "bash", "zsh" or "fish" ask `croft __complete`; the program's exit code.
int PrintCompletionScript(const std::string& shell);

}  // namespace croft::cli
