#include "tools/chart/chart/set_values.h"

#include <gtest/gtest.h>

#include "tools/chart/chart/value_options.h"
#include "unit/tools/chart/chart/chart_files.h"

namespace croft::chart {
namespace {

struct Case {
  std::string name;
  std::string line;
  std::string result;  // as JSON, or the message
};

void Check(const std::vector<Case>& cases, SetAs as) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const MapPtr values = ValuesOf("{l: [x, {k: v}], m: {'n': o}}");
    const Status set = SetValues(c.line, as, values);
    EXPECT_EQ(set.ok() ? AsJson(values) : set.message(), c.result) << c.line;
  }
}

TEST(SetValues, ReadsTypes) {
  Check({{"integers, booleans and null", "l=1,m=true,c=NULL,d=False", R"({"c":null,"d":false,"l":1,"m":true})"},
         {"a zero in front makes a text", "l=007,m=0", R"({"l":"007","m":0})"},
         {"fractions are texts", "l=1.5,m=1e3", R"({"l":"1.5","m":"1e3"})"},
         {"lists", "l={a,2,{b}},m=x", R"(key "}" has no value (cannot end with ,))"},
         {"an empty list has one empty text", "l={},m=", R"({"l":[""],"m":""})"},
         {"an open list", "l={a", "list must terminate with '}'"},
         {"a dot goes into a map", "m.p.q=1", R"({"l":["x",{"k":"v"}],"m":{"n":"o","p":{"q":1}}})"},
         {"an escaped one does not", "m\\.p=a\\,b", R"({"l":["x",{"k":"v"}],"m":{"n":"o"},"m.p":"a,b"})"},
         {"brackets go into a list", "l[1].k=w,l[3]=y", R"({"l":["x",{"k":"w"},null,"y"],"m":{"n":"o"}})"},
         {"lists in lists", "l[0]=z,m=1,n[0][1]=2", R"({"l":["z",{"k":"v"}],"m":1,"n":[[null,2]]})"},
         {"a name without a value", "a,b=1", "key \"a\" has no value (cannot end with ,)"},
         {"a name alone", "a", "key \"a\" has no value"},
         {"a map without one", "a.=1", "key map \"a\" has no value"},
         {"an index below zero", "l[-1]=1", "negative -1 index not allowed"},
         {"an index that is none", "l[x]=1", "error parsing index: strconv.Atoi: parsing \"x\": invalid syntax"},
         {"an index beyond all", "l[65537]=1", "index of 65537 is greater than maximum supported index of 65536"},
         {"a text where a map is", "l.a=1",
          "unable to parse key: interface conversion: interface {} is []interface {}, not map[string]interface {}"}},
        SetAs::kTyped);
  std::string deep = "a";
  for (int i = 0; i < 31; ++i) deep += ".a";
  EXPECT_EQ(SetValues(deep + "=1", SetAs::kTyped, ValuesOf("{}")).message(),
            "value name nested level is greater than maximum supported nested level of 30");
}

TEST(SetValues, ReadsTextsJsonAndLiterals) {
  Check({{"all are texts", "l=1,m=true", R"({"l":"1","m":"true"})"}}, SetAs::kText);
  Check({{"values are JSON", R"(l={"a":[1,"b"]} ,m=[2],c=)", R"({"c":null,"l":{"a":[1,"b"]},"m":[2]})"},
         {"and nothing else", "l=x", "invalid character 'x' looking for beginning of value"}},
        SetAs::kJson);
  Check({{"all that follows is the value", "m.n=a,b=\\c", R"({"l":["x",{"k":"v"}],"m":{"n":"a,b=\\c"}})"}},
        SetAs::kLiteral);
}

TEST(GatherValues, LaysSourcesOverEachOther) {
  ValueOptions options;
  options.files = {"one", "two"};
  options.json = {"c={\"d\":1}"};
  options.values = {"a.b=3"};
  options.texts = {"t=3"};
  options.contents = {"f=one"};
  options.literals = {"g=x,y"};
  const auto read = [](const std::string& name) -> Result<std::string> {
    return std::string(name == "one" ? "a: {b: 1, x: 1}" : "a: {x: null}");
  };
  const Result<MapPtr> values = GatherValues(options, read);
  ASSERT_TRUE(values.ok()) << values.status().message();
  EXPECT_EQ(AsJson(*values), R"({"a":{"b":3,"x":null},"c":{"d":1},"f":"a: {b: 1, x: 1}","g":"x,y","t":"3"})");
  options.values = {"a"};
  EXPECT_EQ(GatherValues(options, read).status().message(), "failed parsing --set data: key \"a\" has no value");
}

}  // namespace
}  // namespace croft::chart
