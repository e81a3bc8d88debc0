#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/status.h"
#include "api/object/json.h"

namespace croft::server {

// Collects what is wrong with an object, in Kubernetes' words.
class Causes {
 public:
  void Required(std::string field, std::string_view why = {});
  // `value` as it stands in the object.
  void Invalid(std::string field, const Json& value, std::string_view why);
  void Invalid(std::string field, std::string_view value, std::string_view why);
  void Invalid(std::string field, int64_t value, std::string_view why);
  void NotSupported(std::string field, std::string_view value, std::initializer_list<std::string_view> supported);
  // `value` as JSON.
  void NotSupported(std::string field, const Json& value, std::initializer_list<std::string_view> supported);
  void Forbidden(std::string field, std::string_view why);
  void Duplicate(std::string field, std::string_view value);
  void NotFound(std::string field, std::string_view value);
  void TypeInvalid(std::string field, std::string_view why);
  void TooLong(std::string field, std::string_view why);
  void Add(std::vector<Cause> causes);
  // Forgets what was said about a field, for those who have a better word for it.
  void Drop(std::string_view field);

  bool empty() const { return list_.empty(); }
  bool Has(std::string_view field) const;
  // Whether a field at or below `field` has been refused.
  bool HasUnder(std::string_view field) const;
  const std::vector<Cause>& list() const { return list_; }
  std::vector<Cause> Take() { return std::move(list_); }

 private:
  void Unsupported(std::string field, const std::string& shown, std::initializer_list<std::string_view> supported);
  void Push(std::string_view type, std::string message, std::string field);
  std::vector<Cause> list_;
};

// "spec.containers" + 0 -> "spec.containers[0]".
std::string Indexed(std::string_view path, size_t index);
// 'data' + 'a b' -> 'data[a b]'.
std::string Keyed(std::string_view path, std::string_view key);

}  // namespace croft::server
