// What the agent writes to and reads from the disk: volumes, logs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/base/executor.h"
#include "api/types/resources.h"
#include "operator/agent/logs.h"
#include "operator/agent/subpath.h"
#include "operator/agent/volume_files.h"
#include "operator/agent/volumes.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::agent {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string name = (fs::temp_directory_path() / "croft-files-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    dir_ = name;
  }
  ~FilesTest() override { fs::remove_all(dir_); }

  static std::string ReadAll(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  static int Mode(const fs::path& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? static_cast<int>(info.st_mode & 07777) : -1;
  }

  fs::path dir_;
};

TEST_F(FilesTest, ATreeIsReplacedAtOnceAndOldNamesGo) {
  ASSERT_TRUE(WriteTree(dir_, {{"a", {"1", 0644}}, {"sub/b", {"2", 0400}}}, {}).ok());
  EXPECT_EQ(ReadAll(dir_ / "a"), "1");
  EXPECT_EQ(ReadAll(dir_ / "sub/b"), "2");
  EXPECT_EQ(Mode(dir_ / "sub/b"), 0400);
  const fs::path before = fs::read_symlink(dir_ / "..data");
  ASSERT_TRUE(WriteTree(dir_, {{"a", {"1", 0644}}, {"sub/b", {"2", 0400}}}, {}).ok());
  EXPECT_EQ(fs::read_symlink(dir_ / "..data"), before) << "nothing changed, nothing written";
  ASSERT_TRUE(WriteTree(dir_, {{"a", {"3", 0644}}}, {}).ok());
  EXPECT_EQ(ReadAll(dir_ / "a"), "3");
  EXPECT_FALSE(fs::exists(fs::symlink_status(dir_ / "sub")));
  EXPECT_FALSE(fs::exists(dir_ / before));
  EXPECT_FALSE(WriteTree(dir_, {{"../escape", {"", 0644}}}, {}).ok());
}

TEST_F(FilesTest, ASubPathStaysInItsVolume) {
  fs::create_directories(dir_ / "volume/inner");
  std::ofstream(dir_ / "volume/inner/file") << "in";
  fs::create_symlink("/etc", dir_ / "volume/out");
  fs::create_symlink("inner", dir_ / "volume/link");
  const auto bind = [&](const std::string& path) { return BindSubPath(dir_ / "volume", path, dir_ / "target"); };
  EXPECT_FALSE(bind("../x").ok());
  EXPECT_FALSE(bind("out/passwd").ok());
  EXPECT_FALSE(bind("/etc").ok());
  EXPECT_FALSE(bind("").ok());
  // Mounts are the node tests' matter: here only what is refused is tried with a real target.
}

class VolumesTest : public FilesTest {
 protected:
  VolumesTest() : volumes_(dir_ / "data", dir_ / "logs", {"10.96.0.10", "cluster.local", "/nowhere"}) {
    pod_.metadata.ns = "default";
    pod_.metadata.name = "web";
    pod_.metadata.uid = "u1";
  }

  PodFacts Facts() { return {pod_, "n1", "192.0.2.1", "10.244.1.2", 2000, 1 << 30}; }
  types::Volume& AddVolume(const std::string& name, const std::string& source = "{}") {
    types::Volume& volume = pod_.spec.volumes.emplace_back();
    volume.name = name;
    volume.source.bytes = source;
    return volume;
  }
  void Seed(const std::string& data) {
    client_.Seed(
        resources::kConfigMaps,
        R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"default","name":"c"},"data":)" + data + "}");
  }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
  ConfigSource source_{client_};
  NodeVolumes volumes_;
  types::Pod pod_;
};

TEST_F(VolumesTest, AConfigMapShowsAsFilesAndFollowsItsObject) {
  AddVolume("c").config_map = types::ConfigMapVolume{"c", {}, {}, false};
  EXPECT_TRUE(volumes_.Prepare(Facts(), source_).IsNotFound());
  Seed(R"({"a":"1","b":"2"})");
  ASSERT_TRUE(volumes_.Prepare(Facts(), source_).ok());
  const fs::path directory = dir_ / "data/pods/u1/volumes/c";
  EXPECT_EQ(ReadAll(directory / "a"), "1");
  EXPECT_EQ(Mode(directory / "a"), 0644);
  Seed(R"({"a":"3"})");
  ASSERT_TRUE(volumes_.Prepare(Facts(), source_).ok());
  EXPECT_EQ(ReadAll(directory / "a"), "3");
  EXPECT_FALSE(fs::exists(directory / "b"));
  client_.SetAway(true);
  EXPECT_TRUE(volumes_.Prepare(Facts(), source_).ok()) << "what was read once serves while the server is away";
}

