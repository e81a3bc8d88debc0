// The server dies without warning: what it acknowledged is there afterwards, and no container notices.

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "e2e/lab.h"

namespace croft::e2e {
namespace {

std::string ConfigMap(int i) {
  return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c)" + std::to_string(i) + R"("},"data":{"n":")" +
         std::to_string(i) + R"("}})";
}

TEST(Crash, EveryAcknowledgedObjectSurvivesAndNoContainerRestarts) {
  Lab lab("e2e-crash");
  ASSERT_EQ(lab.Kubectl({"apply", "-f", SourceDir() + "/manifests/samples/whoami.yaml"}).code, 0);
  ASSERT_TRUE(lab.AwaitReady("default", "croft.lab/service=whoami", 3));
  const auto containers = [&] {
    return lab.JsonPath({"pods"},
                        "{range .items[*]}{.metadata.uid} {.status.containerStatuses[0].containerID} "
                        "{.status.containerStatuses[0].restartCount}{\"\\n\"}{end}");
  };
  const std::string before = containers();
  ASSERT_NE(before.find(" 0\n"), std::string::npos) << before;

  // Five writers create a hundred objects each; the server is killed in the middle of it.
  constexpr int kWriters = 5, kEach = 100;
  std::atomic<int> attempted{0};
  std::vector<std::vector<int>> acknowledged(kWriters);
  std::vector<std::thread> writers;
  const std::string curl_config = lab.CurlConfig();
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kEach; ++i) {
        const int n = w * kEach + i;
        ++attempted;
        const Ran ran = Execute({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-K", curl_config, "-X", "POST",
                                 "-H", "Content-Type: application/json", "--data-binary", "@-",
                                 lab.Server() + "/api/v1/namespaces/default/configmaps"},
                                ConfigMap(n), std::chrono::seconds(10));
        if (ran.out == "201") acknowledged[static_cast<size_t>(w)].push_back(n);
      }
    });
  }
  ASSERT_TRUE(Await([&] { return attempted > kWriters * kEach / 2; }, std::chrono::seconds(60)));
  const int pid = lab.ServerPid();
  ASSERT_GT(pid, 1);
  ASSERT_EQ(kill(pid, SIGKILL), 0);
  for (std::thread& writer : writers) writer.join();

  ASSERT_TRUE(Await([&] { return lab.Kubectl({"get", "--raw", "/readyz"}).code == 0; }, std::chrono::seconds(30)));
  EXPECT_NE(lab.ServerPid(), pid);
  const std::string names = " " + lab.JsonPath({"configmaps"}, "{.items[*].metadata.name}") + " ";
  size_t total = 0;
  for (const auto& writer : acknowledged) {
    total += writer.size();
    for (const int n : writer) EXPECT_NE(names.find(" c" + std::to_string(n) + " "), std::string::npos) << n;
  }
  std::printf("crash: %zu of %d creates were acknowledged, all of them are there\n", total, kWriters * kEach);
  EXPECT_GT(total, 100u);

  ASSERT_TRUE(lab.AwaitReady("default", "croft.lab/service=whoami", 3));
  EXPECT_EQ(containers(), before);
  EXPECT_EQ(lab.AwaitAnswer("whoami.lab.home.arpa").code, 200);
}

}  // namespace
}  // namespace croft::e2e
