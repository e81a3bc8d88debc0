#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>

#include "api/object/patch.h"

namespace croft {
namespace {

// A schema written down as a tree of members.
class FakeSchema : public MergeSchema {
 public:
  const MergeSchema* Member(std::string_view key) const override {
    const auto it = members_.find(std::string(key));
    return it == members_.end() ? nullptr : it->second.get();
  }
  const MergeSchema* Items() const override { return this; }
  ListMerge Merge() const override { return merge_; }
  bool ReplaceObject() const override { return replace_; }

  FakeSchema& At(const std::string& key) {
    auto& member = members_[key];
    if (!member) member = std::make_unique<FakeSchema>();
    return *member;
  }
  FakeSchema& MergeBy(std::string key) {
    merge_ = {true, std::move(key)};
    return *this;
  }
  FakeSchema& Replace() {
    replace_ = true;
    return *this;
  }

 private:
  std::map<std::string, std::unique_ptr<FakeSchema>> members_;
  ListMerge merge_;
  bool replace_ = false;
};

// A pod spec in miniature: containers by name with env by name, finalizers as a set of texts.
FakeSchema PodSchema() {
  FakeSchema schema;
  FakeSchema& containers = schema.At("containers").MergeBy("name");
  containers.At("env").MergeBy("name");
  containers.At("ports").MergeBy("containerPort");
  schema.At("finalizers").MergeBy("");
  schema.At("selector").Replace();
  return schema;
}

struct Case {
  const char* name;
  const char* document;
  const char* patch;
  const char* result;  // of a refusal a part of its message
};

TEST(StrategicMerge, Merges) {
  const Case cases[] = {
      {"objects merge and null removes", R"({"a":{"x":1,"y":2},"b":1})", R"({"a":{"y":null,"z":3},"b":null})",
       R"({"a":{"x":1,"z":3}})"},
      {"null of what is absent does nothing", R"({})", R"({"a":null,"b":{"c":null}})", R"({"b":{}})"},
      {"a list without a strategy is replaced", R"({"args":["a","b"]})", R"({"args":["c"]})", R"({"args":["c"]})"},
      {"items merge by their key", R"({"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]})",
       R"({"containers":[{"name":"b","image":"2"}]})",
       R"({"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]})"},
      {"a new item stands before those that the patch does not name", R"({"containers":[{"name":"a","image":"1"}]})",
       R"({"containers":[{"name":"c","image":"2"}]})",
       R"({"containers":[{"name":"c","image":"2"},{"name":"a","image":"1"}]})"},
      {"lists in items merge too",
       R"({"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]}]})",
       R"({"containers":[{"name":"a","env":[{"name":"X","value":"9"},{"name":"Y","$patch":"delete"}]}]})",
       R"({"containers":[{"name":"a","env":[{"name":"X","value":"9"}]}]})"},
      {"a key may be a number", R"({"containers":[{"name":"a","ports":[{"containerPort":80,"name":"http"}]}]})",
       R"({"containers":[{"name":"a","ports":[{"containerPort":80,"name":"web"},{"containerPort":443}]}]})",
       R"({"containers":[{"name":"a","ports":[{"containerPort":80,"name":"web"},{"containerPort":443}]}]})"},
      {"an item is deleted", R"({"containers":[{"name":"a"},{"name":"b"}]})",
       R"({"containers":[{"name":"a","$patch":"delete"}]})", R"({"containers":[{"name":"b"}]})"},
      {"deleting an absent item leaves no trace", R"({"containers":[{"name":"a"}]})",
       R"({"containers":[{"name":"z","$patch":"delete"}]})", R"({"containers":[{"name":"a"}]})"},
      {"deleting from an absent list leaves no item", R"({})", R"({"containers":[{"name":"z","$patch":"delete"}]})",
       R"({"containers":[]})"},
      {"an item is replaced", R"({"containers":[{"name":"a","image":"1","tty":true}]})",
       R"({"containers":[{"name":"a","image":"2","$patch":"replace"}]})",
       R"({"containers":[{"name":"a","image":"2"}]})"},
      {"a list is replaced", R"({"containers":[{"name":"a"},{"name":"b"}]})",
       R"({"containers":[{"$patch":"replace"},{"name":"c"}]})", R"({"containers":[{"name":"c"}]})"},
      {"an object is replaced", R"({"a":{"x":1,"y":2}})", R"({"a":{"$patch":"replace","z":3}})", R"({"a":{"z":3}})"},
      {"an object is deleted to nothing in it", R"({"a":{"x":1}})", R"({"a":{"$patch":"delete"}})", R"({"a":{}})"},
      {"$patch: merge is what happens anyway", R"({"a":{"x":1}})", R"({"a":{"$patch":"merge","y":2}})",
       R"({"a":{"x":1,"y":2}})"},
      {"an object of an atomic kind is replaced", R"({"selector":{"app":"a","tier":"b"}})",
       R"({"selector":{"app":"c"}})", R"({"selector":{"app":"c"}})"},
      {"scalars of a merging list are united", R"({"finalizers":["a","b"]})", R"({"finalizers":["b","c"]})",
       R"({"finalizers":["a","b","c"]})"},
      {"scalars are deleted from a list", R"({"finalizers":["a","b","c"]})",
       R"({"$deleteFromPrimitiveList/finalizers":["a","c"]})", R"({"finalizers":["b"]})"},
      {"deletion and addition of scalars in one patch", R"({"finalizers":["a","b"]})",
       R"({"$deleteFromPrimitiveList/finalizers":["a"],"finalizers":["d"]})", R"({"finalizers":["d","b"]})"},
      {"deleting from an absent list", R"({})", R"({"$deleteFromPrimitiveList/finalizers":["a"]})", R"({})"},
      {"the order of a list is set", R"({"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]})",
       R"({"$setElementOrder/containers":[{"name":"c"},{"name":"a"},{"name":"b"}],"containers":[{"name":"a","x":1}]})",
       R"({"containers":[{"name":"c"},{"name":"a","x":1},{"name":"b"}]})"},
      {"the order alone", R"({"containers":[{"name":"a"},{"name":"b"}]})",
       R"({"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]})",
       R"({"containers":[{"name":"b"},{"name":"a"}]})"},
      {"items that the order does not name keep their place",
       R"({"containers":[{"name":"a"},{"name":"sidecar"},{"name":"b"}]})",
       R"({"$setElementOrder/containers":[{"name":"a"},{"name":"b"},{"name":"new"}],"containers":[{"name":"new"}]})",
       R"({"containers":[{"name":"a"},{"name":"sidecar"},{"name":"b"},{"name":"new"}]})"},
      {"the order of scalars", R"({"finalizers":["a","b"]})",
       R"({"$setElementOrder/finalizers":["c","b","a"],"finalizers":["c"]})", R"({"finalizers":["c","b","a"]})"},
      {"$retainKeys drops the rest", R"({"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}})",
       R"({"strategy":{"$retainKeys":["type"],"type":"Recreate"}})", R"({"strategy":{"type":"Recreate"}})"},
      {"directives in what is new are obeyed, not stored", R"({})",
       R"({"a":{"$retainKeys":["x"],"x":1},"containers":[{"name":"a","env":[{"$patch":"replace"},{"name":"X"}]}]})",
       R"({"a":{"x":1},"containers":[{"name":"a","env":[{"name":"X"}]}]})"},
      {"a list takes a scalar's place", R"({"containers":"odd"})", R"({"containers":[{"name":"a"}]})",
       R"({"containers":[{"name":"a"}]})"},
  };
  const FakeSchema schema = PodSchema();
  for (const Case& c : cases) {
    JsonDocument document = *ParseJson(c.document);
    const JsonDocument patch = *ParseJson(c.patch);
    const Status status = ApplyStrategicMergePatch(document, patch, &schema, document.GetAllocator());
    ASSERT_TRUE(status.ok()) << c.name << ": " << status.message();
    EXPECT_TRUE(Equal(document, *ParseJson(c.result))) << c.name << ": " << WriteJson(document);
  }
}

