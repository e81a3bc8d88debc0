#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "unit/api/store/helpers.h"
#include "unit/fakes/clock.h"
#include "unit/fakes/disk.h"

namespace croft::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Key kWeb{"lab", "web"};

// "2 added web a": revision, type, name, note.
std::vector<std::string> Describe(const std::vector<EventPtr>& events) {
  std::vector<std::string> lines;
  for (const EventPtr& event : events) {
    static const char* const kTypes[] = {"added", "modified", "deleted"};
    lines.push_back(std::to_string(event->revision) + " " + kTypes[static_cast<int>(event->type)] + " " +
                    event->object->name() + " " + std::string(FindString(event->object->ToJson(), {"note"})));
    EXPECT_EQ(event->previous == nullptr, event->type == Event::Type::kAdded);
    EXPECT_EQ(event->object->meta().revision, event->revision);
  }
  return lines;
}

TEST(Watch, BeginsAtAnOldRevisionWithExactlyWhatCameAfterIt) {
  auto store = MustOpen(MemoryBackend());
  for (const Write& write : {Put(kWeb, "a"), Put(kWeb, "b"), Put({"lab", "db"}, "x"), Erase(kWeb)}) {
    ASSERT_TRUE(store->CommitAndWait(write).ok());
  }
  Write other = Put(kWeb, "deployment");
  other.resource = kDeployments;
  ASSERT_TRUE(store->CommitAndWait(std::move(other)).ok());
  auto from_start = std::make_shared<Recorder>();
  auto from_middle = std::make_shared<Recorder>();
  auto from_now = std::make_shared<Recorder>();
  const auto a = store->Watch(kPods, 1, from_start);
  const auto b = store->Watch(kPods, 3, from_middle);
  const auto c = store->Watch(kPods, store->Revision(), from_now);
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "c")).ok());
  EXPECT_THAT(Describe(from_start->Await(5)),
              ElementsAre("2 added web a", "3 modified web b", "4 added db x", "5 deleted web b", "7 added web c"));
  EXPECT_THAT(Describe(from_middle->Await(3)), ElementsAre("4 added db x", "5 deleted web b", "7 added web c"));
  EXPECT_THAT(Describe(from_now->Await(1)), ElementsAre("7 added web c"));
}

TEST(Watch, IsExpiredWhenTheLogDoesNotReachBack) {
  Store::Options options;
  options.event_log = 3;
  auto store = MustOpen(MemoryBackend(), options);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(store->CommitAndWait(Put(kWeb, std::to_string(i))).ok());  // 2 to 6
  const auto too_old = store->Watch(kPods, 2, std::make_shared<Recorder>());
  ASSERT_FALSE(too_old.ok());
  EXPECT_TRUE(too_old.status().IsExpired());
  EXPECT_EQ(too_old.status().code(), 410);
  EXPECT_THAT(too_old.status().message(), HasSubstr("too old resource version"));
  auto watcher = std::make_shared<Recorder>();
  const auto oldest = store->Watch(kPods, 3, watcher);
  ASSERT_TRUE(oldest.ok());
  EXPECT_THAT(Describe(watcher->events()), ElementsAre("4 modified web 2", "5 modified web 3", "6 modified web 4"));
}

TEST(Watch, IsExpiredWhenTheEventsAreTooOldInTime) {
  fakes::FakeClock clock;
  Store::Options options;
  options.clock = &clock;
  auto store = MustOpen(MemoryBackend(), options);
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  EXPECT_TRUE(store->Watch(kPods, 1, std::make_shared<Recorder>()).ok());
  clock.Advance(options.event_age + std::chrono::seconds(1));
  ASSERT_TRUE(store->CommitAndWait(Put({"lab", "db"}, "a")).ok());
  EXPECT_TRUE(store->Watch(kPods, 1, std::make_shared<Recorder>()).status().IsExpired());
  EXPECT_TRUE(store->Watch(kPods, 2, std::make_shared<Recorder>()).ok());
}

TEST(Watch, ABusyResourceDoesNotExpireTheWatchesOfAnother) {
  Store::Options options;
  options.event_log = 3;
  auto store = MustOpen(MemoryBackend(), options);
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  for (int i = 0; i < 10; ++i) {
    Write other = Put(kWeb, std::to_string(i));
    other.resource = kDeployments;
    ASSERT_TRUE(store->CommitAndWait(std::move(other)).ok());
  }
  EXPECT_TRUE(store->Watch(kPods, 1, std::make_shared<Recorder>()).ok());
}

