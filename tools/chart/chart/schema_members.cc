#include <algorithm>

#include "tools/chart/chart/schema_check.h"

namespace croft::chart {
namespace {

const Map* MapIn(const Map& map, std::string_view key) {
  const Value* value = map.Find(key);
  return value != nullptr && value->is_map() ? value->as_map().get() : nullptr;
}

const Value* SchemaIn(const Map& map, std::string_view key) {
  const Value* value = map.Find(key);
  return value != nullptr && (value->is_map() || value->type() == Type::kBool) ? value : nullptr;
}

std::optional<double> NumberIn(const Map& map, std::string_view key) {
  const Value* value = map.Find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_integer()) return static_cast<double>(value->as_integer());
  if (value->type() == Type::kFloat64) return value->as_float();
  return std::nullopt;
}

bool IsTrue(const Map& map, std::string_view key) {
  const Value* value = map.Find(key);
  return value != nullptr && value->type() == Type::kBool && value->as_bool();
}

std::vector<std::string> Missing(const Map& object, const Value& wanted) {
  std::vector<std::string> missing;
  for (const Value& name : wanted.as_list()->items) {
    if (name.is_string() && object.Find(name.as_string()) == nullptr) missing.emplace_back(name.as_string());
  }
  return missing;
}

std::string Compared(const char* keyword, double got, double want) {
  return std::string(keyword) + ": got " + GroupedNumber(got) + ", want " + GroupedNumber(want);
}

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

void SchemaChecker::CheckObject(Here& here) {
  const Map& object = *here.value.as_map();
  const auto count = static_cast<double>(object.members.size());
  if (const auto least = NumberIn(here.schema, "minProperties"); least && count < *least) {
    Fail(here, Compared("minProperties", count, *least));
  }
  if (const auto most = NumberIn(here.schema, "maxProperties"); most && count > *most) {
    Fail(here, Compared("maxProperties", count, *most));
  }
  if (const Value* required = here.schema.Find("required"); required != nullptr && required->is_list()) {
    const std::vector<std::string> missing = Missing(object, *required);
    if (missing.size() == 1) Fail(here, "missing property " + QuoteForSchema(missing[0]));
    if (missing.size() > 1) Fail(here, "missing properties " + JoinQuoted(missing));
  }
  CheckDependencies(here, object);
  CheckMembers(here, object);
  CheckNames(here, object);
}

void SchemaChecker::CheckDependencies(Here& here, const Map& object) {
  for (const char* keyword : {"dependencies", "dependentSchemas", "dependentRequired"}) {
    const Map* dependencies = MapIn(here.schema, keyword);
    if (dependencies == nullptr) continue;
    for (const auto& [name, dependency] : dependencies->members) {
      if (object.Find(name) == nullptr) continue;
      if (!dependency.is_list()) {
        Add(here, Self(here, dependency));
      } else if (const std::vector<std::string> missing = Missing(object, dependency); !missing.empty()) {
        Fail(here, "properties " + JoinQuoted(missing) + " required, if " + QuoteForSchema(name) + " exists");
      }
    }
  }
}

void SchemaChecker::CheckMembers(Here& here, const Map& object) {
  const Map* properties = MapIn(here.schema, "properties");
  const Map* patterns = MapIn(here.schema, "patternProperties");
  const Value* additional = SchemaIn(here.schema, "additionalProperties");
  std::vector<std::string> refused;
  for (const auto& [name, member] : object.members) {
    bool evaluated = false;
    if (const Value* schema = properties == nullptr ? nullptr : properties->Find(name)) {
      evaluated = true;
      Add(here, Below(*schema, member, name));
    }
    if (patterns != nullptr) {
      for (const auto& [expression, schema] : patterns->members) {
        const Pattern* pattern = PatternOf(expression);
        if (pattern == nullptr) return;
        if (!pattern->Matches(name)) continue;
        evaluated = true;
        Add(here, Below(schema, member, name));
      }
    }
    if (!evaluated && additional != nullptr) {
      evaluated = true;
      if (additional->is_map()) {
        Add(here, Below(*additional, member, name));
      } else if (!additional->as_bool()) {
        refused.push_back(name);
      }
    }
    if (evaluated) here.evaluated.members.insert(name);
  }
  if (!refused.empty()) Fail(here, "additional properties " + JoinQuoted(refused) + " not allowed");
}

void SchemaChecker::CheckNames(Here& here, const Map& object) {
  const Value* schema = here.draft == 4 ? nullptr : SchemaIn(here.schema, "propertyNames");
  if (schema == nullptr) return;
  for (const auto& [name, member] : object.members) {
    const Value text = Value::String(name);
    std::vector<std::string> path;
    path.swap(path_);  // the name is a value of its own
    std::optional<SchemaFailure> failure = Apply(*schema, text, nullptr);
    path.swap(path_);
    if (!failure) continue;
    std::vector<SchemaFailure> causes;
    if (failure->kind == SchemaFailure::Kind::kGroup) {
      causes = std::move(failure->causes);
    } else {
      causes.push_back(std::move(*failure));
    }
    Fail(here, "invalid propertyName " + QuoteForSchema(name), std::move(causes));
  }
}

void SchemaChecker::CheckList(Here& here) {
  const std::vector<Value>& items = here.value.as_list()->items;
  const auto count = static_cast<double>(items.size());
  if (const auto least = NumberIn(here.schema, "minItems"); least && count < *least) {
    Fail(here, Compared("minItems", count, *least));
  }
  if (const auto most = NumberIn(here.schema, "maxItems"); most && count > *most) {
    Fail(here, Compared("maxItems", count, *most));
  }
  if (IsTrue(here.schema, "uniqueItems")) {
    constexpr size_t kMaxCompared = 3000;  // each with each
    for (size_t i = 1; i < std::min(items.size(), kMaxCompared); ++i) {
      const auto end = items.begin() + static_cast<ptrdiff_t>(i);
      const auto same = std::find_if(items.begin(), end, [&](const Value& v) { return EqualInJson(v, items[i]); });
      if (same == end) continue;
      Fail(here, "items at " + std::to_string(same - items.begin()) + " and " + std::to_string(i) + " are equal");
      break;
    }
  }
  CheckItems(here, items);
  CheckContains(here, items);
}

void SchemaChecker::CheckItems(Here& here, const std::vector<Value>& items) {
  const bool prefixed = here.draft >= 2020;
  const Value* first = here.schema.Find(prefixed ? "prefixItems" : "items");
  const Value* rest = SchemaIn(here.schema, prefixed ? "items" : "additionalItems");
  size_t at = 0;
  if (first != nullptr && first->is_list()) {
    const std::vector<Value>& schemas = first->as_list()->items;
    for (; at < std::min(items.size(), schemas.size()); ++at) {
      here.evaluated.items.insert(at);
      Add(here, Below(schemas[at], items[at], std::to_string(at)));
    }
  } else if (!prefixed) {
    // One schema for all, or none; then what is additional does not count.
    rest = SchemaIn(here.schema, "items");
  }
  if (rest == nullptr || at >= items.size()) return;
  if (!prefixed && rest->type() == Type::kBool && !rest->as_bool() && first != nullptr && first->is_list()) {
    Fail(here, "last " + std::to_string(items.size() - at) + " additionalItem(s) not allowed");
    return;
  }
  for (; at < items.size(); ++at) {
    here.evaluated.items.insert(at);
    Add(here, Below(*rest, items[at], std::to_string(at)));
  }
}

void SchemaChecker::CheckContains(Here& here, const std::vector<Value>& items) {
  const Value* schema = here.draft == 4 ? nullptr : SchemaIn(here.schema, "contains");
  if (schema == nullptr) return;
  std::vector<SchemaFailure> causes;
  std::string matched;
  size_t matches = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    if (std::optional<SchemaFailure> failure = Below(*schema, items[i], std::to_string(i))) {
      causes.push_back(std::move(*failure));
      continue;
    }
    ++matches;
    matched += (matched.empty() ? "" : " ") + std::to_string(i);
    if (here.draft >= 2020) here.evaluated.items.insert(i);
  }
  constexpr double kNone = -1;
  const double least = here.draft >= 2019 ? NumberIn(here.schema, "minContains").value_or(kNone) : kNone;
  const double most = here.draft >= 2019 ? NumberIn(here.schema, "maxContains").value_or(kNone) : kNone;
  const std::string told = " items required to match contains schema, but ";
  const std::string found = "matched " + std::to_string(matches) + " items at " + matched;
  if (static_cast<double>(matches) < least) {
    Fail(here, "min " + GroupedNumber(least) + told + (matches == 0 ? "none matched" : found), std::move(causes));
  } else if (least == kNone && matches == 0) {
    Fail(here, "no items match contains schema", std::move(causes));
  }
  if (most != kNone && static_cast<double>(matches) > most) Fail(here, "max " + GroupedNumber(most) + told + found);
}