TEST_F(VolumesTest, ItemsPickKeysPathsAndModes) {
  Seed(R"({"a":"1","b":"2"})");
  AddVolume("c").config_map = types::ConfigMapVolume{"c", {{"b", "deep/name", 0400}}, {}, false};
  ASSERT_TRUE(volumes_.Prepare(Facts(), source_).ok());
  const fs::path directory = dir_ / "data/pods/u1/volumes/c";
  EXPECT_EQ(ReadAll(directory / "deep/name"), "2");
  EXPECT_EQ(Mode(directory / "deep/name"), 0400);
  EXPECT_FALSE(fs::exists(directory / "a"));
}

TEST_F(VolumesTest, OptionalObjectsMayBeMissing) {
  AddVolume("c").config_map = types::ConfigMapVolume{"none", {}, {}, true};
  EXPECT_TRUE(volumes_.Prepare(Facts(), source_).ok());
}

TEST_F(VolumesTest, ProjectedAndDownwardSourcesAreMerged) {
  Seed(R"({"a":"1"})");
  pod_.metadata.labels = {{"app", "web"}};
  AddVolume("p", R"({"name":"p","projected":{"sources":[{"configMap":{"name":"c"}},{"downwardAPI":{"items":[
      {"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}},{"path":"ip","fieldRef":{"fieldPath":"status.podIP"}}
      ]}}]}})");
  const Status prepared = volumes_.Prepare(Facts(), source_);
  ASSERT_TRUE(prepared.ok()) << prepared.message();
  const fs::path directory = dir_ / "data/pods/u1/volumes/p";
  EXPECT_EQ(ReadAll(directory / "a"), "1");
  EXPECT_EQ(ReadAll(directory / "labels"), "app=\"web\"\n");
  EXPECT_EQ(ReadAll(directory / "ip"), "10.244.1.2");
}

TEST_F(VolumesTest, UnsupportedKindsAreNamed) {
  AddVolume("data", R"({"name":"data","nfs":{"server":"x"}})");
  const Status status = volumes_.Prepare(Facts(), source_);
  EXPECT_EQ(status.reason(), Reason::kInvalid);
  EXPECT_EQ(status.message(), "volume \"data\": nfs is not supported");
}

TEST_F(VolumesTest, HostPathsAreCheckedByType) {
  types::HostPathVolume path{(dir_ / "made").string(), "Directory"};
  AddVolume("h").host_path = path;
  EXPECT_FALSE(volumes_.Prepare(Facts(), source_).ok());
  pod_.spec.volumes[0].host_path->type = "DirectoryOrCreate";
  EXPECT_TRUE(volumes_.Prepare(Facts(), source_).ok());
  pod_.spec.volumes[0].host_path->type = "File";
  EXPECT_THAT(volumes_.Prepare(Facts(), source_).message(), HasSubstr("is not a file"));
}

TEST_F(VolumesTest, ContainersGetTheirMountsAndTheHostFiles) {
  AddVolume("e").empty_dir.emplace();
  types::Container container;
  container.name = "main";
  container.volume_mounts.push_back({"e", "/cache", "", "", false, ""});
  ASSERT_TRUE(volumes_.Prepare(Facts(), source_).ok());
  EXPECT_EQ(Mode(dir_ / "data/pods/u1/volumes/e"), 0777);
  const Result<std::vector<MountSpec>> mounts = volumes_.Mounts(Facts(), container, {});
  ASSERT_TRUE(mounts.ok());
  std::vector<std::string> destinations;
  for (const MountSpec& mount : *mounts) destinations.push_back(mount.destination);
  EXPECT_THAT(destinations, ElementsAre("/cache", "/etc/hosts", "/etc/resolv.conf"));
  EXPECT_THAT(ReadAll((*mounts)[1].source), HasSubstr("10.244.1.2\tweb\n"));
  EXPECT_EQ(ReadAll((*mounts)[2].source),
            "search default.svc.cluster.local svc.cluster.local cluster.local\n"
            "nameserver 10.96.0.10\noptions ndots:5\n");
}

