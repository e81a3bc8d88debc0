#include "api/object/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace croft {
namespace {

constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag;

// Counts nesting before the document is built, so that a hostile body costs no tree.
class DepthHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, DepthHandler> {
 public:
  explicit DepthHandler(int max_depth) : max_depth_(max_depth) {}
  bool StartObject() { return ++depth_ <= max_depth_; }
  bool StartArray() { return ++depth_ <= max_depth_; }
  bool EndObject(rapidjson::SizeType) { return --depth_, true; }
  bool EndArray(rapidjson::SizeType) { return --depth_, true; }

 private:
  const int max_depth_;
  int depth_ = 0;
};

bool MayBeDeeperThan(std::string_view text, int max_depth) {
  int open = 0;
  for (const char c : text) open += c == '{' || c == '[';
  return open > max_depth;
}

}  // namespace

Result<JsonDocument> ParseJson(std::string_view text, int max_depth) {
  if (MayBeDeeperThan(text, max_depth)) {
    rapidjson::MemoryStream stream(text.data(), text.size());
    rapidjson::Reader reader;
    DepthHandler handler(max_depth);
    if (reader.Parse<kParseFlags>(stream, handler).Code() == rapidjson::kParseErrorTermination) {
      return Status::BadRequest("JSON is nested deeper than " + std::to_string(max_depth) + " levels");
    }
  }
  JsonDocument document;
  document.Parse<kParseFlags>(text.data(), text.size());
  if (document.HasParseError()) {
    return Status::BadRequest("malformed JSON at byte " + std::to_string(document.GetErrorOffset()) + ": " +
                              rapidjson::GetParseError_En(document.GetParseError()));
  }
  return document;
}

std::string WriteJson(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string WritePrettyJson(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

const Json* Find(const Json& value, std::string_view key) {
  if (!value.IsObject()) return nullptr;
  const auto it = value.FindMember(Json(rapidjson::StringRef(key.data(), key.size())));
  return it == value.MemberEnd() ? nullptr : &it->value;
}

const Json* Find(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* at = &value;
  for (const std::string_view key : path) {
    at = Find(*at, key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

Json* FindMutable(Json& value, std::string_view key) {
  return const_cast<Json*>(Find(value, key));
}

std::string_view FindString(const Json& value, std::initializer_list<std::string_view> path,
                            std::string_view otherwise) {
  const Json* found = Find(value, path);
  return found != nullptr && found->IsString() ? AsView(*found) : otherwise;
}

int64_t FindInt(const Json& value, std::initializer_list<std::string_view> path, int64_t otherwise) {
  const Json* found = Find(value, path);
  return found != nullptr && found->IsInt64() ? found->GetInt64() : otherwise;
}

bool FindBool(const Json& value, std::initializer_list<std::string_view> path, bool otherwise) {
  const Json* found = Find(value, path);
  return found != nullptr && found->IsBool() ? found->GetBool() : otherwise;
}

void Set(Json& object, std::string_view key, Json value, JsonAllocator& allocator) {
  if (Json* found = FindMutable(object, key)) {
    *found = std::move(value);
  } else {
    object.AddMember(MakeString(key, allocator), std::move(value), allocator);
  }
}

void SetString(Json& object, std::string_view key, std::string_view text, JsonAllocator& allocator) {
  Set(object, key, MakeString(text, allocator), allocator);
}

Json& Ensure(Json& object, std::string_view key, JsonAllocator& allocator) {
  Json* found = FindMutable(object, key);
  if (found == nullptr) {
    object.AddMember(MakeString(key, allocator), Json(rapidjson::kObjectType), allocator);
    return (object.MemberEnd() - 1)->value;
  }
  if (!found->IsObject()) found->SetObject();
  return *found;
}

bool Erase(Json& object, std::string_view key) {
  if (!object.IsObject()) return false;
  const auto it = object.FindMember(Json(rapidjson::StringRef(key.data(), key.size())));
  if (it == object.MemberEnd()) return false;
  object.EraseMember(it);
  return true;
}

bool Equal(const Json& a, const Json& b) {
  return a == b;
}

}  // namespace croft