TEST(Watch, IsExpiredWhenTheEventsBetweenAreTooLarge) {
  Store::Options options;
  options.event_bytes = 10'000;
  auto store = MustOpen(MemoryBackend(), options);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(store->CommitAndWait(Put(kWeb, std::string(3000, 'a' + i))).ok());  // 2 to 6
  EXPECT_TRUE(store->Watch(kPods, 2, std::make_shared<Recorder>()).status().IsExpired());
  EXPECT_TRUE(store->Watch(kPods, 3, std::make_shared<Recorder>()).ok());
}

// Whoever watched a store that a backup has taken the place of must list anew, or misses what happens meanwhile.
TEST(Watch, OfARevisionThatIsNotThereYetIsExpired) {
  auto store = MustOpen(MemoryBackend());
  const auto future = store->Watch(kPods, store->Revision() + 1, std::make_shared<Recorder>());
  ASSERT_FALSE(future.ok());
  EXPECT_TRUE(future.status().IsExpired());
  EXPECT_THAT(future.status().message(), HasSubstr("list again"));
}

TEST(Watch, OfBeforeARestartIsExpired) {
  fakes::Disk disk;
  uint64_t before = 0;
  {
    auto store = MustOpen(disk.Mount());
    ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
    before = store->Revision();
    ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "b")).ok());
  }
  auto store = MustOpen(disk.Mount());
  EXPECT_TRUE(store->Watch(kPods, before, std::make_shared<Recorder>()).status().IsExpired());
  EXPECT_TRUE(store->Watch(kPods, store->Revision(), std::make_shared<Recorder>()).ok());
}

// Writers and watchers that come at any moment: each watcher has every revision after its start once and in order.
TEST(Watch, SeesEveryRevisionOnceAndInOrderBesideManyWriters) {
  constexpr int kWriters = 4;
  constexpr int kWrites = 300;
  auto store = MustOpen(MemoryBackend());
  struct Watching {
    uint64_t from;
    std::shared_ptr<Recorder> recorder;
    std::unique_ptr<Subscription> subscription;
  };
  std::vector<Watching> watchings;
  const auto begin = [&] {
    auto recorder = std::make_shared<Recorder>();
    const uint64_t from = store->List(kPods, "").revision;
    auto subscription = store->Watch(kPods, from, recorder);
    ASSERT_TRUE(subscription.ok()) << subscription.status().message();
    watchings.push_back({from, recorder, std::move(*subscription)});
  };
  begin();
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kWrites; ++i) {
        const Key key{"lab", "pod-" + std::to_string(w * 1000 + i % 7)};
        ASSERT_TRUE(store->CommitAndWait(Put(key, std::to_string(i))).ok());
      }
    });
  }
  for (int i = 0; i < 20; ++i) begin();
  for (auto& writer : writers) writer.join();
  const uint64_t last = store->Revision();
  EXPECT_EQ(last, 1u + kWriters * kWrites);
  for (const Watching& watching : watchings) {
    const auto events = watching.recorder->Await(last - watching.from);
    ASSERT_EQ(events.size(), last - watching.from);
    for (size_t i = 0; i < events.size(); ++i) ASSERT_EQ(events[i]->revision, watching.from + 1 + i);
  }
}

// Notes when it is called after its end.
class Guarded : public Watcher {
 public:
  void OnEvent(const EventPtr&) override {
    if (ended) late = true;
    ++calls;
  }
  std::atomic<bool> ended = false;
  std::atomic<bool> late = false;
  std::atomic<int> calls = 0;
};

TEST(Watch, IsNotCalledAfterItsSubscriptionEnded) {
  auto store = MustOpen(MemoryBackend());
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; !done; ++i) ASSERT_TRUE(store->CommitAndWait(Put(kWeb, std::to_string(i))).ok());
  });
  for (int round = 0; round < 300; ++round) {
    auto watcher = std::make_shared<Guarded>();
    auto subscription = store->Watch(kPods, store->Revision(), watcher);
    ASSERT_TRUE(subscription.ok()) << subscription.status().message();
    if (round % 2 == 0) {
      while (watcher->calls == 0) std::this_thread::yield();
    }
    subscription->reset();
    watcher->ended = true;
    EXPECT_FALSE(watcher->late);
    EXPECT_LE(watcher.use_count(), 2);  // a call that was under way may hold it a moment longer
  }
  done = true;
  writer.join();
}

// Ends its own subscription at the first event.
class OneShot : public Watcher {
 public:
  void OnEvent(const EventPtr&) override {
    ++calls;
    subscription.reset();
  }
  std::unique_ptr<Subscription> subscription;
  std::atomic<int> calls = 0;
};

