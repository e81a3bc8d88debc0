#include "api/store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "unit/api/store/helpers.h"
#include "unit/fakes/clock.h"
#include "unit/fakes/disk.h"

namespace croft::store {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Key kWeb{"lab", "web"};

TEST(Store, ChecksPreconditions) {
  constexpr uint64_t kCurrent = 1'000'000;  // stands for the revision of what is stored
  const struct {
    const char* name;
    bool exists;
    bool deletes;
    std::optional<uint64_t> expected;
    Reason outcome;
  } cases[] = {
      {"create what is not there", false, false, 0, Reason::kOk},
      {"create what is there", true, false, 0, Reason::kAlreadyExists},
      {"update at its revision", true, false, kCurrent, Reason::kOk},
      {"update at another revision", true, false, 7, Reason::kConflict},
      {"update what is not there", false, false, 7, Reason::kNotFound},
      {"put what is not there", false, false, std::nullopt, Reason::kOk},
      {"put what is there", true, false, std::nullopt, Reason::kOk},
      {"delete at its revision", true, true, kCurrent, Reason::kOk},
      {"delete at another revision", true, true, 7, Reason::kConflict},
      {"delete whatever is there", true, true, std::nullopt, Reason::kOk},
      {"delete what is not there", false, true, std::nullopt, Reason::kNotFound},
      {"delete what is not there, as expected", false, true, 0, Reason::kNotFound},
      {"delete what should not be there", true, true, 0, Reason::kConflict},
  };
  for (const auto& c : cases) {
    auto store = MustOpen(MemoryBackend());
    std::optional<uint64_t> expected = c.expected;
    if (c.exists) {
      const auto stored = store->CommitAndWait(Put(kWeb, "old", 0));
      ASSERT_TRUE(stored.ok());
      if (expected == kCurrent) expected = (*stored)->meta().revision;
    }
    const uint64_t before = store->Revision();
    const auto result = store->CommitAndWait(c.deletes ? Erase(kWeb, expected) : Put(kWeb, "new", expected));
    EXPECT_EQ(result.status().reason(), c.outcome) << c.name << ": " << result.status().message();
    EXPECT_EQ(store->Revision(), before + (result.ok() ? 1 : 0)) << c.name;
    const ObjectPtr now = store->Get(kPods, kWeb);
    const bool there = c.outcome == Reason::kOk ? !c.deletes : c.exists;
    EXPECT_EQ(now != nullptr, there) << c.name;
    if (result.ok()) {
      EXPECT_EQ((*result)->meta().revision, store->Revision()) << c.name;
    }
  }
}

TEST(Store, NamesTheObjectThatConflicts) {
  auto store = MustOpen(MemoryBackend());
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  const Status status = store->CommitAndWait(Put(kWeb, "b", 7)).status();
  EXPECT_THAT(status.message(), HasSubstr("Operation cannot be fulfilled on pods \"web\""));
}

TEST(Store, RefusesAnObjectUnderAnotherName) {
  auto store = MustOpen(MemoryBackend());
  Write write = Put(kWeb, "a");
  write.key.name = "other";
  EXPECT_EQ(store->CommitAndWait(std::move(write)).status().reason(), Reason::kInternalError);
}

TEST(Store, PutsTheRevisionIntoTheObject) {
  auto store = MustOpen(MemoryBackend());
  const auto object = store->CommitAndWait(Put(kWeb, "a"));
  ASSERT_TRUE(object.ok());
  const std::string revision = std::to_string(store->Revision());
  EXPECT_EQ(FindString((*object)->ToJson(), {"metadata", "resourceVersion"}), revision);
  EXPECT_EQ(store->Get(kPods, kWeb), *object);
}

TEST(Store, GivesTheLastStateOfADeletedObjectAtTheRevisionOfItsDeletion) {
  auto store = MustOpen(MemoryBackend());
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  const auto gone = store->CommitAndWait(Erase(kWeb));
  ASSERT_TRUE(gone.ok());
  EXPECT_EQ((*gone)->meta().revision, store->Revision());
  EXPECT_EQ(FindString((*gone)->ToJson(), {"note"}), "a");
  EXPECT_EQ(FindString((*gone)->ToJson(), {"metadata", "resourceVersion"}), std::to_string(store->Revision()));
}

TEST(Store, WritesNothingWhenNothingChanges) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  auto watcher = std::make_shared<Recorder>();
  const auto first = store->CommitAndWait(Put(kWeb, "a"));
  const auto subscription = store->Watch(kPods, store->Revision(), watcher);
  const auto again = store->CommitAndWait(Put(kWeb, "a"));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, *first);
  EXPECT_EQ(store->Revision(), (*first)->meta().revision);
  EXPECT_EQ(disk.appends(), 1);
  AwaitTold(*store);
  EXPECT_TRUE(watcher->events().empty());
}

