#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "api/schema/complaints.h"
#include "api/schema/leaves.h"
#include "api/schema/native_words.h"

namespace croft::schema {
namespace {

// A hostile body must not make a reply that is larger than itself.
constexpr size_t kMaxCauses = 100;

std::string_view TypeOf(const Json& value) {
  switch (value.GetType()) {
    case rapidjson::kNullType:
      return "null";
    case rapidjson::kFalseType:
    case rapidjson::kTrueType:
      return "boolean";
    case rapidjson::kObjectType:
      return "object";
    case rapidjson::kArrayType:
      return "array";
    case rapidjson::kStringType:
      return "string";
    default:
      return value.IsDouble() ? "number" : "integer";
  }
}

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kObject:
      return "object";
    case Type::kArray:
      return "array";
    case Type::kString:
      return "string";
    case Type::kInteger:
      return "integer";
    case Type::kNumber:
      return "number";
    case Type::kBoolean:
      return "boolean";
    default:
      return "integer,string";
  }
}

bool IsWhole(const Json& value, bool native) {
  if (value.IsInt64()) return true;
  return !native && value.IsDouble() && std::floor(value.GetDouble()) == value.GetDouble() &&
         std::abs(value.GetDouble()) <= 9.2e18;
}

bool IsZero(const Json& value) {
  return (value.IsString() && value.GetStringLength() == 0) || (value.IsInt() && value.GetInt() == 0);
}

// Whether a member says nothing: absent, or in Kubernetes' own kinds null.
bool IsAbsent(const Node& node, const Json* value) {
  return value == nullptr || (node.native && value->IsNull());
}

// Whether one of several alternatives was chosen. In Kubernetes' own kinds an empty text is none.
bool IsChosen(const Node& node, const Json* value) {
  return !IsAbsent(node, value) && !(node.native && value->IsString() && value->GetStringLength() == 0);
}

// The one field that a branch of a combinator requires, when that is all that the branch says.
const std::string* OnlyRequires(const Node& branch) {
  const bool plain = branch.type == Type::kAny && branch.properties.empty() && branch.bounds == nullptr &&
                     branch.items.node == nullptr && branch.additional.node == nullptr;
  return plain && branch.required.size() == 1 ? &branch.required[0] : nullptr;
}

class Validator : private Complaints {
 public:
  explicit Validator(size_t max_causes) : Complaints(max_causes) {}

  // `root`: apiVersion, kind and metadata are not looked at.
  void Check(const Node& node, const Json& value, bool root = false) {
    if (Full()) return;
    const std::string* outer = owner_;
    const std::string* inner = node.go_type;
    CheckWithin(node, value, root, inner == nullptr ? outer : inner);
    owner_ = outer;
  }

  using Complaints::empty;
  using Complaints::TakeCauses;

 private:
  // `inner`: the struct that the members of `value` belong to.
  void CheckWithin(const Node& node, const Json& value, bool root, const std::string* inner) {
    if (value.IsNull() && node.nullable) return;
    if (node.zero_is_unset && IsZero(value)) return;
    if (!CheckType(node, value)) return;
    owner_ = inner;
    if (value.IsObject()) CheckObject(node, value, root);
    if (value.IsArray()) CheckArray(node, value);
    if (value.IsString()) CheckText(node, value, *this);
    if (value.IsNumber()) CheckNumber(node, value, *this);
    if (node.bounds != nullptr) {
      CheckEnumeration(*node.bounds, value, *this);
      CheckLogic(node, *node.bounds, value);
    }
  }

  bool CheckType(const Node& node, const Json& value) {
    if (HasType(node, value)) return true;
    if (node.native) {
      Undecodable(node, value);
      return false;
    }
    const std::string shown = Quote(TypeOf(value));
    Add("FieldValueTypeInvalid", "Invalid value: " + shown + ": " + Place() + " in body must be of type " +
                                     std::string(TypeName(node.type)) + ": " + shown);
    return false;
  }
  static bool HasType(const Node& node, const Json& value) {
    switch (node.type) {
      case Type::kAny:
        return true;
      case Type::kObject:
        return value.IsObject();
      case Type::kArray:
        return value.IsArray();
      case Type::kString:
        return value.IsString();
      case Type::kInteger:
        return value.IsNumber() && IsWhole(value, node.native);
      case Type::kNumber:
        return value.IsNumber();
      case Type::kBoolean:
        return value.IsBool();
      case Type::kIntOrString:
        return value.IsString() || IsWhole(value, node.native) ||
               (node.format == Format::kQuantity && value.IsNumber());
    }
    return false;
  }

