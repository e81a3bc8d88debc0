#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/fuzz/target.h"

namespace croft::fuzz {
namespace {

class FuzzTarget : public testing::TestWithParam<Target> {};

TEST_P(FuzzTarget, HoldsOverItsSeeds) {
  const std::filesystem::path seeds = std::filesystem::path(CROFT_FUZZ_SEEDS) / GetParam().name;
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(seeds)) {
    SCOPED_TRACE(entry.path());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string data{std::istreambuf_iterator<char>(file), {}};
    GetParam().run(data);
    for (size_t half = data.size() / 2; half > 0; half /= 2) GetParam().run(std::string_view(data).substr(0, half));
    ++count;
  }
  EXPECT_GT(count, 0u) << "no seeds in " << seeds;
}

INSTANTIATE_TEST_SUITE_P(All, FuzzTarget, testing::ValuesIn(Targets()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace croft::fuzz
