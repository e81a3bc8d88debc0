#include "api/object/patch.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

struct PatchCase {
  const char* name;
  const char* document;
  const char* patch;
  const char* result;  // or, of a failure, a part of its message
};

TEST(JsonPatch, FollowsTheExamplesOfRfc6902) {
  const PatchCase cases[] = {
      {"A.1 adding a member", R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux"}])",
       R"({"baz":"qux","foo":"bar"})"},
      {"A.2 adding an item", R"({"foo":["bar","baz"]})", R"([{"op":"add","path":"/foo/1","value":"qux"}])",
       R"({"foo":["bar","qux","baz"]})"},
      {"A.3 removing a member", R"({"baz":"qux","foo":"bar"})", R"([{"op":"remove","path":"/baz"}])",
       R"({"foo":"bar"})"},
      {"A.4 removing an item", R"({"foo":["bar","qux","baz"]})", R"([{"op":"remove","path":"/foo/1"}])",
       R"({"foo":["bar","baz"]})"},
      {"A.5 replacing a value", R"({"baz":"qux","foo":"bar"})", R"([{"op":"replace","path":"/baz","value":"boo"}])",
       R"({"baz":"boo","foo":"bar"})"},
      {"A.6 moving a value", R"({"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}})",
       R"([{"op":"move","from":"/foo/waldo","path":"/qux/thud"}])",
       R"({"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}})"},
      {"A.7 moving an item", R"({"foo":["all","grass","cows","eat"]})",
       R"([{"op":"move","from":"/foo/1","path":"/foo/3"}])", R"({"foo":["all","cows","eat","grass"]})"},
      {"A.8 a test that holds", R"({"baz":"qux","foo":["a",2,"c"]})",
       R"([{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}])",
       R"({"baz":"qux","foo":["a",2,"c"]})"},
      {"A.10 adding a nested object", R"({"foo":"bar"})", R"([{"op":"add","path":"/child","value":{"grandchild":{}}}])",
       R"({"foo":"bar","child":{"grandchild":{}}})"},
      {"A.11 unknown members are ignored", R"({"foo":"bar"})",
       R"([{"op":"add","path":"/baz","value":"qux","xyz":123}])", R"({"foo":"bar","baz":"qux"})"},
      {"A.14 escapes", R"({"/":9,"~1":10})", R"([{"op":"test","path":"/~01","value":10}])", R"({"/":9,"~1":10})"},
      {"A.16 adding a list as an item", R"({"foo":["bar"]})", R"([{"op":"add","path":"/foo/-","value":["abc","def"]}])",
       R"({"foo":["bar",["abc","def"]]})"},
      {"the whole document can be replaced", R"({"a":1})", R"([{"op":"replace","path":"","value":{"b":2}}])",
       R"({"b":2})"},
      {"copy leaves the source", R"({"a":[1]})", R"([{"op":"copy","from":"/a","path":"/b"}])", R"({"a":[1],"b":[1]})"},
      {"an index below zero counts from the end", R"({"l":[1,2,3]})", R"([{"op":"remove","path":"/l/-1"}])",
       R"({"l":[1,2]})"},
      {"to replace the first of three", R"({"l":[1,2,3]})", R"([{"op":"replace","path":"/l/-3","value":0}])",
       R"({"l":[0,2,3]})"},
      {"to add, the end is after the last item", R"({"l":[1,2]})",
       R"([{"op":"add","path":"/l/-1","value":3},{"op":"add","path":"/l/-2","value":0}])", R"({"l":[1,2,0,3]})"},
      {"add of a member that exists replaces it", R"({"a":1})", R"([{"op":"add","path":"/a","value":null}])",
       R"({"a":null})"},
      {"the empty key", R"({"":1})", R"([{"op":"replace","path":"/","value":2}])", R"({"":2})"},
      {"replacing what an object does not have adds it", R"({"a":{}})",
       R"([{"op":"replace","path":"/a/b","value":[1]}])", R"({"a":{"b":[1]}})"},
      {"what an object does not have is null", R"({"a":{}})",
       R"([{"op":"test","path":"/a/b","value":null},{"op":"add","path":"/a/b","value":[]}])", R"({"a":{"b":[]}})"},
      {"moving to itself changes nothing", R"({"a":1})", R"([{"op":"move","from":"/a","path":"/a"}])", R"({"a":1})"},
  };
  for (const PatchCase& c : cases) {
    JsonDocument document = *ParseJson(c.document);
    const Status status = ApplyJsonPatch(document, *ParseJson(c.patch));
    ASSERT_TRUE(status.ok()) << c.name << ": " << status.message();
    EXPECT_TRUE(Equal(document, *ParseJson(c.result))) << c.name << ": " << WriteJson(document);
  }
}

