#include "tools/croft/terminal.h"

#include <gtest/gtest.h>

namespace croft::cli {
namespace {

TEST(TablePrinter, AlignsColumnsByTheirWidestCell) {
  TablePrinter table({"NAME", "STATUS"});
  table.Add({"web-1", "Running"});
  table.Add({"a-longer-name", "Pending"});
  EXPECT_EQ(table.Print(false),
            "NAME            STATUS\n"
            "web-1           Running\n"
            "a-longer-name   Pending\n");
  EXPECT_EQ(table.Print(false, false), "web-1           Running\na-longer-name   Pending\n");
}

TEST(TablePrinter, CountsLettersNotBytes) {
  TablePrinter table({"A", "B"});
  table.Add({"ü", "x"});
  EXPECT_EQ(table.Print(false), "A   B\nü   x\n");
}

TEST(TablePrinter, ColoursStatusWordsOnATerminalOnly) {
  TablePrinter table({"S"});
  table.Add({"Running"});
  EXPECT_EQ(table.Print(true, false), "\033[32mRunning\033[0m\n");
  EXPECT_EQ(table.Print(false, false), "Running\n");
}

TEST(Colours, AreOffInAPipeAndByNoColor) {
  EXPECT_FALSE(ColoursOn(-1));
}

}  // namespace
}  // namespace croft::cli
