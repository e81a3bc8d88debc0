#include <functional>

#include "unit/api/apply/apply_util.h"

namespace croft::apply {
namespace {

const schema::Node* Schemas(std::string_view version) {
  if (version == "x/v1") return &Compiled(kPlant);
  return version == "x/v0" ? &Compiled(kOldPlant) : nullptr;
}

// An object and who owns what of it, as a sequence of writes leaves them.
class ApplyTest : public ::testing::Test {
 protected:
  void Apply(const std::string& manager, std::string_view config, bool force = false,
             const std::string& version = "x/v1") {
    Applied applied = apply::Apply(Schemas, object_, Parse(config), managers_, WriterOf(manager, true, version), force);
    conflicts_.clear();
    for (const Conflict& conflict : applied.conflicts) conflicts_.push_back(conflict.manager + " " + conflict.path);
    if (!conflicts_.empty()) return;
    object_.Swap(applied.object);
    managers_ = std::move(applied.managers);
    Normalise();
  }

  void Update(const std::string& manager, std::string_view object, const std::string& version = "x/v1") {
    JsonDocument after = Parse(object);
    RecordUpdate(Schemas, object_, after, WriterOf(manager, false, version),
                 [this]() -> Managers& { return managers_; });
    object_.Swap(after);
    Normalise();
  }

  std::string Object() const { return WriteJson(object_); }
  // FieldsV1 of an entry; empty when there is none.
  std::string Owned(const std::string& manager, bool applied = true, const std::string& version = "x/v1") {
    const Manager* found = FindManager(managers_, WriterOf(manager, applied, version));
    return found == nullptr ? "" : TextOf(found->fields);
  }
  std::string TimeOf(const std::string& manager, bool applied = true) {
    return FindManager(managers_, WriterOf(manager, applied, "x/v1"))->time;
  }
  static std::string Json(std::string_view yaml) { return WriteJson(Parse(yaml)); }

  Writer WriterOf(const std::string& manager, bool applied, const std::string& version) {
    return {manager, applied, version, "", "2026-01-01T00:00:0" + std::to_string(second_) + "Z", {}};
  }

  int second_ = 0;
  JsonDocument object_{rapidjson::kObjectType};
  Managers managers_;
  std::vector<std::string> conflicts_;

 private:
  // What is stored and read back.
  void Normalise() {
    JsonDocument document;
    const Result<Managers> read = ReadManagers(WriteManagers(managers_, document.GetAllocator()));
    ASSERT_TRUE(read.ok());
    managers_ = *read;
  }
};

TEST_F(ApplyTest, WhoAppliesOwnsWhatTheConfigurationSays) {
  Apply("a", "{metadata: {name: n, labels: {l: x}}, spec: {count: 1, ports: [{port: 80}]}}");
  EXPECT_EQ(Object(), Json("{metadata: {name: n, labels: {l: x}}, spec: {count: 1, ports: [{port: 80}]}}"));
  EXPECT_EQ(Owned("a"), R"({"f:metadata":{"f:labels":{"f:l":{}}},"f:spec":{"f:count":{},)"
                        R"("f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}}})");
}

TEST_F(ApplyTest, WhatIsNoLongerAppliedGoes) {
  const struct {
    const char* name;
    const char* first;
    const char* second;
    const char* object;
  } kCases[] = {
      {"a value", "{spec: {count: 1, name: x}}", "{spec: {name: x}}", "{spec: {name: x}}"},
      {"a part, with its last member", "{spec: {name: x, nested: {a: x}}}", "{spec: {name: x}}", "{spec: {name: x}}"},
      {"one member of a part", "{spec: {nested: {a: x, b: y}}}", "{spec: {nested: {b: y}}}",
       "{spec: {nested: {b: y}}}"},
      {"a member of a map", "{spec: {options: {a: x, b: y}}}", "{spec: {options: {b: y}}}",
       "{spec: {options: {b: y}}}"},
      {"a label", "{metadata: {labels: {a: x}}, spec: {count: 1}}", "{metadata: {}, spec: {count: 1}}",
       "{metadata: {}, spec: {count: 1}}"},
      {"a value of a set", "{spec: {tags: [a, b]}}", "{spec: {tags: [b]}}", "{spec: {tags: [b]}}"},
      {"an item with keys", "{spec: {ports: [{port: 1}, {port: 2}]}}", "{spec: {ports: [{port: 2}]}}",
       "{spec: {ports: [{port: 2}]}}"},
      {"a field of an item", "{spec: {ports: [{port: 1, name: a, inner: {x: 1}}]}}", "{spec: {ports: [{port: 1}]}}",
       "{spec: {ports: [{port: 1}]}}"},
      {"the whole list", "{spec: {name: x, ports: [{port: 1}]}}", "{spec: {name: x}}", "{spec: {name: x}}"},
      {"free parts", "{spec: {name: x, free: {a: {b: 1}, c: 2}}}", "{spec: {name: x, free: {c: 2}}}",
       "{spec: {name: x, free: {c: 2}}}"},
      {"an atomic map is replaced", "{spec: {whole: {a: x, b: y}}}", "{spec: {whole: {b: z}}}",
       "{spec: {whole: {b: z}}}"},
  };
  for (const auto& c : kCases) {
    object_.SetObject();
    managers_.clear();
    Apply("a", c.first);
    Apply("a", c.second);
    EXPECT_TRUE(conflicts_.empty()) << c.name;
    EXPECT_EQ(Object(), Json(c.object)) << c.name;
  }
}

