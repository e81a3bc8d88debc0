#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "unit/api/store/helpers.h"

namespace croft::store {
namespace {

// "web=b db=x@9": names, notes and revision.
std::string Describe(const Result<Snapshot>& snapshot) {
  if (!snapshot.ok()) return std::string(ReasonName(snapshot.status().reason()));
  std::string text;
  for (const ObjectPtr& object : snapshot->items) {
    text += object->name() + "=" + std::string(FindString(object->ToJson(), {"note"})) + " ";
  }
  return text + "@" + std::to_string(snapshot->revision);
}

TEST(ListAt, TellsEveryStateThatTheLogReachesBackTo) {
  Store::Options options;
  options.inline_commits = true;
  options.event_log = 8;
  auto store = MustOpen(MemoryBackend(), options);
  const Key b{"lab", "b"};
  std::vector<std::string> states = {Describe(store->List(kPods, ""))};
  const uint64_t first = store->Revision();
  for (const Write& write : {Put(b, "1"), Put({"lab", "a"}, "1"), Put(b, "2"), Put({"lab", "c"}, "1"), Erase(b),
                             Put({"other", "a"}, "1"), Put(b, "3"), Erase({"lab", "a"})}) {
    ASSERT_TRUE(store->CommitAndWait(write).ok());
    states.push_back(Describe(store->List(kPods, "")));
  }
  for (size_t i = 0; i < states.size(); ++i) {
    EXPECT_EQ(Describe(store->ListAt(kPods, "", first + i)), states[i]);
  }
  EXPECT_EQ(Describe(store->ListAt(kPods, "lab", first + 5)), "a=1 c=1 @6");
  EXPECT_EQ(Describe(store->ListAt(kPods, "", first + 9)), "Expired") << "from the future";
  ASSERT_TRUE(store->CommitAndWait(Put(b, "4")).ok());
  EXPECT_EQ(Describe(store->ListAt(kPods, "", first)), "Expired");
  EXPECT_EQ(Describe(store->ListAt(kPods, "", first + 1)), states[1]);
  EXPECT_EQ(Describe(store->ListAt(kDeployments, "", first)), "@1") << "of a resource that nothing happened to";
}

TEST(ListAt, IsOneStateWhileOthersWrite) {
  Store::Options options;
  options.event_log = 1'000'000;  // however far the writer gets while this thread sleeps
  auto store = MustOpen(MemoryBackend(), options);
  // Two objects that are always written in turn: at no revision are their numbers more than one apart.
  ASSERT_TRUE(store->CommitAndWait(Put({"lab", "a"}, "0")).ok());
  ASSERT_TRUE(store->CommitAndWait(Put({"lab", "b"}, "0")).ok());
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 1; !stop; ++i) {
      EXPECT_TRUE(store->CommitAndWait(Put({"lab", "a"}, std::to_string(i))).ok());
      EXPECT_TRUE(store->CommitAndWait(Put({"lab", "b"}, std::to_string(i))).ok());
    }
  });
  for (int i = 0; i < 500; ++i) {
    const uint64_t revision = store->Revision();
    const Result<Snapshot> then = store->ListAt(kPods, "", revision);
    ASSERT_TRUE(then.ok()) << then.status().message();
    ASSERT_EQ(then->items.size(), 2u);
    const int a = std::stoi(std::string(FindString(then->items[0]->ToJson(), {"note"})));
    const int b = std::stoi(std::string(FindString(then->items[1]->ToJson(), {"note"})));
    ASSERT_TRUE(a == b || a == b + 1) << a << " " << b;
    ASSERT_EQ(Describe(then), Describe(store->ListAt(kPods, "", revision)));
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace croft::store