  void CheckObject(const Node& node, const Json& value, bool root) {
    for (const std::string& name : node.required) {
      const Json* member = Find(value, name);
      if (IsAbsent(node, member) && !(root && name == "metadata")) Required(name);
    }
    if (node.bounds != nullptr) CheckMemberCount(node, *node.bounds, value);
    if (node.embedded_resource) CheckEmbedded(value);
    if (node.properties.empty() && node.additional.node == nullptr) return;
    for (const auto& [key, member] : value.GetObject()) {
      const std::string_view name = AsView(key);
      if (root && (name == "metadata" || name == "apiVersion" || name == "kind")) continue;
      const Field* field = node.FindProperty(name);
      const bool known = field != nullptr;
      if (!known) field = node.additional.node == nullptr ? nullptr : &node.additional;
      if (field == nullptr || (node.native && known && member.IsNull())) continue;
      const PathScope scope(path_);
      known || !node.native ? AppendMember(path_, name) : AppendKey(path_, name);
      Check(*field->node, member);
    }
  }

  void Required(std::string_view name, std::string_view why = {}) {
    const PathScope scope(path_);
    AppendMember(path_, name);
    Add("FieldValueRequired", "Required value" + std::string(why));
  }

  void CheckEmbedded(const Json& value) {
    for (const std::string_view name : {"apiVersion", "kind"}) {
      if (FindString(value, {name}).empty()) Required(name, ": must not be empty");
    }
  }

  void CheckMemberCount(const Node& node, const Bounds& bounds, const Json& value) {
    const uint64_t count = value.MemberCount();
    if (bounds.max_properties && count > *bounds.max_properties) TooMany(count, *bounds.max_properties);
    if (bounds.min_properties && count < *bounds.min_properties) {
      Refuse(node, Json(count), "have at least " + std::to_string(*bounds.min_properties) + " properties");
    }
  }
  void TooMany(uint64_t count, uint64_t most) {
    Add("FieldValueTooMany", "Too many: " + std::to_string(count) + ": must have at most " + std::to_string(most) +
                                 (most == 1 ? " item" : " items"));
  }

  void CheckArray(const Node& node, const Json& value) {
    if (node.bounds != nullptr) CheckItemCount(node, *node.bounds, value);
    if (node.items.node != nullptr) {
      for (rapidjson::SizeType i = 0; i < value.Size() && !Full(); ++i) {
        const PathScope scope(path_);
        AppendIndex(path_, i);
        Check(*node.items.node, value[i]);
      }
    }
    if (node.bounds != nullptr && node.bounds->unique_items && HasTwins(value)) {
      node.native ? Must(value, "must not contain duplicates")
                  : Add("FieldValueInvalid",
                        "Invalid value: " + Show(value) + ": " + Place() + " in body shouldn't contain duplicates");
    }
    if (node.allow_duplicates) return;
    if (node.list_type == ListType::kSet) CheckSet(value);
    if (node.list_type == ListType::kMap) CheckKeys(node, value);
  }

  void CheckItemCount(const Node& node, const Bounds& bounds, const Json& value) {
    const uint64_t count = value.Size();
    if (bounds.max_items && count > *bounds.max_items) TooMany(count, *bounds.max_items);
    if (!bounds.min_items || count >= *bounds.min_items) return;
    if (node.native && count == 0 && *bounds.min_items == 1) return Add("FieldValueRequired", "Required value");
    Refuse(node, Json(count), "have at least " + std::to_string(*bounds.min_items) + " items");
  }

  static bool HasTwins(const Json& list) {
    std::unordered_set<std::string> seen;
    return !std::all_of(list.Begin(), list.End(),
                        [&](const Json& item) { return seen.insert(WriteJson(item)).second; });
  }

