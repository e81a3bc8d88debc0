#include "api/base/program.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

TEST(RunProgram, HandsInputOverAndReturnsOutput) {
  const std::string large(300'000, 'x');
  EXPECT_EQ(*RunProgram({"cat"}, large), large);
  EXPECT_EQ(*RunProgram({"echo", "$HOME; ls"}), "$HOME; ls\n");
}

TEST(RunProgram, AFailureCarriesWhatTheProgramSaid) {
  const auto failed = RunProgram({"sh", "-c", "echo broken >&2; exit 3"});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.status().message(), "sh failed: broken");
}

TEST(RunProgram, AMissingProgramIsNotFound) {
  EXPECT_TRUE(RunProgram({"no-such-program-anywhere"}).status().IsNotFound());
}

TEST(RunProgram, AProgramThatReadsNothingIsNoHarm) {
  EXPECT_TRUE(RunProgram({"true"}, std::string(1 << 20, 'x')).ok());
}

}  // namespace
}  // namespace croft
