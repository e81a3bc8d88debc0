#include "api/apply/place.h"

#include <algorithm>
#include <iterator>

#include "api/apply/path_element.h"

namespace croft::apply {
namespace {

using schema::ListType;
using schema::Node;
using schema::Type;

// metadata where a definition leaves it open, as most posted ones do.
constexpr std::string_view kObjectMeta = R"({"type":"object","properties":{
  "annotations":{"type":"object","additionalProperties":{"type":"string"}},
  "creationTimestamp":{"type":"string","format":"date-time"},
  "deletionGracePeriodSeconds":{"type":"integer"},
  "deletionTimestamp":{"type":"string","format":"date-time"},
  "finalizers":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
  "generateName":{"type":"string"},
  "generation":{"type":"integer"},
  "labels":{"type":"object","additionalProperties":{"type":"string"}},
  "managedFields":{"type":"array","items":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},
  "name":{"type":"string"},
  "namespace":{"type":"string"},
  "ownerReferences":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["uid"],
    "items":{"type":"object","x-kubernetes-map-type":"atomic","properties":{
      "apiVersion":{"type":"string"},"blockOwnerDeletion":{"type":"boolean"},"controller":{"type":"boolean"},
      "kind":{"type":"string"},"name":{"type":"string"},"uid":{"type":"string"}}}},
  "resourceVersion":{"type":"string"},
  "selfLink":{"type":"string"},
  "uid":{"type":"string"}}})";

// No definition refers to another; that there are any makes the schema one of Kubernetes' own.
class NoDefinitions final : public schema::Definitions {
 public:
  const Json* Find(std::string_view) const override { return nullptr; }
};

const Node* ObjectMeta() {
  static const schema::SchemaPtr* const kSchema = [] {
    const Result<JsonDocument> json = ParseJson(kObjectMeta);
    const NoDefinitions none;
    Result<schema::SchemaPtr> compiled = schema::Compile(*json, &none, "metadata");
    return new schema::SchemaPtr(compiled.ok() ? *compiled : std::make_shared<const Node>());
  }();
  return kSchema->get();
}

// The parts that Kubernetes' types hold by value, without a way to say that they are absent. They matter below the root
// as far as each part between is such a one.
constexpr std::string_view kAlwaysThere[] = {
    "acceptedNames", "containers", "daemonEndpoints", "jobTemplate", "kubeletEndpoint",
    "loadBalancer",  "metadata",   "names",           "nodeInfo",    "resources",
    "spec",          "status",     "strategy",        "template",    "updateStrategy"};

bool IsFree(const Node& node) {
  return node.type == Type::kAny && node.properties.empty() && node.additional.node == nullptr;
}

Place FieldPlace(const Place& parent, const schema::Field& field, std::string_view name) {
  Place place;
  place.node = IsFree(*field.node) ? nullptr : field.node;
  place.atomic_map = field.atomic_map;
  place.open = parent.open || field.node->preserve_unknown;
  place.always_there = parent.always_there && parent.native() && field.node->native &&
                       std::binary_search(std::begin(kAlwaysThere), std::end(kAlwaysThere), name);
  return place;
}

MemberPlace MetadataPlace(const schema::Field* field, bool of_root) {
  MemberPlace metadata{{}, true};
  const bool described = field != nullptr && !field->node->properties.empty();
  metadata.place.node = described ? field->node : ObjectMeta();
  metadata.place.metadata = of_root;
  metadata.place.always_there = of_root;
  return metadata;
}

// The default of a list-map key, or nullptr.
const Json* KeyDefault(const Place& items, std::string_view key) {
  const schema::Field* field = items.node == nullptr ? nullptr : items.node->FindProperty(key);
  return field == nullptr ? nullptr : field->default_value;
}

Status NoElement(std::string why) {
  return Status::BadRequest(std::move(why));
}

}  // namespace

Place RootPlace(const Node& schema) {
  Place root;
  root.node = IsFree(schema) ? nullptr : &schema;
  root.open = schema.preserve_unknown;
  root.resource = true;
  root.always_there = true;
  return root;
}

