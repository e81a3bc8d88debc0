#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/schema/node.h"

namespace croft::schema {

// Collects what is wrong with one value after the other, up to a limit, each at the path of the moment. Words come in
// two modes: of posted kinds, as their validation in Kubernetes words it, and of its own ("native") kinds.
class Complaints {
 public:
  explicit Complaints(size_t most) : most_(most) {}

  void Add(std::string_view type, std::string message);
  // Of posted kinds: 'Invalid value: 5: spec.replicas in body should be ...'.
  void Should(const Json& value, std::string_view rule);
  // Of Kubernetes' own: 'Invalid value: 5: must be ...'.
  void Must(const Json& value, std::string_view rule);
  // Either, for rules that begin alike: "be a multiple of 2".
  void Refuse(const Node& node, const Json& value, const std::string& rule);
  void WrongType(std::string_view wanted, const Json& value, std::string_view shown);
  // What Kubernetes' decoder says of a value that fits no field of its structs.
  void Undecodable(const Node& node, const Json& value);

  std::vector<Cause> TakeCauses() { return std::move(causes_); }
  bool Full() const { return causes_.size() >= most_; }
  bool empty() const { return causes_.empty(); }

 protected:
  std::string Place() const { return path_.empty() ? "object" : path_; }

  const size_t most_;
  std::string path_;
  const std::string* owner_ = nullptr;  // the struct that the value belongs to
  std::vector<Cause> causes_;
};

std::string Quote(std::string_view text);
// A value as JSON, of what is long the beginning.
std::string Show(const Json& value);

}  // namespace croft::schema
