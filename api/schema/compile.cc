#include <algorithm>
#include <utility>

#include "api/schema/node.h"

namespace croft::schema {
namespace {

constexpr std::string_view kRefPrefix = "#/definitions/";

// Keywords without which a schema is a leaf: it says nothing about parts of its values.
constexpr std::string_view kStructure[] = {"properties", "items", "additionalProperties", "allOf", "anyOf",
                                           "oneOf",      "not"};
// Keywords that matter to the place where a schema is used, or to people, but not to its node.
constexpr std::string_view kOfTheField[] = {"description", "default", "x-kubernetes-patch-strategy",
                                            "x-kubernetes-patch-merge-key"};

// Instructions of all patterns of one schema: twenty of the largest, or thousands as people write them.
constexpr size_t kMaxPatternSizes = 20 * Pattern::kMaxInstructions;

Json Quoted(std::string_view text) {
  return Json(rapidjson::StringRef(text.data(), text.size()));
}

std::string LeafText(const Json& schema) {
  std::string text;
  for (const auto& [key, value] : schema.GetObject()) {
    const std::string_view name = AsView(key);
    if (std::find(std::begin(kStructure), std::end(kStructure), name) != std::end(kStructure)) return {};
    if (std::find(std::begin(kOfTheField), std::end(kOfTheField), name) != std::end(kOfTheField)) continue;
    text += name;
    text += '\n' + WriteJson(value) + '\n';
  }
  return text.empty() ? "\n" : text;
}

// "io.k8s.api.core.v1.PodSpec" -> "v1.PodSpec".
std::string GoType(std::string_view definition) {
  const size_t last = definition.rfind('.');
  if (last == std::string_view::npos || last == 0) return std::string(definition);
  const size_t before = definition.rfind('.', last - 1);
  return std::string(before == std::string_view::npos ? definition : definition.substr(before + 1));
}

class Compiler {
 public:
  Compiler(NodePool& pool, const Definitions* definitions, std::string_view path)
      : pool_(pool), definitions_(definitions), path_(path) {}

  const Node* CompileRoot(const Json& schema, std::string_view go_type) {
    if (go_type.empty()) return CompileNode(schema);
    Node& node = pool_.nodes.emplace_back();
    node.go_type = &*pool_.go_types.emplace(go_type).first;
    Fill(node, schema);
    return &node;
  }

  const Node* CompileNode(const Json& schema) {
    if (const Json* ref = Find(schema, "$ref")) return CompileRef(*ref).node;
    if (!schema.IsObject()) {
      Refuse("must be a schema: an object");
      return &pool_.nodes.emplace_back();
    }
    std::string leaf = LeafText(schema);
    if (!leaf.empty()) {
      if (const auto known = pool_.leaves.find(leaf); known != pool_.leaves.end()) return known->second;
    }
    Node& node = pool_.nodes.emplace_back();
    Fill(node, schema);
    if (!leaf.empty()) pool_.leaves.emplace(std::move(leaf), &node);
    return &node;
  }

  std::vector<Cause> TakeCauses() { return std::move(causes_); }

 private:
  void Refuse(std::string why) { causes_.push_back({"FieldValueInvalid", "Invalid value: " + std::move(why), path_}); }
  void RefuseAt(std::string_view keyword, std::string why) {
    const PathScope scope(path_);
    AppendMember(path_, keyword);
    Refuse(std::move(why));
  }

  Field CompileField(const Json& schema) {
    Field field;
    if (const Json* ref = Find(schema, "$ref")) {
      field = CompileRef(*ref);
    } else {
      field.node = CompileNode(schema);
    }
    SetUse(field, schema);
    return field;
  }

