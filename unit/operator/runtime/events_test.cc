#include "operator/runtime/events.h"

#include <gtest/gtest.h>

#include "api/types/resources.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::runtime {
namespace {

using namespace std::chrono_literals;
using resources::kEvents;

class EventsTest : public testing::Test {
 protected:
  std::vector<types::Event> All() {
    std::vector<types::Event> events;
    for (const ObjectPtr& object : client_.All(kEvents)) events.push_back(*types::FromObject<types::Event>(*object));
    return events;
  }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
  EventRecorder recorder_{{client_, clock_, random_, executor_}, "test-controller", "node-1"};
  const types::ObjectReference about_{"v1", "Pod", "ns", "web", "uid-1", "7", ""};
};

TEST_F(EventsTest, TheSameEventAgainRaisesTheCount) {
  recorder_.Normal(about_, "Created", "made it");
  clock_.Advance(5s);
  recorder_.Normal(about_, "Created", "made it");
  recorder_.Warning(about_, "Failed", "no room");
  const auto events = All();
  ASSERT_EQ(events.size(), 2u);
  const types::Event& first = events[0].reason == "Created" ? events[0] : events[1];
  EXPECT_EQ(first.count, 2);
  EXPECT_EQ(first.first_timestamp, "2026-01-01T00:00:00Z");
  EXPECT_EQ(first.last_timestamp, "2026-01-01T00:00:05Z");
  EXPECT_EQ(first.type, "Normal");
  EXPECT_EQ(first.involved_object.uid, "uid-1");
  EXPECT_EQ(first.metadata.ns, "ns");
  EXPECT_EQ(first.source.component, "test-controller");
}

TEST_F(EventsTest, AnEventWhoseObjectHasGoneIsWrittenAnew) {
  recorder_.Normal(about_, "Created", "made it");
  client_.Remove(kEvents, client_.All(kEvents).at(0)->key());
  recorder_.Normal(about_, "Created", "made it");
  ASSERT_EQ(All().size(), 1u);
  EXPECT_EQ(All()[0].count, 1);
}

TEST_F(EventsTest, AServerThatIsAwayFailsNothing) {
  client_.SetAway(true);
  recorder_.Normal(about_, "Created", "made it");
  EXPECT_TRUE(All().empty());
}

TEST_F(EventsTest, AClusterScopedObjectHasItsEventsInDefault) {
  recorder_.Normal({"v1", "Node", "", "n", "u", "", ""}, "Ready", "is ready");
  ASSERT_EQ(All().size(), 1u);
  EXPECT_EQ(All()[0].metadata.ns, "default");
}

TEST(SetCondition, MovesTheTransitionTimeOnlyWhenTheStatusFlips) {
  fakes::FakeClock clock;
  std::vector<types::Condition> conditions;
  const auto set = [&](const char* status, const char* reason) {
    types::Condition condition;
    condition.type = "Ready";
    condition.status = status;
    condition.reason = reason;
    clock.Advance(1s);
    return SetCondition(conditions, condition, clock.Now());
  };
  EXPECT_TRUE(set("False", "Starting"));
  EXPECT_EQ(conditions[0].last_transition_time, "2026-01-01T00:00:01Z");
  EXPECT_FALSE(set("False", "Starting"));
  EXPECT_TRUE(set("False", "Waiting"));
  EXPECT_EQ(conditions[0].last_transition_time, "2026-01-01T00:00:01Z");
  EXPECT_TRUE(set("True", "Up"));
  EXPECT_EQ(conditions[0].last_transition_time, "2026-01-01T00:00:04Z");
  EXPECT_EQ(conditions.size(), 1u);
}

}  // namespace
}  // namespace croft::runtime
