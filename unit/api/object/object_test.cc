#include "api/object/object.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

TEST(Object, ReadsItsMetadata) {
  const auto object = Object::Parse(
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"d","uid":"u","resourceVersion":"12",)"
      R"("generation":3,"labels":{"app":"web"},"finalizers":["f"],"deletionTimestamp":"2026-01-01T00:00:00Z",)"
      R"("ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"r","uid":"ru","controller":true}]}})");
  ASSERT_TRUE(object.ok()) << object.status().message();
  const Meta& meta = (*object)->meta();
  EXPECT_EQ(meta.key().ToString(), "d/a");
  EXPECT_EQ(meta.revision, 12u);
  EXPECT_EQ(meta.generation, 3);
  EXPECT_TRUE(meta.deleting);
  EXPECT_EQ(*FindLabel(meta.labels, "app"), "web");
  EXPECT_EQ(meta.owners.at(0).uid, "ru");
  EXPECT_TRUE(meta.owners.at(0).controller);
  EXPECT_EQ(meta.finalizers, std::vector<std::string>{"f"});
}

TEST(Object, NamesTheFieldOfAWrongType) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([])", "the body must be a JSON object"},
      {R"({"metadata":[]})", "metadata: must be an object"},
      {R"({"metadata":{"name":5}})", "metadata.name: must be a string"},
      {R"({"metadata":{"labels":{"a":1}}})", "metadata.labels.a: must be a string"},
      {R"({"metadata":{"resourceVersion":"x"}})", "metadata.resourceVersion: must be a number in a string"},
      {R"({"metadata":{"ownerReferences":[{"uid":1}]}})", "metadata.ownerReferences[0].uid: must be a string"},
  };
  for (const auto& [text, message] : cases) {
    const auto object = Object::Parse(text);
    ASSERT_FALSE(object.ok()) << text;
    EXPECT_EQ(object.status().message(), message);
  }
}

TEST(Draft, CarriesTheRevisionOfItsCommit) {
  const auto json = ParseJson(R"({"kind":"Pod","metadata":{"name":"a","resourceVersion":"4","uid":"u"},"spec":{}})");
  const auto draft = Draft::From(*json);
  ASSERT_TRUE(draft.ok());
  const ObjectPtr object = draft->Commit(77);
  EXPECT_EQ(object->meta().revision, 77u);
  const auto again = Object::Parse(object->bytes());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)->meta().revision, 77u);
  EXPECT_EQ((*again)->name(), "a");
}

TEST(Draft, WritesWholeNumbersWithoutAFraction) {
  const std::pair<const char*, const char*> cases[] = {{"1.0", "1"},
                                                       {"1e3", "1000"},
                                                       {"-2.0", "-2"},
                                                       {"1e20", "100000000000000000000"},
                                                       {"0.5", "0.5"},
                                                       {"-0.25", "-0.25"},
                                                       {"1e-7", "1e-7"},
                                                       {"12", "12"},
                                                       {"-9223372036854775808", "-9223372036854775808"}};
  for (const auto& [given, stored] : cases) {
    const Result<JsonDocument> object = ParseJson(std::string(R"({"n":)") + given + "}");
    ASSERT_TRUE(object.ok()) << given;
    const Result<Draft> draft = Draft::From(*object);
    ASSERT_TRUE(draft.ok()) << given;
    const std::string bytes = draft->Commit(1)->bytes();
    EXPECT_EQ(bytes, std::string(R"({"metadata":{"resourceVersion":"1"},"n":)") + stored + "}") << given;
  }
}

}  // namespace
}  // namespace croft
