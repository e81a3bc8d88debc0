#include "tools/chart/release/manifests.h"

#include <gtest/gtest.h>

namespace croft::chart {
namespace {

using Texts = std::vector<std::string>;

TEST(SplitManifests, TakesAStreamApart) {
  struct Case {
    const char* name;
    const char* stream;
    Texts documents;
  };
  const Case cases[] = {
      {"nothing", "", {}},
      {"nothing but space", " \n\t\n", {}},
      {"one document", "a: 1\n", {"a: 1"}},
      {"one that begins with a separator", "---\na: 1\n", {"a: 1"}},
      {"two, with space around them", "\n\na: 1\n\n---\n\n  b: 2  \n", {"a: 1", "b: 2"}},
      {"an empty one at the end", "a: 1\n---\n", {"a: 1"}},
      {"a comment after the separator", "a: 1\n--- # next\nb: 2", {"a: 1", "# next\nb: 2"}},
      {"of two separators in a row the second stays", "---\n---\na: 1", {"---\na: 1"}},
      {"dashes within a line", "a: x---y\nb: |\n  ---\n", {"a: x---y\nb: |\n  ---"}},
      {"Windows' line ends", "a: 1\r\n---\r\nb: 2\r\n", {"a: 1", "b: 2"}},
  };
  for (const Case& c : cases) EXPECT_EQ(SplitManifests(c.stream), c.documents) << c.name;
}

std::string Document(const std::string& kind, const std::string& name, const std::string& annotations = "") {
  return "kind: " + kind + "\nmetadata:\n  name: " + name +
         (annotations.empty() ? "" : "\n  annotations: {" + annotations + "}");
}

SortedManifests Sorted(const std::map<std::string, std::string>& rendered) {
  const Result<SortedManifests> sorted = SortManifests(rendered);
  EXPECT_TRUE(sorted.ok()) << sorted.status().message();
  return sorted.ok() ? *sorted : SortedManifests();
}

TEST(SortManifests, PutsFirstWhatOthersNeed) {
  const SortedManifests sorted =
      Sorted({{"c/a.yaml", Document("Deployment", "d") + "\n---\n" + Document("Widget", "w")},
              {"c/b.yaml", Document("Service", "s")},
              {"c/c.yaml", Document("Gadget", "g")},
              {"c/d.yaml", Document("Namespace", "shop")},
              {"c/e.yaml", Document("Service", "a")}});
  Texts order;
  for (const Manifest& manifest : sorted.manifests) order.push_back(manifest.kind + "/" + manifest.name);
  EXPECT_EQ(order, (Texts{"Namespace/shop", "Service/s", "Service/a", "Deployment/d", "Gadget/g", "Widget/w"}));
}

TEST(SortManifests, LeavesOutPartialsAndWhatIsEmpty) {
  const SortedManifests sorted = Sorted(
      {{"c/templates/_helpers.tpl", "not: [yaml"}, {"c/templates/off.yaml", "\n \n"}, {"c/_x/on.yaml", "kind: Pod"}});
  ASSERT_EQ(sorted.manifests.size(), 1u);
  EXPECT_EQ(sorted.manifests[0].path, "c/_x/on.yaml");
}

TEST(SortManifests, KeepsADocumentOfCommentsAsHelmDoes) {
  const SortedManifests sorted = Sorted({{"c/a.yaml", "# nothing here\n---\nkind: Pod\nkind: Pod"}});
  ASSERT_EQ(sorted.manifests.size(), 2u);
  EXPECT_EQ(sorted.manifests[0].kind, "Pod");
  EXPECT_EQ(sorted.manifests[1].content, "# nothing here");
}

TEST(SortManifests, ReadsWhatAHookSays) {
  const SortedManifests sorted =
      Sorted({{"c/job.yaml", Document("Job", "j",
                                      R"("helm.sh/hook": "Pre-Install, post-upgrade", "helm.sh/hook-weight": "-5",
       "helm.sh/hook-delete-policy": "hook-succeeded,before-hook-creation", "helm.sh/hook-output-log-policy": hook-failed)")},
              {"c/test.yaml", Document("Pod", "t", R"("helm.sh/hook": test-success, "helm.sh/hook-weight": "much")")},
              {"c/noted.yaml", Document("Pod", "p", R"("helm.sh/resource-policy": keep)")}});
  ASSERT_EQ(sorted.hooks.size(), 2u);
  const Hook& test = sorted.hooks[0];  // pods come before jobs
  EXPECT_EQ(test.events, Texts{"test"});
  EXPECT_EQ(test.weight, 0);
  const Hook& job = sorted.hooks[1];
  EXPECT_EQ(job.name, "j");
  EXPECT_EQ(job.kind, "Job");
  EXPECT_EQ(job.path, "c/job.yaml");
  EXPECT_TRUE(job.On("pre-install") && job.On("post-upgrade") && !job.On("pre-upgrade"));
  EXPECT_EQ(job.weight, -5);
  EXPECT_TRUE(job.DeletedOn("hook-succeeded") && job.DeletedOn("before-hook-creation") &&
              !job.DeletedOn("hook-failed"));
  EXPECT_EQ(job.output_log_policies, Texts{"hook-failed"});
  ASSERT_EQ(sorted.manifests.size(), 1u);
  EXPECT_EQ(sorted.manifests[0].annotations.at("helm.sh/resource-policy"), "keep");
}

TEST(SortManifests, TellsOfAHookOfNoKnownMoment) {
  const SortedManifests sorted = Sorted({{"c/a.yaml", Document("Job", "j", R"("helm.sh/hook": crd-install)")}});
  EXPECT_TRUE(sorted.hooks.empty());
  EXPECT_TRUE(sorted.manifests.empty());
  ASSERT_EQ(sorted.warnings.size(), 1u);
  EXPECT_EQ(sorted.warnings[0],
            "c/a.yaml: Job j is left out: its helm.sh/hook \"crd-install\" names no moment of a release");
}

TEST(SortManifests, NamesTheTemplateThatIsNoYaml) {
  struct Case {
    const char* name;
    const char* content;
    const char* why;
  };
  const Case cases[] = {
      {"broken syntax", "a: [1", "YAML parse error on c/x.yaml: "},
      {"no map", "- a", "YAML parse error on c/x.yaml: the document must be a map"},
      {"a kind that is no text", "kind: 7", "YAML parse error on c/x.yaml: kind must be a string"},
      {"an annotation that is no text", "kind: A\nmetadata: {annotations: {a: true}}",
       "YAML parse error on c/x.yaml: metadata.annotations: a must be a string"},
  };
  for (const Case& c : cases) {
    const Result<SortedManifests> sorted = SortManifests({{"c/x.yaml", c.content}});
    ASSERT_FALSE(sorted.ok()) << c.name;
    EXPECT_TRUE(sorted.status().message().starts_with(c.why)) << c.name << ": " << sorted.status().message();
  }
}

TEST(InstallOrder, IsTurnedRoundForUninstalling) {
  EXPECT_TRUE(InstalledBefore("ConfigMap", "Deployment"));
  EXPECT_TRUE(UninstalledBefore("Deployment", "ConfigMap"));
  EXPECT_TRUE(InstalledBefore("Deployment", "Widget"));
  EXPECT_TRUE(UninstalledBefore("Deployment", "Widget"));
  EXPECT_TRUE(InstalledBefore("Gadget", "Widget"));
  EXPECT_FALSE(InstalledBefore("Service", "Service"));
}

TEST(JoinManifests, SaysWhereEachIsFrom) {
  EXPECT_EQ(JoinManifests({{"c/a.yaml", "a: 1", "", "", {}}, {"c/b.yaml", "b: 2", "", "", {}}}),
            "---\n# Source: c/a.yaml\na: 1\n---\n# Source: c/b.yaml\nb: 2\n");
}

}  // namespace
}  // namespace croft::chart