TEST(Store, ListsByNamespaceInOrder) {
  auto store = MustOpen(MemoryBackend());
  for (const Key& key : {Key{"b", "2"}, Key{"a", "2"}, Key{"b", "1"}, Key{"a", "1"}, Key{"ab", "1"}}) {
    ASSERT_TRUE(store->CommitAndWait(Put(key, "x")).ok());
  }
  const auto names = [&](const std::string& ns) {
    std::vector<std::string> out;
    for (const ObjectPtr& object : store->List(kPods, ns).items) out.push_back(object->key().ToString());
    return out;
  };
  EXPECT_THAT(names(""), ElementsAre("a/1", "a/2", "ab/1", "b/1", "b/2"));
  EXPECT_THAT(names("a"), ElementsAre("a/1", "a/2"));
  EXPECT_THAT(names("b"), ElementsAre("b/1", "b/2"));
  EXPECT_THAT(names("c"), ElementsAre());
  EXPECT_TRUE(store->List(kDeployments, "").items.empty());
  EXPECT_EQ(store->List(kDeployments, "").revision, store->Revision());
}

TEST(Store, WritersThatWaitShareOneTransaction) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  disk.Hold(true);
  Outcomes outcomes;
  store->Commit(Put({"lab", "first"}, "x"), outcomes.Next());
  disk.AwaitHeldAppend();
  for (int i = 0; i < 64; ++i) store->Commit(Put({"lab", "pod-" + std::to_string(i)}, "x", 0), outcomes.Next());
  EXPECT_TRUE(store->List(kPods, "").items.empty()) << "a write showed before it was durable";
  disk.Hold(false);
  EXPECT_THAT(outcomes.Await(), Each("ok"));
  EXPECT_EQ(disk.appends(), 2);
  EXPECT_EQ(disk.rows().size(), 65u);
}

TEST(Store, SeesEarlierWritesOfTheSameBatch) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  disk.Hold(true);
  Outcomes outcomes;
  store->Commit(Put({"lab", "first"}, "x"), outcomes.Next());
  disk.AwaitHeldAppend();
  store->Commit(Put(kWeb, "a", 0), outcomes.Next());
  store->Commit(Put(kWeb, "b", 0), outcomes.Next());
  store->Commit(Erase(kWeb), outcomes.Next());
  store->Commit(Erase(kWeb), outcomes.Next());
  store->Commit(Put(kWeb, "c", 0), outcomes.Next());
  disk.Hold(false);
  EXPECT_THAT(outcomes.Await(), ElementsAre("ok", "ok", "AlreadyExists", "ok", "NotFound", "ok"));
  EXPECT_EQ(FindString(store->Get(kPods, kWeb)->ToJson(), {"note"}), "c");
  EXPECT_EQ(disk.rows().size(), 2u);
}

TEST(Store, AFullDiskFailsTheBatchAndChangesNothing) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  auto watcher = std::make_shared<Recorder>();
  const auto subscription = store->Watch(kPods, store->Revision(), watcher);
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  const uint64_t before = store->Revision();
  disk.SetFull(true);
  for (const Write& write : {Put(kWeb, "b"), Erase(kWeb), Put({"lab", "db"}, "x", 0)}) {
    const Status status = store->CommitAndWait(write).status();
    EXPECT_EQ(status.reason(), Reason::kServiceUnavailable);
    EXPECT_THAT(status.message(), HasSubstr("is full: free some space; nothing was stored"));
  }
  EXPECT_EQ(store->Revision(), before);
  EXPECT_EQ(FindString(store->Get(kPods, kWeb)->ToJson(), {"note"}), "a");
  EXPECT_EQ(store->List(kPods, "").items.size(), 1u);
  AwaitTold(*store);
  EXPECT_EQ(watcher->events().size(), 1u);
  disk.SetFull(false);
  const auto later = store->CommitAndWait(Put(kWeb, "c"));
  ASSERT_TRUE(later.ok());
  EXPECT_GT((*later)->meta().revision, before);
  EXPECT_EQ(watcher->Await(2)[1]->object, *later);
}

