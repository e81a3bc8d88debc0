#include <gtest/gtest.h>

#include "operator/nodes/ipam_controller.h"

namespace croft::nodes {
namespace {

TEST(FreeSlice, GivesTheLowestFreeOneAndLeavesTheFirstOut) {
  EXPECT_EQ(FreeSlice("10.244.0.0/16", {}), "10.244.1.0/24");
  EXPECT_EQ(FreeSlice("10.244.0.0/16", {"10.244.1.0/24", "10.244.3.0/24"}), "10.244.2.0/24");
  EXPECT_EQ(FreeSlice("10.244.7.0/24", {}), "10.244.7.0/24");
}

TEST(FreeSlice, IsEmptyWhenAllAreTakenOrTheNetworkIsMalformed) {
  EXPECT_EQ(FreeSlice("10.244.0.0/23", {"10.244.1.0/24"}), "");
  for (const char* network : {"", "10.244.0.0", "10.244.0.0/30", "x/16", "10.0.0.0/4"}) {
    EXPECT_EQ(FreeSlice(network, {}), "") << network;
  }
}

}  // namespace
}  // namespace croft::nodes
