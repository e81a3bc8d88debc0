// A rolling update under load loses no request.

#include <gtest/gtest.h>

#include "e2e/lab.h"

namespace croft::e2e {
namespace {

TEST(RollingUpdate, FailsNoRequestUnderConstantLoad) {
  Lab lab("e2e-rolling");
  ASSERT_EQ(lab.Kubectl({"apply", "-f", SourceDir() + "/manifests/samples/whoami.yaml"}).code, 0);
  ASSERT_EQ(lab.AwaitAnswer("whoami.lab.home.arpa").code, 200);
  ASSERT_TRUE(lab.AwaitReady("default", "croft.lab/service=whoami", 3))
      << lab.Kubectl({"get", "pods", "--show-labels"}).out;

  Load load(lab.SiteOf("whoami.lab.home.arpa"), 4, std::chrono::milliseconds(5), 20);
  ASSERT_TRUE(Await([&] { return load.ok() > 200; }, std::chrono::seconds(20)));
  ASSERT_EQ(
      lab.Kubectl({"patch", "lsvc", "whoami", "--type", "merge", "-p", R"({"spec":{"image":"localhost/whoami:v2"}})"})
          .code,
      0);
  ASSERT_TRUE(Await(
      [&] {
        return lab.JsonPath({"deployment", "whoami"}, "{.spec.template.spec.containers[0].image}") ==
               "localhost/whoami:v2";
      },
      std::chrono::seconds(10)));
  const Ran status =
      lab.Kubectl({"rollout", "status", "deployment/whoami", "--timeout=90s"}, {}, std::chrono::seconds(100));
  EXPECT_EQ(status.code, 0) << status.out << status.err;
  // The old pods go on leaving for a while; the load stays until they are gone and the new ones have answered.
  EXPECT_TRUE(lab.AwaitReady("default", "croft.lab/service=whoami", 3, std::chrono::seconds(60)));
  const int before = load.ok();
  EXPECT_TRUE(Await([&] { return load.ok() > before + 200; }, std::chrono::seconds(20)));
  load.Stop();

  EXPECT_EQ(load.failed(), 0) << (load.errors().empty() ? "" : load.errors().front());
  EXPECT_GT(load.lines()["Version: v1"], 0);
  EXPECT_GT(load.lines()["Version: v2"], 0);
  std::printf("rolling update: %d requests, %d failed, longest gap %lld ms\n", load.ok() + load.failed(), load.failed(),
              static_cast<long long>(load.longest_gap().count()));
}

}  // namespace
}  // namespace croft::e2e