TEST(Watch, MayEndItsSubscriptionFromWithinACall) {
  auto store = MustOpen(MemoryBackend());
  auto watcher = std::make_shared<OneShot>();
  watcher->subscription = std::move(*store->Watch(kPods, store->Revision(), watcher));
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "b")).ok());
  AwaitTold(*store);
  EXPECT_EQ(watcher->calls, 1);
}

// Waits in its first call until it is let go.
class Slow : public Recorder {
 public:
  void OnEvent(const EventPtr& event) override {
    if (!std::exchange(waited, true)) {
      begun.set_value();
      go_on.get_future().wait();
    }
    Recorder::OnEvent(event);
  }
  bool waited = false;
  std::promise<void> begun;
  std::promise<void> go_on;
};

// Counts the pauses too.
class Counting : public Recorder {
 public:
  void OnPause() override { ++pauses; }
  std::atomic<int> pauses = 0;
};

TEST(Watch, HoldsUpNoWriterAndIsToldTogetherOfWhatItMissedMeanwhile) {
  auto store = MustOpen(MemoryBackend());
  auto slow = std::make_shared<Slow>();
  const auto slows = store->Watch(kPods, store->Revision(), slow);
  auto counting = std::make_shared<Counting>();
  const auto counts = store->Watch(kPods, store->Revision(), counting);
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  slow->begun.get_future().wait();
  for (const char* note : {"b", "c", "d"}) ASSERT_TRUE(store->CommitAndWait(Put(kWeb, note)).ok());
  EXPECT_EQ(store->Revision(), 5u);
  EXPECT_EQ(store->ToldRevision(), 1u);
  EXPECT_TRUE(counting->events().empty());
  auto late = std::make_shared<Recorder>();
  const auto joins = store->Watch(kPods, 3, late);
  EXPECT_THAT(Describe(late->events()), ElementsAre("4 modified web c", "5 modified web d"));

  slow->go_on.set_value();
  AwaitTold(*store);
  EXPECT_EQ(slow->events().size(), 4u);
  EXPECT_THAT(Describe(counting->events()),
              ElementsAre("2 added web a", "3 modified web b", "4 modified web c", "5 modified web d"));
  EXPECT_EQ(counting->pauses, 2);
  EXPECT_EQ(late->events().size(), 2u);
  EXPECT_EQ(store->ToldRevision(), 5u);
}

TEST(Watch, HoldsUpNoWriterWhileItIsToldWhatWasBefore) {
  auto store = MustOpen(MemoryBackend());
  for (const char* note : {"a", "b"}) ASSERT_TRUE(store->CommitAndWait(Put(kWeb, note)).ok());
  auto slow = std::make_shared<Slow>();
  std::unique_ptr<Subscription> subscription;
  std::thread comes_back([&] { subscription = std::move(*store->Watch(kPods, 1, slow)); });
  slow->begun.get_future().wait();
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "c")).ok());
  EXPECT_TRUE(slow->events().empty());
  slow->go_on.set_value();
  comes_back.join();
  EXPECT_THAT(Describe(slow->Await(3)), ElementsAre("2 added web a", "3 modified web b", "4 modified web c"));
}

TEST(Watch, AtOnceIsToldBeforeTheWriter) {
  auto store = MustOpen(MemoryBackend());
  auto watcher = std::make_shared<Recorder>();
  const auto subscription = store->Watch(kPods, store->Revision(), watcher, Telling::kAtOnce);
  for (int i = 1; i <= 100; ++i) {
    ASSERT_TRUE(store->CommitAndWait(Put(kWeb, std::to_string(i))).ok());
    ASSERT_EQ(watcher->events().size(), static_cast<size_t>(i));
  }
}

TEST(Watch, IsToldOfAllThatWasStoredBeforeTheStoreEnds) {
  auto watcher = std::make_shared<Recorder>();
  std::unique_ptr<Subscription> subscription;
  {
    auto store = MustOpen(MemoryBackend());
    subscription = std::move(*store->Watch(kPods, store->Revision(), watcher));
    for (int i = 1; i <= 100; ++i) ASSERT_TRUE(store->CommitAndWait(Put(kWeb, std::to_string(i))).ok());
  }
  EXPECT_EQ(watcher->events().size(), 100u);
}

TEST(Watch, MayOutliveTheStore) {
  auto watcher = std::make_shared<Recorder>();
  std::unique_ptr<Subscription> subscription;
  {
    auto store = MustOpen(MemoryBackend());
    subscription = std::move(*store->Watch(kPods, store->Revision(), watcher));
  }
  subscription.reset();
  EXPECT_EQ(watcher.use_count(), 1);
}

}  // namespace
}  // namespace croft::store
