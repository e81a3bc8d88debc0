#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/version.h"
#include "tools/chart/functions/version_object.h"

namespace croft::chart {
namespace {

Result<Value> CallCompare(const Version& version, std::string_view method, const std::vector<Value>& arguments) {
  const auto* other = arguments.size() == 1 && arguments[0].is_object()
                          ? dynamic_cast<const VersionObject*>(arguments[0].as_object().get())
                          : nullptr;
  if (other == nullptr) return Wrong(std::string(method) + " takes one version, as semver makes them");
  const int order = version.Compare(other->version());
  if (method == "Compare") return Value::Int(order);
  if (method == "Equal") return Value::Bool(order == 0);
  if (method == "LessThan") return Value::Bool(order < 0);
  if (method == "LessThanEqual") return Value::Bool(order <= 0);
  if (method == "GreaterThan") return Value::Bool(order > 0);
  return Value::Bool(order >= 0);
}

// The next version of a kind, or the same with another prerelease or metadata.
Result<Value> CallChange(Version version, std::string_view method, const std::vector<Value>& arguments) {
  const bool sets = method.starts_with("Set");
  if (arguments.size() != (sets ? 1 : 0) || (sets && !arguments[0].is_string())) {
    return Wrong(std::string(method) + (sets ? " takes one string" : " takes no argument"));
  }
  const std::string prefix = version.original.starts_with('v') ? "v" : "";
  if (method == "SetPrerelease") {
    version.prerelease = arguments[0].as_string();
  } else if (method == "SetMetadata") {
    version.metadata = arguments[0].as_string();
  } else {
    if (method == "IncMajor") {
      ++version.major;
      version.minor = version.patch = 0;
    } else if (method == "IncMinor") {
      ++version.minor;
      version.patch = 0;
    } else if (version.prerelease.empty()) {
      ++version.patch;
    }
    version.prerelease.clear();
    version.metadata.clear();
  }
  version.original = prefix + version.ToString();
  if (sets) {
    const Result<Version> checked = Version::Parse(version.original);
    if (!checked.ok()) return checked.status();
  }
  return Value::Of(std::make_shared<VersionObject>(std::move(version), false));
}

constexpr std::string_view kComparisons[] = {"Compare",       "Equal",       "LessThan",
                                             "LessThanEqual", "GreaterThan", "GreaterThanEqual"};
constexpr std::string_view kChanges[] = {"IncMajor", "IncMinor", "IncPatch", "SetPrerelease", "SetMetadata"};
constexpr std::string_view kParts[] = {"Major", "Minor", "Patch", "Prerelease", "Metadata", "Original", "String"};

bool IsIn(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool VersionObject::HasMethod(std::string_view name) const {
  return IsIn(kParts, name) || IsIn(kComparisons, name) || IsIn(kChanges, name);
}

Result<Value> VersionObject::Call(std::string_view method, const std::vector<Value>& arguments) const {
  if (IsIn(kComparisons, method)) return CallCompare(version_, method, arguments);
  if (IsIn(kChanges, method)) return CallChange(version_, method, arguments);
  if (!arguments.empty()) return Wrong(std::string(method) + " takes no argument");
  if (method == "Major") return Value::Int64(static_cast<int64_t>(version_.major));
  if (method == "Minor") return Value::Int64(static_cast<int64_t>(version_.minor));
  if (method == "Patch") return Value::Int64(static_cast<int64_t>(version_.patch));
  if (method == "Prerelease") return Value::String(version_.prerelease);
  if (method == "Metadata") return Value::String(version_.metadata);
  if (method == "Original") return Value::String(version_.original);
  if (method == "String") return Value::String(version_.ToString());
  return Wrong("a version has no method " + std::string(method));
}

void AddVersions(Functions& functions) {
  functions["semver"] = Bind([](std::string_view text) -> Result<Value> {
    Result<Version> version = Version::Parse(text);
    if (!version.ok()) return version.status();
    return Value::Of(std::make_shared<VersionObject>(std::move(*version), true));
  });
  functions["semverCompare"] = Bind([](std::string_view range, std::string_view text) -> Result<Value> {
    const Result<Constraint> constraint = Constraint::Parse(range);
    if (!constraint.ok()) return constraint.status();
    const Result<Version> version = Version::Parse(text);
    if (!version.ok()) return version.status();
    return Value::Bool(constraint->Allows(*version));
  });
}

}  // namespace croft::chart
