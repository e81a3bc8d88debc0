#include "api/base/file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

namespace croft {
namespace {

class FileTest : public testing::Test {
 protected:
  FileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "croft-file-XXXXXX").string();
    dir_ = mkdtemp(name.data());
  }
  ~FileTest() override { std::filesystem::remove_all(dir_); }

  static unsigned ModeOf(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 07777u : 0;
  }

  std::string dir_;
};

TEST_F(FileTest, WrittenBytesAreReadBackWithTheirMode) {
  const std::string path = dir_ + "/key";
  const std::string bytes("a\0b\n", 4);
  ASSERT_TRUE(WriteFileAtomic(path, bytes, 0600).ok());
  EXPECT_EQ(*ReadFile(path), bytes);
  EXPECT_EQ(ModeOf(path), 0600u);
  ASSERT_TRUE(WriteFileAtomic(path, "second", 0644).ok());
  EXPECT_EQ(*ReadFile(path), "second");
  EXPECT_EQ(ModeOf(path), 0644u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_), {}), 1) << "a temporary file was left";
}

TEST_F(FileTest, MissingFileIsNotFound) {
  const auto read = ReadFile(dir_ + "/none");
  EXPECT_TRUE(read.status().IsNotFound());
  EXPECT_EQ(read.status().message(), "cannot read " + dir_ + "/none: No such file or directory");
}

TEST_F(FileTest, FileBeyondTheLimitIsRefused) {
  ASSERT_TRUE(WriteFileAtomic(dir_ + "/f", "12345", 0600).ok());
  EXPECT_TRUE(ReadFile(dir_ + "/f", 5).ok());
  EXPECT_EQ(ReadFile(dir_ + "/f", 4).status().reason(), Reason::kRequestEntityTooLarge);
}

TEST_F(FileTest, WriteIntoAMissingDirectoryFails) {
  EXPECT_FALSE(WriteFileAtomic(dir_ + "/none/f", "x", 0600).ok());
}

TEST_F(FileTest, MakesDirectoriesWithTheirMode) {
  ASSERT_TRUE(MakeDirs(dir_ + "/a/b/c", 0700).ok());
  EXPECT_EQ(ModeOf(dir_ + "/a"), 0700u);
  EXPECT_EQ(ModeOf(dir_ + "/a/b/c"), 0700u);
  EXPECT_TRUE(MakeDirs(dir_ + "/a/b/c", 0700).ok());
  ASSERT_TRUE(WriteFileAtomic(dir_ + "/f", "x", 0600).ok());
  EXPECT_FALSE(MakeDirs(dir_ + "/f/below", 0700).ok());
}

}  // namespace
}  // namespace croft
