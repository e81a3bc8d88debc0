#include "api/object/json.h"

#include <rapidjson/encodedstream.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "api/object/member_index.h"

namespace croft {
namespace {

constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;

// A second half of a surrogate pair alone, "\udc00", is no character: UTF-8 has no form for it.
struct TextEncoding : rapidjson::UTF8<> {
  template <typename Stream>
  static void Encode(Stream& to, unsigned code) {
    rapidjson::UTF8<>::Encode(to, code >= 0xD800 && code <= 0xDFFF ? 0xFFFD : code);
  }
};

// Reads a text, past a byte order mark at its beginning, into whatever takes the events.
template <class Handler>
rapidjson::ParseResult Read(std::string_view text, Handler& handler) {
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  rapidjson::GenericReader<TextEncoding, TextEncoding> reader;
  rapidjson::ParseResult result = reader.Parse<kParseFlags>(stream, handler);
  // RapidJSON takes a zero byte for the end, whatever stands behind it.
  if (!result.IsError() && bytes.Tell() < text.size()) {
    result.Set(rapidjson::kParseErrorDocumentRootNotSingular, bytes.Tell());
  }
  return result;
}

// Builds the document. Numbers are read here: RapidJSON 1.1 makes anything of 0e300.
class Builder {
 public:
  explicit Builder(JsonDocument& document) : document_(document) {}

  // False when it is beyond a double.
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    const char* const end = text + size;
    int64_t whole = 0;
    if (const auto read = std::from_chars(text, end, whole); read.ptr == end && read.ec == std::errc()) {
      return document_.Int64(whole);
    }
    uint64_t large = 0;
    if (const auto read = std::from_chars(text, end, large); read.ptr == end && read.ec == std::errc()) {
      return document_.Uint64(large);
    }
    double number = 0;
    if (std::from_chars(text, end, number).ec != std::errc()) number = std::strtod(text, nullptr);  // next to zero, or
    return std::isfinite(number) && document_.Double(number);                                       // far beyond
  }

  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  bool String(const char* text, rapidjson::SizeType size, bool copy) { return document_.String(text, size, copy); }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) { return document_.Key(text, size, copy); }
  bool StartObject() { return document_.StartObject(); }
  bool StartArray() { return document_.StartArray(); }
  bool EndObject(rapidjson::SizeType members) { return document_.EndObject(members); }
  bool EndArray(rapidjson::SizeType items) { return document_.EndArray(items); }
  // Never called: all numbers come raw.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  JsonDocument& document_;
};

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
    DepthHandler handler(max_depth);
    if (Read(text, handler).Code() == rapidjson::kParseErrorTermination) {
      return Status::BadRequest("JSON is nested deeper than " + std::to_string(max_depth) + " levels");
    }
  }
  JsonDocument document;
  rapidjson::ParseResult parsed;
  const auto fill = [&](JsonDocument& target) {
    Builder builder(target);
    return !(parsed = Read(text, builder)).IsError();
  };
  document.Populate(fill);
  if (parsed.Code() == rapidjson::kParseErrorTermination) {
    parsed.Set(rapidjson::kParseErrorNumberTooBig, parsed.Offset());
  }
  if (parsed.IsError()) {
    return Status::BadRequest("malformed JSON at byte " + std::to_string(parsed.Offset()) + ": " +
                              rapidjson::GetParseError_En(parsed.Code()));
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

namespace {

bool EqualObjects(const Json& a, const Json& b) {
  if (a.MemberCount() != b.MemberCount()) return false;
  std::optional<MemberIndex> others;
  auto at = b.MemberBegin();  // most objects are compared with one of the same order
  for (const auto& member : a.GetObject()) {
    const bool in_order = !others && at->name == member.name;
    if (!in_order && !others) others.emplace(b);
    const Json* other = in_order ? &at++->value : others->Find(AsView(member.name));
    if (other == nullptr || !Equal(member.value, *other)) return false;
  }
  return true;
}

}  // namespace

bool Equal(const Json& a, const Json& b) {
  if (a.IsObject() && b.IsObject()) return EqualObjects(a, b);
  if (!a.IsArray() || !b.IsArray()) return a == b;
  return std::equal(a.Begin(), a.End(), b.Begin(), b.End(), Equal);
}

}  // namespace croft
