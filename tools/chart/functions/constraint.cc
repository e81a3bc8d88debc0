#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/pattern.h"
#include "tools/chart/functions/text.h"
#include "tools/chart/functions/version.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

constexpr size_t kMaxLength = 512;
constexpr size_t kMaxGroups = 32;

// A version in a condition: each number may be a wildcard.
constexpr std::string_view kVersion =
    R"(v?([0-9xX*|]+)(\.[0-9xX*|]+)?(\.[0-9xX*|]+)?(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)";
constexpr std::string_view kOperators = R"(=|!=|>|<|>=|=>|<=|=<|~|~>|\^|)";

// Of a constant, so it compiles.
std::shared_ptr<const Pattern> Compiled(const std::string& expression) {
  return *Pattern::Compile(expression);
}

const std::string kConditionText = "(" + std::string(kOperators) + R"()\s*()" + std::string(kVersion) + ")";

// "1.2 - 1.4" becomes ">= 1.2, <= 1.4".
std::string WithoutRanges(std::string_view text) {
  thread_local const std::shared_ptr<const Pattern> range =
      Compiled(R"(\s*()" + std::string(kVersion) + R"()\s+-\s+()" + std::string(kVersion) + R"()\s*)");
  std::string out(text);
  for (size_t at = 0;;) {
    const std::vector<Span> groups = range->Groups(text, at);
    if (groups.empty()) return out;
    const auto part = [&](size_t group) {
      return std::string(text.substr(groups[group].begin, groups[group].end - groups[group].begin));
    };
    const std::string whole = part(0);
    const size_t found = out.find(whole);
    if (found != std::string::npos) out.replace(found, whole.size(), ">= " + part(1) + ", <= " + part(7) + " ");
    at = groups[0].end;
  }
}

bool IsWildcard(std::string_view number) {
  if (number.starts_with('.')) number.remove_prefix(1);
  return number.empty() || number == "x" || number == "X" || number == "*";
}

}  // namespace

Result<Constraint> Constraint::Parse(std::string_view text) {
  if (text.size() > kMaxLength) return Wrong("constraint string is too long (max 512 bytes)");
  const std::string plain = WithoutRanges(text);
  const std::vector<std::string_view> groups = Split(plain, "||", -1);
  if (groups.size() > kMaxGroups) return Wrong("too many constraint groups (max 32)");
  Constraint out;
  for (const std::string_view group : groups) {
    Result<Group> parsed = ParseGroup(group);
    if (!parsed.ok()) return parsed.status();
    out.groups_.push_back(std::move(*parsed));
  }
  return out;
}

Result<Constraint::Group> Constraint::ParseGroup(std::string_view text) {
  thread_local const std::shared_ptr<const Pattern> condition = Compiled(kConditionText);
  thread_local const std::shared_ptr<const Pattern> valid =
      Compiled(R"(^\s*)" + kConditionText + R"(\s*(?:(?:\s+|,\s*))" + kConditionText + R"(\s*)*$)");
  if (!valid->Matches(text)) return Wrong("improper constraint: " + GoQuote(text));
  static constexpr std::pair<std::string_view, Operator> kNames[] = {{"", Operator::kEqual},
                                                                     {"=", Operator::kEqual},
                                                                     {"!=", Operator::kNotEqual},
                                                                     {">", Operator::kGreater},
                                                                     {"<", Operator::kLess},
                                                                     {">=", Operator::kGreaterOrEqual},
                                                                     {"=>", Operator::kGreaterOrEqual},
                                                                     {"<=", Operator::kLessOrEqual},
                                                                     {"=<", Operator::kLessOrEqual},
                                                                     {"~", Operator::kTilde},
                                                                     {"~>", Operator::kTilde},
                                                                     {"^", Operator::kCaret}};
  Group out;
  for (size_t at = 0;;) {
    const std::vector<Span> groups = condition->Groups(text, at);
    if (groups.empty()) return out;
    at = groups[0].end;
    const auto part = [&](size_t group) {
      return text.substr(groups[group].begin, groups[group].end - groups[group].begin);
    };
    Condition next;
    for (const auto& [name, op] : kNames) {
      if (name == part(1)) next.op = op;
    }
    std::string version(part(2));
    const std::string prerelease(part(6));
    if (IsWildcard(part(3))) {
      next.open = Open::kMajor;
      version = "0.0.0" + prerelease;
    } else if (IsWildcard(part(4))) {
      next.open = Open::kMinor;
      version = std::string(part(3)) + ".0.0" + prerelease;
    } else if (IsWildcard(part(5))) {
      next.open = Open::kPatch;
      version = std::string(part(3)).append(part(4)) + ".0" + prerelease;
    }
    Result<Version> parsed = Version::Parse(version);
    if (!parsed.ok()) return Wrong("constraint parser error");
    next.version = std::move(*parsed);
    out.push_back(std::move(next));
  }
}