TEST(JsonPatch, RefusesWithTheNumberOfTheOperation) {
  const PatchCase cases[] = {
      {"A.9 a test that fails", R"({"baz":"qux"})", R"([{"op":"test","path":"/baz","value":"bar"}])",
       "patch operation 0: the test of \"/baz\" failed"},
      {"A.12 adding below what is not there", R"({"foo":"bar"})", R"([{"op":"add","path":"/baz/bat","value":"qux"}])",
       "\"/baz\" does not exist"},
      {"A.15 a string is not a number", R"({"~1":10})", R"([{"op":"test","path":"/~01","value":"10"}])", "failed"},
      {"replacing below what is not there", R"({})", R"([{"op":"replace","path":"/a/b","value":1}])", "does not exist"},
      {"replacing an item that is not there", R"({"l":[]})", R"([{"op":"replace","path":"/l/0","value":1}])",
       "does not exist"},
      {"a test below what is not there", R"({})", R"([{"op":"test","path":"/a/b","value":null}])", "does not exist"},
      {"a test of what is not there", R"({})", R"([{"op":"test","path":"/a","value":""}])", "does not exist"},
      {"a test for null of what is there", R"({"a":1})", R"([{"op":"test","path":"/a","value":null}])", "differs"},
      {"the second of two", R"({})", R"([{"op":"add","path":"/a","value":1},{"op":"remove","path":"/b"}])",
       "patch operation 1: the path \"/b\" does not exist"},
      {"an index past the end", R"({"l":[1]})", R"([{"op":"add","path":"/l/2","value":1}])", "not an index"},
      {"an index before the beginning", R"({"l":[1]})", R"([{"op":"remove","path":"/l/-2"}])", "does not exist"},
      {"an index before the beginning to add at", R"({"l":[1]})", R"([{"op":"add","path":"/l/-3","value":1}])",
       "not an index"},
      {"an index with a leading zero", R"({"l":[1,2]})", R"([{"op":"remove","path":"/l/01"}])", "does not exist"},
      {"a child of a scalar", R"({"a":1})", R"([{"op":"add","path":"/a/b","value":1}])",
       "neither an object nor a list"},
      {"an unknown operation", R"({})", R"([{"op":"spin","path":"/a"}])", "op must be"},
      {"no value", R"({})", R"([{"op":"add","path":"/a"}])", "value: Required value"},
      {"no path", R"({})", R"([{"op":"add","value":1}])", "path: Required value"},
      {"not a pointer", R"({})", R"([{"op":"add","path":"a","value":1}])", "not a JSON pointer"},
      {"a bad escape", R"({})", R"([{"op":"add","path":"/~2","value":1}])", "not a JSON pointer"},
      {"into itself", R"({"a":{"b":1}})", R"([{"op":"move","from":"/a","path":"/a/b/c"}])", "into itself"},
      {"an operation that is no object", R"({})", R"([1])", "must be an object"},
      {"a patch that is no list", R"({})", R"({"op":"add"})", "must be a list"},
  };
  for (const PatchCase& c : cases) {
    JsonDocument document = *ParseJson(c.document);
    const Status status = ApplyJsonPatch(document, *ParseJson(c.patch));
    ASSERT_FALSE(status.ok()) << c.name;
    EXPECT_TRUE(status.code() == 400 || status.code() == 422) << c.name;
    EXPECT_NE(status.message().find(c.result), std::string::npos) << c.name << ": " << status.message();
  }
}

TEST(JsonPatch, CopiesOfCopiesCanNotFillTheMemory) {
  JsonDocument document = *ParseJson(R"({"a":["0123456789"]})");
  std::string patch = "[";
  for (int i = 0; i < 60; ++i) {
    patch += std::string(i == 0 ? "" : ",") + R"({"op":"copy","from":"/a","path":"/a/-"})";
  }
  const Status status = ApplyJsonPatch(document, *ParseJson(patch + "]"));
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("copies more than"), std::string::npos) << status.message();
}

TEST(JsonPatch, AsManyOperationsAsAreTakenMayFillOneObject) {
  std::string adds = "[";
  for (int i = 0; i < 10'000; ++i) {
    adds += (i == 0 ? R"({"op":"add","path":"/a/b/k)" : R"(,{"op":"add","path":"/a/b/k)") + std::to_string(i) +
            R"(","value":1})";
  }
  JsonDocument document = *ParseJson(R"({"a":{"b":{}}})");
  ASSERT_TRUE(ApplyJsonPatch(document, *ParseJson(adds + "]")).ok());
  EXPECT_EQ(document["a"]["b"].MemberCount(), 10'000u);
}

