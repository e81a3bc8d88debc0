#include "api/client/informer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "api/types/resources.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::client {
namespace {

using namespace std::chrono_literals;
using resources::kConfigMaps;

std::string ConfigMap(const std::string& name, const std::string& value, const std::string& label = "x") {
  return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name +
         R"(","namespace":"default","labels":{"l":")" + label + R"("}},"data":{"k":")" + value + R"("}})";
}

class InformerTest : public testing::Test {
 protected:
  void Start() {
    informer_.AddHandler([this](const ObjectPtr& old, const ObjectPtr& now) {
      const ObjectPtr& any = now != nullptr ? now : old;
      seen_.push_back((old == nullptr ? "+" : now == nullptr ? "-" : "~") + any->name());
    });
    informer_.Start();
    executor_.RunUntilIdle();
  }
  std::vector<std::string> TakeSeen() { return std::exchange(seen_, {}); }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const ObjectPtr& object : informer_.List()) names.push_back(object->name());
    return names;
  }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
  Informer informer_{client_, executor_, kConfigMaps};
  std::vector<std::string> seen_;
};

using Strings = std::vector<std::string>;

TEST_F(InformerTest, ListsThenFollowsTheWatch) {
  client_.Seed(kConfigMaps, ConfigMap("a", "1"));
  EXPECT_FALSE(informer_.Synced());
  Start();
  EXPECT_TRUE(informer_.Synced());
  EXPECT_EQ(TakeSeen(), Strings{"+a"});
  client_.Seed(kConfigMaps, ConfigMap("b", "1"));
  client_.Seed(kConfigMaps, ConfigMap("a", "2"));
  client_.Remove(kConfigMaps, {"default", "b"});
  executor_.RunUntilIdle();
  EXPECT_EQ(TakeSeen(), (Strings{"+b", "-a", "+a", "-b"})) << "another uid is another object";
  EXPECT_EQ(Names(), Strings{"a"});
}

TEST_F(InformerTest, ListsAgainWhenTheWatchHasExpired) {
  client_.Seed(kConfigMaps, ConfigMap("stays", "1"));
  client_.Seed(kConfigMaps, ConfigMap("goes", "1"));
  Start();
  TakeSeen();
  client_.HoldEvents(true);
  client_.CloseWatches(Status::Unavailable("cut off"));
  client_.Remove(kConfigMaps, {"default", "goes"});
  client_.Seed(kConfigMaps, ConfigMap("comes", "1"));
  client_.Compact();
  client_.HoldEvents(false);
  executor_.Advance(1s);
  EXPECT_EQ(TakeSeen(), (Strings{"-goes", "+comes"}));
  EXPECT_EQ(Names(), (Strings{"comes", "stays"}));
}

TEST_F(InformerTest, ContinuesWhereItWasWhenTheServerComesBack) {
  Start();
  client_.SetAway(true);
  executor_.Advance(20s);
  client_.SetAway(false);
  client_.Seed(kConfigMaps, ConfigMap("a", "1"));
  executor_.Advance(5s);
  EXPECT_EQ(TakeSeen(), Strings{"+a"});
}

TEST_F(InformerTest, TriesTheFirstListUntilThereIsAServerWithGrowingPauses) {
  client_.SetAway(true);
  int lists = 0;
  Start();
  client_.SetAway(false);
  client_.SetFault([&](std::string_view verb, const GroupVersionResource&, const Key&) {
    lists += verb == "list";
    return Status::Unavailable("still away");
  });
  executor_.Advance(20s);
  EXPECT_FALSE(informer_.Synced());
  EXPECT_GE(lists, 8);
  EXPECT_LE(lists, 14);
  client_.SetFault(nullptr);
  executor_.Advance(5s);
  EXPECT_TRUE(informer_.Synced());
}

