#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// A fuzz target is a file with
//
//   FUZZ_TARGET(selector) { ... data ... }
//
// which must return for whatever `data` (a std::string_view) holds, and Require() what has to hold.
namespace croft::fuzz {

struct Target {
  std::string name;
  void (*run)(std::string_view data);
};

// Those that are linked into this program.
inline std::vector<Target>& Targets() {
  static std::vector<Target> targets;
  return targets;
}

inline bool Register(const char* name, void (*run)(std::string_view)) {
  Targets().push_back({name, run});
  return true;
}

// Ends the program, as fuzzers and death tests notice it, when `holds` is false.
inline void Require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what.c_str());
  std::abort();
}

// What stands before and after the first line that is "---"; the second part is empty when there is none.
inline std::pair<std::string_view, std::string_view> SplitInTwo(std::string_view data) {
  const size_t at = data.find("\n---\n");
  if (at == std::string_view::npos) return {data, {}};
  return {data.substr(0, at), data.substr(at + 5)};
}

}  // namespace croft::fuzz

#define FUZZ_TARGET(NAME)                                                                              \
  static void Fuzz_##NAME(std::string_view data);                                                      \
  [[maybe_unused]] static const bool registered_##NAME = ::croft::fuzz::Register(#NAME, &Fuzz_##NAME); \
  static void Fuzz_##NAME(std::string_view data)