TEST(Store, EphemeralWritesSucceedOnAFullDiskBesideThoseThatFail) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  disk.SetFull(true);
  disk.Hold(true);
  Outcomes outcomes;
  store->Commit(Put({"lab", "x"}, "x"), outcomes.Next());
  disk.AwaitHeldAppend();
  store->Commit(Put({"lab", "y"}, "y"), outcomes.Next());
  store->Commit(Ephemeral(Put({"lab", "lease"}, "1")), outcomes.Next());
  store->Commit(Ephemeral(Put({"lab", "y"}, "z", 0)), outcomes.Next());
  disk.Hold(false);
  EXPECT_THAT(outcomes.Await(), ElementsAre("ServiceUnavailable", "ServiceUnavailable", "ok", "ok"));
}

TEST(Store, EphemeralWritesDoNotTouchTheDiskUntilTheStoreStops) {
  fakes::Disk disk;
  {
    auto store = MustOpen(disk.Mount());
    ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(store->CommitAndWait(Ephemeral(Put({"lab", "lease"}, std::to_string(i)))).ok());
    }
    ASSERT_TRUE(store->CommitAndWait(Ephemeral(Put({"lab", "event"}, "x"))).ok());
    ASSERT_TRUE(store->CommitAndWait(Ephemeral(Erase({"lab", "event"}))).ok());
    ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "b")).ok());
    EXPECT_EQ(disk.appends(), 2);
    EXPECT_EQ(disk.rows().size(), 1u) << "a durable write took ephemeral ones along before their time";
    store->Stop();
    EXPECT_EQ(disk.appends(), 3);
    EXPECT_EQ(disk.revision(), store->Revision());
  }
  auto store = MustOpen(disk.Mount());
  EXPECT_EQ(FindString(store->Get(kPods, {"lab", "lease"})->ToJson(), {"note"}), "99");
  EXPECT_EQ(store->Get(kPods, {"lab", "event"}), nullptr);
}

TEST(Store, EphemeralWritesJoinADurableOneAfterTheirInterval) {
  fakes::Disk disk;
  fakes::FakeClock clock;
  Store::Options options;
  options.clock = &clock;
  auto store = MustOpen(disk.Mount(), options);
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  ASSERT_TRUE(store->CommitAndWait(Ephemeral(Put({"lab", "lease"}, "1"))).ok());
  clock.Advance(options.ephemeral_flush);
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "b")).ok());
  EXPECT_EQ(disk.appends(), 2);
  EXPECT_EQ(disk.rows().size(), 2u);
}

TEST(Store, EphemeralWritesReachTheDiskByThemselvesInTheEnd) {
  fakes::Disk disk;
  Store::Options options;
  options.ephemeral_flush = std::chrono::milliseconds(2);
  auto store = MustOpen(disk.Mount(), options);
  ASSERT_TRUE(store->CommitAndWait(Ephemeral(Put({"lab", "lease"}, "1"))).ok());
  while (disk.rows().empty()) std::this_thread::yield();
  EXPECT_EQ(disk.rows().size(), 1u);
}

TEST(Store, ADurableWriteOfWhatIsOnlyInMemoryIsWritten) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  ASSERT_TRUE(store->CommitAndWait(Ephemeral(Put(kWeb, "a"))).ok());
  EXPECT_TRUE(disk.rows().empty());
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  EXPECT_EQ(disk.rows().size(), 1u);
}

TEST(Store, ADurableDeleteOfWhatIsOnlyInMemoryLeavesNothingToStoreLater) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  ASSERT_TRUE(store->CommitAndWait(Ephemeral(Put(kWeb, "a"))).ok());
  ASSERT_TRUE(store->CommitAndWait(Erase(kWeb)).ok());
  store->Stop();
  EXPECT_TRUE(disk.rows().empty());
}

TEST(Store, AnEphemeralDeleteOfADurableObjectReachesTheDiskAtStop) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  ASSERT_TRUE(store->CommitAndWait(Ephemeral(Erase(kWeb))).ok());
  EXPECT_EQ(disk.rows().size(), 1u);
  store->Stop();
  EXPECT_TRUE(disk.rows().empty());
}

