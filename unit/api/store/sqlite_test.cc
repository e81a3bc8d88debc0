#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "unit/api/store/helpers.h"

namespace croft::store {
namespace {

using ::testing::HasSubstr;

const Key kWeb{"lab", "web"};

class SqliteTest : public ::testing::Test {
 protected:
  SqliteTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "croft-store-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ / "store.db";
  }
  ~SqliteTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Store> OpenStore() { return MustOpen(std::move(*SqliteBackend(path_))); }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(SqliteTest, FindsAfterAReopenWhatWasStored) {
  uint64_t revision = 0;
  std::string bytes;
  {
    auto store = OpenStore();
    ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
    ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "b")).ok());
    ASSERT_TRUE(store->CommitAndWait(Put({"", "cluster-scoped"}, "x")).ok());
    ASSERT_TRUE(store->CommitAndWait(Put({"lab", "gone"}, "x")).ok());
    ASSERT_TRUE(store->CommitAndWait(Erase({"lab", "gone"})).ok());
    bytes = store->Get(kPods, kWeb)->bytes();
    revision = store->Revision();
  }
  auto store = OpenStore();
  EXPECT_EQ(store->Get(kPods, kWeb)->bytes(), bytes);
  EXPECT_NE(store->Get(kPods, {"", "cluster-scoped"}), nullptr);
  EXPECT_EQ(store->List(kPods, "").items.size(), 2u);
  EXPECT_EQ(store->Revision(), revision);
}

// Records of ownership make an object deeper than the body it came in.
TEST_F(SqliteTest, FindsAfterAReopenWhatIsDeeperThanABodyMayBe) {
  const int depth = kMaxJsonDepth + 10;
  const std::string deep = std::string(depth, '[') + std::string(depth, ']');
  const auto json = ParseJson(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"deep":)" + deep + "}");
  ASSERT_TRUE(json.ok());
  const Key key{"", "web"};
  ASSERT_TRUE(OpenStore()->CommitAndWait({kPods, key, *Draft::From(*json), 0, false}).ok());
  EXPECT_NE(OpenStore()->Get(kPods, key), nullptr);
}

// What stood here before objects were kept by number.
TEST_F(SqliteTest, TakesOverAFileOfTheFirstVersion) {
  const std::string bytes(PodDraft(kWeb, "a").Commit(7)->bytes());
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
  const std::string sql =
      "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE objects (api_group TEXT NOT NULL, resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT "
      "NULL, body BLOB NOT NULL, PRIMARY KEY (api_group, resource, namespace, name));"
      "INSERT INTO meta VALUES ('schema', 1), ('revision', 9);"
      "INSERT INTO objects VALUES ('', 'pods', 'lab', 'web', '" +
      bytes + "');";
  ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  {
    auto store = OpenStore();
    EXPECT_EQ(store->Get(kPods, kWeb)->bytes(), bytes);
    EXPECT_GE(store->Revision(), 9u);
    ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "b")).ok());
    ASSERT_TRUE(store->CommitAndWait(Put({"lab", "new"}, "n")).ok());
  }
  auto store = OpenStore();
  EXPECT_EQ(FindString(store->Get(kPods, kWeb)->ToJson(), {"note"}), "b");
  EXPECT_EQ(store->List(kPods, "").items.size(), 2u);
}

TEST_F(SqliteTest, KeepsWhatIsDeletedAndMadeAgainInAnyMannerOnce) {
  {
    auto store = OpenStore();
    for (const bool ephemeral : {false, true}) {
      for (const char* note : {"a", "b"}) {
        Write put = Put(kWeb, note);
        Write erase = Erase(kWeb);
        put.ephemeral = erase.ephemeral = ephemeral;
        ASSERT_TRUE(store->CommitAndWait(put).ok());
        ASSERT_TRUE(store->CommitAndWait(erase).ok());
        ASSERT_TRUE(store->CommitAndWait(put).ok());
      }
    }
  }
  auto store = OpenStore();
  EXPECT_EQ(FindString(store->Get(kPods, kWeb)->ToJson(), {"note"}), "b");
  EXPECT_EQ(store->List(kPods, "").items.size(), 1u);
}

TEST_F(SqliteTest, TheFilesAreForTheirOwnerOnly) {
  auto store = OpenStore();
  ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    struct stat file {};
    ASSERT_EQ(stat(entry.path().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600u) << entry.path();
  }
}

