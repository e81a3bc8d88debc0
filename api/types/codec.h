#pragma once

#include <string>
#include <type_traits>

#include "api/types/meta.h"

// How the structs of this folder become JSON and back: each has one `Fields(visitor, struct)` that names its members,
// and the two visitors below walk it. Included by this folder's .cc files only.
namespace croft::types::codec {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

// Fills members from an object; a member of another JSON type than expected is left as it was (the server has
// validated).
class Reader {
 public:
  static constexpr bool kReading = true;
  explicit Reader(const Json& object) : object_(object) {}

  template <class T>
  void operator()(const char* key, T& field) {
    const Json* value = Find(object_, key);
    if (value != nullptr && !value->IsNull()) Read(*value, field);
  }

  // Keeps the whole object as it stands.
  void Whole(RawJson& field) { field.bytes = WriteJson(object_); }

  template <class T>
  static void Read(const Json& value, T& out) {
    if constexpr (std::is_same_v<T, std::string>) {
      if (value.IsString()) out.assign(value.GetString(), value.GetStringLength());
    } else if constexpr (std::is_same_v<T, bool>) {
      if (value.IsBool()) out = value.GetBool();
    } else if constexpr (std::is_integral_v<T>) {
      if (value.IsInt64()) out = static_cast<T>(value.GetInt64());
    } else if constexpr (std::is_same_v<T, RawJson>) {
      out.bytes = WriteJson(value);
    } else if constexpr (std::is_same_v<T, IntOrString>) {
      if (value.IsInt64()) out = IntOrString::Of(value.GetInt64());
      if (value.IsString()) out = IntOrString::Of(std::string(AsView(value)));
    } else if constexpr (IsOptional<T>::value) {
      Read(value, out.emplace());
    } else if constexpr (IsVector<T>::value) {
      if (!value.IsArray()) return;
      for (const Json& item : value.GetArray()) Read(item, out.emplace_back());
    } else if constexpr (IsMap<T>::value) {
      if (!value.IsObject()) return;
      for (const auto& member : value.GetObject()) {
        // Quantities may be plain numbers; a map of text keeps them as written.
        auto& slot = out[std::string(AsView(member.name))];
        if constexpr (std::is_same_v<typename T::mapped_type, std::string>) {
          slot = member.value.IsString() ? std::string(AsView(member.value)) : WriteJson(member.value);
        } else {
          Read(member.value, slot);
        }
      }
    } else {
      if (!value.IsObject()) return;
      Reader reader(value);
      Fields(reader, out);
    }
  }

 private:
  const Json& object_;
};

// Writes members into an object; empty ones are left out. A value that must stand even when it is zero is an optional.
class Writer {
 public:
  static constexpr bool kReading = false;
  Writer(Json& object, JsonAllocator& allocator) : object_(object), allocator_(allocator) {}

  template <class T>
  void operator()(const char* key, const T& field) {
    if (IsEmpty(field)) return;
    Json value = Write(field, allocator_);
    if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string> && !std::is_same_v<T, RawJson> &&
                  !std::is_same_v<T, IntOrString> && !IsOptional<T>::value && !IsVector<T>::value && !IsMap<T>::value) {
      if (value.ObjectEmpty()) return;
    }
    object_.AddMember(rapidjson::StringRef(key), std::move(value), allocator_);
  }

  void Whole(const RawJson&) {}

  template <class T>
  static Json Write(const T& field, JsonAllocator& allocator) {
    if constexpr (std::is_same_v<T, std::string>) {
      return MakeString(field, allocator);
    } else if constexpr (std::is_same_v<T, bool>) {
      return Json(field);
    } else if constexpr (std::is_integral_v<T>) {
      return Json(static_cast<int64_t>(field));
    } else if constexpr (std::is_same_v<T, RawJson>) {
      JsonDocument parsed(&allocator);
      parsed.Parse(field.bytes.data(), field.bytes.size());
      return parsed.HasParseError() ? Json() : Json(std::move(static_cast<Json&>(parsed)));
    } else if constexpr (std::is_same_v<T, IntOrString>) {
      return field.is_string ? MakeString(field.text, allocator) : Json(field.number);
    } else if constexpr (IsOptional<T>::value) {
      return Write(*field, allocator);
    } else if constexpr (IsVector<T>::value) {
      Json list(rapidjson::kArrayType);
      for (const auto& item : field) list.PushBack(Write(item, allocator), allocator);
      return list;
    } else if constexpr (IsMap<T>::value) {
      Json map(rapidjson::kObjectType);
      for (const auto& [key, item] : field)
        map.AddMember(MakeString(key, allocator), Write(item, allocator), allocator);
      return map;
    } else {
      Json object(rapidjson::kObjectType);
      Writer writer(object, allocator);
      Fields(writer, const_cast<T&>(field));
      return object;
    }
  }

