// What goes wrong is said in a sentence that names the cause and the remedy.

#include <gtest/gtest.h>

#include <filesystem>

#include "e2e/lab.h"

namespace croft::e2e {
namespace {

namespace fs = std::filesystem;

TEST(Errors, AnImageThatDoesNotExistShowsOnThePodAndInAnEvent) {
  Lab lab("e2e-errors", 1);
  lab.Apply(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: missing}\nspec: {containers: [{name: main, image: "
      "'localhost/no-such-image:v9'}]}\n");
  std::string reason;
  EXPECT_TRUE(Await(
      [&] {
        reason = lab.JsonPath({"pod", "missing"}, "{.status.containerStatuses[0].state.waiting.reason}");
        return reason == "ErrImagePull" || reason == "ImagePullBackOff";
      },
      std::chrono::seconds(30)))
      << reason;
  EXPECT_TRUE(Await(
      [&] {
        return lab.Kubectl({"describe", "pod", "missing"})
                   .out.find("Failed to pull image \"localhost/no-such-image:v9\"") != std::string::npos;
      },
      std::chrono::seconds(15)))
      << lab.Kubectl({"describe", "pod", "missing"}).out;
  const Ran table = lab.Kubectl({"get", "pods"});
  EXPECT_TRUE(table.out.find("ErrImagePull") != std::string::npos ||
              table.out.find("ImagePullBackOff") != std::string::npos)
      << table.out;

  // Refused whole: the field is named and nothing is stored.
  const Ran refused = lab.Kubectl(
      {"apply", "-f", "-"},
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec:\n  selector: {matchLabels: {a: b}}\n"
      "  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c}]}\n");
  EXPECT_NE(refused.code, 0);
  EXPECT_NE(refused.err.find("spec.template.spec.containers[0].image"), std::string::npos) << refused.err;
  EXPECT_EQ(lab.JsonPath({"deployments"}, "{.items[*].metadata.name}"), "");
}

class ServerErrors : public testing::Test {
 protected:
  ServerErrors() : dir_(fs::temp_directory_path() / ("croft-errors-" + std::to_string(getpid()))) {
    fs::create_directories(dir_);
  }
  ~ServerErrors() override {
    Execute({"umount", dir_.string()});
    fs::remove_all(dir_);
  }
  // `missing`: a program that is not there for the server, hidden in a mount namespace of its own.
  Ran Server(std::vector<std::string> args, const std::string& missing = {}) {
    const char* script = R"([ -z "$1" ] || mount --bind /dev/null "$1"; shift; exec "$@")";
    std::vector<std::string> argv = {"timeout", "20", "unshare", "--mount", "sh", "-c", script, "sh", missing};
    for (std::string word : {CroftBinary(), std::string("server"), std::string("--data-dir"), (dir_ / "data").string(),
                             std::string("--write-kubeconfig"), (dir_ / "kubeconfig").string()}) {
      argv.push_back(std::move(word));
    }
    argv.insert(argv.end(), args.begin(), args.end());
    return Execute(argv);
  }
  static void ExpectSentence(const Ran& ran, const std::vector<std::string>& parts) {
    EXPECT_NE(ran.code, 0);
    EXPECT_NE(ran.code, 124) << "it ran on: " << ran.err;
    for (const std::string& part : parts)
      EXPECT_NE(ran.err.find(part), std::string::npos) << part << " is not in: " << ran.err;
    EXPECT_EQ(ran.err.find("terminate called"), std::string::npos) << ran.err;
  }
  const fs::path dir_;
};

TEST_F(ServerErrors, APortThatIsTaken) {
  const Ran other =
      Execute({"sh", "-c",
               "python3 -c 'import socket,time\ns=socket.socket()\ns.bind((\"127.0.0.1\",0))\ns.listen()\n"
               "print(s.getsockname()[1],flush=True)\ntime.sleep(30)' > " +
                   (dir_ / "port").string() + " & echo $!"},
              {}, std::chrono::seconds(5));
  ASSERT_TRUE(Await([&] { return !ReadAll(dir_ / "port").empty(); }, std::chrono::seconds(5)));
  const std::string port = std::to_string(std::atoi(ReadAll(dir_ / "port").c_str()));
  const Ran ran = Server({"--listen", "127.0.0.1:" + port, "--disable=agent,ingress"});
  ExpectSentence(ran, {"127.0.0.1:" + port, "already in use", "--listen"});
  Execute({"kill", std::to_string(std::atoi(other.out.c_str()))});
}

TEST_F(ServerErrors, NoHaproxy) {
  ExpectSentence(Server({"--listen", "127.0.0.1:0", "--disable=agent"}, "/usr/sbin/haproxy"),
                 {"HAProxy is not installed", "apt-get install haproxy"});
}

TEST_F(ServerErrors, NoPodman) {
  ExpectSentence(Server({"--listen", "127.0.0.1:0", "--disable=ingress"}, "/usr/bin/podman"),
                 {"odman is not installed", "apt-get install podman"});
}

TEST_F(ServerErrors, AFullDisk) {
  ASSERT_EQ(Execute({"mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir_.string()}).code, 0);
  const Ran ran = Server({"--listen", "127.0.0.1:0", "--disable=agent,ingress"});
  ExpectSentence(ran, {"full", dir_.string()});
}

}  // namespace
}  // namespace croft::e2e
