#pragma once

#include <string>
#include <utility>

#include "tools/chart/functions/version.h"
#include "tools/chart/value/value.h"

namespace croft::chart {

// What `semver` returns: (semver "1.2.3").Minor, ((semver "2").Compare (semver "1.9")).
class VersionObject final : public Object {
 public:
  // A pointer, as semver gives it, or what the methods that make another version return.
  VersionObject(Version version, bool pointer) : version_(std::move(version)), pointer_(pointer) {}

  const Version& version() const { return version_; }
  std::string_view go_type() const override { return pointer_ ? "*semver.Version" : "semver.Version"; }
  std::string_view go_kind() const override { return pointer_ ? "ptr" : "struct"; }
  bool HasMethod(std::string_view name) const override;
  Result<Value> Call(std::string_view method, const std::vector<Value>& arguments) const override;
  Value AsValue() const override { return Value::String(version_.ToString()); }
  std::string ToString() const override { return version_.ToString(); }

 private:
  const Version version_;
  const bool pointer_;
};

}  // namespace croft::chart