TEST(StrategicMerge, AnItemWithoutItsKeyIsShownAsGoShowsIt) {
  const FakeSchema schema = PodSchema();
  JsonDocument document = *ParseJson("{}");
  const JsonDocument patch = *ParseJson(R"({"containers":[{"image":"a","args":["b",1],"tty":true,"env":{"k":null}}]})");
  const Status status = ApplyStrategicMergePatch(document, patch, &schema, document.GetAllocator());
  EXPECT_EQ(status.reason(), Reason::kUnknown);
  EXPECT_EQ(status.message(),
            "map: map[args:[b 1] env:map[k:<nil>] image:a tty:true] does not contain declared merge key: name");
}

TEST(StrategicMerge, RefusesMalformedDirectives) {
  const Case cases[] = {
      {"an unknown directive", R"({"a":{}})", R"({"a":{"$patch":"twist"}})", "at a: $patch: \"twist\" is unknown"},
      {"an unknown directive in a list", R"({})", R"({"containers":[{"name":"a","$patch":"twist"}]})", "is unknown"},
      {"a directive that is no text", R"({})", R"({"$patch":1})", "the root: $patch must be a string"},
      {"an item of the wrong type", R"({})", R"({"containers":["a"]})", "must be objects"},
      {"an object among scalars", R"({})", R"({"finalizers":[{}]})", "must be scalars"},
      {"a deletion that is no list", R"({})", R"({"$deleteFromPrimitiveList/finalizers":"a"})", "must be a list"},
      {"a deletion from what is no list", R"({"finalizers":1})", R"({"$deleteFromPrimitiveList/finalizers":["a"]})",
       "not a list"},
      {"keys to retain that lack one that is set", R"({})", R"({"$retainKeys":["a"],"b":1})", "does not hold \"b\""},
      {"keys to retain that are no texts", R"({})", R"({"$retainKeys":[1]})", "list of strings"},
      {"an order that is no list", R"({})", R"({"$setElementOrder/containers":{}})", "must be a list"},
      {"a list against its order", R"({})",
       R"({"$setElementOrder/containers":[{"name":"a"},{"name":"b"}],"containers":[{"name":"b"},{"name":"a"}]})",
       "differs from that of $setElementOrder"},
      {"a patch that is no object", R"({})", R"([])", "must be an object"},
  };
  const FakeSchema schema = PodSchema();
  for (const Case& c : cases) {
    JsonDocument document = *ParseJson(c.document);
    const JsonDocument patch = *ParseJson(c.patch);
    const Status status = ApplyStrategicMergePatch(document, patch, &schema, document.GetAllocator());
    ASSERT_FALSE(status.ok()) << c.name << ": " << WriteJson(document);
    EXPECT_EQ(status.code(), 400) << c.name;
    EXPECT_NE(status.message().find(c.result), std::string::npos) << c.name << ": " << status.message();
  }
}