std::optional<MemberPlace> FindMemberPlace(const Place& place, std::string_view name) {
  const Node* node = place.node;
  const schema::Field* field = node == nullptr ? nullptr : node->FindProperty(name);
  if (place.resource || (node != nullptr && node->embedded_resource)) {
    if (name == "metadata") return MetadataPlace(field, place.resource);
    if (field == nullptr && (name == "apiVersion" || name == "kind")) return MemberPlace{{}, true};
  }
  if (field != nullptr) return MemberPlace{FieldPlace(place, *field, name), true};
  if (node == nullptr) return MemberPlace{};
  if (node->additional.node != nullptr) return MemberPlace{FieldPlace(place, node->additional, name), false};
  const bool free = place.open || node->any_additional || node->properties.empty();
  return free ? std::optional(MemberPlace{}) : std::nullopt;
}

MemberPlace MemberPlaceOf(const Place& place, std::string_view name) {
  return FindMemberPlace(place, name).value_or(MemberPlace{});
}

Place ItemPlace(const Place& list) {
  if (list.node == nullptr || list.node->items.node == nullptr) return {};
  return FieldPlace(list, list.node->items, "");
}

bool IsUnowned(const Place& place, std::string_view name) {
  if (place.resource) return name == "apiVersion" || name == "kind";
  if (!place.metadata) return false;
  static constexpr std::string_view kNames[] = {"clusterName", "creationTimestamp", "generation",      "managedFields",
                                                "name",        "namespace",         "resourceVersion", "selfLink",
                                                "uid"};
  return std::binary_search(std::begin(kNames), std::end(kNames), name);
}

Result<std::string> ItemElement(const Place& list, const Json& item) {
  if (list.list_type() == ListType::kSet) {
    if (item.IsObject()) return NoElement("associative list without keys has an element that's a map type");
    if (item.IsArray()) return NoElement("not supported: associative list with lists as elements");
    if (item.IsNull()) return NoElement("associative list without keys has an element that's an explicit null");
    return ValueElement(item);
  }
  if (item.IsNull()) return NoElement("associative list with keys may not have a null element");
  if (!item.IsObject()) return NoElement("associative list with keys may not have non-map elements");
  const Place items = ItemPlace(list);
  std::vector<std::string> keys = list.node->list_keys;
  std::sort(keys.begin(), keys.end());
  std::string element = "k:{";
  for (const std::string& key : keys) {
    const Json* value = Find(item, key);
    if (value == nullptr) value = KeyDefault(items, key);
    if (value == nullptr) {
      return NoElement("associative list with keys has an element that omits key field \"" + key +
                       "\" (and doesn't have default value)");
    }
    if (element.size() > 3) element += ',';
    element.append("\"").append(key).append("\":").append(WriteJson(*value));
  }
  return element + "}";
}

std::string StoredItemElement(const Place& list, const Json& item, size_t index) {
  Result<std::string> element = ItemElement(list, item);
  return element.ok() ? std::move(*element) : IndexElement(index);
}

Shape ShapeOf(const Json* value) {
  if (value == nullptr || value->IsNull()) return Shape::kNothing;
  if (value->IsObject()) return Shape::kMap;
  return value->IsArray() ? Shape::kList : Shape::kScalar;
}

bool IsLeaf(const Place& place, const Json& value) {
  if (value.IsObject()) return place.atomic_map;
  if (value.IsArray()) return place.list_type() == ListType::kAtomic;
  return true;
}

std::vector<const Json::Member*> SortedMembers(const Json* object) {
  std::vector<const Json::Member*> members;
  if (object == nullptr || !object->IsObject()) return members;
  members.reserve(object->MemberCount());
  for (const auto& member : object->GetObject()) members.push_back(&member);
  const auto before = [](const Json::Member* a, const Json::Member* b) {
    const int order = AsView(a->name).compare(AsView(b->name));
    return order < 0 || (order == 0 && a < b);
  };
  if (!std::is_sorted(members.begin(), members.end(), before)) std::sort(members.begin(), members.end(), before);
  const auto same = [](const Json::Member* a, const Json::Member* b) { return AsView(a->name) == AsView(b->name); };
  members.erase(std::unique(members.begin(), members.end(), same), members.end());
  return members;
}

}  // namespace croft::apply
