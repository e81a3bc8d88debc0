// The power of a machine fails: its copies run elsewhere and the route hardly notices.

#include <gtest/gtest.h>

#include <sstream>

#include "e2e/lab.h"

namespace croft::e2e {
namespace {

using Clock = std::chrono::steady_clock;

int Seconds(Clock::time_point since) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - since).count());
}

TEST(Failover, AStoppedNodeIsReplacedAndComesBackByItself) {
  Lab lab("e2e-failover");
  ASSERT_EQ(lab.Kubectl({"apply", "-f", SourceDir() + "/manifests/samples/whoami.yaml"}).code, 0);
  ASSERT_EQ(lab.AwaitAnswer("whoami.lab.home.arpa").code, 200);
  ASSERT_TRUE(lab.AwaitReady("default", "croft.lab/service=whoami", 3));

  Load load(lab.SiteOf("whoami.lab.home.arpa"), 2, std::chrono::milliseconds(20), 5);
  ASSERT_TRUE(Await([&] { return load.ok() > 50; }, std::chrono::seconds(20)));
  const std::string victim = lab.Node(2);
  const auto cut = Clock::now();
  ASSERT_EQ(lab.Cluster({"stop-node", victim}).code, 0);

  // Three Ready copies that all run on living nodes.
  const bool replaced = Await(
      [&] {
        std::istringstream rows(lab.JsonPath(
            {"pods"}, "{range .items[*]}{.spec.nodeName}={.status.conditions[?(@.type==\"Ready\")].status} {end}"));
        int alive = 0;
        for (std::string row; rows >> row;) alive += row != victim + "=True" && row.ends_with("=True");
        return alive >= 3;
      },
      std::chrono::seconds(30));
  const int took = Seconds(cut);
  EXPECT_TRUE(replaced) << lab.Kubectl({"get", "pods", "-o", "wide"}).out;
  EXPECT_LE(took, 15) << "seconds until the replica ran elsewhere";
  const int before = load.ok();
  EXPECT_TRUE(Await([&] { return load.ok() > before + 50; }, std::chrono::seconds(20)));
  EXPECT_LE(load.longest_gap().count(), 3000) << "ms without a good answer";
  EXPECT_EQ(lab.JsonPath({"node", victim}, "{.status.conditions[?(@.type==\"Ready\")].status}"), "Unknown");
  std::printf("failover: replaced after %d s, longest gap %lld ms, %d good and %d failed requests\n", took,
              static_cast<long long>(load.longest_gap().count()), load.ok(), load.failed());
  load.Stop();

  ASSERT_EQ(lab.Cluster({"start-node", victim}).code, 0);
  EXPECT_TRUE(Await(
      [&] {
        return lab.JsonPath({"node", victim}, "{.status.conditions[?(@.type==\"Ready\")].status}") == "True";
      },
      std::chrono::seconds(30)));
  // What had been replaced does not come back beside its replacement.
  EXPECT_TRUE(lab.AwaitReady("default", "croft.lab/service=whoami", 3, std::chrono::seconds(60)))
      << lab.Kubectl({"get", "pods", "-o", "wide"}).out;
  EXPECT_TRUE(Await(
      [&] {
        return lab.JsonPath({"node", victim}, "{.spec.taints}").empty();
      },
      std::chrono::seconds(20)));
}

}  // namespace
}  // namespace croft::e2e
