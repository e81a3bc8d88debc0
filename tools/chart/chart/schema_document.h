#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/base/result.h"
#include "tools/chart/value/value.h"

namespace croft::chart {

// A schema of a document with an address of its own.
struct SchemaResource {
  std::string uri;
  int draft = 2020;  // 4, 6, 7, 2019 or 2020
  const Value* root = nullptr;
  std::map<std::string, const Value*, std::less<>> anchors;
  std::map<std::string, const Value*, std::less<>> dynamic_anchors;
  bool recursive_anchor = false;
};

// A schema document with the places in it that references can name.
class SchemaDocument {
 public:
  static Result<std::unique_ptr<SchemaDocument>> Parse(std::string_view json);

  const Value& root() const { return root_; }
  const SchemaResource& ResourceOf(const Value& schema) const;
  // What a reference in `schema` names; nullptr when it is in no document that is known. `resolved` is its address.
  const Value* Resolve(const Value& schema, std::string_view reference, std::string& resolved) const;

 private:
  void Index(const Value& value, SchemaResource* resource);
  void IndexAnchors(const Map& map, const Value& value, SchemaResource& resource);

  Value root_;
  std::map<std::string, std::unique_ptr<SchemaResource>, std::less<>> resources_;
  std::unordered_map<const Map*, SchemaResource*> owners_;
};

// The address that `reference` has where `base` is the address of what it stands in.
std::string ResolveUri(std::string_view base, std::string_view reference);

}  // namespace croft::chart
