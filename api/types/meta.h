#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/object/object.h"

// Typed structs for the kinds that controllers touch, with JSON both ways. They hold the fields that Croft's
// controllers read or write, not every field: so an object that others own is never written back whole from a struct,
// only by patch or through its status. What must pass through unread is a RawJson.
namespace croft::types {

using StringMap = std::map<std::string, std::string>;

// A JSON value kept as its text; empty: absent.
struct RawJson {
  std::string bytes;
  bool empty() const { return bytes.empty(); }
  bool operator==(const RawJson&) const = default;
};

struct ObjectMeta {
  std::string name;
  std::string generate_name;
  std::string ns;
  std::string uid;
  std::string resource_version;
  int64_t generation = 0;
  std::string creation_timestamp;  // RFC 3339, as everywhere in this folder
  std::string deletion_timestamp;
  std::optional<int64_t> deletion_grace_period_seconds;
  StringMap labels;
  StringMap annotations;
  std::vector<OwnerReference> owner_references;
  std::vector<std::string> finalizers;

  Key key() const { return {ns, name}; }
  bool deleting() const { return !deletion_timestamp.empty(); }
};

struct TypeMeta {
  std::string api_version;
  std::string kind;
};

// metav1.Condition, and the older kinds' conditions with the fields they share with it.
struct Condition {
  std::string type;
  std::string status;  // "True", "False", "Unknown"
  int64_t observed_generation = 0;
  std::string last_transition_time;
  std::string last_update_time;     // Deployment
  std::string last_heartbeat_time;  // Node
  std::string reason;
  std::string message;
  bool operator==(const Condition&) const = default;
};

// A number or a string ("80", "http", "25%").
struct IntOrString {
  bool is_string = false;
  int64_t number = 0;
  std::string text;
  static IntOrString Of(int64_t n) { return {false, n, {}}; }
  static IntOrString Of(std::string s) { return {true, 0, std::move(s)}; }
  bool operator==(const IntOrString&) const = default;
};

struct ObjectReference {
  std::string api_version;
  std::string kind;
  std::string ns;
  std::string name;
  std::string uid;
  std::string resource_version;
  std::string field_path;
};

// An owner reference to a controlled object's controller.
OwnerReference ControllerOf(const TypeMeta& type, const ObjectMeta& meta);
// The owner with controller=true; nullptr when there is none.
const OwnerReference* FindController(const std::vector<OwnerReference>& owners);

// A resource quantity ("500m", "128Mi", "2") in thousandths of its unit; none when malformed.
std::optional<int64_t> ParseQuantityMilli(std::string_view text);

// The struct of an object. kInternalError when the object is of another kind.
template <class T>
Result<T> FromObject(const Object& object);
template <class T>
Result<T> FromJson(const Json& json);
// The whole struct as JSON, with apiVersion and kind; empty fields are left out.
template <class T>
JsonDocument ToJson(const T& value);

}  // namespace croft::types
