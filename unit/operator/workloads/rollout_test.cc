#include "operator/workloads/rollout.h"

#include <gtest/gtest.h>

namespace croft::workloads {
namespace {

using types::IntOrString;

TEST(Limits, PercentagesAreRoundedAsKubernetesDoes) {
  struct Case {
    const char* name;
    int32_t replicas;
    IntOrString surge, unavailable;
    int32_t want_surge, want_unavailable;
  };
  const Case cases[] = {
      {"surge is rounded up and unavailable down", 10, IntOrString::Of("25%"), IntOrString::Of("25%"), 3, 2},
      {"one replica surges by one", 1, IntOrString::Of("25%"), IntOrString::Of("25%"), 1, 0},
      {"both nothing: one may be unavailable", 3, IntOrString::Of(0), IntOrString::Of("10%"), 0, 1},
      {"unavailable is never more than there are", 2, IntOrString::Of(1), IntOrString::Of(5), 1, 2},
      {"no replicas", 0, IntOrString::Of("25%"), IntOrString::Of("25%"), 0, 0},
      {"all at once", 4, IntOrString::Of("100%"), IntOrString::Of("100%"), 4, 4},
  };
  for (const Case& c : cases) {
    types::DeploymentSpec spec;
    spec.replicas = c.replicas;
    spec.strategy.rolling_update = {c.surge, c.unavailable};
    const Limits limits = ResolveLimits(spec);
    EXPECT_EQ(limits.surge, c.want_surge) << c.name;
    EXPECT_EQ(limits.unavailable, c.want_unavailable) << c.name;
  }
}

TEST(Template, IsTheSameWhateverItsOrderHashLabelAndNulls) {
  const types::RawJson a{R"({"metadata":{"labels":{"app":"w"}},"spec":{"x":1,"y":[{"a":1,"b":2}]}})"};
  const types::RawJson same{
      R"({"spec":{"y":[{"b":2,"a":1}],"z":null,"x":1},"metadata":{"creationTimestamp":null,"labels":{"app":"w","pod-template-hash":"h"}}})"};
  const types::RawJson other{R"({"metadata":{"labels":{"app":"w"}},"spec":{"x":1,"y":[{"a":1,"b":3}]}})"};
  EXPECT_TRUE(SameTemplate(a, same));
  EXPECT_EQ(TemplateHash(a, 0), TemplateHash(same, 0));
  EXPECT_FALSE(SameTemplate(a, other));
  EXPECT_NE(TemplateHash(a, 0), TemplateHash(other, 0));
  EXPECT_NE(TemplateHash(a, 0), TemplateHash(a, 1));
  EXPECT_TRUE(SameTemplate(a, WithHashLabel(a, "h")));
  EXPECT_EQ(WithHashSelector({R"({"matchLabels":{"app":"w"}})"}, "h").bytes,
            R"({"matchLabels":{"app":"w","pod-template-hash":"h"}})");
}

TEST(Annotations, AreInheritedAndARevisionThatReturnsIsRemembered) {
  types::StringMap set = {{kRevision, "1"}};
  SyncAnnotations({{"kubernetes.io/change-cause", "v1 again"},
                   {"kubectl.kubernetes.io/last-applied-configuration", "{}"},
                   {kRevision, "2"}},
                  3, &set);
  EXPECT_EQ(set,
            (types::StringMap{{kRevision, "3"}, {kRevisionHistory, "1"}, {"kubernetes.io/change-cause", "v1 again"}}));
  SyncAnnotations({}, 2, &set);
  EXPECT_EQ(set[kRevision], "3") << "a revision never goes back";
}

TEST(Proportion, SharesByTheSizeOfTheSet) {
  EXPECT_EQ(Proportion(10, 10, 20, 0, 10, 0), 10);
  EXPECT_EQ(Proportion(5, 13, 20, 3, 10, 0), 4);
  EXPECT_EQ(Proportion(5, 13, 20, 3, 10, 8), 2) << "not more than is left";
  EXPECT_EQ(Proportion(5, 13, 0, 0, -13, 0), -5);
  EXPECT_EQ(Proportion(0, 13, 20, 3, 10, 0), 0);
}

}  // namespace
}  // namespace croft::workloads
