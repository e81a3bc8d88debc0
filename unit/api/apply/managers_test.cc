#include "unit/api/apply/apply_util.h"

namespace croft::apply {
namespace {

std::string Written(Managers managers) {
  JsonDocument document;
  return WriteJson(WriteManagers(std::move(managers), document.GetAllocator()));
}

Manager Updater(const std::string& name, const std::string& time, const std::string& field,
                const std::string& version = "x/v1") {
  return {name, false, version, "", time, FieldSet({{"f:" + field}})};
}

TEST(ManagersTest, EntriesAreWrittenInKubernetesOrderAndReadBack) {
  Managers managers = {
      Updater("b", "2026-01-01T00:00:02Z", "b"),
      Updater("a", "2026-01-01T00:00:02Z", "a"),
      Updater("c", "2026-01-01T00:00:01Z", "c"),
      {"nothing", false, "x/v1", "", "2026-01-01T00:00:01Z", {}},
      {"z", true, "x/v1", "status", "2026-01-01T00:00:09Z", FieldSet({{"f:z"}})},
  };
  const std::string text = Written(managers);
  EXPECT_EQ(text, R"([{"manager":"z","operation":"Apply","apiVersion":"x/v1","time":"2026-01-01T00:00:09Z",)"
                  R"("fieldsType":"FieldsV1","fieldsV1":{"f:z":{}},"subresource":"status"},)"
                  R"({"manager":"c","operation":"Update","apiVersion":"x/v1","time":"2026-01-01T00:00:01Z",)"
                  R"("fieldsType":"FieldsV1","fieldsV1":{"f:c":{}}},)"
                  R"({"manager":"a","operation":"Update","apiVersion":"x/v1","time":"2026-01-01T00:00:02Z",)"
                  R"("fieldsType":"FieldsV1","fieldsV1":{"f:a":{}}},)"
                  R"({"manager":"b","operation":"Update","apiVersion":"x/v1","time":"2026-01-01T00:00:02Z",)"
                  R"("fieldsType":"FieldsV1","fieldsV1":{"f:b":{}}}])");
  const Result<Managers> read = ReadManagers(Parse(text));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(Written(*read), text);
}

TEST(ManagersTest, EntriesThatMakeNoSenseAreRefused) {
  const struct {
    const char* name;
    const char* list;
    const char* why;
  } kCases[] = {
      {"no list", "{}", "must be a list"},
      {"another operation", "[{operation: Create, apiVersion: v1, fieldsType: FieldsV1}]", "[0].operation: must be"},
      {"no version", "[{operation: Update, fieldsType: FieldsV1}]", "[0].apiVersion: must not be empty"},
      {"another type", "[{operation: Update, apiVersion: v1, fieldsType: FieldsV2}]", "[0].fieldsType: must be"},
      {"fields that are none", "[{operation: Update, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {x: {}}}]",
       "[0].\"x\" is no path element"},
  };
  for (const auto& c : kCases) {
    const Result<Managers> read = ReadManagers(Parse(c.list));
    ASSERT_FALSE(read.ok()) << c.name;
    EXPECT_NE(read.status().message().find(c.why), std::string::npos) << c.name << ": " << read.status().message();
  }
  EXPECT_TRUE(IsReset(Parse("[{}]")));
  EXPECT_FALSE(IsReset(Parse("[]"))) << "clients that know nothing of it send an empty list";
}

TEST(ManagersTest, OnlyTheOldestUpdatesBeyondTenAreMerged) {
  Managers managers = {{"applier", true, "x/v1", "", "2026-01-01T00:00:00Z", FieldSet({{"f:x"}})}};
  for (int i = 0; i < 12; ++i) {
    const std::string two = (i < 10 ? "0" : "") + std::to_string(i);
    managers.push_back(Updater("m" + two, "2026-01-01T00:00:" + two + "Z", "f" + two));
  }
  CapUpdates(managers);
  size_t updates = 0;
  for (const Manager& manager : managers) updates += manager.applied ? 0 : 1;
  EXPECT_EQ(updates, kMaxUpdateManagers);
  const Manager* ancient = FindManager(managers, Updater("ancient-changes", "", "x"));
  ASSERT_NE(ancient, nullptr);
  EXPECT_EQ(TextOf(ancient->fields), R"({"f:f00":{},"f:f01":{},"f:f02":{}})");
  EXPECT_EQ(ancient->time, "2026-01-01T00:00:02Z") << "of the youngest in it";
  EXPECT_NE(FindManager(managers, Updater("m03", "", "x")), nullptr);
}

TEST(ManagersTest, UpdatesOfDifferentVersionsAreNotMerged) {
  Managers managers;
  for (int i = 0; i < 11; ++i) {
    const std::string two = (i < 10 ? "0" : "") + std::to_string(i);
    managers.push_back(Updater("m" + two, "2026-01-01T00:00:" + two + "Z", "f" + two, i == 0 ? "x/v0" : "x/v1"));
  }
  CapUpdates(managers);
  EXPECT_EQ(managers.size(), kMaxUpdateManagers);
  EXPECT_NE(FindManager(managers, Updater("m00", "", "x", "x/v0")), nullptr);
  const Manager* ancient = FindManager(managers, Updater("ancient-changes", "", "x"));
  ASSERT_NE(ancient, nullptr);
  EXPECT_EQ(TextOf(ancient->fields), R"({"f:f01":{},"f:f02":{}})");
}

TEST(ManagersTest, ManyEntriesAreSoonReadAndMerged) {
  std::string text = "[";
  for (int i = 0; i < 20'000; ++i) {
    text += R"({"manager":"m)" + std::to_string(i) + R"(","operation":"Update","apiVersion":"v1","time":")" +
            std::to_string(10'000'000 + i) + R"(","fieldsType":"FieldsV1","fieldsV1":{"f:)" + std::to_string(i) +
            R"(":{}}},)";
  }
  text.back() = ']';
  Result<Managers> managers = ReadManagers(*ParseJson(text));
  ASSERT_TRUE(managers.ok());
  EXPECT_EQ(managers->size(), 20'000u);
  CapUpdates(*managers);
  ASSERT_EQ(managers->size(), kMaxUpdateManagers);
  const Manager* ancient = FindManager(*managers, {"ancient-changes", false, "v1", "", ""});
  ASSERT_NE(ancient, nullptr);
  EXPECT_EQ(ancient->fields.nodes().size(), 20'000u - 9u);
  EXPECT_EQ(ancient->time, "10019990");
}

TEST(ManagersTest, EntriesOfOneManagerAreOne) {
  const Result<Managers> managers = ReadManagers(Parse(R"([
      {manager: a, operation: Update, apiVersion: v1, time: '1', fieldsType: FieldsV1, fieldsV1: {'f:a': {}}},
      {manager: a, operation: Apply, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {'f:a': {}}},
      {manager: a, operation: Update, apiVersion: v1, time: '2', fieldsType: FieldsV1, fieldsV1: {'f:b': {}}},
      {manager: a, operation: Apply, apiVersion: v2, fieldsType: FieldsV1, fieldsV1: {'f:c': {}}}])"));
  ASSERT_TRUE(managers.ok());
  ASSERT_EQ(managers->size(), 2u);
  EXPECT_EQ(TextOf((*managers)[0].fields), R"({"f:a":{},"f:b":{}})");
  EXPECT_EQ(TextOf((*managers)[1].fields), R"({"f:a":{},"f:c":{}})") << "an applied one whatever its version";
}

TEST(ManagersTest, TimesAloneAreNoDifference) {
  const auto list = [](const char* time, const char* field) {
    return Parse(std::string("[{manager: a, operation: Update, apiVersion: v1, time: '") + time +
                 "', fieldsType: FieldsV1, fieldsV1: {'f:" + field + "': {}}}]");
  };
  EXPECT_TRUE(SameButTimes(list("1", "a"), list("2", "a")));
  EXPECT_FALSE(SameButTimes(list("1", "a"), list("1", "b")));
  EXPECT_FALSE(SameButTimes(list("1", "a"), Parse("[]")));
}

}  // namespace
}  // namespace croft::apply
