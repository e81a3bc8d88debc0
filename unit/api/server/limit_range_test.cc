#include "unit/api/server/api_fixture.h"

// What LimitRanges do to what is created beside them.
namespace croft::server {
namespace {

constexpr const char* kPods = "/api/v1/namespaces/d/pods";
constexpr const char* kClaims = "/api/v1/namespaces/d/persistentvolumeclaims";

class LimitRangeTest : public ApiTest {
 protected:
  void Limit(const std::string& limits, const std::string& ns = "d") {
    const Answer made = Post("/api/v1/namespaces/" + ns + "/limitranges",
                             R"({"metadata":{"name":"r"},"spec":{"limits":[)" + limits + "]}}");
    ASSERT_EQ(made.code, 201) << made.text;
    EXPECT_FALSE(made.headers.Has("Warning")) << made.headers.Get("Warning");
  }
  Answer Run(const std::string& resources, const std::string& more = "") {
    return Post(kPods,
                R"({"metadata":{"generateName":"p-"},"spec":{"containers":[{"name":"c","image":"i","resources":)" +
                    resources + "}]" + more + "}}");
  }
};

TEST_F(LimitRangeTest, DefaultsAreGivenToContainersThatSayNothing) {
  Limit(R"({"type":"Container","default":{"cpu":"500m","memory":"64Mi"},"defaultRequest":{"cpu":"100m"}})");
  const Answer pod = Run("{}", R"(,"initContainers":[{"name":"i","image":"i","resources":{"limits":{"cpu":"1"}}}])");
  ASSERT_EQ(pod.code, 201) << pod.text;
  const Json& container = (*Find(pod.json, {"spec", "containers"}))[0];
  EXPECT_EQ(WriteJson(container["resources"]),
            R"({"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"cpu":"500m","memory":"64Mi"}})");
  const Json& init = (*Find(pod.json, {"spec", "initContainers"}))[0];
  EXPECT_EQ(WriteJson(init["resources"]),
            R"({"limits":{"cpu":"1","memory":"64Mi"},"requests":{"cpu":"1","memory":"64Mi"}})")
      << "what it says is left as it is";
  EXPECT_EQ(pod.Text({"metadata", "annotations", "kubernetes.io/limit-ranger"}),
            "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c; memory "
            "request for init container i; memory limit for init container i");
  EXPECT_EQ(pod.Text({"status", "qosClass"}), "Burstable");

  ASSERT_EQ(Post("/api/v1/namespaces", R"({"metadata":{"name":"e"}})").code, 201);
  const Answer elsewhere = Post("/api/v1/namespaces/e/pods",
                                R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  EXPECT_EQ(elsewhere.Text({"status", "qosClass"}), "BestEffort") << "of another namespace";
}

TEST_F(LimitRangeTest, WhatIsOutOfBoundsIsForbidden) {
  Limit(R"({"type":"Container","min":{"cpu":"100m"},"max":{"memory":"1Gi"},"maxLimitRequestRatio":{"cpu":"2"}},)"
        R"({"type":"Pod","max":{"cpu":"3"}},{"type":"PersistentVolumeClaim","min":{"storage":"1Gi"},)"
        R"("max":{"storage":"10Gi"}})");
  struct Case {
    const char* name;
    const char* resources;
    const char* why;
  };
  const Case cases[] = {
      {"too little", R"({"requests":{"cpu":"50m"},"limits":{"cpu":"100m","memory":"1Gi"}})",
       "minimum cpu usage per Container is 100m, but request is 50m"},
      {"too much", R"({"requests":{"cpu":"1"},"limits":{"cpu":"1","memory":"2Gi"}})",
       "maximum memory usage per Container is 1Gi, but limit is 2Gi"},
      {"a limit far from the request", R"({"requests":{"cpu":"200m"},"limits":{"cpu":"1","memory":"1Gi"}})",
       "cpu max limit to request ratio per Container is 2, but provided ratio is 5.000000"},
      {"too much for a pod", R"({"requests":{"cpu":"4"},"limits":{"cpu":"4","memory":"1Gi"}})",
       "maximum cpu usage per Pod is 3, but limit is 4"},
      {"two things at once", R"({"requests":{"cpu":"50m"},"limits":{"cpu":"100m","memory":"2Gi"}})",
       "[minimum cpu usage per Container is 100m, but request is 50m, maximum memory usage per Container is 1Gi, but "
       "limit is 2Gi]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = Post(kPods, std::string(R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c",)") +
                                          R"("image":"i","resources":)" + c.resources + "}]}}");
    EXPECT_EQ(answer.code, 403) << answer.text;
    EXPECT_EQ(answer.Text({"reason"}), "Forbidden");
    EXPECT_EQ(answer.Text({"message"}), std::string("pods \"p\" is forbidden: ") + c.why);
  }
  EXPECT_EQ(Run(R"({"requests":{"cpu":"1"},"limits":{"cpu":"1","memory":"512Mi"}})").code, 201);

  const auto claim = [&](const char* size) {
    return Post(kClaims, std::string(R"({"metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],)") +
                             R"("resources":{"requests":{"storage":")" + size + R"("}}}})");
  };
  EXPECT_EQ(claim("512Mi").Text({"message"}),
            "persistentvolumeclaims \"c\" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but "
            "request is 512Mi");
  EXPECT_EQ(claim("20Gi").Text({"message"}),
            "persistentvolumeclaims \"c\" is forbidden: maximum storage usage per PersistentVolumeClaim is 10Gi, but "
            "request is 20Gi");
  EXPECT_EQ(claim("5Gi").code, 201);
}

TEST_F(LimitRangeTest, ALimitThatNobodySaysIsMissing) {
  Limit(R"({"type":"Pod","min":{"cpu":"100m"},"max":{"memory":"1Gi"},"maxLimitRequestRatio":{"cpu":"2"}})");
  EXPECT_EQ(
      Post(kPods, R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})").Text({"message"}),
      "pods \"p\" is forbidden: [minimum cpu usage per Pod is 100m.  No request is specified, maximum memory usage "
      "per Pod is 1Gi.  No limit is specified, cpu max limit to request ratio per Pod is 2, but no request is "
      "specified or request is 0]");
}

// Those that start a pod run alone, one after the other; what stays beside them counts with all that follows.
TEST_F(LimitRangeTest, APodAsksForItsContainersOrForThatWhichStartsIt) {
  Limit(R"({"type":"Pod","max":{"cpu":"3"}})");
  const auto pod = [&](const char* init, const char* cpu) {
    const std::string own = std::string(R"({"limits":{"cpu":")") + cpu + "\"}}";
    return Run(own, std::string(R"(,"initContainers":[)") + init + "]");
  };
  const char* starts = R"({"name":"i","image":"i","resources":{"limits":{"cpu":"2"}}})";
  const char* stays = R"({"name":"i","image":"i","restartPolicy":"Always","resources":{"limits":{"cpu":"2"}}})";
  EXPECT_EQ(pod(starts, "2").code, 201) << "not at once";
  const Answer both = pod(stays, "2");
  EXPECT_EQ(both.code, 403) << both.text;
  EXPECT_NE(both.Text({"message"}).find("maximum cpu usage per Pod is 3, but limit is 4"), std::string::npos)
      << both.text;
}

}  // namespace
}  // namespace croft::server