  // What a schema says about the place where it is used; it wins over what a definition says.
  void SetUse(Field& field, const Json& schema) {
    if (const Json* value = Find(schema, "default")) field.default_value = Keep(*value);
    if (const Json* type = Find(schema, "x-kubernetes-map-type")) field.atomic_map = *type == "atomic";
    const Json* strategy = Find(schema, "x-kubernetes-patch-strategy");
    if (strategy == nullptr || !strategy->IsString()) return;
    const std::string key(FindString(schema, {"x-kubernetes-patch-merge-key"}));
    const bool merge = AsView(*strategy).find("merge") != std::string_view::npos;
    field.list_merge = merge ? &pool_.list_merges.try_emplace(key, ListMerge{true, key}).first->second : nullptr;
    field.replace_object = AsView(*strategy).find("replace") != std::string_view::npos;
  }

  const Field& CompileRef(const Json& ref) {
    static const Node kAnything;
    static const Field kNothing = [] {
      Field field;
      field.node = &kAnything;
      return field;
    }();
    const std::string_view text = ref.IsString() ? AsView(ref) : std::string_view();
    if (definitions_ == nullptr || !text.starts_with(kRefPrefix)) {
      RefuseAt("$ref", "references are not supported");
      return kNothing;
    }
    const std::string_view name = text.substr(kRefPrefix.size());
    if (const auto known = pool_.definitions.find(name); known != pool_.definitions.end()) return known->second;
    const Json* schema = definitions_->Find(name);
    if (schema == nullptr || !schema->IsObject() || schema->HasMember("$ref")) {
      RefuseAt("$ref", "there is no definition " + std::string(name));
      return kNothing;
    }
    // Entered before it is filled: a recursive definition finds itself.
    Field& field = pool_.definitions[std::string(name)];
    Node& node = pool_.nodes.emplace_back();
    field.node = &node;
    node.go_type = &*pool_.go_types.insert(GoType(name)).first;
    const std::string outer = std::exchange(path_, std::string(name));
    SetUse(field, *schema);
    Fill(node, *schema);
    path_ = outer;
    return field;
  }

  const Json* Keep(const Json& value) { return &pool_.values.emplace_back(Copy(value, pool_.allocator)); }

  void Fill(Node& node, const Json& schema) {
    node.native = definitions_ != nullptr;
    node.type = ReadType(schema);
    node.format = FormatFrom(ReadText(schema, "format"));
    node.nullable = ReadFlag(schema, "nullable");
    node.preserve_unknown = ReadFlag(schema, "x-kubernetes-preserve-unknown-fields");
    node.embedded_resource = ReadFlag(schema, "x-kubernetes-embedded-resource");
    node.allow_duplicates = ReadFlag(schema, "x-croft-allow-duplicates");
    node.zero_is_unset = ReadFlag(schema, "x-croft-zero-is-unset");
    node.empty_is_said = ReadFlag(schema, "x-croft-empty-is-said");
    node.list_type = ReadListType(schema);
    node.list_keys = ReadTexts(schema, "x-kubernetes-list-map-keys");
    node.required = ReadTexts(schema, "required");
    FillStructure(node, schema);
    Bounds bounds;
    const bool bounded = FillBounds(bounds, schema);
    const bool combined = FillLogic(bounds, schema);
    if (bounded || combined) node.bounds = std::make_unique<const Bounds>(std::move(bounds));
  }

  void FillStructure(Node& node, const Json& schema) {
    if (const Json* properties = Find(schema, "properties")) FillProperties(node, *properties);
    if (const Json* items = Find(schema, "items")) {
      const PathScope scope(path_);
      AppendMember(path_, "items");
      node.items = CompileField(*items);
    }
    const Json* additional = Find(schema, "additionalProperties");
    if (additional == nullptr) return;
    if (additional->IsBool()) {
      node.any_additional = additional->GetBool();
      return;
    }
    const PathScope scope(path_);
    AppendMember(path_, "additionalProperties");
    node.additional = CompileField(*additional);
  }

