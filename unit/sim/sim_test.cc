#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "api/base/log.h"
#include "unit/sim/invariants.h"
#include "unit/sim/scenario.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

namespace croft::sim {
namespace {

constexpr uint64_t kChunks = 8;
constexpr uint64_t kSeedsInChunk = kSanitized ? 5 : 25;
constexpr size_t kShown = 80;  // lines of history of a seed that failed

void Quiet() {
  log::Configure(log::Level::kError, log::Format::kText);
}

std::string Joined(const std::vector<std::string>& lines, size_t last) {
  std::string text;
  for (size_t i = lines.size() - std::min(last, lines.size()); i < lines.size(); ++i) text += lines[i] + "\n";
  return text;
}

class SimulatedLab : public testing::TestWithParam<uint64_t> {
 protected:
  void SetUp() override { Quiet(); }
};

TEST_P(SimulatedLab, ConvergesToWhatIsDeclaredWhateverGoesWrong) {
  for (uint64_t i = 0; i < kSeedsInChunk; ++i) {
    const uint64_t seed = GetParam() * kSeedsInChunk + i + 1;
    const Outcome outcome = Scenario(seed).Run();
    ASSERT_TRUE(outcome.failures.empty()) << "seed " << seed << " (CROFT_SIM_SEED=" << seed << " shows all of it)\n"
                                          << Joined(outcome.history, kShown) << "failures:\n"
                                          << Joined(outcome.failures, outcome.failures.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulatedLab, testing::Range<uint64_t>(0, kChunks));

TEST(SimulatedFailover, ReplicasOfADeadNodeRunElsewhereWithinFifteenSeconds) {
  Quiet();
  Lab lab(5);
  const Declared declared = {{"web", {true, 3, "localhost/app:v1"}}, {"blog", {false, 3, "localhost/app:v2"}}};
  for (const auto& [name, application] : declared) {
    ASSERT_TRUE(Create(lab.admin(), name, application).ok());
  }
  ASSERT_TRUE(lab.Run(std::chrono::seconds(30)));
  ASSERT_EQ(Joined(Differences(lab, declared), kShown), "");
  ASSERT_FALSE(lab.nodes()[0]->containers().Running().empty());
  lab.nodes()[0]->PowerOff();
  ASSERT_TRUE(lab.Run(std::chrono::seconds(15)));
  EXPECT_EQ(Joined(Differences(lab, declared), kShown), "");
  lab.nodes()[0]->PowerOn();
  ASSERT_TRUE(lab.Run(std::chrono::seconds(30)));
  EXPECT_EQ(Joined(Differences(lab, declared), kShown), "") << "what it ran before is not started again";
}

TEST(SimulatedLabHistory, IsTheSameWhenASeedRunsTwice) {
  Quiet();
  for (const uint64_t seed : {1, 7, 42, 99}) {
    const Outcome first = Scenario(seed).Run();
    const Outcome second = Scenario(seed).Run();
    EXPECT_EQ(first.hash, second.hash) << "seed " << seed;
    EXPECT_EQ(Joined(first.history, first.history.size()), Joined(second.history, second.history.size()));
    EXPECT_GT(first.history.size(), 20u);
  }
}

TEST(SimulatedLabHistory, DiffersBetweenSeeds) {
  Quiet();
  EXPECT_NE(Scenario(1).Run().hash, Scenario(2).Run().hash);
}

// For a person: CROFT_SIM_SEED=17 sim_test --gtest_filter='*Replay*' prints all of one seed's history.
// CROFT_SIM_SEEDS=500 runs as many seeds as that beyond those that the other test runs.
TEST(SimulatedLabHistory, MoreSeedsOnRequest) {
  const char* count = std::getenv("CROFT_SIM_SEEDS");
  if (count == nullptr) return;
  Quiet();
  const uint64_t first = kChunks * 25 + 1;
  for (uint64_t seed = first; seed < first + std::strtoull(count, nullptr, 10); ++seed) {
    const Outcome outcome = Scenario(seed).Run();
    EXPECT_TRUE(outcome.failures.empty()) << "seed " << seed << "\n"
                                          << Joined(outcome.failures, outcome.failures.size());
  }
}

TEST(SimulatedLabHistory, ReplaysTheSeedInTheEnvironment) {
  const char* seed = std::getenv("CROFT_SIM_SEED");
  if (seed == nullptr) return;
  log::Configure(log::Level::kWarn, log::Format::kText);
  const Outcome outcome = Scenario(std::strtoull(seed, nullptr, 10)).Run();
  std::cout << Joined(outcome.history, outcome.history.size());
  EXPECT_TRUE(outcome.failures.empty()) << Joined(outcome.failures, outcome.failures.size());
}

}  // namespace
}  // namespace croft::sim
