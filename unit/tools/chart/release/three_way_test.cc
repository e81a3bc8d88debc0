#include "tools/chart/release/three_way.h"

#include <gtest/gtest.h>

#include "api/schema/node.h"
#include "api/schema/schema.h"

namespace croft::chart {
namespace {

// A kind with lists of each manner.
const MergeSchema* Schema() {
  static const schema::SchemaPtr compiled = *schema::Compile(*ParseJson(R"({"type":"object","properties":{
      "containers":{"type":"array","x-kubernetes-patch-strategy":"merge","x-kubernetes-patch-merge-key":"name",
        "items":{"type":"object","properties":{"name":{"type":"string"},"image":{"type":"string"},
          "args":{"type":"array","items":{"type":"string"}},
          "ports":{"type":"array","x-kubernetes-patch-strategy":"merge","x-kubernetes-patch-merge-key":"port",
            "items":{"type":"object","properties":{"port":{"type":"integer"},"name":{"type":"string"}}}}}}},
      "finalizers":{"type":"array","x-kubernetes-patch-strategy":"merge","items":{"type":"string"}},
      "labels":{"type":"object","additionalProperties":{"type":"string"}},
      "replicas":{"type":"integer"}}})"),
                                                             nullptr, "schema");
  return compiled.get();
}

TEST(ThreeWayMerge, LeavesToOthersWhatIsTheirs) {
  struct Case {
    const char* name;
    const char* original;
    const char* wanted;
    const char* live;
    const char* merged;
  };
  const Case cases[] = {
      {"what nobody changed stays", R"({"replicas":1})", R"({"replicas":1})", R"({"replicas":1})", R"({"replicas":1})"},
      {"what is wanted counts, also over a hand's edit", R"({"replicas":1})", R"({"replicas":1})", R"({"replicas":5})",
       R"({"replicas":1})"},
      {"what is said no more goes", R"({"labels":{"a":"1","b":"2"}})", R"({"labels":{"a":"1"}})",
       R"({"labels":{"a":"1","b":"2","c":"3"}})", R"({"labels":{"a":"1","c":"3"}})"},
      {"what was never said stays", R"({"labels":{}})", R"({"labels":{"a":"1"}})",
       R"({"labels":{"x":"y"},"replicas":4})", R"({"labels":{"x":"y","a":"1"},"replicas":4})"},
      {"a null asks for absence", R"({})", R"({"replicas":null})", R"({"replicas":4})", R"({})"},
      {"a container that others added stays", R"({"containers":[{"name":"a","image":"i:1"}]})",
       R"({"containers":[{"name":"a","image":"i:2"}]})",
       R"({"containers":[{"name":"side","image":"s"},{"name":"a","image":"i:1","args":["x"]}]})",
       R"({"containers":[{"name":"a","args":["x"],"image":"i:2"},{"name":"side","image":"s"}]})"},
      {"a container that is declared no more goes", R"({"containers":[{"name":"a"},{"name":"b"}]})",
       R"({"containers":[{"name":"a"}]})", R"({"containers":[{"name":"a"},{"name":"b","image":"i"}]})",
       R"({"containers":[{"name":"a"}]})"},
      {"keyed lists in keyed lists", R"({"containers":[{"name":"a","ports":[{"port":80}]}]})",
       R"({"containers":[{"name":"a","ports":[{"port":81}]}]})",
       R"({"containers":[{"name":"a","ports":[{"port":80},{"port":90}]}]})",
       R"({"containers":[{"name":"a","ports":[{"port":81},{"port":90}]}]})"},
      {"lists without a key are replaced", R"({"containers":[{"name":"a","args":["x"]}]})",
       R"({"containers":[{"name":"a","args":["y"]}]})", R"({"containers":[{"name":"a","args":["x","z"]}]})",
       R"({"containers":[{"name":"a","args":["y"]}]})"},
      {"sets are merged", R"({"finalizers":["a","b"]})", R"({"finalizers":["a"]})", R"({"finalizers":["b","c","a"]})",
       R"({"finalizers":["a","c"]})"},
      {"a value that becomes a map", R"({"labels":{"a":"1"}})", R"({"labels":{"a":"1"}})", R"({"labels":"odd"})",
       R"({"labels":{"a":"1"}})"},
  };
  for (const Case& c : cases) {
    const JsonDocument original = *ParseJson(c.original);
    const JsonDocument merged = ThreeWayMerge(&original, *ParseJson(c.wanted), *ParseJson(c.live), Schema());
    EXPECT_TRUE(Equal(merged, *ParseJson(c.merged))) << c.name << ": " << WriteJson(merged);
  }
}

TEST(ThreeWayMerge, OfACustomKindReplacesLists) {
  const JsonDocument merged = ThreeWayMerge(nullptr, *ParseJson(R"({"list":[{"name":"a"}]})"),
                                            *ParseJson(R"({"list":[{"name":"b"}],"other":1})"), nullptr);
  EXPECT_EQ(WriteJson(merged), R"({"other":1,"list":[{"name":"a"}]})");
}

}  // namespace
}  // namespace croft::chart
