// Local clusters live side by side and leave nothing behind.

#include <gtest/gtest.h>

#include <filesystem>

#include "e2e/lab.h"

namespace croft::e2e {
namespace {

// What a cluster could leave on a machine.
std::string Traces() {
  std::string traces;
  traces += Execute({"ip", "-o", "link"}).out;
  traces += Execute({"ip", "netns", "list"}).out;
  traces += Execute({"ip", "-4", "route"}).out;
  traces += Execute({"sh", "-c", "grep -c e2e-side /proc/mounts; nft list tables 2>/dev/null"}).out;
  traces += Execute({"sh", "-c", "find /sys/fs/cgroup -type d -path '*e2e-side*' 2>/dev/null"}).out;
  // The programs of the cluster carry its name in their arguments. This test's own do so too while they run.
  traces +=
      Execute(
          {"sh", "-c",
           "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -- 'e2e-side' | grep -v grep; done"})
          .out;
  return traces;
}

TEST(Cluster, TwoLiveSideBySideAndDeleteLeavesNothing) {
  const std::string before = Traces();
  {
    Lab first("e2e-side-a", 2);
    Lab second("e2e-side-b", 1);
    EXPECT_NE(first.Server(), second.Server());
    const Ran list = Execute({CroftBinary(), "cluster", "list"});
    EXPECT_NE(list.out.find("e2e-side-a"), std::string::npos) << list.out;
    EXPECT_NE(list.out.find("e2e-side-b"), std::string::npos) << list.out;

    first.Apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: only-here}\n");
    EXPECT_EQ(second.JsonPath({"configmaps"}, "{.items[?(@.metadata.name==\"only-here\")].metadata.name}"), "");
    EXPECT_EQ(first.JsonPath({"nodes"}, "{.items[*].metadata.name}"), "e2e-side-a-1 e2e-side-a-2");

    first.Apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: main, image: "
        "'localhost/whoami:v1'}]}\n");
    EXPECT_TRUE(Await(
        [&] {
          return first.JsonPath({"pod", "p"}, "{.status.phase}") == "Running";
        },
        std::chrono::seconds(30)))
        << first.Kubectl({"describe", "pod", "p"}).out;

    const Ran again = Execute({CroftBinary(), "cluster", "create", "e2e-side-a"});
    EXPECT_NE(again.code, 0);
    EXPECT_NE(again.err.find("exists"), std::string::npos) << again.err;
  }
  EXPECT_EQ(Traces(), before);
  EXPECT_FALSE(std::filesystem::exists("/var/lib/croft/clusters/e2e-side-a"));
  EXPECT_EQ(Execute({CroftBinary(), "cluster", "list"}).out.find("e2e-side"), std::string::npos);
}

TEST(Cluster, AWrongNameIsRefusedWithAReason) {
  for (const char* name :
       {"Upper", "a_b", "-a", "../x", "a-very-long-name-that-no-link-could-carry-for-it-has-too-many-letters"}) {
    const Ran ran = Execute({CroftBinary(), "cluster", "create", "--", name});
    EXPECT_NE(ran.code, 0) << name;
    EXPECT_NE(ran.err.find("name"), std::string::npos) << ran.err;
  }
  const Ran unknown = Execute({CroftBinary(), "cluster", "stop-node", "x-1", "--name", "no-such-cluster"});
  EXPECT_NE(unknown.code, 0);
  EXPECT_NE(unknown.err.find("no-such-cluster"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace croft::e2e
