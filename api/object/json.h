#pragma once

#include <rapidjson/document.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "api/base/result.h"

namespace croft {

// Memory of documents in chunks. A thread keeps a few that it gave back for its next document: they are too large for
// what the heap itself keeps for each thread.
class JsonChunks {
 public:
  static constexpr bool kNeedFree = true;
  // Most documents are small: RapidJSON's own 64 KiB for each would go back to the system, and come from there, with
  // every request.
  static constexpr size_t kSize = 4000;

  void* Malloc(size_t size);
  void* Realloc(void* chunk, size_t old_size, size_t size);
  static void Free(void* chunk);
};

// JSON in memory. A Json belongs to the JsonDocument whose allocator made it and must not outlive it.
class JsonAllocator : public rapidjson::MemoryPoolAllocator<JsonChunks> {
 public:
  JsonAllocator() : MemoryPoolAllocator(JsonChunks::kSize, &chunks_) {}

 private:
  static JsonChunks chunks_;
};
using Json = rapidjson::GenericValue<rapidjson::UTF8<>, JsonAllocator>;
using JsonDocument = rapidjson::GenericDocument<rapidjson::UTF8<>, JsonAllocator>;

// What a body may be at most: Kubernetes' own limit of 3 MiB for a request, and a nesting that no real object comes
// near.
inline constexpr size_t kMaxBodyBytes = 3 * 1024 * 1024;
inline constexpr int kMaxJsonDepth = 500;
// The same of what Croft made: records of ownership mirror a body a few levels deeper, and lists hold it deeper still.
inline constexpr int kMaxOwnJsonDepth = 2 * kMaxJsonDepth;

// Parses one JSON value. Refuses (kBadRequest, with the position) what is malformed or nested deeper than `max_depth`.
// Of a key that stands twice in one object readers see the first. Never recurses on the input's depth.
Result<JsonDocument> ParseJson(std::string_view text, int max_depth = kMaxOwnJsonDepth);

std::string WriteJson(const Json& value);
std::string WritePrettyJson(const Json& value);  // four spaces, as `pretty=true` of the API

// The member at a path of object keys, or nullptr when any of them is absent or not an object.
const Json* Find(const Json& value, std::string_view key);
const Json* Find(const Json& value, std::initializer_list<std::string_view> path);
Json* FindMutable(Json& value, std::string_view key);

// The text at a path; `otherwise` when absent or of another type. The view lives as long as the document.
std::string_view FindString(const Json& value, std::initializer_list<std::string_view> path,
                            std::string_view otherwise = {});
int64_t FindInt(const Json& value, std::initializer_list<std::string_view> path, int64_t otherwise = 0);
bool FindBool(const Json& value, std::initializer_list<std::string_view> path, bool otherwise = false);

// Sets object[key], replacing what is there. `object` must be an object.
void Set(Json& object, std::string_view key, Json value, JsonAllocator& allocator);
void SetString(Json& object, std::string_view key, std::string_view text, JsonAllocator& allocator);
// The member object[key], made an empty object when absent, null, or not an object.
Json& Ensure(Json& object, std::string_view key, JsonAllocator& allocator);
// Removes object[key]; true when it was there. Keeps the order of the others.
bool Erase(Json& object, std::string_view key);

inline Json MakeString(std::string_view text, JsonAllocator& allocator) {
  return Json(text.data(), static_cast<rapidjson::SizeType>(text.size()), allocator);
}
inline std::string_view AsView(const Json& text) {
  return {text.GetString(), text.GetStringLength()};
}
inline Json Copy(const Json& value, JsonAllocator& allocator) {
  return Json(value, allocator);
}

// Equal as JSON: the order of an object's members does not matter, 1 equals 1.0.
bool Equal(const Json& a, const Json& b);

}  // namespace croft
