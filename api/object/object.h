#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/base/result.h"
#include "api/object/json.h"
#include "api/object/shared_list.h"

namespace croft {

// group is empty for core/v1.
struct GroupVersionResource {
  std::string group;
  std::string version;
  std::string resource;  // plural, lower case: "pods"
  auto operator<=>(const GroupVersionResource&) const = default;
};

struct GroupVersionKind {
  std::string group;
  std::string version;
  std::string kind;
  auto operator<=>(const GroupVersionKind&) const = default;
};

// "apps" + "v1" -> "apps/v1"; "" + "v1" -> "v1"; and back.
std::string ApiVersion(std::string_view group, std::string_view version);
std::pair<std::string, std::string> SplitApiVersion(std::string_view api_version);

// An object's name within its resource. ns is empty for cluster-scoped objects.
struct Key {
  std::string ns;
  std::string name;
  auto operator<=>(const Key&) const = default;
  // "ns/name", or "name".
  std::string ToString() const { return ns.empty() ? name : ns + "/" + name; }
};

struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  bool controller = false;
  bool block_owner_deletion = false;
  bool operator==(const OwnerReference&) const = default;
};

using Labels = std::vector<std::pair<std::string, std::string>>;  // in the order of the document
const std::string* FindLabel(const Labels& labels, std::string_view key);

// The part of an object that every layer needs, parsed once.
struct Meta {
  std::string api_version;
  std::string kind;
  std::string ns;
  std::string name;
  std::string uid;
  uint64_t revision = 0;  // metadata.resourceVersion; 0 when absent
  int64_t generation = 0;
  bool deleting = false;                                   // metadata.deletionTimestamp is set
  SharedList<std::pair<std::string, std::string>> labels;  // reads as Labels
  SharedList<OwnerReference> owners;
  SharedList<std::string> finalizers;

  Key key() const { return {ns, name}; }
};

class Object;
using ObjectPtr = std::shared_ptr<const Object>;

// One stored object: its JSON bytes, which never change, and its metadata. Watch cache, informers and replies share it.
// Thread-safe, being constant.
class Object {
 public:
  // Refuses what is not a JSON object with apiVersion, kind and metadata of the right types. A metadata.name is not
  // required.
  static Result<ObjectPtr> Parse(std::string bytes, uint64_t created = 0);
  static Result<ObjectPtr> From(const Json& value) { return Parse(WriteJson(value)); }

  Object(std::string bytes, Meta meta, uint64_t created)
      : bytes_(std::move(bytes)), meta_(std::move(meta)), created_(created) {}

  const std::string& bytes() const { return bytes_; }
  const Meta& meta() const { return meta_; }
  const std::string& name() const { return meta_.name; }
  const std::string& ns() const { return meta_.ns; }
  Key key() const { return meta_.key(); }
  // The revision at which the store first had it, as long as it has it; 0 for what does not come from a store.
  uint64_t created() const { return created_; }
  // The whole object as a tree of the caller's own.
  JsonDocument ToJson() const;

 private:
  const std::string bytes_;
  const Meta meta_;
  const uint64_t created_;
};

// Reads the metadata of a parsed object. Causes name the field ("metadata.labels.x: must be a string").
Result<Meta> ParseMeta(const Json& object);

// An object on its way into the store, whose resourceVersion only the commit knows: the bytes before and after that
// number. kind, apiVersion and metadata come first, as Kubernetes writes them: some clients' tests count on it, and
// items of a list leave out the first two.
class Draft {
 public:
  // `object` must be valid for ParseMeta. Its metadata.resourceVersion, if any, is left out.
  static Result<Draft> From(const Json& object);

  const Meta& meta() const { return meta_; }
  // The object as committed at `revision` (> 0), having been made at `created`.
  ObjectPtr Commit(uint64_t revision, uint64_t created = 0) const;
  // Whether `committed`, which came from a Draft, says the same but for the revision.
  bool Same(const Object& committed) const;

 private:
  std::string head_;
  std::string tail_;
  Meta meta_;
};

}  // namespace croft
