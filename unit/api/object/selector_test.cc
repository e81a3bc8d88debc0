#include "api/object/selector.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

struct MatchCase {
  const char* name;
  const char* selector;
  Labels labels;
  bool matches;
};

TEST(LabelSelector, MatchesByTheQueryForm) {
  const Labels web = {{"app", "web"}, {"tier", "front"}, {"shard", "4"}, {"lab.io/zone", ""}};
  const MatchCase cases[] = {
      {"the empty selector selects everything", "", {}, true},
      {"an equal value", "app=web", web, true},
      {"two equal signs mean the same", "app==web", web, true},
      {"another value", "app=db", web, false},
      {"an absent label equals nothing, not even the empty text", "x=", web, false},
      {"an empty value", "lab.io/zone=", web, true},
      {"not equal holds for an absent label", "x!=a", web, true},
      {"not equal fails for an equal value", "app!=web", web, false},
      {"in a set, white space allowed", " tier in ( front , back ) ", web, true},
      {"not in the set", "tier in (back)", web, false},
      {"notin holds for an absent label", "x notin (a,b)", web, true},
      {"notin fails for a value of the set", "tier notin (front)", web, false},
      {"exists", "tier", web, true},
      {"does not exist", "!legacy", web, true},
      {"does not exist fails when it does", "! app", web, false},
      {"all must hold", "app=web,tier=back", web, false},
      {"a number above", "shard>3", web, true},
      {"a number not below", "shard<4", web, false},
      {"a comparison with a text fails", "app>3", web, false},
      {"a label may be called in", "in in (in)", {{"in", "in"}}, true},
  };
  for (const MatchCase& c : cases) {
    const auto selector = LabelSelector::Parse(c.selector);
    ASSERT_TRUE(selector.ok()) << c.name << ": " << selector.status().message();
    EXPECT_EQ(selector->Matches(c.labels), c.matches) << c.name << ": " << c.selector;
    const auto again = LabelSelector::Parse(selector->ToString());
    ASSERT_TRUE(again.ok()) << selector->ToString();
    EXPECT_EQ(again->Matches(c.labels), c.matches) << "after ToString: " << selector->ToString();
  }
}

TEST(LabelSelector, RefusesWhatIsMalformed) {
  for (const char* text : {"app in web", "app in (web", "=web", "app=web,", ",app=web", "app=a b", "app=web!", "a>b",
                           "-app=web", "a/b/c=d", "app=-web", "!", "app is (web)", "UPPER.io/a=b"}) {
    const auto selector = LabelSelector::Parse(text);
    ASSERT_FALSE(selector.ok()) << text;
    EXPECT_EQ(selector.status().code(), 400) << text;
    EXPECT_NE(selector.status().message().find("label selector"), std::string::npos) << selector.status().message();
  }
}

TEST(LabelSelector, ReadsTheObjectForm) {
  const auto json = ParseJson(R"({"matchLabels":{"app":"web"},"matchExpressions":[
      {"key":"tier","operator":"In","values":["a","b"]},{"key":"old","operator":"DoesNotExist"}]})");
  const auto selector = LabelSelector::FromJson(*json);
  ASSERT_TRUE(selector.ok()) << selector.status().message();
  EXPECT_EQ(selector->ToString(), "app=web,tier in (a,b),!old");
  EXPECT_TRUE(selector->Matches({{"app", "web"}, {"tier", "b"}}));
  EXPECT_FALSE(selector->Matches({{"app", "web"}, {"tier", "b"}, {"old", ""}}));
}

TEST(LabelSelector, ReadsAPlainMapOfLabels) {
  const auto selector = LabelSelector::FromJson(*ParseJson(R"({"app":"web","matchLabels":"odd"})"));
  ASSERT_TRUE(selector.ok());
  EXPECT_EQ(selector->ToString(), "app=web,matchLabels=odd");
}

TEST(LabelSelector, NamesTheFieldThatIsWrongInTheObjectForm) {
  const struct {
    const char* json;
    const char* field;
  } cases[] = {
      {R"("app")", "selector: must be an object"},
      {R"({"matchLabels":{"a":1}})", "selector.matchLabels.a"},
      {R"({"matchExpressions":[{"operator":"In","values":["a"]}]})", "selector.matchExpressions[0].key"},
      {R"({"matchExpressions":[{"key":"a","operator":"Gt","values":["1"]}]})", "matchExpressions[0].operator"},
      {R"({"matchExpressions":[{"key":"a","operator":"In"}]})", "matchExpressions[0].values"},
      {R"({"matchExpressions":[{"key":"a","operator":"Exists","values":["x"]}]})", "matchExpressions[0].values"},
  };
  for (const auto& c : cases) {
    const auto selector = LabelSelector::FromJson(*ParseJson(c.json));
    ASSERT_FALSE(selector.ok()) << c.json;
    EXPECT_NE(selector.status().message().find(c.field), std::string::npos) << selector.status().message();
  }
}

TEST(FieldSelector, MatchesFieldsOfTheBodyAndOfTheMetadata) {
  const auto pod = *Object::Parse(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"lab"},
      "spec":{"nodeName":"n1","hostNetwork":true,"ports":[1]},"note":"a,b=c\\"})");
  const struct {
    const char* selector;
    bool matches;
  } cases[] = {
      {"", true},
      {"metadata.name=web", true},
      {"metadata.name==web,metadata.namespace=lab", true},
      {"metadata.name!=web", false},
      {"spec.nodeName=n1", true},
      {"spec.nodeName!=n1", false},
      {"spec.hostNetwork=true", true},
      {"spec.absent=", true},
      {"spec.absent!=x", true},
      {"spec.nodeName.deeper=", true},
      {"spec.ports=", true},
      {R"(note=a\,b\=c\\)", true},
  };
  for (const auto& c : cases) {
    const auto selector = FieldSelector::Parse(c.selector);
    ASSERT_TRUE(selector.ok()) << c.selector << ": " << selector.status().message();
    EXPECT_EQ(selector->Matches(*pod), c.matches) << c.selector;
  }
}

TEST(FieldSelector, RefusesWhatIsMalformed) {
  for (const char* text : {"a", "=b", "a!b", "a=b=c", "a=\\x", "a=b,c", "a=\\"}) {
    const auto selector = FieldSelector::Parse(text);
    ASSERT_FALSE(selector.ok()) << text;
    EXPECT_EQ(selector.status().code(), 400) << text;
  }
}

}  // namespace
}  // namespace croft