TEST_F(VolumesTest, RemovingAPodTakesItsFilesAndLogs) {
  AddVolume("e").empty_dir.emplace();
  fs::create_directories(dir_ / "logs/default_web_u1/main");
  ASSERT_TRUE(volumes_.Prepare(Facts(), source_).ok());
  EXPECT_THAT(volumes_.Pods(), ElementsAre("u1"));
  ASSERT_TRUE(volumes_.Remove("u1").ok());
  EXPECT_TRUE(volumes_.Pods().empty());
  EXPECT_FALSE(volumes_.Remove("../..").ok());
}

class LogsTest : public FilesTest {
 protected:
  void Append(const std::string& name, const std::string& text) {
    fs::create_directories((dir_ / name).parent_path());
    std::ofstream(dir_ / name, std::ios::app) << text;
  }
  static std::string Line(int second, const std::string& text, char tag = 'F') {
    return "2026-01-01T00:00:" + std::string(second < 10 ? "0" : "") + std::to_string(second) +
           ".123456789+00:00 stdout " + tag + " " + text + "\n";
  }
  std::string Read(LogOptions options) { return *LogReader(dir_ / "log", options).Read(); }
};

TEST_F(LogsTest, LinesAreGivenWithoutTheirFrame) {
  Append("log", Line(1, "one") + Line(2, "par", 'P') + Line(2, "tial") + Line(3, ""));
  EXPECT_EQ(Read({}), "one\npartial\n\n");
  EXPECT_EQ(Read({.timestamps = true}),
            "2026-01-01T00:00:01.123456789Z one\n2026-01-01T00:00:02.123456789Z partial\n"
            "2026-01-01T00:00:03.123456789Z \n");
}

TEST_F(LogsTest, TailSinceAndLimitCutWhatIsAsked) {
  Append("log", Line(1, "one") + Line(2, "par", 'P') + Line(2, "tial") + Line(3, "three"));
  EXPECT_EQ(Read({.tail_lines = 2}), "partial\nthree\n");
  EXPECT_EQ(Read({.tail_lines = 0}), "");
  EXPECT_EQ(Read({.tail_lines = 99}), "one\npartial\nthree\n");
  EXPECT_EQ(Read({.since = ParseTime("2026-01-01T00:00:02Z")}), "partial\nthree\n");
  EXPECT_EQ(Read({.limit_bytes = 6}), "one\npa");
}

TEST_F(LogsTest, AFollowerSeesWhatIsAddedThroughRotationAndTruncation) {
  Append("log", Line(1, "one"));
  LogReader reader(dir_ / "log", {.tail_lines = 0});
  EXPECT_EQ(*reader.Read(), "");
  const std::string two = Line(2, "two");
  Append("log", two.substr(0, 20));
  EXPECT_EQ(*reader.Read(), "");
  Append("log", two.substr(20));
  EXPECT_EQ(*reader.Read(), "two\n");
  fs::rename(dir_ / "log", dir_ / "old");
  Append("log", Line(3, "three"));
  EXPECT_EQ(*reader.Read(), "three\n");
  fs::resize_file(dir_ / "log", 0);
  EXPECT_EQ(*reader.Read(), "");
  Append("log", Line(4, "4"));
  EXPECT_EQ(*reader.Read(), "4\n");
}

TEST_F(LogsTest, TheNewestStartIsFoundAndTheOneBefore) {
  EXPECT_TRUE(FindLog(dir_, "default", "web", "main", false).status().IsNotFound());
  Append("default_web_u1/main/9.log", "x");
  EXPECT_TRUE(FindLog(dir_, "default", "web", "main", true).status().IsNotFound());
  Append("default_web_u1/main/10.log", "x");
  Append("default_web-2_u2/main/0.log", "x");
  EXPECT_EQ(*FindLog(dir_, "default", "web", "main", false), dir_ / "default_web_u1/main/10.log");
  EXPECT_EQ(*FindLog(dir_, "default", "web", "main", true), dir_ / "default_web_u1/main/9.log");
}

}  // namespace
}  // namespace croft::agent