 private:
  template <class T>
  static bool IsEmpty(const T& field) {
    if constexpr (std::is_same_v<T, bool>) {
      return !field;
    } else if constexpr (std::is_integral_v<T>) {
      return field == 0;
    } else if constexpr (std::is_same_v<T, IntOrString>) {
      return false;
    } else if constexpr (IsOptional<T>::value) {
      return !field.has_value();
    } else if constexpr (requires { field.empty(); }) {
      return field.empty();
    } else {
      return false;
    }
  }

  Json& object_;
  JsonAllocator& allocator_;
};

template <class V>
void Fields(V& v, OwnerReference& o) {
  v("apiVersion", o.api_version);
  v("kind", o.kind);
  v("name", o.name);
  v("uid", o.uid);
  v("controller", o.controller);
  v("blockOwnerDeletion", o.block_owner_deletion);
}

}  // namespace croft::types::codec

// OwnerReference lives in croft; argument-dependent look-up finds its Fields there.
namespace croft {
using types::codec::Fields;
}

namespace croft::types {

using codec::Fields;

template <class V>
void Fields(V& v, ObjectMeta& m) {
  v("name", m.name);
  v("generateName", m.generate_name);
  v("namespace", m.ns);
  v("uid", m.uid);
  v("resourceVersion", m.resource_version);
  v("generation", m.generation);
  v("creationTimestamp", m.creation_timestamp);
  v("deletionTimestamp", m.deletion_timestamp);
  v("deletionGracePeriodSeconds", m.deletion_grace_period_seconds);
  v("labels", m.labels);
  v("annotations", m.annotations);
  v("ownerReferences", m.owner_references);
  v("finalizers", m.finalizers);
}

template <class V>
void Fields(V& v, Condition& c) {
  v("type", c.type);
  v("status", c.status);
  v("observedGeneration", c.observed_generation);
  v("lastHeartbeatTime", c.last_heartbeat_time);
  v("lastUpdateTime", c.last_update_time);
  v("lastTransitionTime", c.last_transition_time);
  v("reason", c.reason);
  v("message", c.message);
}

template <class V>
void Fields(V& v, ObjectReference& r) {
  v("apiVersion", r.api_version);
  v("kind", r.kind);
  v("namespace", r.ns);
  v("name", r.name);
  v("uid", r.uid);
  v("resourceVersion", r.resource_version);
  v("fieldPath", r.field_path);
}

// Defines FromObject, FromJson and ToJson of one top-level kind.
#define CROFT_DEFINE_KIND(T, API_VERSION, KIND)                                                  \
  template <>                                                                                    \
  Result<T> FromJson<T>(const Json& json) {                                                      \
    if (FindString(json, {"kind"}) != KIND || FindString(json, {"apiVersion"}) != API_VERSION) { \
      return Status::Internal("not a " API_VERSION " " KIND);                                    \
    }                                                                                            \
    T value;                                                                                     \
    codec::Reader::Read(json, value);                                                            \
    return value;                                                                                \
  }                                                                                              \
  template <>                                                                                    \
  Result<T> FromObject<T>(const Object& object) {                                                \
    return FromJson<T>(object.ToJson());                                                         \
  }                                                                                              \
  template <>                                                                                    \
  JsonDocument ToJson<T>(const T& value) {                                                       \
    JsonDocument document(rapidjson::kObjectType);                                               \
    auto& allocator = document.GetAllocator();                                                   \
    document.AddMember("apiVersion", API_VERSION, allocator);                                    \
    document.AddMember("kind", KIND, allocator);                                                 \
    codec::Writer writer(document, allocator);                                                   \
    Fields(writer, const_cast<T&>(value));                                                       \
    return document;                                                                             \
  }

// A struct that stands inside others but is also read and written on its own.
#define CROFT_DEFINE_STRUCT(T)                               \
  template <>                                                \
  Result<T> FromJson<T>(const Json& json) {                  \
    T value;                                                 \
    codec::Reader::Read(json, value);                        \
    return value;                                            \
  }                                                          \
  template <>                                                \
  JsonDocument ToJson<T>(const T& value) {                   \
    JsonDocument document(rapidjson::kObjectType);           \
    codec::Writer writer(document, document.GetAllocator()); \
    Fields(writer, const_cast<T&>(value));                   \
    return document;                                         \
  }

}  // namespace croft::types