void SchemaChecker::CheckText(Here& here) {
  const std::string_view text = here.value.as_string();
  const auto least = NumberIn(here.schema, "minLength");
  const auto most = NumberIn(here.schema, "maxLength");
  const auto length = static_cast<double>(least || most ? CountCharacters(text) : 0);
  if (least && length < *least) Fail(here, Compared("minLength", length, *least));
  if (most && length > *most) Fail(here, Compared("maxLength", length, *most));
  const Value* expression = here.schema.Find("pattern");
  if (expression == nullptr || !expression->is_string()) return;
  const Pattern* pattern = PatternOf(expression->as_string());
  if (pattern != nullptr && !pattern->Matches(text)) {
    Fail(here, QuoteForSchema(text) + " does not match pattern " + QuoteForSchema(expression->as_string()));
  }
}

void SchemaChecker::CheckNumber(Here& here) {
  const double number = here.value.is_integer() ? static_cast<double>(here.value.as_integer()) : here.value.as_float();
  const auto least = NumberIn(here.schema, "minimum");
  const auto most = NumberIn(here.schema, "maximum");
  // In draft 4 these are booleans beside the limits.
  const auto above =
      here.draft == 4 && IsTrue(here.schema, "exclusiveMinimum") ? least : NumberIn(here.schema, "exclusiveMinimum");
  const auto below =
      here.draft == 4 && IsTrue(here.schema, "exclusiveMaximum") ? most : NumberIn(here.schema, "exclusiveMaximum");
  if (least && number < *least) Fail(here, Compared("minimum", number, *least));
  if (most && number > *most) Fail(here, Compared("maximum", number, *most));
  if (above && number <= *above) Fail(here, Compared("exclusiveMinimum", number, *above));
  if (below && number >= *below) Fail(here, Compared("exclusiveMaximum", number, *below));
  if (const auto of = NumberIn(here.schema, "multipleOf"); of && *of > 0 && !IsMultiple(number, *of)) {
    Fail(here, Compared("multipleOf", number, *of));
  }
}

}  // namespace croft::chart