TEST_F(ApplyTest, WhatOthersOwnStays) {
  const struct {
    const char* name;
    const char* mine;
    const char* theirs;
    const char* then;
    const char* object;
  } kCases[] = {
      {"the same value", "{spec: {count: 1, name: x}}", "{spec: {count: 1}}", "{spec: {name: x}}",
       "{spec: {count: 1, name: x}}"},
      {"something within a part", "{spec: {nested: {a: x}}}", "{spec: {nested: {b: y}}}", "{spec: {}}",
       "{spec: {nested: {b: y}}}"},
      {"something within an item", "{spec: {ports: [{port: 1, name: a}]}}",
       "{spec: {ports: [{port: 1, inner: {x: 1}}]}}", "{spec: {ports: []}}",
       "{spec: {ports: [{port: 1, inner: {x: 1}}]}}"},
      {"another item", "{spec: {ports: [{port: 1}]}}", "{spec: {ports: [{port: 2}]}}", "{spec: {}}",
       "{spec: {ports: [{port: 2}]}}"},
      {"a value of a set", "{spec: {tags: [a, b]}}", "{spec: {tags: [b]}}", "{spec: {}}", "{spec: {tags: [b]}}"},
  };
  for (const auto& c : kCases) {
    object_.SetObject();
    managers_.clear();
    Apply("me", c.mine);
    Apply("them", c.theirs);
    ASSERT_TRUE(conflicts_.empty()) << c.name;
    Apply("me", c.then);
    EXPECT_EQ(Object(), Json(c.object)) << c.name;
  }
}

TEST_F(ApplyTest, FieldsThatNobodyOwnsInARemovedItemGoWithIt) {
  Apply("a", "{spec: {ports: [{port: 1}, {port: 2}]}}");
  // As defaults do: they are there, and nobody's.
  object_ = Parse("{spec: {ports: [{port: 1, name: filled}, {port: 2, name: filled}]}}");
  Apply("a", "{spec: {ports: [{port: 2}]}}");
  EXPECT_EQ(Object(), Json("{spec: {ports: [{port: 2, name: filled}]}}"));
}

TEST_F(ApplyTest, OthersValuesAreConflicts) {
  Update("kubectl", "{spec: {count: 1, name: x, ports: [{port: 80, name: web}], whole: {a: b}, tags: [t]}}");
  Apply("a", "{spec: {count: 2, ports: [{port: 80, name: http}], whole: {a: c}, tags: [t, u]}}");
  const std::string who = "\"kubectl\" using x/v1 ";
  EXPECT_EQ(conflicts_, (std::vector<std::string>{who + ".spec.count", who + ".spec.whole",
                                                  who + ".spec.ports[port=80,protocol=\"TCP\"].name"}));
  EXPECT_EQ(Object(), Json("{spec: {count: 1, name: x, ports: [{port: 80, name: web}], whole: {a: b}, tags: [t]}}"));
  EXPECT_EQ(Owned("a"), "");

  Apply("a", "{spec: {count: 2, name: x}}", true);
  EXPECT_TRUE(conflicts_.empty());
  EXPECT_EQ(Owned("a"), R"({"f:spec":{"f:count":{},"f:name":{}}})");
  const std::string left = Owned("kubectl", false);
  EXPECT_EQ(left.find("f:count"), std::string::npos) << left;
  EXPECT_NE(left.find("f:name"), std::string::npos) << "the same value is owned by both: " << left;
}

TEST_F(ApplyTest, ConflictsAreToldInKubernetesWords) {
  const Status one = ConflictStatus({{"\"kubectl-client-side-apply\" using apps/v1", ".spec.replicas"}});
  EXPECT_EQ(one.code(), 409);
  EXPECT_EQ(one.message(),
            "Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using apps/v1: .spec.replicas");
  ASSERT_EQ(one.details().causes.size(), 1u);
  EXPECT_EQ(
      one.details().causes[0],
      (Cause{"FieldManagerConflict", "conflict with \"kubectl-client-side-apply\" using apps/v1", ".spec.replicas"}));
  EXPECT_EQ(
      ConflictStatus({{"\"a\"", ".spec.x"}, {"\"a\"", ".spec.y"}, {"\"b\" using v1", ".spec.x"}}).message(),
      "Apply failed with 3 conflicts: conflicts with \"a\":\n- .spec.x\n- .spec.y\nconflicts with \"b\" using v1:\n"
      "- .spec.x");
}

