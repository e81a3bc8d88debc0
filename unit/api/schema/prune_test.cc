#include <gtest/gtest.h>

#include "api/schema/schema.h"
#include "unit/api/schema/schema_util.h"

namespace croft::schema {
namespace {

struct Case {
  const char* name;
  const char* schema;
  const char* value;
  const char* expected;
  std::vector<std::string> paths;
};

TEST(Prune, RemovesWhatTheSchemaDoesNotKnow) {
  const Case cases[] = {
      {"unknown fields at every depth",
       R"({"type":"object","properties":{"spec":{"type":"object","properties":{"ports":{"type":"array","items":{"type":"object","properties":{"p":{"type":"integer"}}}}}}}})",
       R"({"x":1,"spec":{"foo":{},"ports":[{"p":1,"bar":2}]}})",
       R"({"spec":{"ports":[{"p":1}]}})",
       {"x", "spec.foo", "spec.ports[0].bar"}},
      {"type, kind and metadata of the object are known",
       R"({"type":"object"})",
       R"({"apiVersion":"v1","kind":"A","metadata":{"name":"a","nme":"b"}})",
       R"({"apiVersion":"v1","kind":"A","metadata":{"name":"a"}})",
       {"metadata.nme"}},
      {"keys of maps are data",
       R"({"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"string"}}}}}})",
       R"({"m":{"k.x":{"a":"1","b":"2"}}})",
       R"({"m":{"k.x":{"a":"1"}}})",
       {"m.k.x.b"}},
      {"any map",
       R"({"type":"object","properties":{"m":{"type":"object","additionalProperties":true}}})",
       R"({"m":{"k":{"a":1}}})",
       R"({"m":{"k":{"a":1}}})",
       {}},
      {"what is preserved, but for the known parts of it",
       R"({"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"object"}}})",
       R"({"x":{"y":1},"a":{"b":1}})",
       R"({"x":{"y":1},"a":{}})",
       {"a.b"}},
      {"an embedded object has metadata too",
       R"({"type":"object","properties":{"o":{"type":"object","x-kubernetes-embedded-resource":true}}})",
       R"({"o":{"apiVersion":"v1","kind":"A","metadata":{"labels":{}},"spec":{}}})",
       R"({"o":{"apiVersion":"v1","kind":"A","metadata":{"labels":{}}}})",
       {"o.spec"}},
      {"another type is left for validation",
       R"({"type":"object","properties":{"a":{"type":"string"}}})",
       R"({"a":{"b":1}})",
       R"({"a":{"b":1}})",
       {}},
  };
  for (const Case& c : cases) {
    const SchemaPtr schema = MustCompile(c.schema);
    JsonDocument value = MustParse(c.value);
    EXPECT_EQ(Prune(*schema, value), c.paths) << c.name;
    EXPECT_EQ(WriteJson(value), c.expected) << c.name;
  }
}

TEST(Prune, TakesOnePassOverManyUnknownFields) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
  JsonDocument value = MustParse(text + "}");
  EXPECT_EQ(Prune(*MustCompile(R"({"type":"object"})"), value).size(), 100u) << "as many as are told";
  EXPECT_TRUE(value.ObjectEmpty());
}

TEST(ForMerge, TellsHowListsMerge) {
  const FakeDefinitions definitions(
      R"({"List":{"type":"array","x-kubernetes-patch-strategy":"merge","x-kubernetes-patch-merge-key":"name",
          "items":{"type":"object","properties":{"args":{"type":"array"}}}}})");
  const SchemaPtr schema = MustCompile(
      R"({"type":"object","properties":{"l":{"$ref":"#/definitions/List"},
          "k":{"type":"object","x-kubernetes-patch-strategy":"retainKeys"},
          "r":{"type":"object","x-kubernetes-patch-strategy":"replace"},
          "m":{"type":"object","additionalProperties":{"$ref":"#/definitions/List"}},
          "t":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"]}}})",
      &definitions);
  const MergeSchema* root = ForMerge(*schema);
  EXPECT_TRUE(root->Member("l")->Merge().merge);
  EXPECT_EQ(root->Member("l")->Merge().key, "name");
  EXPECT_FALSE(root->Member("l")->Items()->Member("args")->Merge().merge);
  EXPECT_TRUE(root->Member("m")->Member("any")->Merge().merge);
  EXPECT_FALSE(root->Member("k")->ReplaceObject());
  EXPECT_TRUE(root->Member("r")->ReplaceObject());
  EXPECT_FALSE(root->Member("t")->Merge().merge) << "list types are for server-side apply alone";
  EXPECT_EQ(root->Member("unknown"), nullptr);
}

}  // namespace
}  // namespace croft::schema