  // What comes a third time is not told again.
  void CheckSet(const Json& list) {
    std::unordered_map<std::string, int> seen;
    for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
      if (++seen[WriteJson(list[i])] != 2) continue;
      const PathScope scope(path_);
      AppendIndex(path_, i);
      Add("FieldValueDuplicate", "Duplicate value: " + Show(list[i]));
    }
  }

  // Kubernetes' own kinds name the key within the item, custom resources the item.
  void CheckKeys(const Node& node, const Json& list) {
    std::unordered_map<std::string, int> seen;
    for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
      if (!list[i].IsObject()) continue;
      const std::string keys = KeysOf(node, list[i]);
      if (++seen[keys] == 1 || (!node.native && seen[keys] > 2)) continue;
      const PathScope scope(path_);
      AppendIndex(path_, i);
      const Json* only = node.native && node.list_keys.size() == 1 ? Find(list[i], node.list_keys[0]) : nullptr;
      if (only != nullptr) AppendMember(path_, node.list_keys[0]);
      Add("FieldValueDuplicate", "Duplicate value: " + (only != nullptr ? Show(*only) : keys));
    }
  }
  // The keys of one item as JSON; in Kubernetes' own kinds an absent key is an empty one.
  static std::string KeysOf(const Node& node, const Json& item) {
    std::string text;
    for (const std::string& key : node.list_keys) {
      const Json* value = Find(item, key);
      if (value == nullptr && !node.native) continue;
      text += (text.empty() ? "{" : ",") + Quote(key) + ":" + (IsAbsent(node, value) ? "\"\"" : WriteJson(*value));
    }
    return text.empty() ? "{}" : text + "}";
  }

  std::vector<Cause> Try(const Node& node, const Json& value) const {
    Validator validator(most_);
    validator.path_ = path_;
    validator.owner_ = owner_;
    validator.Check(node, value);
    return validator.TakeCauses();
  }
  static bool Accepts(const Node& node, const Json& value) {
    Validator validator(1);
    validator.Check(node, value);
    return validator.empty();
  }

  // What is missing to the branch that fits best is told too.
  void TellNearest(const std::vector<const Node*>& branches, const Json& value) {
    std::vector<Cause> nearest;
    for (const Node* branch : branches) {
      std::vector<Cause> causes = Try(*branch, value);
      if (nearest.empty() || causes.size() < nearest.size()) nearest = std::move(causes);
    }
    for (Cause& cause : nearest) {
      if (!Full()) causes_.push_back(std::move(cause));
    }
  }

  void CheckLogic(const Node& node, const Bounds& bounds, const Json& value) {
    CheckAllOf(node, bounds, value);
    const auto accepts = [&](const Node* each) { return Accepts(*each, value); };
    if (!bounds.any_of.empty() && std::none_of(bounds.any_of.begin(), bounds.any_of.end(), accepts)) {
      NotAccepted(node, "must validate at least one schema (anyOf)");
      if (!node.native) TellNearest(bounds.any_of, value);
    }
    CheckOneOf(node, bounds, value);
    if (bounds.negated != nullptr) CheckNegated(node, *bounds.negated, value);
  }
  void CheckAllOf(const Node& node, const Bounds& bounds, const Json& value) {
    size_t failed = 0;
    for (const Node* each : bounds.all_of) {
      const size_t before = causes_.size();
      Check(*each, value);
      failed += causes_.size() > before ? 1 : 0;
    }
    if (failed == 0 || node.native) return;
    NotAccepted(node, std::string("must validate all the schemas (allOf)") +
                          (failed == bounds.all_of.size() ? ". None validated" : ""));
  }
  // The place is in the message alone for posted kinds, as Kubernetes has it.
  void NotAccepted(const Node& node, std::string_view must) {
    if (Full()) return;
    causes_.push_back({"FieldValueInvalid", "Invalid value: \"\": " + Quote(path_) + " " + std::string(must),
                       node.native ? path_ : std::string(kNoField)});
  }

  void CheckOneOf(const Node& node, const Bounds& bounds, const Json& value) {
    if (bounds.one_of.empty()) return;
    if (node.native && value.IsObject() &&
        std::all_of(bounds.one_of.begin(), bounds.one_of.end(), [](const Node* each) { return OnlyRequires(*each); })) {
      return CheckUnion(node, bounds.one_of, value);
    }
    const auto accepted = std::count_if(bounds.one_of.begin(), bounds.one_of.end(),
                                        [&](const Node* each) { return Accepts(*each, value); });
    if (accepted == 1) return;
    NotAccepted(node,
                "must validate one and only one schema (oneOf). Found " +
                    (accepted == 0 ? std::string("none valid") : std::to_string(accepted) + " valid alternatives"));
    if (accepted == 0 && !node.native) TellNearest(bounds.one_of, value);
  }

  // Exactly one of these fields.
  void CheckUnion(const Node& node, const std::vector<const Node*>& branches, const Json& value) {
    std::string names;
    bool found = false;
    for (const Node* branch : branches) names += (names.empty() ? "" : ", ") + branch->required[0];
    for (const Node* branch : branches) {
      const std::string& name = branch->required[0];
      if (!IsChosen(node, Find(value, name))) continue;
      if (std::exchange(found, true)) {
        const PathScope scope(path_);
        AppendMember(path_, name);
        Add("FieldValueForbidden", "Forbidden: may not specify more than one of " + names);
      }
    }
    if (!found) Add("FieldValueRequired", "Required value: must specify one of " + names);
  }

  void CheckNegated(const Node& node, const Node& negated, const Json& value) {
    const bool together = node.native && value.IsObject() && negated.required.size() > 1;
    if (together && !std::all_of(negated.required.begin(), negated.required.end(),
                                 [&](const std::string& name) { return IsChosen(node, Find(value, name)); })) {
      return;
    }
    if (!Accepts(negated, value)) return;
    if (!together) {
      if (node.native && value.IsString() && negated.bounds != nullptr && negated.bounds->pattern != nullptr) {
        return Must(value, ForbiddenPatternRule(negated.bounds->pattern->text()));
      }
      return NotAccepted(node, "must not validate the schema (not)");
    }
    const PathScope scope(path_);
    AppendMember(path_, negated.required.back());
    Add("FieldValueInvalid", "Invalid value: \"\": may not be specified together with " + negated.required.front());
  }
};

}  // namespace

std::vector<Cause> Validate(const Node& schema, const Json& value) {
  Validator validator(kMaxCauses);
  validator.Check(schema, value, true);
  return validator.TakeCauses();
}

std::vector<Cause> ValidateValue(const Node& schema, const Json& value) {
  Validator validator(kMaxCauses);
  validator.Check(schema, value);
  return validator.TakeCauses();
}

}  // namespace croft::schema