TEST_F(InformerTest, EventsThatComeTwiceOrLateAreHarmless) {
  client_.RepeatEvents(3);
  Start();
  client_.HoldEvents(true);
  const ObjectPtr a = client_.Seed(kConfigMaps, ConfigMap("a", "1"));
  JsonDocument patch = std::move(*ParseJson(R"({"data":{"k":"2"}})"));
  ASSERT_TRUE(client_.Patch(kConfigMaps, {"default", "a"}, PatchType::kMerge, patch).ok());
  client_.Remove(kConfigMaps, {"default", "a"});
  client_.HoldEvents(false);
  executor_.Advance(1s);
  EXPECT_EQ(TakeSeen(), (Strings{"+a", "~a", "-a"}));
  EXPECT_TRUE(Names().empty());
}

TEST_F(InformerTest, FindsByIndexWhatMatchesNow) {
  informer_.AddIndex("label", [](const Object& object) { return std::vector{*FindLabel(object.meta().labels, "l")}; });
  informer_.AddIndex("label", [](const Object&) { return std::vector<std::string>{"never asked"}; });
  client_.Seed(kConfigMaps, ConfigMap("a", "1", "red"));
  client_.Seed(kConfigMaps, ConfigMap("b", "1", "red"));
  Start();
  EXPECT_EQ(informer_.ByIndex("label", "red").size(), 2u);
  JsonDocument patch = std::move(*ParseJson(R"({"metadata":{"labels":{"l":"blue"}}})"));
  ASSERT_TRUE(client_.Patch(kConfigMaps, {"default", "a"}, PatchType::kMerge, patch).ok());
  executor_.RunUntilIdle();
  EXPECT_EQ(informer_.ByIndex("label", "red").size(), 1u);
  EXPECT_EQ(informer_.ByIndex("label", "blue").size(), 1u);
  EXPECT_TRUE(informer_.ByIndex("label", "green").empty());
  EXPECT_TRUE(informer_.ByIndex("no such index", "red").empty());
}

TEST_F(InformerTest, AWatchThatReachesItsTimeLimitIsStartedAgain) {
  Start();
  for (int i = 0; i < 3; ++i) {
    client_.CloseWatches(Status::Ok());
    executor_.Advance(100ms);
  }
  client_.Seed(kConfigMaps, ConfigMap("a", "1"));
  executor_.RunUntilIdle();
  EXPECT_EQ(TakeSeen(), Strings{"+a"});
}

TEST_F(InformerTest, TheFactorySharesInformersOfOneScope) {
  InformerFactory factory(client_, executor_);
  Informer& one = factory.For(kConfigMaps);
  EXPECT_EQ(&one, &factory.For(kConfigMaps));
  EXPECT_NE(&one, &factory.For(kConfigMaps, {"default", "", ""}));
  EXPECT_FALSE(factory.Synced());
  factory.Start();
  executor_.RunUntilIdle();
  EXPECT_TRUE(factory.Synced());
  factory.Stop();
}

TEST(InformerThreads, NoHandlerRunsAfterStop) {
  SystemClock clock;
  for (int round = 0; round < 20; ++round) {
    SeededRandom random(static_cast<uint64_t>(round));
    ThreadPool pool(4, "informers");
    fakes::FakeClient client(clock, random, pool);
    std::atomic<bool> stopped{false};
    std::atomic<int> handled{0}, late{0};
    auto informer = std::make_unique<Informer>(client, pool, kConfigMaps);
    informer->AddHandler([&](const ObjectPtr&, const ObjectPtr&) {
      ++handled;
      if (stopped) ++late;
    });
    informer->Start();
    std::atomic<bool> enough{false};
    std::thread writer([&] {
      for (int i = 0; !enough; ++i) {
        client.Seed(kConfigMaps, ConfigMap("c" + std::to_string(i % 10), std::to_string(i)));
        if (i % 50 == 49) client.CloseWatches(i % 100 == 99 ? Status::Expired("old") : Status::Unavailable("away"));
      }
    });
    while (handled < 20) std::this_thread::yield();
    informer->Stop();
    stopped = true;
    if (round % 2 == 0) informer.reset();
    enough = true;
    writer.join();
    pool.Stop();
    EXPECT_EQ(late, 0);
  }
}

}  // namespace
}  // namespace croft::client
