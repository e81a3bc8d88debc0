#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"

namespace croft::chart {

// A semantic version, read leniently: "v1.2" is 1.2.0.
struct Version {
  uint64_t major = 0;
  uint64_t minor = 0;
  uint64_t patch = 0;
  std::string prerelease;
  std::string metadata;
  std::string original;  // as it was written

  static Result<Version> Parse(std::string_view text);
  // Without "v", all three numbers.
  std::string ToString() const;
  // -1, 0 or 1; metadata does not count.
  int Compare(const Version& other) const;
};

// A range of versions as charts name it: alternatives by "||", conditions that must all hold by commas or blanks,
// operators = != > < >= => <= =< ~ ~> ^, ranges "1.2 - 1.4", wildcards "1.x". A prerelease is in no range that does not
// name one itself.
class Constraint {
 public:
  static Result<Constraint> Parse(std::string_view text);
  bool Allows(const Version& version) const;

 private:
  enum class Operator { kEqual, kNotEqual, kGreater, kLess, kGreaterOrEqual, kLessOrEqual, kTilde, kCaret };
  // Which of the version's numbers a condition leaves open; all behind it are open too.
  enum class Open { kNone, kPatch, kMinor, kMajor };
  struct Condition {
    Operator op = Operator::kEqual;
    Version version;
    Open open = Open::kNone;
  };
  using Group = std::vector<Condition>;

  static Result<Group> ParseGroup(std::string_view text);
  static bool Holds(const Condition& condition, const Version& version);
  static bool HoldsNotEqual(const Condition& condition, const Version& version);
  static bool HoldsTilde(const Condition& condition, const Version& version);
  static bool HoldsCaret(const Condition& condition, const Version& version);

  std::vector<Group> groups_;
};

}  // namespace croft::chart
