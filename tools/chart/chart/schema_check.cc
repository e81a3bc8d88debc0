#include "tools/chart/chart/schema_check.h"

#include <algorithm>
#include <cmath>

#include "tools/chart/value/go_format.h"

namespace croft::chart {
namespace {

const std::vector<Value>* ListIn(const Map& map, std::string_view key) {
  const Value* value = map.Find(key);
  return value != nullptr && value->is_list() ? &value->as_list()->items : nullptr;
}

bool IsSchema(const Value* value) {
  return value != nullptr && (value->is_map() || value->type() == Type::kBool);
}

const Value* SchemaIn(const Map& map, std::string_view key) {
  const Value* value = map.Find(key);
  return IsSchema(value) ? value : nullptr;
}

bool IsWhole(const Value& value) {
  return value.is_integer() || (value.type() == Type::kFloat64 && std::trunc(value.as_float()) == value.as_float());
}

// Types in the order in which Helm's library tells them.
constexpr std::string_view kTypes[] = {"null", "boolean", "number", "integer", "string", "array", "object"};

std::string Display(const Value& value) {
  if (value.is_string()) return QuoteForSchema(value.as_string());
  return value.is_list() || value.is_map() ? "value" : GoString(value);
}

}  // namespace

void SchemaChecker::Evaluated::Add(const Evaluated& other) {
  members.insert(other.members.begin(), other.members.end());
  items.insert(other.items.begin(), other.items.end());
}

std::optional<SchemaFailure> SchemaChecker::Check(const Value& value) {
  return Apply(document_.root(), value, nullptr);
}

std::string SchemaChecker::Path() const {
  std::string out;
  for (const std::string& token : path_) {
    out += '/';
    for (const char c : token) {
      if (c == '~') out += "~0";
      if (c == '/') out += "~1";
      if (c != '~' && c != '/') out += c;
    }
  }
  return out;
}

SchemaFailure SchemaChecker::Failure(std::string text) const {
  return {SchemaFailure::Kind::kPlain, Path(), std::move(text), {}};
}

void SchemaChecker::Fail(Here& here, std::string text, std::vector<SchemaFailure> causes) {
  here.failures.push_back(Failure(std::move(text)));
  here.failures.back().causes = std::move(causes);
}

void SchemaChecker::Add(Here& here, std::optional<SchemaFailure> failure) {
  if (failure) here.failures.push_back(std::move(*failure));
}

std::optional<SchemaFailure> SchemaChecker::Apply(const Value& schema, const Value& value, Evaluated* evaluated) {
  if (schema.type() == Type::kBool) {
    if (schema.as_bool()) return std::nullopt;
    return Failure("false schema");
  }
  if (!schema.is_map() || !status_.ok()) return std::nullopt;
  if (steps_.size() >= kMaxSteps) {
    status_ = Status::Invalid("the schema refers to itself without end, or the values are nested too deep");
    return std::nullopt;
  }
  for (auto step = steps_.rbegin(); step != steps_.rend() && step->value == &value; ++step) {
    if (step->schema->as_map() == schema.as_map()) {
      status_ = Status::Invalid("the schema refers to itself without end");
      return std::nullopt;
    }
  }
  steps_.push_back({&schema, &value, &document_.ResourceOf(schema)});
  std::optional<SchemaFailure> failure = ApplyMap(schema, value, evaluated);
  steps_.pop_back();
  return failure;
}

std::optional<SchemaFailure> SchemaChecker::ApplyMap(const Value& schema, const Value& value, Evaluated* evaluated) {
  Here here{*schema.as_map(), schema, value, document_.ResourceOf(schema).draft, {}, {}};
  const bool reference = here.schema.Find("$ref") != nullptr;
  if (here.draft < 2019 && reference) {
    FollowReference(here, "$ref");  // what stands beside it does not count
  } else if (CheckKind(here)) {
    if (reference) FollowReference(here, "$ref");
    if (value.is_map()) CheckObject(here);
    if (value.is_list()) CheckList(here);
    if (value.is_string()) CheckText(here);
    if (JsonTypeOf(value) == "number") CheckNumber(here);
    FollowDynamic(here, "$dynamicRef");
    FollowDynamic(here, "$recursiveRef");
    CheckCombinations(here);
    if (here.draft >= 2019) CheckUnevaluated(here);
  }
  if (here.failures.empty()) {
    if (evaluated != nullptr) evaluated->Add(here.evaluated);
    return std::nullopt;
  }
  if (here.failures.size() == 1) return std::move(here.failures.front());
  SchemaFailure group = Failure("validation failed");
  group.kind = SchemaFailure::Kind::kGroup;
  group.causes = std::move(here.failures);
  return group;
}

// Type, constant, enumeration and format: what fails here is all that is told.
bool SchemaChecker::CheckKind(Here& here) {
  const std::string_view found = JsonTypeOf(here.value);
  if (const Value* type = here.schema.Find("type")) {
    std::set<std::string_view> wanted;
    if (type->is_string()) wanted.insert(type->as_string());
    if (type->is_list()) {
      for (const Value& item : type->as_list()->items) {
        if (item.is_string()) wanted.insert(item.as_string());
      }
    }
    const bool fits =
        wanted.contains(found) || (wanted.contains("integer") && found == "number" && IsWhole(here.value));
    if (!wanted.empty() && !fits) {
      std::string names;
      for (const std::string_view name : kTypes) {
        if (wanted.contains(name)) names += (names.empty() ? "" : " or ") + std::string(name);
      }
      Fail(here, "got " + std::string(found) + ", want " + names);
      return false;
    }
  }
  if (const Value* constant = here.schema.Find("const"); constant != nullptr && here.draft >= 6) {
    if (!EqualInJson(*constant, here.value)) {
      const bool simple = !constant->is_list() && !constant->is_map();
      Fail(here, simple ? "value must be " + Display(*constant) : "'const' failed");
      return false;
    }
  }
  if (const std::vector<Value>* allowed = ListIn(here.schema, "enum")) {
    const bool found_it =
        std::any_of(allowed->begin(), allowed->end(), [&](const Value& v) { return EqualInJson(v, here.value); });
    if (!found_it) {
      const bool simple =
          std::none_of(allowed->begin(), allowed->end(), [](const Value& v) { return v.is_list() || v.is_map(); });
      std::string names;
      for (const Value& v : *allowed) names += (names.empty() ? "" : ", ") + Display(v);
      Fail(here, !simple                ? "'enum' failed"
                 : allowed->size() == 1 ? "value must be " + names
                                        : "value must be one of " + names);
      return false;
    }
  }
  const Value* format = here.schema.Find("format");
  if (format != nullptr && format->is_string() && here.draft < 2019 && here.value.is_string() &&
      !HasSchemaFormat(format->as_string(), here.value.as_string())) {
    Fail(here, Display(here.value) + " is not valid " + std::string(format->as_string()));
    return false;
  }
  return true;
}

std::optional<SchemaFailure> SchemaChecker::Self(Here& here, const Value& schema) {
  return Apply(schema, here.value, &here.evaluated);
}

std::optional<SchemaFailure> SchemaChecker::Below(const Value& schema, const Value& value, const std::string& token) {
  path_.push_back(token);
  std::optional<SchemaFailure> failure = Apply(schema, value, nullptr);
  path_.pop_back();
  return failure;
}

void SchemaChecker::CheckCombinations(Here& here) {
  if (const Value* schema = SchemaIn(here.schema, "not")) {
    Evaluated none;
    if (!Apply(*schema, here.value, &none)) Fail(here, "'not' failed");
  }
  if (const std::vector<Value>* all = ListIn(here.schema, "allOf")) {
    std::vector<SchemaFailure> causes;
    for (const Value& schema : *all) {
      if (std::optional<SchemaFailure> failure = Self(here, schema)) causes.push_back(std::move(*failure));
    }
    if (!causes.empty()) Fail(here, "'allOf' failed", std::move(causes));
  }
  if (const std::vector<Value>* any = ListIn(here.schema, "anyOf"); any != nullptr && !any->empty()) {
    std::vector<SchemaFailure> causes;
    for (const Value& schema : *any) {
      if (std::optional<SchemaFailure> failure = Self(here, schema)) causes.push_back(std::move(*failure));
    }
    if (causes.size() == any->size()) Fail(here, "'anyOf' failed", std::move(causes));
  }
  if (const std::vector<Value>* one = ListIn(here.schema, "oneOf"); one != nullptr && !one->empty()) {
    CheckOneOf(here, *one);
  }
  if (const Value* condition = SchemaIn(here.schema, "if"); condition != nullptr && here.draft >= 7) {
    const Value* then = SchemaIn(here.schema, Self(here, *condition) ? "else" : "then");
    if (then != nullptr) Add(here, Self(here, *then));
  }
}

void SchemaChecker::CheckOneOf(Here& here, const std::vector<Value>& schemas) {
  std::vector<SchemaFailure> causes;
  std::optional<size_t> matched;
  for (size_t i = 0; i < schemas.size(); ++i) {
    std::optional<SchemaFailure> failure = Self(here, schemas[i]);
    if (failure) {
      causes.push_back(std::move(*failure));
    } else if (matched) {
      Fail(here, "'oneOf' failed, subschemas " + std::to_string(*matched) + ", " + std::to_string(i) + " matched");
      return;
    } else {
      matched = i;
    }
  }
  if (!matched) Fail(here, "'oneOf' failed, none matched", std::move(causes));
}

void SchemaChecker::CheckUnevaluated(Here& here) {
  if (const Value* schema = SchemaIn(here.schema, "unevaluatedProperties"); schema != nullptr && here.value.is_map()) {
    for (const auto& [name, member] : here.value.as_map()->members) {
      if (!here.evaluated.members.contains(name)) Add(here, Below(*schema, member, name));
      here.evaluated.members.insert(name);
    }
  }
  if (const Value* schema = SchemaIn(here.schema, "unevaluatedItems"); schema != nullptr && here.value.is_list()) {
    const std::vector<Value>& items = here.value.as_list()->items;
    for (size_t i = 0; i < items.size(); ++i) {
      if (!here.evaluated.items.contains(i)) Add(here, Below(*schema, items[i], std::to_string(i)));
      here.evaluated.items.insert(i);
    }
  }
}

void SchemaChecker::FollowReference(Here& here, std::string_view keyword) {
  const Value* reference = here.schema.Find(keyword);
  if (reference == nullptr || !reference->is_string()) return;
  std::string uri;
  const Value* target = document_.Resolve(here.node, reference->as_string(), uri);
  ApplyReference(here, target, uri);
}

void SchemaChecker::FollowDynamic(Here& here, std::string_view keyword) {
  if (here.draft != (keyword == "$dynamicRef" ? 2020 : 2019)) return;
  const Value* reference = here.schema.Find(keyword);
  if (reference == nullptr || !reference->is_string()) return;
  std::string uri;
  const Value* target = document_.Resolve(here.node, reference->as_string(), uri);
  if (target != nullptr && target->is_map()) {
    // The outermost of the schemas that led here which has the anchor too.
    const size_t hash = uri.find('#');
    const std::string anchor = hash == std::string::npos ? "" : uri.substr(hash + 1);
    const SchemaResource& owner = document_.ResourceOf(*target);
    const auto own = owner.dynamic_anchors.find(anchor);
    const bool dynamic =
        keyword == "$dynamicRef" ? own != owner.dynamic_anchors.end() && own->second == target : owner.recursive_anchor;
    for (size_t i = 0; dynamic && i < steps_.size(); ++i) {
      const SchemaResource& outer = *steps_[i].resource;
      const auto found = outer.dynamic_anchors.find(anchor);
      if (keyword == "$dynamicRef" ? found != outer.dynamic_anchors.end() : outer.recursive_anchor) {
        target = keyword == "$dynamicRef" ? found->second : outer.root;
        break;
      }
    }
  }
  ApplyReference(here, target, uri);
}

void SchemaChecker::ApplyReference(Here& here, const Value* target, const std::string& uri) {
  if (!IsSchema(target)) {
    if (uri.starts_with("file:///values.schema.json")) {
      status_ =
          Status::Invalid("the schema refers to " + uri.substr(uri.find('#') == std::string::npos ? 0 : uri.find('#')) +
                          ", which it does not have");
    } else if (warnings_ != nullptr && warned_.insert(uri).second) {
      warnings_->push_back("WARNING: the schema refers to " + uri +
                           ", which can't be read: it is taken to allow anything");
    }
    return;
  }
  std::optional<SchemaFailure> failure = Self(here, *target);
  if (!failure) return;
  SchemaFailure reference = Failure("validation failed");
  reference.kind = SchemaFailure::Kind::kReference;
  if (failure->kind == SchemaFailure::Kind::kGroup) {
    reference.causes = std::move(failure->causes);
  } else {
    reference.causes.push_back(std::move(*failure));
  }
  here.failures.push_back(std::move(reference));
}

const Pattern* SchemaChecker::PatternOf(std::string_view expression) {
  auto known = patterns_.find(expression);
  if (known == patterns_.end()) {
    Result<std::shared_ptr<const Pattern>> compiled = Pattern::Compile(expression);
    if (!compiled.ok()) {
      status_ = Status::Invalid("the schema has a pattern that can't be read: " + compiled.status().message());
      return nullptr;
    }
    known = patterns_.emplace(expression, std::move(*compiled)).first;
  }
  return known->second.get();
}

}  // namespace croft::chart
