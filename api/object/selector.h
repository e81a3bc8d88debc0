#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"
#include "api/object/object.h"

namespace croft {

// A label selector: all requirements must hold. The empty one selects everything.
class LabelSelector {
 public:
  enum class Op { kEquals, kNotEquals, kIn, kNotIn, kExists, kDoesNotExist, kGreaterThan, kLessThan };
  struct Requirement {
    std::string key;
    Op op;
    std::vector<std::string> values;  // sorted, since a selector may have thousands
  };

  LabelSelector() = default;
  explicit LabelSelector(std::vector<Requirement> requirements);

  // The query form, "app=web,tier in (a,b),!legacy,shard>3" (Kubernetes API, labelSelector).
  static Result<LabelSelector> Parse(std::string_view text);
  // The object form, {matchLabels, matchExpressions} (meta/v1 LabelSelector); or a plain map of labels. null is
  // refused: whether an absent selector means all or nothing differs between kinds.
  static Result<LabelSelector> FromJson(const Json& selector);
  static LabelSelector FromLabels(const Labels& labels);

  bool Matches(const Labels& labels) const;
  bool empty() const { return requirements_.empty(); }
  const std::vector<Requirement>& requirements() const { return requirements_; }
  // The query form.
  std::string ToString() const;

 private:
  std::vector<Requirement> requirements_;
};

// A field selector: "spec.nodeName=a,status.phase!=Running". Which fields a kind supports is the server's matter. A
// field that is absent compares as the empty string.
class FieldSelector {
 public:
  struct Requirement {
    std::string field;
    bool equals;
    std::string value;
  };

  FieldSelector() = default;
  explicit FieldSelector(std::vector<Requirement> requirements) : requirements_(std::move(requirements)) {}

  // In a value the backslash takes the meaning from a following ',', '=' or backslash.
  static Result<FieldSelector> Parse(std::string_view text);
  // metadata.name and metadata.namespace are answered from `object`'s metadata without parsing its body.
  bool Matches(const Object& object) const;
  bool empty() const { return requirements_.empty(); }
  const std::vector<Requirement>& requirements() const { return requirements_; }

 private:
  std::vector<Requirement> requirements_;
};

}  // namespace croft
