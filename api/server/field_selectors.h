#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/object/selector.h"
#include "api/server/catalog.h"

namespace croft::server {

// A field selector as one kind understands it: which fields it may name, and what a field that an object lacks reads
// as (a kind of Kubernetes' own has no absent numbers and booleans).
class FieldConditions {
 public:
  FieldConditions() = default;
  // kBadRequest for what is malformed, and for a field that the kind can't be selected by.
  static Result<FieldConditions> Parse(const Served& served, const std::string& text);

  bool Matches(const Object& object) const;
  bool empty() const { return conditions_.empty(); }

 private:
  struct Condition {
    std::vector<std::string> paths;  // the first that holds text counts
    std::string absent;
    std::string value;
    bool equals = true;
  };
  static std::string Read(const Json& object, const Condition& condition);

  std::vector<Condition> conditions_;
};

// The only name that a field selector lets through; empty when it does not say. Authorisation may depend on it.
std::string SelectedName(const std::string& field_selector);

}  // namespace croft::server