TEST_F(SqliteTest, WritesNothingWhenItIsOpenedAndClosedAgain) {
  {
    auto store = OpenStore();
    ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
  }
  const auto read = [&] {
    std::ifstream file(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string before = read();
  { auto store = OpenStore(); }
  EXPECT_TRUE(read() == before);
}

TEST_F(SqliteTest, SaysWhyAFileCanNotBeUsed) {
  const auto message = [](const std::string& path) {
    auto backend = SqliteBackend(path);
    if (!backend.ok()) return backend.status().message();
    return Open(std::move(*backend), {}).status().message();
  };
  EXPECT_THAT(message(folder_ / "none" / "store.db"),
              HasSubstr("can't be made (No such file or directory): make the folder"));

  const std::string garbage = folder_ / "garbage.db";
  std::ofstream(garbage) << std::string(10'000, 'x');
  EXPECT_THAT(message(garbage), HasSubstr(garbage + " is damaged"));

  auto store = OpenStore();
  EXPECT_THAT(message(path_), HasSubstr("in use by another process: stop that first"));
}

TEST_F(SqliteTest, EphemeralRevisionsAreNotRepeatedAfterAReopenWithoutStop) {
  uint64_t highest = 0;
  const std::string copy = folder_ / "copy.db";
  {
    auto store = OpenStore();
    ASSERT_TRUE(store->CommitAndWait(Put(kWeb, "a")).ok());
    for (int i = 0; i < 50; ++i) {
      highest = (*store->CommitAndWait(Ephemeral(Put(kWeb, std::to_string(i)))))->meta().revision;
    }
    // What a power cut would leave.
    std::filesystem::copy_file(path_, copy);
    std::filesystem::copy_file(path_ + "-wal", copy + "-wal");
  }
  auto store = MustOpen(std::move(*SqliteBackend(copy)));
  EXPECT_GT(store->Revision(), highest);
  EXPECT_EQ(FindString(store->Get(kPods, kWeb)->ToJson(), {"note"}), "a");
}

// The child stores objects with four writers and reports each one that was acknowledged; it is killed in the middle.
TEST_F(SqliteTest, KeepsEveryAcknowledgedObjectWhenItsProcessIsKilled) {
  for (int round = 0; round < 3; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      auto store = OpenStore();
      std::vector<std::thread> writers;
      for (int w = 0; w < 4; ++w) {
        writers.emplace_back([&, w] {
          for (uint64_t i = 0;; ++i) {
            const std::string name = std::to_string(round) + "-" + std::to_string(w) + "-" + std::to_string(i);
            const auto object = store->CommitAndWait(Put({"lab", name}, "x", 0));
            if (!object.ok()) _exit(1);
            const std::string line = name + " " + std::to_string((*object)->meta().revision) + "\n";
            if (write(pipe_ends[1], line.data(), line.size()) < 0) _exit(1);
          }
        });
      }
      for (auto& writer : writers) writer.join();
    }
    close(pipe_ends[1]);
    FILE* reports = fdopen(pipe_ends[0], "r");
    std::vector<std::string> acknowledged;
    uint64_t highest = 0;
    char name[64];
    unsigned long revision = 0;
    while (fscanf(reports, "%63s %lu\n", name, &revision) == 2) {
      acknowledged.emplace_back(name);
      highest = std::max<uint64_t>(highest, revision);
      if (acknowledged.size() == 200u + 50u * static_cast<unsigned>(round)) kill(child, SIGKILL);
    }
    fclose(reports);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    auto store = OpenStore();
    EXPECT_GE(store->Revision(), highest);
    for (const std::string& each : acknowledged) ASSERT_NE(store->Get(kPods, {"lab", each}), nullptr) << each;
  }
}

// Fills a file system of 2 MiB of its own; returns what went wrong, or nothing.
std::string FillADisk(const std::string& folder) {
  const std::string path = folder + "/store.db";
  const std::string ballast = folder + "/ballast";
  std::ofstream(ballast) << std::string(800'000, 'b');
  size_t stored = 0;
  {
    auto store = MustOpen(std::move(*SqliteBackend(path)));
    const std::string note(20'000, 'n');
    Status failure;
    while (failure.ok() && stored < 1000) {
      failure = store->CommitAndWait(Put({"lab", "pod-" + std::to_string(stored)}, note, 0)).status();
      stored += failure.ok();
    }
    if (failure.reason() != Reason::kServiceUnavailable) return "the disk was never full";
    if (failure.message() != "the disk of " + folder + " is full: free some space; nothing was stored") {
      return failure.message();
    }
    if (store->List(kPods, "").items.size() != stored) return "a failed write showed";
    std::filesystem::remove(ballast);
    for (int i = 0; i < 5; ++i) {
      const Status later = store->CommitAndWait(Put({"lab", "pod-" + std::to_string(stored)}, note, 0)).status();
      if (!later.ok()) return "with space again: " + later.message();
      ++stored;
    }
  }
  auto store = MustOpen(std::move(*SqliteBackend(path)));
  const size_t found = store->List(kPods, "").items.size();
  return found == stored ? "" : std::to_string(found) + " objects of " + std::to_string(stored);
}

TEST_F(SqliteTest, SurvivesAFullDiskAndGoesOnWhenThereIsSpaceAgain) {
  constexpr int kNotPermitted = 77;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // In a mount namespace of its own: nothing to clean up.
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=2m") != 0) {
      _exit(kNotPermitted);
    }
    const std::string wrong = FillADisk(folder_);
    if (!wrong.empty()) fprintf(stderr, "%s\n", wrong.c_str());
    _exit(wrong.empty() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNotPermitted) GTEST_SKIP() << "mounting a tmpfs needs root";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace croft::store
