#include "tools/chart/release/release.h"

#include <gtest/gtest.h>

#include "api/base/base64.h"
#include "tools/chart/value/gzip.h"
#include "tools/chart/value/json.h"

namespace croft::chart {
namespace {

using namespace std::chrono_literals;

Release Sample() {
  Release release;
  release.name = "web";
  release.ns = "shop";
  release.revision = 3;
  release.status = status::kDeployed;
  release.description = "Upgrade complete";
  release.first_deployed = "2026-11-20T10:00:00.5Z";
  release.last_deployed = "2026-11-21T11:00:00.123456789+01:00";
  release.notes = "Go to <https://web.lab>";
  release.chart = *ReadJson(R"({"metadata":{"name":"web","version":"1.2.3","appVersion":"7"},"lock":null,
      "templates":[{"name":"templates/a.yaml","data":"YTogMQ=="}],"values":{"n":1,"big":123456789,"half":0.5},
      "schema":null,"files":[]})",
                            Numbers::kExact);
  release.config = *ReadJson(R"({"replicas":2,"image":{"tag":"1.10"}})", Numbers::kExact);
  release.manifest = "---\n# Source: web/templates/a.yaml\na: 1\n";
  Hook hook;
  hook.name = "job";
  hook.kind = "Job";
  hook.path = "web/templates/job.yaml";
  hook.content = "kind: Job";
  hook.events = {"pre-install", "test"};
  hook.weight = -1;
  hook.delete_policies = {"hook-succeeded"};
  hook.last_run = {"2026-11-20T10:00:00Z", "", "Running"};
  release.hooks = {hook};
  return release;
}

TEST(ReleaseRecord, HoldsAllOfARelease) {
  const Release before = Sample();
  const Result<Release> read = DecodeRelease(EncodeRelease(before));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->name, before.name);
  EXPECT_EQ(read->ns, before.ns);
  EXPECT_EQ(read->revision, before.revision);
  EXPECT_EQ(read->status, before.status);
  EXPECT_EQ(read->description, before.description);
  EXPECT_EQ(read->first_deployed, before.first_deployed);
  EXPECT_EQ(read->last_deployed, before.last_deployed);
  EXPECT_EQ(read->deleted, "");
  EXPECT_EQ(read->notes, before.notes);
  EXPECT_EQ(read->manifest, before.manifest);
  EXPECT_TRUE(DeepEqual(read->chart, before.chart));
  EXPECT_TRUE(DeepEqual(read->config, before.config));
  ASSERT_EQ(read->hooks.size(), 1u);
  EXPECT_EQ(read->hooks[0].events, before.hooks[0].events);
  EXPECT_EQ(read->hooks[0].weight, -1);
  EXPECT_EQ(read->hooks[0].delete_policies, before.hooks[0].delete_policies);
  EXPECT_EQ(read->hooks[0].last_run.started_at, "2026-11-20T10:00:00Z");
  EXPECT_EQ(read->hooks[0].last_run.phase, "Running");
  EXPECT_EQ(read->ChartText("version"), "1.2.3");
  EXPECT_EQ(read->ChartText("absent"), "");
}

TEST(ReleaseRecord, SaysTimesThatNeverWereAsHelmDoes) {
  Release release = Sample();
  release.deleted.clear();
  const std::string json = *Unpack(*Base64Decode(EncodeRelease(release)), 1 << 20);
  EXPECT_NE(json.find(R"("deleted":"")"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("version":3)"), std::string::npos) << json;
}

TEST(ReleaseRecord, IsReadAlsoWhenItIsNotPacked) {
  const std::string plain = Base64Encode(R"({"name":"old","version":1,"info":{"status":"superseded"}})");
  const Result<Release> read = DecodeRelease(plain);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->status, status::kSuperseded);
}

TEST(ReleaseRecord, SaysWhatIsWrongWithIt) {
  struct Case {
    const char* name;
    std::string text;
    const char* why;
  };
  const Case cases[] = {
      {"no base64", "*", "is no base64"},
      {"half a gzip stream", Base64Encode(Gzip(std::string(1000, 'x'))->substr(0, 20)), "unexpected EOF"},
      {"more than anybody installs", Base64Encode(*Gzip(std::string(65 << 20, ' '))), "unpacks to more than"},
      {"no JSON", Base64Encode(*Gzip("{")), "the record of the release: "},
      {"a list", Base64Encode(*Gzip("[]")), "names no release"},
      {"no revision", Base64Encode(*Gzip(R"({"name":"a"})")), "no revision"},
  };
  for (const Case& c : cases) {
    const Result<Release> read = DecodeRelease(c.text);
    ASSERT_FALSE(read.ok()) << c.name;
    EXPECT_NE(read.status().message().find(c.why), std::string::npos) << c.name << ": " << read.status().message();
  }
}

TEST(ReleaseTime, HasNanoseconds) {
  EXPECT_EQ(ReleaseTime(WallTime(1'700'000'000s + 1us)), "2023-11-14T22:13:20.000001000Z");
}

TEST(Gzip, UnpacksWhatItPacked) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{64 * 1024}, size_t{1'000'000}}) {
    const std::string text(size, 'x');
    EXPECT_EQ(*Unpack(*Gzip(text), size), text) << size;
  }
}

}  // namespace
}  // namespace croft::chart
