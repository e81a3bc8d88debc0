// Server-side apply as kubectl of any age does it: conflicts, force, diffs, and both ways of applying by turns. A
// server alone is enough.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "e2e/lab.h"

extern char** environ;

namespace croft::e2e {
namespace {

namespace fs = std::filesystem;

// `croft server` without agent, routes and controllers, on a port of its own choice, for the length of this object.
class LoneServer {
 public:
  LoneServer() {
    char folder[] = "/tmp/croft-e2e-apply-XXXXXX";
    folder_ = mkdtemp(folder);
    std::vector<std::string> args = {CroftBinary(), "server",      "--data-dir",         folder_ + "/data",
                                     "--listen",    "127.0.0.1:0", "--write-kubeconfig", kubeconfig()};
    for (const char* part : {"agent", "ingress", "certificates", "controllers"}) {
      args.insert(args.end(), {"--disable", part});
    }
    std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, (folder_ + "/log").c_str(), O_WRONLY | O_CREAT, 0600);
    if (posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&actions);
    const bool up = Await(
        [&] {
          return fs::exists(kubeconfig()) &&
                 Execute({NewKubectl(), "--kubeconfig", kubeconfig(), "get", "--raw", "/readyz"}).code == 0;
        },
        std::chrono::seconds(30));
    EXPECT_TRUE(up) << ReadAll(folder_ + "/log");
  }
  ~LoneServer() {
    if (pid_ > 0) {
      kill(pid_, SIGTERM);
      waitpid(pid_, nullptr, 0);
    }
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  LoneServer(const LoneServer&) = delete;

  std::string kubeconfig() const { return folder_ + "/kubeconfig"; }

 private:
  std::string folder_;
  pid_t pid_ = -1;
};

std::string Web(int replicas) {
  return R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: )" +
         std::to_string(replicas) + R"(
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: localhost/whoami:v1
        ports: [{containerPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
)";
}

class ApplyByKubectl : public testing::TestWithParam<const char*> {
 protected:
  Ran Do(std::vector<std::string> args, const std::string& input = {}) {
    std::vector<std::string> line = {"env", "KUBE_EDITOR=sed -i s/replicas:.2/replicas:\\ 7/",
                                     std::string(GetParam()) == "old" ? OldKubectl() : NewKubectl(), "--kubeconfig",
                                     server_.kubeconfig()};
    line.insert(line.end(), args.begin(), args.end());
    return Execute(line, input);
  }
  void Expect(std::vector<std::string> args, const std::string& input, const std::string& out) {
    const Ran ran = Do(args, input);
    EXPECT_EQ(ran.code, 0) << args[0] << "\n" << ran.out << ran.err;
    EXPECT_NE(ran.out.find(out), std::string::npos) << args[0] << "\n" << ran.out << ran.err;
  }
  void ExpectConflict(std::vector<std::string> args, const std::string& input, const std::string& manager) {
    const Ran ran = Do(args, input);
    EXPECT_NE(ran.code, 0);
    EXPECT_NE(ran.err.find("conflict with \"" + manager), std::string::npos) << ran.err;
    EXPECT_NE(ran.err.find(".spec.replicas"), std::string::npos) << ran.err;
  }
  std::string Replicas() { return Do({"get", "deploy", "web", "-o", "jsonpath={.spec.replicas}"}).out; }

  LoneServer server_;
  const std::vector<std::string> apply_ = {"apply", "-f", "-"};
  const std::vector<std::string> ssa_ = {"apply", "--server-side", "-f", "-"};
  const std::vector<std::string> forced_ = {"apply", "--server-side", "--force-conflicts", "-f", "-"};
  const std::vector<std::string> diff_ = {"diff", "-f", "-"};
  const std::vector<std::string> ssa_diff_ = {"diff", "--server-side", "-f", "-"};
};

TEST_P(ApplyByKubectl, ConflictsAreToldAndForced) {
  Expect(ssa_, Web(2), "deployment.apps/web serverside-applied");
  EXPECT_EQ(Do(ssa_diff_, Web(2)).out, "");
  const Ran differs = Do(ssa_diff_, Web(3));
  EXPECT_EQ(differs.code, 1) << differs.err;
  EXPECT_NE(differs.out.find("-  replicas: 2\n+  replicas: 3"), std::string::npos) << differs.out;
  EXPECT_EQ(Replicas(), "2") << "a diff stores nothing";
  const std::string version = Do({"get", "deploy", "web", "-o", "jsonpath={.metadata.resourceVersion}"}).out;
  Expect(ssa_, Web(2), "serverside-applied");
  EXPECT_EQ(Do({"get", "deploy", "web", "-o", "jsonpath={.metadata.resourceVersion}"}).out, version);

  Expect({"scale", "deploy", "web", "--replicas=5"}, "", "scaled");
  ExpectConflict(ssa_, Web(3), "kubectl");
  EXPECT_EQ(Replicas(), "5");
  Expect(forced_, Web(2), "serverside-applied");
  Expect({"edit", "deploy", "web"}, "", "edited");
  EXPECT_EQ(Replicas(), "7");
  ExpectConflict({"apply", "--server-side", "--field-manager=gitops", "-f", "-"}, Web(2), "kubectl-edit");
}

TEST_P(ApplyByKubectl, ClientSideAndServerSideApplyTakeTurns) {
  Expect(apply_, Web(2), "deployment.apps/web created");
  EXPECT_EQ(Do(diff_, Web(2)).out, "");
  Expect(ssa_, Web(3), "serverside-applied");
  EXPECT_EQ(Replicas(), "3");
  Expect({"apply", "view-last-applied", "deploy/web"}, "", "replicas: 3");
  EXPECT_EQ(Do(diff_, Web(3)).out, "");
  Expect(apply_, Web(4), "deployment.apps/web configured");
  EXPECT_EQ(Replicas(), "4");
  Expect({"apply", "view-last-applied", "deploy/web"}, "", "replicas: 4");
}

TEST_P(ApplyByKubectl, RecordsAreShownOnRequest) {
  Expect(ssa_, Web(2), "serverside-applied");
  Expect({"get", "deploy", "web", "-o", "jsonpath={.metadata.managedFields[0].manager}"}, "", "kubectl");
  if (std::string(GetParam()) == "new") {
    EXPECT_EQ(Do({"get", "deploy", "web", "-o", "yaml"}).out.find("managedFields"), std::string::npos);
    Expect({"get", "deploy", "web", "-o", "yaml", "--show-managed-fields"}, "", "f:replicas: {}");
  }
}

INSTANTIATE_TEST_SUITE_P(Clients, ApplyByKubectl, testing::Values("old", "new"),
                         [](const auto& param) { return std::string(param.param); });

}  // namespace
}  // namespace croft::e2e
