#include "api/object/shared_list.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "api/object/object.h"

namespace croft {
namespace {

using Names = SharedList<std::string>;

TEST(SharedList, EqualListsAreOneUntilTheLastUseEnds) {
  const size_t before = Names::Count();
  {
    const Names a = std::vector<std::string>{"x", "y"};
    Names b = std::vector<std::string>{"x", "y"};
    EXPECT_EQ(&a.items(), &b.items());
    EXPECT_EQ(Names::Count(), before + 1);
    b = std::vector<std::string>{"z"};
    EXPECT_FALSE(a == b);
    EXPECT_EQ(Names::Count(), before + 2);
    const Names c = a;
    EXPECT_EQ(c, a);
  }
  EXPECT_EQ(Names::Count(), before);
}

TEST(SharedList, ReadsAsAVector) {
  const Names names = std::vector<std::string>{"x", "y"};
  const std::vector<std::string> copy = names;
  EXPECT_EQ(copy.size(), 2u);
  EXPECT_EQ(names.front() + names[1], "xy");
  EXPECT_EQ(names, copy);
  EXPECT_TRUE(Names().empty());
  EXPECT_EQ(Names(), Names(std::vector<std::string>{}));
  EXPECT_EQ(Names().begin(), Names().end());
}

TEST(SharedList, OwnersOfOneUidThatDifferOtherwiseAreTwo) {
  const SharedList<OwnerReference> a = std::vector<OwnerReference>{{"v1", "Node", "n", "u", false, false}};
  const SharedList<OwnerReference> b = std::vector<OwnerReference>{{"v1", "Node", "n", "u", true, false}};
  EXPECT_FALSE(a == b);
}

TEST(SharedList, MayBeMadeAndDroppedByManyThreads) {
  const size_t before = Names::Count();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 5000; ++i) {
        const Names a = std::vector<std::string>{std::to_string(i % 3)};
        const Names b = a;
        ASSERT_EQ(b.front(), std::to_string(i % 3));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Names::Count(), before);
}

}  // namespace
}  // namespace croft