  void FillProperties(Node& node, const Json& properties) {
    if (!properties.IsObject()) return RefuseAt("properties", "must be an object");
    node.properties.reserve(properties.MemberCount());
    for (const auto& [name, schema] : properties.GetObject()) {
      const PathScope scope(path_);
      AppendMember(path_, "properties");
      AppendKey(path_, AsView(name));
      Field field = CompileField(schema);
      field.name = AsView(name);
      node.properties.push_back(std::move(field));
    }
    std::sort(node.properties.begin(), node.properties.end(),
              [](const Field& a, const Field& b) { return a.name < b.name; });
  }

  bool FillBounds(Bounds& bounds, const Json& schema) {
    bool any = ReadNumber(schema, "minimum", bounds.minimum);
    any |= ReadNumber(schema, "maximum", bounds.maximum);
    any |= ReadNumber(schema, "multipleOf", bounds.multiple_of);
    any |= ReadCount(schema, "minLength", bounds.min_length);
    any |= ReadCount(schema, "maxLength", bounds.max_length);
    any |= ReadCount(schema, "minItems", bounds.min_items);
    any |= ReadCount(schema, "maxItems", bounds.max_items);
    any |= ReadCount(schema, "minProperties", bounds.min_properties);
    any |= ReadCount(schema, "maxProperties", bounds.max_properties);
    any |= bounds.unique_items = ReadFlag(schema, "uniqueItems");
    if (const std::string_view rule = ReadText(schema, "x-croft-range-rule"); !rule.empty()) {
      bounds.range_rule = &*pool_.range_rules.emplace(rule).first;
    }
    bounds.exclusive_minimum = ReadFlag(schema, "exclusiveMinimum");
    bounds.exclusive_maximum = ReadFlag(schema, "exclusiveMaximum");
    if (const std::string_view pattern = ReadText(schema, "pattern"); !pattern.empty()) {
      bounds.pattern = CompilePattern(pattern);
      any = true;
    }
    if (const Json* values = Find(schema, "enum")) {
      if (!values->IsArray() || values->Empty()) RefuseAt("enum", "must be a list of at least one value");
      bounds.enumeration = values->IsArray() ? Keep(*values) : nullptr;
      any = true;
    }
    return any;
  }

  const Pattern* CompilePattern(std::string_view text) {
    if (const auto known = pool_.patterns.find(text); known != pool_.patterns.end()) return &known->second;
    if (pattern_sizes_ > kMaxPatternSizes) return nullptr;  // which has been refused
    auto pattern = Pattern::Compile(text);
    if (!pattern.ok()) {
      RefuseAt("pattern", WriteJson(Quoted(text)) +
                              ": must be a valid regular expression, but isn't: " + pattern.status().message());
      return nullptr;
    }
    pattern_sizes_ += pattern->size();
    if (pattern_sizes_ > kMaxPatternSizes) {
      RefuseAt("pattern", WriteJson(Quoted(text)) + ": the patterns of one schema are too large together");
      return nullptr;
    }
    return &pool_.patterns.emplace(std::string(text), *std::move(pattern)).first->second;
  }

  bool FillLogic(Bounds& bounds, const Json& schema) {
    FillBranches(schema, "allOf", bounds.all_of);
    FillBranches(schema, "anyOf", bounds.any_of);
    FillBranches(schema, "oneOf", bounds.one_of);
    if (const Json* negated = Find(schema, "not")) {
      const PathScope scope(path_);
      AppendMember(path_, "not");
      bounds.negated = CompileNode(*negated);
    }
    return !bounds.all_of.empty() || !bounds.any_of.empty() || !bounds.one_of.empty() || bounds.negated != nullptr;
  }

  void FillBranches(const Json& schema, std::string_view keyword, std::vector<const Node*>& branches) {
    const Json* list = Find(schema, keyword);
    if (list == nullptr) return;
    if (!list->IsArray()) return RefuseAt(keyword, "must be a list of schemas");
    for (rapidjson::SizeType i = 0; i < list->Size(); ++i) {
      const PathScope scope(path_);
      AppendMember(path_, keyword);
      AppendIndex(path_, i);
      branches.push_back(CompileNode((*list)[i]));
    }
  }