TEST(JsonPatch, CanNotKeepTheServerBusyForMinutes) {
  std::string list = "{\"l\":[", members = "{", inserts = "[", replaces = "[", moves = "[";
  for (int i = 0; i < 300'000; ++i) {
    list += i == 0 ? "1" : ",1";
    members += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
  }
  for (int i = 0; i < 10'000; ++i) {
    const char* comma = i == 0 ? "" : ",";
    inserts += comma + std::string(R"({"op":"add","path":"/l/0","value":0})");
    replaces += comma + std::string(R"({"op":"replace","path":"/k299999","value":0})");
    moves += comma + std::string(i % 2 == 0 ? R"({"op":"move","from":"/l","path":"/m"})"
                                            : R"({"op":"move","from":"/m","path":"/l"})");
  }
  const std::string documents[] = {list + "]}", members + "}", list + "]}"};
  const std::string* patches[] = {&inserts, &replaces, &moves};
  for (size_t i = 0; i < 3; ++i) {
    JsonDocument document = *ParseJson(documents[i]);
    const Status status = ApplyJsonPatch(document, *ParseJson(*patches[i] + "]"));
    EXPECT_EQ(status.code(), 413) << patches[i]->substr(0, 80);
    EXPECT_NE(status.message().find("too many values"), std::string::npos) << status.message();
  }
}

TEST(JsonPatch, CanNotNestDeeperThanAParserWouldAllow) {
  JsonDocument document = *ParseJson(R"({"a":{}})");
  std::string patch = "[";
  std::string path = "/a";
  for (int i = 0; i < 600; ++i) {
    path += "/b";
    patch += std::string(i == 0 ? "" : ",") + R"({"op":"add","value":{},"path":")" + path + "\"}";
  }
  const Status status = ApplyJsonPatch(document, *ParseJson(patch + "]"));
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("nested deeper"), std::string::npos) << status.message();
}

TEST(MergePatch, FollowsTheTableOfRfc7386) {
  const PatchCase cases[] = {
      {"", R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {"", R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {"", R"({"a":"b"})", R"({"a":null})", R"({})"},
      {"", R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {"", R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {"", R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {"", R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {"", R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {"", R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {"", R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {"", R"({"a":"foo"})", R"(null)", R"(null)"},
      {"", R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {"", R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {"", R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {"", R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const PatchCase& c : cases) {
    JsonDocument document = *ParseJson(c.document);
    ApplyMergePatch(document, *ParseJson(c.patch), document.GetAllocator());
    EXPECT_TRUE(Equal(document, *ParseJson(c.result)))
        << c.document << " with " << c.patch << ": " << WriteJson(document);
  }
}

TEST(MergePatch, ManyMembersAreSoonMerged) {
  std::string document = "{", patch = "{";
  for (int i = 0; i < 150'000; ++i) {
    document += "\"k" + std::to_string(i) + "\":1,";
    patch += "\"k" + std::to_string(i + 75'000) + (i % 2 == 0 ? "\":2," : "\":null,");
  }
  document.back() = patch.back() = '}';
  const JsonDocument from = *ParseJson(document);
  JsonDocument merged = *ParseJson(document);
  ApplyMergePatch(merged, *ParseJson(patch), merged.GetAllocator());
  EXPECT_EQ(merged.MemberCount(), 75'000u + 75'000u);
  EXPECT_EQ(merged["k75000"].GetInt(), 2);
  EXPECT_FALSE(merged.HasMember("k75001"));
  EXPECT_EQ(merged["k224998"].GetInt(), 2);
  JsonDocument there = *ParseJson(document);
  ApplyMergePatch(there, CreateMergePatch(from, merged), there.GetAllocator());
  EXPECT_TRUE(Equal(there, merged));
}

TEST(MergePatch, MadeFromTwoObjectsTurnsOneIntoTheOther) {
  const PatchCase cases[] = {
      {"equal objects need nothing", R"({"a":1,"b":[1]})", R"({"b":[1],"a":1})", R"({})"},
      {"a member goes", R"({"a":1,"b":2})", R"({"a":1})", R"({"b":null})"},
      {"a nested member changes", R"({"s":{"x":1,"y":2}})", R"({"s":{"x":1,"y":3,"z":4}})", R"({"s":{"y":3,"z":4}})"},
      {"lists are replaced", R"({"l":[1,2]})", R"({"l":[1]})", R"({"l":[1]})"},
      {"an object takes a scalar's place", R"({"a":1})", R"({"a":{"b":1}})", R"({"a":{"b":1}})"},
  };
  for (const PatchCase& c : cases) {
    JsonDocument from = *ParseJson(c.document);
    const JsonDocument to = *ParseJson(c.patch);
    const JsonDocument patch = CreateMergePatch(from, to);
    EXPECT_TRUE(Equal(patch, *ParseJson(c.result))) << c.name << ": " << WriteJson(patch);
    ApplyMergePatch(from, patch, from.GetAllocator());
    EXPECT_TRUE(Equal(from, to)) << c.name << ": " << WriteJson(from);
  }
}

}  // namespace
}  // namespace croft
