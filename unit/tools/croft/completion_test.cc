#include "tools/croft/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/croft/commands.h"

namespace croft::cli {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using Words = std::vector<std::string>;

// A lab with a few objects, that remembers in whose namespace it was asked.
class FakeLab final : public LabWords {
 public:
  Words Resources(const Globals&) override { return {"pods", "persistentvolumes", "services"}; }
  Words Objects(const Globals& globals, const std::string& resource) override {
    if (resource == "namespaces") return {"default", "website"};
    if (resource == "pods") return {globals.ns.empty() ? "web-1" : globals.ns + "-1", "db-1"};
    if (resource == "deploy") return {"web", "db"};
    return {};
  }
};

CommandWords Program() {
  const CommandWords::Option ns{{"-n", "--namespace"}, true};
  return {"croft",
          {{{"--kubeconfig"}, true}, {{"-h", "--help"}, false}},
          {{"get", {ns, {{"-o", "--output"}, true}, {{"-w", "--watch"}, false}}, {}},
           {"logs", {ns, {{"-f", "--follow"}, false}}, {}},
           {"apply", {{{"-f", "--filename"}, true}}, {}},
           {"completion", {}, {}},
           {"cluster", {}, {{"create", {{{"--nodes"}, true}}, {}}, {"list", {}, {}}}}}};
}

struct Case {
  std::string name;
  Words words;  // after "croft", the last is being typed
  Words offered;
};

class Completion : public testing::TestWithParam<Case> {};

TEST_P(Completion, Offers) {
  FakeLab lab;
  EXPECT_THAT(Completions(Program(), GetParam().words, lab), ElementsAreArray(GetParam().offered))
      << testing::PrintToString(GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(
    Words, Completion,
    testing::Values(
        Case{"verbs_at_first", {""}, {"apply", "cluster", "completion", "get", "logs"}},
        Case{"verbs_when_nothing_is_typed", {}, {"apply", "cluster", "completion", "get", "logs"}},
        Case{"only_verbs_that_begin_so", {"c"}, {"cluster", "completion"}},
        Case{"the_verbs_below_a_verb", {"cluster", ""}, {"create", "list"}},
        Case{"a_verbs_options_and_the_programs", {"cluster", "create", "--"}, {"--help", "--kubeconfig", "--nodes"}},
        Case{"resources_after_get", {"get", "p"}, {"persistentvolumes", "pods"}},
        Case{"objects_after_a_resource", {"get", "pods", ""}, {"db-1", "web-1"}},
        Case{"objects_after_type_and_slash", {"get", "deploy/w"}, {"deploy/web"}},
        Case{"pods_after_logs", {"logs", "-f", ""}, {"db-1", "web-1"}},
        Case{"nothing_after_the_pod_of_logs", {"logs", "web-1", ""}, {}},
        Case{"objects_of_the_namespace_that_was_typed", {"get", "-n", "website", "pods", "w"}, {"website-1"}},
        Case{"the_namespace_written_with_an_equals_sign", {"get", "--namespace=website", "pods", "w"}, {"website-1"}},
        Case{"namespaces_after_n", {"get", "-n", "w"}, {"website"}},
        Case{"formats_after_o", {"get", "pods", "-o", ""}, {"json", "name", "wide", "yaml"}},
        Case{"nothing_for_a_file_which_the_shell_knows", {"apply", "-f", ""}, {}},
        Case{"shells", {"completion", ""}, {"bash", "fish", "zsh"}},
        Case{"options_that_take_no_value_swallow_no_word", {"get", "-w", "po"}, {"pods"}}),
    [](const auto& test) { return test.param.name; });

// What the program prints when it is run with `words`, and its exit code.
struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome RunCroft(Words words) {
  words.insert(words.begin(), "croft");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = RunCommandLine(static_cast<int>(argv.size()), argv.data());
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

Words Lines(const std::string& text) {
  Words lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

void ExpectHelp(const Words& path) {
  Words words = path;
  words.push_back("--help");
  const Outcome run = RunCroft(words);
  SCOPED_TRACE(testing::PrintToString(words));
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("Usage: "));
  EXPECT_THAT(run.out, HasSubstr("--help"));
  Words ask = path;
  ask.insert(ask.begin(), "__complete");
  ask.push_back("");
  const Words below = path == Words{"completion"} || path == Words{"get"} || path == Words{"describe"} ||
                              path == Words{"delete"} || path == Words{"logs"}
                          ? Words{}
                          : Lines(RunCroft(ask).out);
  if (below.empty() && !path.empty()) {
    EXPECT_THAT(run.out, HasSubstr("Example:\n  "));
  }
  for (const std::string& verb : below) {
    EXPECT_THAT(run.out, HasSubstr("\n  " + verb + " ")) << "each verb is listed with what it does";
    Words next = path;
    next.push_back(verb);
    ExpectHelp(next);
  }
}

TEST(CommandLine, EveryVerbThatCompletionOffersHasHelpWithAnExample) {
  ExpectHelp({});
}

TEST(CommandLine, CompletionOffersEveryVerbButTheHiddenOnes) {
  EXPECT_THAT(
      Lines(RunCroft({"__complete", ""}).out),
      ElementsAreArray({"agent", "apply", "ca", "cluster", "completion", "delete", "describe", "get", "history", "list",
                        "logs", "rollback", "server", "status", "test", "token", "uninstall", "version"}));
}

TEST(CommandLine, CompletionScriptsAskTheProgram) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Outcome run = RunCroft({"completion", shell});
    EXPECT_EQ(run.code, 0);
    EXPECT_THAT(run.out, HasSubstr("croft __complete")) << shell;
  }
  const Outcome other = RunCroft({"completion", "tcsh"});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("bash, zsh and fish, not for \"tcsh\""));
}

TEST(CommandLine, AVerbThatIsNotThereIsNamed) {
  const Outcome run = RunCroft({"aply"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("there is no verb \"aply\""));
  EXPECT_THAT(run.err, HasSubstr("--help"));
}

}  // namespace
}  // namespace croft::cli
