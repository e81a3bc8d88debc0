#include "tools/chart/chart/archive.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tools/chart/chart/load.h"
#include "tools/chart/value/gzip.h"

namespace croft::chart {
namespace {

// One entry of a tar: its header with a right checksum, and its data.
std::string Entry(const std::string& name, const std::string& data, char type = '0', size_t size = std::string::npos) {
  std::string header(512, '\0');
  header.replace(0, name.size(), name);
  char number[13];
  std::snprintf(number, sizeof(number), "%011zo", size == std::string::npos ? data.size() : size);
  header.replace(124, 11, number);
  header[156] = type;
  header.replace(257, 8,
                 std::string("ustar\0"
                             "00",
                             8));
  header.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(number, sizeof(number), "%06o", sum);
  header.replace(148, 6, number);
  header[154] = '\0';
  std::string padded = data;
  padded.resize((data.size() + 511) / 512 * 512, '\0');
  return header + padded;
}

std::string Archive(const std::string& entries) {
  return *Gzip(entries + std::string(1024, '\0'));
}

TEST(ReadArchive, GivesFilesWithoutTheirFirstFolder) {
  const Result<std::vector<File>> files = ReadArchive(
      Archive(Entry("c/", "", '5') + Entry("c/Chart.yaml", "\xEF\xBB\xBFname: c") + Entry("c/a/../b//c.txt", "x")));
  ASSERT_TRUE(files.ok()) << files.status().message();
  ASSERT_EQ(files->size(), 2u);
  EXPECT_EQ(files->at(0).name, "Chart.yaml");
  EXPECT_EQ(*files->at(0).data, "name: c");
  EXPECT_EQ(files->at(1).name, "b/c.txt");
}

TEST(ReadArchive, ReadsLongNamesOfBothKinds) {
  const std::string name = "c/" + std::string(150, 'n');
  const std::string record = "path=" + name + "\n";
  const std::string pax = std::to_string(record.size() + 4) + " " + record;
  const Result<std::vector<File>> files =
      ReadArchive(Archive(Entry("long", name + std::string(1, '\0'), 'L') + Entry("c/short", "1") +
                          Entry("pax", pax, 'x') + Entry("c/short", "2")));
  ASSERT_TRUE(files.ok()) << files.status().message();
  ASSERT_EQ(files->size(), 2u);
  EXPECT_EQ(files->at(0).name, std::string(150, 'n'));
  EXPECT_EQ(files->at(1).name, std::string(150, 'n'));
  EXPECT_EQ(*files->at(1).data, "2");
}

TEST(ReadArchive, RefusesWhatLeadsOutOrIsTooLarge) {
  struct Case {
    std::string name;
    std::string bytes;
    std::string message;
  };
  const Case cases[] = {
      {"no gzip", "PK\x03\x04", "gzip: invalid header"},
      {"nothing in it", Archive(""), "no files in chart archive"},
      {"a parent folder", Archive(Entry("c/../../etc/passwd", "x")), "chart illegally references parent directory"},
      {"an absolute path", Archive(Entry("c//etc/passwd", "x")), "chart illegally contains absolute paths"},
      {"a drive", Archive(Entry("c/C:/windows", "x")), "chart contains illegally named files"},
      {"backslashes lead out too", Archive(Entry("c\\..\\..\\x", "x")), "chart illegally references parent directory"},
      {"no folder", Archive(Entry("values.yaml", "x")),
       "chart illegally contains content outside the base directory: \"values.yaml\""},
      {"a symbolic link", Archive(Entry("c/x", "", '2')), "the chart archive has a link or device: \"c/x\""},
      {"a device", Archive(Entry("c/x", "", '3')), "the chart archive has a link or device: \"c/x\""},
      {"a file beyond the limit", Archive(Entry("c/x", "", '0', 6 * 1024 * 1024)),
       "decompressed chart file \"c/x\" is larger than the maximum file size 5242880"},
      {"a file beyond all", Archive(Entry("c/x", "", '0', 0xFFFFFFFF)),
       "decompressed chart is larger than the maximum file size 104857600"},
      {"a checksum that is wrong", Archive(Entry("c/x", "x").replace(0, 1, "d")), "archive/tar: invalid tar header"},
      {"a file that ends early", *Gzip(Entry("c/x", std::string(2000, 'x')).substr(0, 1000)), "unexpected EOF"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Result<std::vector<File>> files = ReadArchive(c.bytes);
    ASSERT_FALSE(files.ok());
    EXPECT_EQ(files.status().message(), c.message);
  }
}

TEST(ReadArchive, EndsABombBeforeItIsUnpacked) {
  std::string entries;
  const std::string zeros(5 * 1024 * 1024, '\0');
  for (int i = 0; i < 21; ++i) entries += Entry("c/" + std::to_string(i), zeros);
  EXPECT_EQ(ReadArchive(Archive(entries)).status().message(),
            "decompressed chart is larger than the maximum file size 104857600");
}

TEST(Gunzip, ReadsMembersAsOneStreamAndTellsATornOne) {
  const std::string two = *Gzip("ab") + *Gzip("cd");
  Gunzip stream(two);
  std::string out(10, '\0');
  EXPECT_EQ(*stream.Read(out.data(), 10), 4u);
  EXPECT_EQ(out.substr(0, 4), "abcd");
  const std::string torn = two.substr(0, two.size() - 12);
  Gunzip half(torn);
  EXPECT_FALSE(half.Read(out.data(), 10).ok());
}

}  // namespace
}  // namespace croft::chart