TEST_F(ApplyTest, AnUpdateTakesWhatItChanges) {
  Apply("a", "{spec: {count: 1, name: x, tags: [t]}}");
  second_ = 1;
  Update("b", "{spec: {count: 2, name: x, tags: [t, u]}}");
  EXPECT_EQ(Owned("a"), R"({"f:spec":{"f:name":{},"f:tags":{"v:\"t\"":{}}}})");
  EXPECT_EQ(Owned("b", false), R"({"f:spec":{"f:count":{},"f:tags":{"v:\"u\"":{}}}})");
  Update("b", "{spec: {name: x}}");
  EXPECT_EQ(Owned("a"), R"({"f:spec":{"f:name":{}}})");
  EXPECT_EQ(Owned("b", false), "") << "what is gone is nobody's, and an entry without fields goes too";
}

TEST_F(ApplyTest, AnUpdateWithoutEffectLeavesTheRecords) {
  Update("a", "{spec: {count: 1}}");
  const JsonDocument same = Parse("{spec: {count: 1}}");
  EXPECT_FALSE(RecordUpdate(Schemas, object_, same, WriterOf("b", false, "x/v1"), []() -> Managers& {
    ADD_FAILURE() << "nothing is to be read";
    static Managers none;
    return none;
  }));
}

TEST_F(ApplyTest, AConfigurationAppliedAgainKeepsItsTime) {
  Apply("a", "{spec: {count: 1}}");
  second_ = 5;
  Apply("a", "{spec: {count: 1}}");
  EXPECT_EQ(TimeOf("a"), "2026-01-01T00:00:00Z");
  Apply("a", "{spec: {count: 2}}");
  EXPECT_EQ(TimeOf("a"), "2026-01-01T00:00:05Z");
}

TEST_F(ApplyTest, WhatStoodBeforeTheFirstApplyHasAnOwnerToo) {
  object_ = Parse("{metadata: {name: n}, spec: {count: 1, name: x}}");
  Apply("a", "{spec: {count: 2}}");
  EXPECT_EQ(conflicts_, std::vector<std::string>{"\"before-first-apply\" using x/v1 .spec.count"});
  Apply("a", "{spec: {count: 1}}");
  EXPECT_EQ(Owned("before-first-apply", false), R"({"f:spec":{".":{},"f:count":{},"f:name":{}}})");
}

TEST_F(ApplyTest, ConfigurationsMayBeOfDifferentVersions) {
  Apply("a", "{spec: {count: 1, name: x, nested: {a: x}}}", false, "x/v0");
  EXPECT_EQ(Owned("a", true, "x/v0"), R"({"f:spec":{"f:count":{},"f:name":{},"f:nested":{}}})");
  Update("b", "{spec: {count: 1, name: y, nested: {a: x}}}");
  EXPECT_EQ(Owned("a"), R"({"f:spec":{"f:count":{},"f:nested":{}}})") << "compared in the version of the entry";
  Update("b", "{spec: {count: 1, name: y, nested: {a: x, b: z}}}");
  EXPECT_EQ(Owned("a"), R"({"f:spec":{"f:count":{}}})") << "which is whole there";
  // The entry is one whatever the version, and what it had in the old one goes.
  Apply("a", "{spec: {tags: [t]}}", false, "x/v1");
  EXPECT_EQ(Object(), Json("{spec: {name: y, nested: {a: x, b: z}, tags: [t]}}"));
  EXPECT_EQ(Owned("a"), R"({"f:spec":{"f:tags":{"v:\"t\"":{}}}})");
}

TEST_F(ApplyTest, EntriesOfVersionsThatAreGoneAreDropped) {
  Update("a", "{spec: {count: 1}}");
  managers_[0].api_version = "x/v9";
  Apply("b", "{spec: {count: 2}}");
  EXPECT_TRUE(conflicts_.empty());
  EXPECT_EQ(managers_.size(), 1u);
}

TEST_F(ApplyTest, FieldsThatClientSideApplyHadAndStillHolds) {
  const JsonDocument last = Parse("{metadata: {labels: {a: x}}, spec: {count: 1, name: x, tags: [t]}}");
  const JsonDocument live = Parse("{metadata: {labels: {a: x}}, spec: {count: 5, name: x, tags: [u], whole: {a: b}}}");
  EXPECT_EQ(TextOf(FieldsLastApplied(Compiled(kPlant), last, live)),
            R"({"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:name":{}}})");
}

}  // namespace
}  // namespace croft::apply
