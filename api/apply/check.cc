#include <set>

#include "api/apply/typed.h"

namespace croft::apply {
namespace {

using schema::Type;

// A hostile body must not make a reply that is larger than itself.
constexpr size_t kMaxErrors = 100;

class Checker {
 public:
  void Map(const Place& place, const Json& map) {
    for (const auto& member : map.GetObject()) {
      const std::string_view name = AsView(member.name);
      const std::string outer = path_;
      path_ += ShowElement(MemberElement(name));
      const std::optional<MemberPlace> there = FindMemberPlace(place, name);
      if (there) {
        Value(there->place, member.value);
      } else {
        Refuse("field not declared in schema");
      }
      path_ = outer;
    }
  }

  std::vector<std::string> Take() { return std::move(errors_); }

 private:
  void Value(const Place& place, const Json& value) {
    if (value.IsNull()) return;
    if (const char* wanted = Wanted(place, value)) {
      return Refuse("expected " + std::string(wanted) + ", got " + WriteJson(value).substr(0, 256));
    }
    if (value.IsObject()) Map(place, value);
    if (value.IsArray()) List(place, value);
  }

  // What must stand there instead of `value`; nullptr when it may.
  static const char* Wanted(const Place& place, const Json& value) {
    if (place.node == nullptr) return nullptr;
    const bool scalar = !value.IsObject() && !value.IsArray();
    switch (place.node->type) {
      case Type::kObject:
        return value.IsObject() ? nullptr : "map";
      case Type::kArray:
        return value.IsArray() ? nullptr : "list";
      case Type::kString:
        if (place.node->format == schema::Format::kNone) return value.IsString() ? nullptr : "string";
        return scalar ? nullptr : "scalar";
      case Type::kInteger:
      case Type::kNumber:
        return value.IsNumber() ? nullptr : "numeric (int or float)";
      case Type::kBoolean:
        return value.IsBool() ? nullptr : "boolean";
      case Type::kIntOrString:
        return scalar ? nullptr : "scalar";
      case Type::kAny:
        return nullptr;
    }
    return nullptr;
  }

  void List(const Place& place, const Json& list) {
    const bool associative = place.list_type() != schema::ListType::kAtomic;
    const Place item_place = ItemPlace(place);
    std::set<std::string> seen;
    for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
      Result<std::string> element = associative ? ItemElement(place, list[i]) : Result<std::string>(IndexElement(i));
      // Nothing below an item without a name of its own can be told either.
      if (!element.ok()) return Refuse("element " + std::to_string(i) + ": " + element.status().message());
      if (!seen.insert(*element).second) Refuse("duplicate entries for key " + ShowElement(*element));
      const std::string outer = path_;
      path_ += ShowElement(*element);
      Value(item_place, list[i]);
      path_ = outer;
    }
  }

  void Refuse(const std::string& why) {
    if (errors_.size() < kMaxErrors) errors_.push_back(path_ + ": " + why);
  }

  std::string path_;
  std::vector<std::string> errors_;
};

}  // namespace

std::vector<std::string> Check(const Place& root, const Json& config) {
  Checker checker;
  checker.Map(root, config);
  return checker.Take();
}

}  // namespace croft::apply
