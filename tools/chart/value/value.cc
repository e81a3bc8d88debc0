#include "tools/chart/value/value.h"

#include <set>
#include <unordered_map>

#include "tools/chart/value/go_format.h"

namespace croft::chart {
namespace {

// Beyond this values hold themselves, or are hostile.
constexpr int kMaxDepth = 2000;
// From here on copying and comparing remember what they met, which ends what holds itself many times over.
constexpr int kRememberDepth = 32;

// Destroys values of any depth: those deep in others wait until the stack is flat again.
class Undertaker {
 public:
  template <class Members, class Take>
  void Bury(Members& members, const Take& take) {
    if (depth_ < 100) {
      ++depth_;
      members.clear();
      if (--depth_ == 0) Drain();
      return;
    }
    for (auto& member : members) {
      Value& value = take(member);
      if (value.is_list() || value.is_map()) waiting_.push_back(std::move(value));
    }
  }

 private:
  void Drain() {
    ++depth_;
    while (!waiting_.empty()) {
      const Value next = std::move(waiting_.back());
      waiting_.pop_back();
    }
    --depth_;
  }

  int depth_ = 0;
  std::vector<Value> waiting_;
};
thread_local Undertaker undertaker;

class Copier {
 public:
  Value Copy(const Value& value) {
    if (!value.is_list() && !value.is_map()) return value;
    if (value.is_list() && value.as_list()->is_nil) return NilList(value.GoType());
    if (value.is_map() && value.as_map()->is_nil) return NilMap(value.GoType());
    if (depth_ > kMaxDepth) return value;
    const bool remember = depth_ > kRememberDepth;
    const void* key = value.is_list() ? static_cast<const void*>(value.as_list().get()) : value.as_map().get();
    if (remember) {
      const auto at = known_.find(key);
      if (at != known_.end()) return at->second;
    }
    ++depth_;
    Value copy = value.is_list() ? CopyList(*value.as_list()) : CopyMap(*value.as_map());
    --depth_;
    if (remember) known_.emplace(key, copy);
    return copy;
  }

 private:
  Value CopyList(const List& list) {
    std::vector<Value> items;
    items.reserve(list.items.size());
    for (const Value& item : list.items) items.push_back(Copy(item));
    return NewList(std::move(items), list.go_type);
  }
  Value CopyMap(const Map& map) {
    auto copy = std::make_shared<Map>();
    copy->go_type = map.go_type;
    for (const auto& [key, member] : map.members) copy->members.emplace_hint(copy->members.end(), key, Copy(member));
    return Value::Of(std::move(copy));
  }

  int depth_ = 0;
  std::unordered_map<const void*, Value> known_;
};

class Comparer {
 public:
  bool Equal(const Value& a, const Value& b) {
    if (a.type() != b.type() || a.GoType() != b.GoType()) return false;
    switch (a.type()) {
      case Type::kNil:
        return true;
      case Type::kBool:
        return a.as_bool() == b.as_bool();
      case Type::kInt:
      case Type::kInt64:
      case Type::kUint8:
        return a.as_integer() == b.as_integer();
      case Type::kFloat64:
        return a.as_float() == b.as_float();
      case Type::kString:
        return a.as_string() == b.as_string();
      case Type::kList:
        return Nested(a.as_list().get(), b.as_list().get(), [&] { return Lists(*a.as_list(), *b.as_list()); });
      case Type::kMap:
        return Nested(a.as_map().get(), b.as_map().get(), [&] { return Maps(*a.as_map(), *b.as_map()); });
      case Type::kObject:
        return Nested(a.as_object().get(), b.as_object().get(),
                      [&] { return Equal(a.as_object()->AsValue(), b.as_object()->AsValue()); });
    }
    return false;
  }

