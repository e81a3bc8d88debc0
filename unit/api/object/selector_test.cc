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
      {"no value in a set is the empty one", "lab.io/zone in ()", web, true},
      {"so is what stands before a comma", "lab.io/zone in (,a)", web, true},
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

TEST(LabelSelector, RefusesWhatIsMalformedInKubernetesWords) {
  constexpr const char* kName =
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
      "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
      "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
  constexpr const char* kValue =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
      "and "
      "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
      "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
  const std::string unable = "unable to parse requirement: ";
  const struct {
    const char* selector;
    std::string message;
  } cases[] = {
      {"app in web", unable + "found 'web' expected: '('"},
      {"app in (", unable + "found '', expected: ',', ')' or identifier"},
      {"app in (web", unable + "found '', expected: ',' or ')'"},
      {"app in (web,", unable + "found '', expected: ',', or identifier"},
      {"app in (a=b)", unable + "found '=', expected: ',' or ')'"},
      {"=web", "found '=', expected: !, identifier, or 'end of string'"},
      {",app=web", "found ',', expected: !, identifier, or 'end of string'"},
      {"app=web,", "found '', expected: identifier after ','"},
      {"app=a b", "found 'b', expected: ',' or 'end of string'"},
      {"app=web!", "found '!', expected: ',' or 'end of string'"},
      {"!app=web", "found '=', expected: ',' or 'end of string'"},
      {"app=(web)", unable + "found '(', expected: identifier"},
      {"app is (web)", unable + "found 'is', expected: in, notin, =, ==, !=, gt, lt"},
      {"!", unable + "found '', expected: identifier"},
      {"a>b", unable + "values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer"},
      {"-app=web", unable + "<nil>: Invalid value: \"-app\": " + kName},
      {"a/b/c=d", unable + "<nil>: Invalid value: \"a/b/c\": " + kName},
      {"UPPER.io/a=b",
       unable +
           "<nil>: Invalid value: \"UPPER.io/a\": prefix part a lowercase RFC 1123 subdomain must consist of lower "
           "case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. "
           "'example.com', regex used for validation is "
           "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"},
      {"app=-web", unable + "values[0][app]: Invalid value: \"-web\": " + kValue},
      {"app in (b,a.,b)", unable + "values[0][app]: Invalid value: \"a.\": " + kValue},
  };
  for (const auto& c : cases) {
    const auto selector = LabelSelector::Parse(c.selector);
    ASSERT_FALSE(selector.ok()) << c.selector;
    EXPECT_EQ(selector.status().code(), 400) << c.selector;
    EXPECT_EQ(selector.status().message(), c.message) << c.selector;
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

TEST(FieldSelector, RefusesWhatIsMalformedInKubernetesWords) {
  const struct {
    const char* selector;
    const char* message;
  } cases[] = {
      {"a", "invalid selector: 'a'; can't understand 'a'"},
      {"a!b", "invalid selector: 'a!b'; can't understand 'a!b'"},
      {"a=b,c", "invalid selector: 'a=b,c'; can't understand 'c'"},
      {"a=b=c", "invalid field selector: unescaped character in value: 61"},
      {"a=\\x", "invalid field selector: invalid escape sequence: \\x"},
      {"a=\\", "invalid field selector: invalid escape sequence: \\"},
  };
  for (const auto& c : cases) {
    const auto selector = FieldSelector::Parse(c.selector);
    ASSERT_FALSE(selector.ok()) << c.selector;
    EXPECT_EQ(selector.status().code(), 400) << c.selector;
    EXPECT_EQ(selector.status().message(), c.message) << c.selector;
  }
}

}  // namespace
}  // namespace croft
