#include "api/schema/openapi_schemas.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "api/schema/openapi_paths.h"

namespace croft::schema {
namespace {

constexpr std::string_view kDefinitions = "#/definitions/";
constexpr std::string_view kSchemas = "#/components/schemas/";
constexpr std::string_view kMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
constexpr std::string_view kIntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
constexpr std::string_view kGvk = "x-kubernetes-group-version-kind";

constexpr std::string_view kNotInV2[] = {"allOf", "anyOf", "default", "not", "nullable", "oneOf"};

bool IsOneOf(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Writes the schemas of one document, and notes what they refer to.
class Renderer {
 public:
  Renderer(OpenApiStyle style, JsonAllocator& allocator) : style_(style), allocator_(allocator) {}

  // `native`: of Kubernetes' own or Croft's kinds, where a number or text is published as Kubernetes publishes it.
  Json Render(const Json& schema, bool native) {
    if (!schema.IsObject()) return Copy(schema, allocator_);
    if (const Json* ref = Find(schema, "$ref"); ref != nullptr && ref->IsString()) return RenderReference(schema, *ref);
    if (native && FindBool(schema, {"x-kubernetes-int-or-string"})) return ReferToNumberOrText(schema);
    const bool open = style_ == OpenApiStyle::kV2 && !native &&
                      (FindBool(schema, {"nullable"}) || FindBool(schema, {"x-kubernetes-preserve-unknown-fields"}));
    Json out(rapidjson::kObjectType);
    for (const auto& [key, value] : schema.GetObject()) {
      const std::string_view name = AsView(key);
      if (IsHidden(name)) continue;
      // Old clients refuse null, and unknown fields, of whatever has a type.
      if (open && (name == "type" || name == "properties" || name == "items" || name == "required")) continue;
      Add(out, name, RenderKeyword(name, value, native));
    }
    return out;
  }

  // The definitions of IntOrString and Quantity.
  Json RenderNumberOrText(const Json& schema) {
    const bool quantity = FindString(schema, {"format"}) == "quantity";
    Json out(rapidjson::kObjectType);
    if (const Json* description = Find(schema, "description")) Add(out, "description", Copy(*description, allocator_));
    if (!quantity) SetString(out, "format", "int-or-string", allocator_);
    if (style_ == OpenApiStyle::kV2) {
      SetString(out, "type", "string", allocator_);
      return out;
    }
    Json types(rapidjson::kArrayType);
    for (const char* type : {quantity ? "number" : "integer", "string"}) {
      Json each(rapidjson::kObjectType);
      SetString(each, "type", type, allocator_);
      types.PushBack(std::move(each), allocator_);
    }
    Add(out, "oneOf", std::move(types));
    return out;
  }

  std::set<std::string> TakeReferences() { return std::exchange(references_, {}); }

 private:
  bool IsHidden(std::string_view name) const {
    return name.starts_with("x-croft-") || (style_ == OpenApiStyle::kV2 && IsOneOf(name, kNotInV2));
  }

  void Add(Json& object, std::string_view name, Json value) {
    object.AddMember(MakeString(name, allocator_), std::move(value), allocator_);
  }

  Json RenderKeyword(std::string_view name, const Json& value, bool native) {
    if (name == "properties" && value.IsObject()) {
      Json out(rapidjson::kObjectType);
      for (const auto& [key, child] : value.GetObject()) Add(out, AsView(key), Render(child, native));
      return out;
    }
    const bool list = name == "allOf" || name == "anyOf" || name == "oneOf";
    if (list && value.IsArray()) {
      Json out(rapidjson::kArrayType);
      for (const Json& child : value.GetArray()) out.PushBack(Render(child, native), allocator_);
      return out;
    }
    if (native && name == "format" && value == "micro-time") return Json("date-time");
    if (name == "items" || name == "additionalProperties" || name == "not") return Render(value, native);
    return Copy(value, allocator_);
  }

  Json RenderReference(const Json& schema, const Json& ref) {
    const std::string name(AsView(ref).substr(kDefinitions.size()));
    references_.insert(name);
    Json reference = OpenApiReference(name, style_, allocator_);
    Json out(rapidjson::kObjectType);
    for (const auto& [key, value] : schema.GetObject()) {
      // An empty default lets the defaults within appear; by itself it need not be valid.
      const bool empty = AsView(key) == "default" && value.IsObject() && value.ObjectEmpty();
      if (AsView(key) != "$ref" && !empty && !IsHidden(AsView(key))) Add(out, AsView(key), Copy(value, allocator_));
    }
    if (style_ == OpenApiStyle::kV2) {
      Add(out, "$ref", std::move(reference["$ref"]));
      return out;
    }
    // Beside a $ref, OpenAPI 3.0 ignores everything.
    if (out.ObjectEmpty()) return reference;
    Json all(rapidjson::kArrayType);
    all.PushBack(std::move(reference), allocator_);
    Add(out, "allOf", std::move(all));
    return out;
  }

  // As Kubernetes has it; what bounds number or text is left to the server.
  Json ReferToNumberOrText(const Json& schema) {
    Json reference(rapidjson::kObjectType);
    SetString(reference, "$ref", std::string(kDefinitions) + std::string(kIntOrString), allocator_);
    for (const char* name : {"description", "default"}) {
      if (const Json* value = Find(schema, name)) Set(reference, name, Copy(*value, allocator_), allocator_);
    }
    return RenderReference(reference, reference["$ref"]);
  }

  const OpenApiStyle style_;
  JsonAllocator& allocator_;
  std::set<std::string> references_;
};

class Collector {
 public:
  Collector(const std::vector<PublishedKind>& kinds, const EmbeddedDefinitions& definitions, OpenApiStyle style,
            JsonAllocator& allocator)
      : kinds_(kinds), definitions_(definitions), style_(style), allocator_(allocator), renderer_(style, allocator) {}

  void Want(const std::string& name) {
    if (!schemas_.contains(name)) wanted_.insert(name);
  }

  Json Collect() {
    for (const PublishedKind& kind : kinds_) {
      AddKind(kind);
      if (!kind.definition->create_only) AddList(kind);
      WantBodies(kind);
    }
    FollowReferences();
    AddGroupVersionKinds();
    Json out(rapidjson::kObjectType);
    for (auto& [name, schema] : schemas_) out.AddMember(MakeString(name, allocator_), std::move(schema), allocator_);
    return out;
  }

 private:
  void AddKind(const PublishedKind& kind) {
    const auto source = ParseJson(*kind.version->source);
    const std::string name = OpenApiName(*kind.definition, *kind.version);
    // Clients of the older form check objects by it: of a posted kind that may hold anything, it says nothing.
    const bool open = FindBool(*source, {"x-kubernetes-preserve-unknown-fields"});
    if (open && style_ == OpenApiStyle::kV2 && !kind.definition->builtin) return AddOpenKind(kind, name);
    Json schema = renderer_.Render(*source, kind.definition->builtin);
    SetString(schema, "type", "object", allocator_);
    Json& properties = Ensure(schema, "properties", allocator_);
    AddText(properties, "apiVersion", "APIVersion defines the group and version that the object is written in.");
    AddText(properties, "kind", "Kind of the object in CamelCase; it can not change.");
    if (!kind.definition->builtin) {
      SetMetadata(properties, "ObjectMeta", "Standard object's metadata: name, labels, annotations and bookkeeping.");
    }
    AddKindOf(schema, {kind.definition->group, kind.version->name, kind.definition->kind});
    schemas_[name] = std::move(schema);
  }

  void AddOpenKind(const PublishedKind& kind, const std::string& name) {
    Json schema(rapidjson::kObjectType);
    SetString(schema, "type", "object", allocator_);
    AddKindOf(schema, {kind.definition->group, kind.version->name, kind.definition->kind});
    schemas_[name] = std::move(schema);
  }

  void AddList(const PublishedKind& kind) {
    Json schema(rapidjson::kObjectType);
    SetString(schema, "description", "Objects of the kind " + kind.definition->kind + ".", allocator_);
    SetString(schema, "type", "object", allocator_);
    Json required(rapidjson::kArrayType);
    required.PushBack("items", allocator_);
    Set(schema, "required", std::move(required), allocator_);
    Json& properties = Ensure(schema, "properties", allocator_);
    AddText(properties, "apiVersion", "Group and version of the API that the list is written in.");
    Json items(rapidjson::kObjectType);
    SetString(items, "description", "The objects.", allocator_);
    SetString(items, "type", "array", allocator_);
    Set(items, "items", OpenApiReference(OpenApiName(*kind.definition, *kind.version), style_, allocator_), allocator_);
    Set(properties, "items", std::move(items), allocator_);
    AddText(properties, "kind", "Kind of the list in CamelCase.");
    SetMetadata(properties, "ListMeta", "Version of the list, and the token for its next page.");
    AddKindOf(schema, {kind.definition->group, kind.version->name, kind.definition->list_kind});
    schemas_[OpenApiListName(*kind.definition, *kind.version)] = std::move(schema);
  }

  void AddText(Json& properties, std::string_view name, std::string_view description) {
    if (Find(properties, name) != nullptr) return;
    Json schema(rapidjson::kObjectType);
    SetString(schema, "description", description, allocator_);
    SetString(schema, "type", "string", allocator_);
    Set(properties, name, std::move(schema), allocator_);
  }

  void SetMetadata(Json& properties, std::string_view type, std::string_view description) {
    Json schema(rapidjson::kObjectType);
    SetString(schema, "$ref", std::string(kDefinitions) + std::string(kMeta) + std::string(type), allocator_);
    SetString(schema, "description", description, allocator_);
    Set(properties, "metadata", renderer_.Render(schema, true), allocator_);
  }

  void AddKindOf(Json& schema, const GroupVersionKind& gvk) {
    Json* kinds = FindMutable(schema, kGvk);
    if (kinds == nullptr) {
      Set(schema, kGvk, Json(rapidjson::kArrayType), allocator_);
      kinds = FindMutable(schema, kGvk);
    }
    kinds->PushBack(OpenApiKind(gvk, allocator_), allocator_);
  }

  // The bodies of subresources.
  void WantBodies(const PublishedKind& kind) {
    for (const OpenApiPath& path : ListOpenApiPaths(*kind.definition, *kind.version)) {
      for (const OpenApiOperation& operation : path.operations) {
        if (!operation.body.empty()) Want(operation.body);
        if (!operation.reply.empty()) Want(operation.reply);
        if (!operation.body.empty() && operation.action == "post") kind_of_[operation.body] = operation.gvk;
        if (operation.gvk.kind == "Scale") kind_of_[operation.reply] = operation.gvk;
      }
    }
  }

  void FollowReferences() {
    for (;;) {
      for (const std::string& name : renderer_.TakeReferences()) Want(name);
      if (wanted_.empty()) return;
      const std::string name = *wanted_.begin();
      wanted_.erase(wanted_.begin());
      const Json* definition = definitions_.Find(name);
      if (definition == nullptr || schemas_.contains(name)) continue;
      const bool number_or_text = FindBool(*definition, {"x-kubernetes-int-or-string"});
      schemas_[name] = number_or_text ? renderer_.RenderNumberOrText(*definition) : renderer_.Render(*definition, true);
    }
  }

  // The kinds of bodies: Status and Scale are one kind, DeleteOptions and WatchEvent exist in every group and version.
  void AddGroupVersionKinds() {
    for (const char* kind : {"APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "Status"}) {
      kind_of_[std::string(kMeta) + kind] = {"", "v1", kind};
    }
    for (const auto& [name, gvk] : kind_of_) {
      const auto found = schemas_.find(name);
      if (found != schemas_.end() && Find(found->second, kGvk) == nullptr) AddKindOf(found->second, gvk);
    }
    std::set<std::pair<std::string, std::string>> versions{{"", "v1"}};
    for (const PublishedKind& kind : kinds_) versions.emplace(kind.definition->group, kind.version->name);
    for (const char* kind : {"DeleteOptions", "WatchEvent"}) {
      const auto found = schemas_.find(std::string(kMeta) + kind);
      if (found == schemas_.end()) continue;
      for (const auto& [group, version] : versions) AddKindOf(found->second, {group, version, kind});
    }
  }

  const std::vector<PublishedKind>& kinds_;
  const EmbeddedDefinitions& definitions_;
  const OpenApiStyle style_;
  JsonAllocator& allocator_;
  Renderer renderer_;
  std::map<std::string, Json> schemas_;
  std::set<std::string> wanted_;
  std::map<std::string, GroupVersionKind> kind_of_;
};

}  // namespace

std::vector<PublishedKind> ServedVersions(const std::vector<const ResourceDefinition*>& kinds) {
  std::vector<PublishedKind> published;
  for (const ResourceDefinition* definition : kinds) {
    for (const ResourceVersion& version : definition->versions) {
      if (version.served) published.push_back({definition, &version});
    }
  }
  std::sort(published.begin(), published.end(), [](const PublishedKind& a, const PublishedKind& b) {
    return std::tie(a.definition->group, a.version->name, a.definition->kind) <
           std::tie(b.definition->group, b.version->name, b.definition->kind);
  });
  return published;
}

Json BuildOpenApiSchemas(const std::vector<PublishedKind>& kinds, const EmbeddedDefinitions& definitions,
                         OpenApiStyle style, JsonAllocator& allocator) {
  Collector collector(kinds, definitions, style, allocator);
  for (const char* name :
       {"ObjectMeta", "ListMeta", "Status", "DeleteOptions", "Patch", "WatchEvent", "APIResourceList"}) {
    collector.Want(std::string(kMeta) + name);
  }
  if (style == OpenApiStyle::kV2) {
    for (const OpenApiPath& path : ListDiscoveryPaths({"any"})) collector.Want(path.operations[0].reply);
  }
  return collector.Collect();
}

Json BuildOpenApiSchemas(const std::set<std::string>& names, const EmbeddedDefinitions& definitions, OpenApiStyle style,
                         JsonAllocator& allocator) {
  const std::vector<PublishedKind> none;
  Collector collector(none, definitions, style, allocator);
  for (const std::string& name : names) collector.Want(name);
  return collector.Collect();
}

Json OpenApiReference(std::string_view name, OpenApiStyle style, JsonAllocator& allocator) {
  const std::string_view prefix = style == OpenApiStyle::kV2 ? kDefinitions : kSchemas;
  Json out(rapidjson::kObjectType);
  SetString(out, "$ref", std::string(prefix) + std::string(name), allocator);
  return out;
}

Json OpenApiKind(const GroupVersionKind& gvk, JsonAllocator& allocator) {
  Json out(rapidjson::kObjectType);
  SetString(out, "group", gvk.group, allocator);
  SetString(out, "kind", gvk.kind, allocator);
  SetString(out, "version", gvk.version, allocator);
  return out;
}

}  // namespace croft::schema
