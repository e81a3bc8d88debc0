#include <gtest/gtest.h>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

TEST(PathFunctions, Parts) {
  Check({
      {"the last part", "base", {S("a/b/c.txt/")}, R"("c.txt")"},
      {"of nothing", "base", {S("")}, R"(".")"},
      {"of the root", "base", {S("//")}, R"("/")"},
      {"all before the last part", "dir", {S("/a/b/../c")}, R"("/a")"},
      {"of a name", "dir", {S("a")}, R"(".")"},
      {"the shortest way", "clean", {S("./a//b/../c/")}, R"("a/c")"},
      {"above the root is the root", "clean", {S("/../a")}, R"("/a")"},
      {"above where one stands", "clean", {S("a/../../b")}, R"("../b")"},
      {"of nothing", "clean", {S("")}, R"(".")"},
      {"the last extension", "ext", {S("a.b/foo.tar.gz")}, R"(".gz")"},
      {"of a name without one", "ext", {S("a.b/foo")}, R"("")"},
      {"from the root", "isAbs", {S("/a")}, "true"},
      {"the same for files", "osBase", {S("/a/b")}, R"("b")"},
      {"the folder of a file", "osDir", {S("/a/b")}, R"("/a")"},
      {"the shortest way to a file", "osClean", {S("/a/./b")}, R"("/a/b")"},
      {"a file's extension", "osExt", {S("a.yaml")}, R"(".yaml")"},
      {"a file from where one stands", "osIsAbs", {S("a")}, "false"},
  });
}

}  // namespace
}  // namespace croft::chart::test
