#include "operator/runtime/metrics.h"

#include <gtest/gtest.h>

namespace croft::runtime {
namespace {

TEST(Metrics, AreReadInPrometheusText) {
  Metrics metrics;
  Counter& done = metrics.Get("runs_total", R"(outcome="done")");
  done.Add();
  done.Add(2);
  metrics.Get("up").Set(1);
  EXPECT_EQ(&done, &metrics.Get("runs_total", R"(outcome="done")"));
  EXPECT_EQ(metrics.Text(), "runs_total{outcome=\"done\"} 3\nup 1\n");
}

}  // namespace
}  // namespace croft::runtime
