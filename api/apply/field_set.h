#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "api/apply/path_element.h"
#include "api/base/result.h"
#include "api/object/json.h"

namespace croft::apply {

struct FieldNode;

// A set of field paths: what FieldsV1 says, {"f:spec":{"f:replicas":{}}}. A path is in it when its last node is a
// member; nodes that are no members only lead to others. Value type.
class FieldSet {
 public:
  FieldSet() = default;
  // Of paths, each a list of elements: {{"f:spec", "f:replicas"}}.
  FieldSet(std::initializer_list<std::initializer_list<std::string_view>> paths);

  bool empty() const { return nodes_.empty(); }
  const std::vector<FieldNode>& nodes() const { return nodes_; }  // sorted by element
  const FieldNode* Find(std::string_view element) const;

  // Adds an element with what is below it; nothing when it is neither a member nor leads anywhere. Cheapest in order.
  void Put(std::string element, bool member, FieldSet below);
  // Removes a path and all that is below it. `path` are elements.
  void Erase(const std::vector<std::string>& path, size_t from = 0);

  // The paths as people read them, parents before what is below them: ".spec.replicas".
  std::vector<std::string> Paths() const;

  // {"f:a":{".":{},"f:b":{}}}, in Kubernetes' order.
  Json ToJson(JsonAllocator& allocator) const;
  // kBadRequest for what is no FieldsV1.
  static Result<FieldSet> FromJson(const Json& fields);

  bool operator==(const FieldSet& other) const;

 private:
  friend FieldSet Union(const FieldSet& a, const FieldSet& b);
  friend FieldSet Difference(const FieldSet& a, const FieldSet& b);
  friend FieldSet Intersection(const FieldSet& a, const FieldSet& b);
  friend FieldSet Leaves(const FieldSet& set);

  std::vector<FieldNode> nodes_;
};

struct FieldNode {
  std::string element;
  bool member = false;
  FieldSet below;
  bool operator==(const FieldNode& other) const = default;
};

FieldSet Union(const FieldSet& a, const FieldSet& b);
// Of paths alone: what is below a path of `b` stays, unless it is in `b` itself.
FieldSet Difference(const FieldSet& a, const FieldSet& b);
FieldSet Intersection(const FieldSet& a, const FieldSet& b);
// The paths below which there is no other.
FieldSet Leaves(const FieldSet& set);

}  // namespace croft::apply