  Type ReadType(const Json& schema) {
    if (ReadFlag(schema, "x-kubernetes-int-or-string")) return Type::kIntOrString;
    static constexpr std::pair<std::string_view, Type> kTypes[] = {
        {"object", Type::kObject},   {"array", Type::kArray},   {"string", Type::kString},
        {"integer", Type::kInteger}, {"number", Type::kNumber}, {"boolean", Type::kBoolean}};
    const std::string_view name = ReadText(schema, "type");
    if (name.empty()) return Type::kAny;
    for (const auto& [known, type] : kTypes) {
      if (known == name) return type;
    }
    const PathScope scope(path_);
    AppendMember(path_, "type");
    causes_.push_back(
        {"FieldValueNotSupported",
         "Unsupported value: \"" + std::string(name) +
             "\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"",
         path_});
    return Type::kAny;
  }

  ListType ReadListType(const Json& schema) {
    const std::string_view name = ReadText(schema, "x-kubernetes-list-type");
    return name == "map" ? ListType::kMap : name == "set" ? ListType::kSet : ListType::kAtomic;
  }

  std::string_view ReadText(const Json& schema, std::string_view keyword) {
    const Json* value = Find(schema, keyword);
    if (value == nullptr || value->IsNull()) return {};
    if (!value->IsString()) return RefuseAt(keyword, "must be a string"), std::string_view();
    return AsView(*value);
  }

  bool ReadFlag(const Json& schema, std::string_view keyword) {
    const Json* value = Find(schema, keyword);
    if (value == nullptr || value->IsNull()) return false;
    if (!value->IsBool()) return RefuseAt(keyword, "must be a boolean"), false;
    return value->GetBool();
  }

  bool ReadNumber(const Json& schema, std::string_view keyword, std::optional<double>& number) {
    const Json* value = Find(schema, keyword);
    if (value == nullptr || value->IsNull()) return false;
    if (!value->IsNumber()) return RefuseAt(keyword, "must be a number"), false;
    number = value->GetDouble();
    return true;
  }

  bool ReadCount(const Json& schema, std::string_view keyword, std::optional<uint64_t>& count) {
    const Json* value = Find(schema, keyword);
    if (value == nullptr || value->IsNull()) return false;
    if (!value->IsUint64()) return RefuseAt(keyword, "must be a whole number, 0 or more"), false;
    count = value->GetUint64();
    return true;
  }

  std::vector<std::string> ReadTexts(const Json& schema, std::string_view keyword) {
    std::vector<std::string> texts;
    const Json* list = Find(schema, keyword);
    if (list == nullptr || list->IsNull()) return texts;
    bool all_texts = list->IsArray();
    for (rapidjson::SizeType i = 0; all_texts && i < list->Size(); ++i) {
      all_texts = (*list)[i].IsString();
      if (all_texts) texts.emplace_back(AsView((*list)[i]));
    }
    if (!all_texts) RefuseAt(keyword, "must be a list of strings");
    return texts;
  }

  NodePool& pool_;
  const Definitions* const definitions_;
  std::string path_;
  std::vector<Cause> causes_;
  size_t pattern_sizes_ = 0;
};

}  // namespace

Result<SchemaPtr> Compile(const Json& schema, const Definitions* definitions, std::string_view path,
                          std::string_view go_type) {
  auto pool = definitions == nullptr ? nullptr : definitions->Pool();
  if (pool == nullptr) pool = std::make_shared<NodePool>();
  Compiler compiler(*pool, definitions, path);
  const Node* root = compiler.CompileRoot(schema, go_type);
  if (definitions == nullptr) pool->Seal();
  std::vector<Cause> causes = compiler.TakeCauses();
  if (causes.empty()) return SchemaPtr(std::move(pool), root);
  Status status = Status::Invalid("the schema is not valid: " + causes[0].field + ": " + causes[0].message);
  StatusDetails details;
  details.causes = std::move(causes);
  return status.WithDetails(std::move(details));
}

}  // namespace croft::schema