 private:
  template <class Compare>
  bool Nested(const void* a, const void* b, const Compare& compare) {
    if (a == b) return true;
    if (depth_ > kMaxDepth) return false;
    if (depth_ > kRememberDepth && !met_.emplace(a, b).second) return true;
    ++depth_;
    const bool equal = compare();
    --depth_;
    return equal;
  }
  bool Lists(const List& a, const List& b) {
    if (a.items.size() != b.items.size() || a.is_nil != b.is_nil) return false;
    for (size_t i = 0; i < a.items.size(); ++i) {
      if (!Equal(a.items[i], b.items[i])) return false;
    }
    return true;
  }
  bool Maps(const Map& a, const Map& b) {
    if (a.members.size() != b.members.size() || a.is_nil != b.is_nil) return false;
    for (auto i = a.members.begin(), j = b.members.begin(); i != a.members.end(); ++i, ++j) {
      if (i->first != j->first || !Equal(i->second, j->second)) return false;
    }
    return true;
  }

  int depth_ = 0;
  std::set<std::pair<const void*, const void*>> met_;
};

}  // namespace

List::~List() {
  undertaker.Bury(items, [](Value& item) -> Value& { return item; });
}
Map::~Map() {
  undertaker.Bury(members, [](auto& member) -> Value& { return member.second; });
}

Value NewList(std::vector<Value> items, std::string_view go_type) {
  auto list = std::make_shared<List>();
  list->items = std::move(items);
  list->go_type = go_type;
  return Value::Of(std::move(list));
}

Value NewMap(std::map<std::string, Value, std::less<>> members, std::string_view go_type) {
  auto map = std::make_shared<Map>();
  map->members = std::move(members);
  map->go_type = go_type;
  return Value::Of(std::move(map));
}

Value NilList(std::string_view go_type) {
  const Value list = NewList({}, go_type);
  list.as_list()->is_nil = true;
  return list;
}

Value NilMap(std::string_view go_type) {
  const Value map = NewMap({}, go_type);
  map.as_map()->is_nil = true;
  return map;
}

Value Value::String(std::string value) {
  return {Type::kString, std::make_shared<const std::string>(std::move(value))};
}

std::string_view Value::GoType() const {
  switch (type_) {
    case Type::kNil:
      return "<nil>";
    case Type::kBool:
      return "bool";
    case Type::kInt:
      return "int";
    case Type::kInt64:
      return "int64";
    case Type::kUint8:
      return "uint8";
    case Type::kFloat64:
      return "float64";
    case Type::kString:
      return "string";
    case Type::kList:
      return as_list()->go_type;
    case Type::kMap:
      return as_map()->go_type;
    case Type::kObject:
      return as_object()->go_type();
  }
  return "";
}

std::string_view Value::GoKind() const {
  switch (type_) {
    case Type::kNil:
      return "invalid";
    case Type::kList:
      return "slice";
    case Type::kMap:
      return "map";
    case Type::kObject:
      return as_object()->go_kind();
    default:
      return GoType();
  }
}

Result<Value> Object::Call(std::string_view method, const std::vector<Value>&) const {
  return Status::BadRequest("type " + std::string(go_type()) + " has no method " + std::string(method));
}

std::string Object::ToString() const {
  const Value value = AsValue();
  if (!value.is_map() || go_kind() == "map") return GoString(value);
  std::string out = "{";
  for (const auto& [name, member] : value.as_map()->members) {
    if (out.size() > 1) out += ' ';
    AppendGoString(out, member);
  }
  return out + "}";
}

Value DeepCopy(const Value& value) {
  return Copier().Copy(value);
}

bool DeepEqual(const Value& a, const Value& b) {
  return Comparer().Equal(a, b);
}

bool Truth(const Value& value) {
  switch (value.type()) {
    case Type::kNil:
      return false;
    case Type::kBool:
      return value.as_bool();
    case Type::kInt:
    case Type::kInt64:
    case Type::kUint8:
      return value.as_integer() != 0;
    case Type::kFloat64:
      return value.as_float() != 0;
    case Type::kString:
      return !value.as_string().empty();
    case Type::kList:
      return !value.as_list()->items.empty();
    case Type::kMap:
      return !value.as_map()->members.empty();
    case Type::kObject: {
      const std::string_view kind = value.GoKind();
      return kind == "struct" || kind == "ptr" || Truth(value.as_object()->AsValue());
    }
  }
  return false;
}

}  // namespace croft::chart
