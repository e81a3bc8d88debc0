#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/base/result.h"

namespace croft::chart {

class Object;
struct List;
struct Map;
using ListPtr = std::shared_ptr<List>;
using MapPtr = std::shared_ptr<Map>;
using ObjectPtr = std::shared_ptr<const Object>;

// What Go calls the type of a value, as far as templates can tell.
enum class Type : uint8_t { kNil, kBool, kInt, kInt64, kUint8, kFloat64, kString, kList, kMap, kObject };

// A value as templates know them: what an `interface {}` holds in Go. Copies share what is in lists and maps, as in Go:
// who writes into a map is seen by all who hold it. Not thread-safe.
class Value {
 public:
  Value() = default;  // nil
  static Value Bool(bool value) { return {Type::kBool, value}; }
  static Value Int(int64_t value) { return {Type::kInt, value}; }
  static Value Int64(int64_t value) { return {Type::kInt64, value}; }
  static Value Uint8(uint8_t value) { return {Type::kUint8, int64_t{value}}; }
  static Value Float64(double value) { return {Type::kFloat64, value}; }
  static Value String(std::string value);
  static Value Of(ListPtr list) { return {Type::kList, std::move(list)}; }
  static Value Of(MapPtr map) { return {Type::kMap, std::move(map)}; }
  static Value Of(ObjectPtr object) { return {Type::kObject, std::move(object)}; }

  Type type() const { return type_; }
  bool is_nil() const { return type_ == Type::kNil; }
  bool is_integer() const { return type_ == Type::kInt || type_ == Type::kInt64 || type_ == Type::kUint8; }
  bool is_string() const { return type_ == Type::kString; }
  bool is_list() const { return type_ == Type::kList; }
  bool is_map() const { return type_ == Type::kMap; }
  bool is_object() const { return type_ == Type::kObject; }

  // Each for its own types alone.
  bool as_bool() const { return std::get<bool>(data_); }
  int64_t as_integer() const { return std::get<int64_t>(data_); }
  double as_float() const { return std::get<double>(data_); }
  std::string_view as_string() const { return *std::get<Text>(data_); }
  const ListPtr& as_list() const { return std::get<ListPtr>(data_); }
  const MapPtr& as_map() const { return std::get<MapPtr>(data_); }
  const ObjectPtr& as_object() const { return std::get<ObjectPtr>(data_); }

  // As %T prints it: "int", "map[string]interface {}", "<nil>".
  std::string_view GoType() const;
  // As reflect names its kind: "int", "map", "slice", "struct", "invalid" for nil.
  std::string_view GoKind() const;

 private:
  using Text = std::shared_ptr<const std::string>;
  using Data = std::variant<std::monostate, bool, int64_t, double, Text, ListPtr, MapPtr, ObjectPtr>;
  Value(Type type, Data data) : type_(type), data_(std::move(data)) {}

  Type type_ = Type::kNil;
  Data data_;
};

inline constexpr std::string_view kAnyList = "[]interface {}";
inline constexpr std::string_view kStringList = "[]string";
inline constexpr std::string_view kIntList = "[]int";
inline constexpr std::string_view kAnyMap = "map[string]interface {}";
inline constexpr std::string_view kStringMap = "map[string]string";

// Nested without end, lists and maps are still taken apart without a stack as deep.
struct List {
  ~List();
  std::vector<Value> items;
  std::string_view go_type = kAnyList;  // a constant
  bool is_nil = false;                  // Go's nil slice: empty, but JSON's null
};

// Sorted by the bytes of the key, as templates, YAML and printing go through a map.
struct Map {
  ~Map();
  std::map<std::string, Value, std::less<>> members;
  std::string_view go_type = kAnyMap;  // a constant
  bool is_nil = false;                 // Go's nil map: empty, JSON's null, and nothing can be set in it

  // nullptr when there is none.
  const Value* Find(std::string_view key) const {
    const auto at = members.find(key);
    return at == members.end() ? nullptr : &at->second;
  }
};

Value NewList(std::vector<Value> items, std::string_view go_type = kAnyList);
Value NewMap(std::map<std::string, Value, std::less<>> members = {}, std::string_view go_type = kAnyMap);
Value NilList(std::string_view go_type = kAnyList);
Value NilMap(std::string_view go_type = kAnyMap);

// What has fields and methods: a struct, or a named type with methods, such as .Capabilities, .Files and time.Time.
class Object {
 public:
  virtual ~Object() = default;
  virtual std::string_view go_type() const = 0;                  // "chart.Metadata"
  virtual std::string_view go_kind() const { return "struct"; }  // "slice" and "map" for named types of these
  // The exported field, nullptr when there is none. Lives as long as the object.
  virtual const Value* Field(std::string_view) const { return nullptr; }
  virtual bool HasMethod(std::string_view) const { return false; }
  virtual Result<Value> Call(std::string_view method, const std::vector<Value>& arguments) const;
  // What `range`, `len`, `index` and `toYaml` see: the map or list that it is or that a struct is written as.
  virtual Value AsValue() const = 0;
  // As fmt prints it.
  virtual std::string ToString() const;
};

// A copy that shares nothing with `value`, objects aside.
Value DeepCopy(const Value& value);
// As Go's reflect.DeepEqual: types count, so an int is no int64.
bool DeepEqual(const Value& a, const Value& b);
// Whether `if` takes it for true: not zero, not empty.
bool Truth(const Value& value);

}  // namespace croft::chart
