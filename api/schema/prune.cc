#include <algorithm>
#include <iterator>

#include "api/object/filter.h"
#include "api/schema/node.h"

namespace croft::schema {
namespace {

// A hostile body must not make a list that is larger than itself.
constexpr size_t kMaxPaths = 100;

constexpr std::string_view kObjectMeta[] = {
    "annotations",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
};

class Pruner {
 public:
  // `resource`: the value is an object of the API, whose apiVersion, kind and metadata are known.
  void Visit(const Node& node, Json& value, bool resource) {
    if (value.IsArray() && node.items.node != nullptr) {
      for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
        const PathScope scope(path_);
        AppendIndex(path_, i);
        Visit(*node.items.node, value[i], node.items.node->embedded_resource);
      }
    }
    const bool free = node.type == Type::kAny && node.properties.empty() && node.additional.node == nullptr;
    const bool object = node.type == Type::kObject || node.type == Type::kAny;
    if (value.IsObject() && object && !free) VisitObject(node, value, resource);
  }

  std::vector<std::string> TakePaths() { return std::move(paths_); }

 private:
  void VisitObject(const Node& node, Json& object, bool resource) {
    FilterMembers(object, [&](std::string_view name, Json& member) {
      const Field* field = node.FindProperty(name);
      const PathScope scope(path_);
      AppendMember(path_, name);
      if (resource && name == "metadata" && (field == nullptr || field->node->properties.empty())) {
        return VisitMetadata(member);
      }
      if (resource && (name == "apiVersion" || name == "kind")) return true;
      if (field == nullptr && node.additional.node != nullptr) field = &node.additional;
      if (field != nullptr) {
        Visit(*field->node, member, field->node->embedded_resource);
        return true;
      }
      return node.preserve_unknown || node.any_additional || Drop();
    });
  }

  bool VisitMetadata(Json& metadata) {
    if (!metadata.IsObject()) return true;
    FilterMembers(metadata, [&](std::string_view name, Json&) {
      if (std::find(std::begin(kObjectMeta), std::end(kObjectMeta), name) != std::end(kObjectMeta)) return true;
      const PathScope scope(path_);
      AppendMember(path_, name);
      return Drop();
    });
    return true;
  }

  bool Drop() {
    if (paths_.size() < kMaxPaths) paths_.push_back(path_);
    return false;
  }

  std::string path_;
  std::vector<std::string> paths_;
};

}  // namespace

std::vector<std::string> Prune(const Node& schema, Json& value) {
  Pruner pruner;
  pruner.Visit(schema, value, true);
  return pruner.TakePaths();
}

std::vector<std::string> PruneValue(const Node& schema, Json& value) {
  Pruner pruner;
  pruner.Visit(schema, value, schema.embedded_resource);
  return pruner.TakePaths();
}

}  // namespace croft::schema