bool Constraint::Allows(const Version& version) const {
  for (const Group& group : groups_) {
    bool holds = true;
    bool prereleases = false;
    for (const Condition& condition : group) {
      holds = holds && Holds(condition, version);
      prereleases = prereleases || !condition.version.prerelease.empty();
    }
    if (holds && (prereleases || version.prerelease.empty())) return true;
  }
  return false;
}

bool Constraint::Holds(const Condition& condition, const Version& version) {
  const Version& bound = condition.version;
  const int order = version.Compare(bound);
  switch (condition.op) {
    case Operator::kEqual:
      return condition.open == Open::kNone ? order == 0 : HoldsTilde(condition, version);
    case Operator::kNotEqual:
      return HoldsNotEqual(condition, version);
    case Operator::kGreater:
      // ">11" begins with 12, ">11.1" with 11.2.
      if (condition.open == Open::kNone || condition.open == Open::kMajor || version.major != bound.major) {
        return condition.open != Open::kNone && version.major != bound.major ? version.major > bound.major : order > 0;
      }
      return condition.open == Open::kPatch && version.minor > bound.minor;
    case Operator::kLess:
      return order < 0;
    case Operator::kGreaterOrEqual:
      return order >= 0;
    case Operator::kLessOrEqual:
      if (condition.open == Open::kNone) return order <= 0;
      return version.major < bound.major ||
             (version.major == bound.major && (condition.open == Open::kMinor || version.minor <= bound.minor));
    case Operator::kTilde:
      return HoldsTilde(condition, version);
    case Operator::kCaret:
      return HoldsCaret(condition, version);
  }
  return false;
}

bool Constraint::HoldsNotEqual(const Condition& condition, const Version& version) {
  const Version& other = condition.version;
  if (condition.open == Open::kNone || condition.open == Open::kMajor) {
    if (condition.open == Open::kMajor &&
        (version.major != other.major || version.minor != other.minor || version.patch != other.patch)) {
      return true;
    }
    return version.Compare(other) != 0;
  }
  if (version.major != other.major) return true;
  if (condition.open == Open::kMinor) return false;
  if (version.minor != other.minor) return true;
  // Of "!=1.2-beta" and 1.2.5-alpha the prereleases are compared.
  return (!version.prerelease.empty() || !other.prerelease.empty()) && version.prerelease != other.prerelease;
}

bool Constraint::HoldsTilde(const Condition& condition, const Version& version) {
  const Version& least = condition.version;
  if (version.Compare(least) < 0) return false;
  const bool zero = least.major == 0 && least.minor == 0 && least.patch == 0;
  if (zero && condition.open != Open::kMinor && condition.open != Open::kPatch) return true;
  return version.major == least.major && (version.minor == least.minor || condition.open == Open::kMinor);
}

bool Constraint::HoldsCaret(const Condition& condition, const Version& version) {
  const Version& least = condition.version;
  if (version.Compare(least) < 0) return false;
  if (least.major > 0 || condition.open == Open::kMinor) return version.major == least.major;
  if (version.major > 0) return false;
  if (least.minor > 0 || condition.open == Open::kPatch) return version.minor == least.minor;
  return version.minor == 0 && version.patch == least.patch;
}

}  // namespace croft::chart