TEST(Store, TheDiskHoldsARevisionAheadOfAllThatWereGivenOut) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  uint64_t highest = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto object = store->CommitAndWait(Ephemeral(Put(kWeb, std::to_string(i))));
    ASSERT_TRUE(object.ok());
    EXPECT_GT((*object)->meta().revision, highest);
    highest = (*object)->meta().revision;
    ASSERT_GE(disk.revision(), highest);
  }
  EXPECT_EQ(disk.appends(), 1);
  // A crash: what is on the disk now is what the next store finds.
  auto after = MustOpen(disk.Mount());
  EXPECT_GT(after->Revision(), highest);
}

// A disk that is full for days must not use up the revisions that heartbeats live on.
TEST(Store, AFailedWriteTakesNoRevision) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  disk.FailAppend(1);
  ASSERT_FALSE(store->CommitAndWait(Put(kWeb, "b")).ok());
  const auto next = store->CommitAndWait(Put(kWeb, "c"));
  ASSERT_TRUE(next.ok());
  EXPECT_EQ((*next)->meta().revision, 3u);  // 1 empty, 2 "a"
}

TEST(Store, AfterStopReadsGoOnAndWritesAreRefused) {
  auto store = MustOpen(MemoryBackend());
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  store->Stop();
  EXPECT_EQ(store->CommitAndWait(Put(kWeb, "b")).status().reason(), Reason::kServiceUnavailable);
  EXPECT_NE(store->Get(kPods, kWeb), nullptr);
}

TEST(Store, StopFinishesWhatWasHandedIn) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  disk.Hold(true);
  Outcomes outcomes;
  for (int i = 0; i < 10; ++i) store->Commit(Put({"lab", std::to_string(i)}, "x"), outcomes.Next());
  std::thread stopper([&] { store->Stop(); });
  disk.Hold(false);
  stopper.join();
  EXPECT_THAT(outcomes.Await(), Each("ok"));
  EXPECT_EQ(disk.rows().size(), 10u);
}

TEST(Store, InlineCommitsRunOnTheCallerAndMayNest) {
  Store::Options options;
  options.inline_commits = true;
  auto store = MustOpen(MemoryBackend(), options);
  const auto caller = std::this_thread::get_id();
  std::vector<std::string> order;
  store->Commit(Put(kWeb, "a"), [&](Result<ObjectPtr> outer) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_TRUE(outer.ok());
    store->Commit(Put(kWeb, "b"), [&](Result<ObjectPtr> inner) {
      EXPECT_TRUE(inner.ok());
      order.push_back("inner");
    });
    order.push_back("outer");
  });
  EXPECT_THAT(order, ElementsAre("outer", "inner"));
}

TEST(Store, InlineCommitsOfManyThreadsAllHappen) {
  Store::Options options;
  options.inline_commits = true;
  auto store = MustOpen(MemoryBackend(), options);
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < 200; ++i) {
        const Key key{"lab", std::to_string(w) + "-" + std::to_string(i)};
        ASSERT_TRUE(store->CommitAndWait(Put(key, "x", 0)).ok());
      }
    });
  }
  for (auto& writer : writers) writer.join();
  store->Stop();
  EXPECT_EQ(store->List(kPods, "").items.size(), 800u);
}

// Two pods are always written in one batch with the same note: a list must never see one without the other.
TEST(Store, AListDuringWritesIsOneState) {
  fakes::Disk disk;
  auto store = MustOpen(disk.Mount());
  std::atomic<bool> done = false;
  std::thread reader([&] {
    uint64_t last = 0;
    while (!done) {
      const Snapshot snapshot = store->List(kPods, "");
      ASSERT_GE(snapshot.revision, last);
      last = snapshot.revision;
      std::set<std::string> notes;
      for (const ObjectPtr& pod : snapshot.items) {
        ASSERT_LE(pod->meta().revision, snapshot.revision);
        notes.insert(std::string(FindString(pod->ToJson(), {"note"})));
      }
      ASSERT_LE(notes.size(), 1u);
    }
  });
  for (int i = 0; i < 300; ++i) {
    disk.Hold(true);
    Outcomes outcomes;
    Write other = Put({"lab", "other"}, std::to_string(i));
    other.resource = kDeployments;
    store->Commit(std::move(other), outcomes.Next());
    disk.AwaitHeldAppend();
    store->Commit(Put({"lab", "a"}, std::to_string(i)), outcomes.Next());
    store->Commit(Put({"lab", "b"}, std::to_string(i)), outcomes.Next());
    disk.Hold(false);
    ASSERT_THAT(outcomes.Await(), Each("ok"));
  }
  done = true;
  reader.join();
}

}  // namespace
}  // namespace croft::store