// {"<key>":[<item 0>,<item 1>,...]} of so many items.
std::string ManyItems(const std::string& key, int count, const std::function<std::string(int)>& item) {
  std::string text = "{\"" + key + "\":[";
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + item(i);
  return text + "]}";
}

TEST(StrategicMerge, RefusesListsThatWouldTakeMinutes) {
  const auto text = [](int i) { return "\"t" + std::to_string(i) + "\""; };
  const auto named = [](int i) { return "{\"name\":\"c" + std::to_string(i) + "\"}"; };
  const std::string many = ManyItems("finalizers", 200'000, text);
  const struct {
    const char* name;
    std::string document;
    std::string patch;
  } kCases[] = {
      {"scalars", "{}", many},
      {"objects", "{}", ManyItems("containers", 100'000, named)},
      {"a deletion of scalars", many, ManyItems("$deleteFromPrimitiveList/finalizers", 200'000, text)},
      {"an order", many, ManyItems("$setElementOrder/finalizers", 200'000, text)},
  };
  const FakeSchema schema = PodSchema();
  for (const auto& c : kCases) {
    JsonDocument document = *ParseJson(c.document);
    const JsonDocument patch = *ParseJson(c.patch);
    const Status status = ApplyStrategicMergePatch(document, patch, &schema, document.GetAllocator());
    EXPECT_EQ(status.code(), 413) << c.name;
    EXPECT_NE(status.message().find("too many items"), std::string::npos) << c.name << ": " << status.message();
  }
}

TEST(StrategicMerge, ManyMembersAreSoonMerged) {
  std::string document = "{", patch = "{", keys;
  for (int i = 0; i < 100'000; ++i) {
    document += "\"k" + std::to_string(i) + "\":1,";
    patch += "\"k" + std::to_string(i + 50'000) + (i % 2 == 0 ? "\":2," : "\":null,");
    keys += "\"k" + std::to_string(i + 50'000) + "\",";
  }
  keys.back() = ']';
  document.back() = '}';
  JsonDocument merged = *ParseJson(document);
  const JsonDocument changes = *ParseJson(patch + "\"$retainKeys\":[" + keys + "}");
  ASSERT_TRUE(ApplyStrategicMergePatch(merged, changes, nullptr, merged.GetAllocator()).ok());
  EXPECT_EQ(merged.MemberCount(), 50'000u);
  EXPECT_EQ(merged["k149998"].GetInt(), 2);
}

TEST(StrategicMerge, WithoutASchemaMapsMergeAndListsAreReplaced) {
  JsonDocument document = *ParseJson(R"({"spec":{"containers":[{"name":"a"}],"x":1}})");
  const JsonDocument patch = *ParseJson(R"({"spec":{"containers":[{"name":"b"}]}})");
  ASSERT_TRUE(ApplyStrategicMergePatch(document, patch, nullptr, document.GetAllocator()).ok());
  EXPECT_EQ(WriteJson(document), R"({"spec":{"containers":[{"name":"b"}],"x":1}})");
}

}  // namespace
}  // namespace croft
