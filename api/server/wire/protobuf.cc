#include "api/server/wire/protobuf.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/base/base64.h"
#include "api/base/clock.h"
#include "api/object/utf8.h"
#include "api/server/wire/body.h"
#include "api/server/wire/protobuf_fields.h"

namespace croft::server {
namespace {

constexpr std::string_view kMagic("k8s\0", 4);
constexpr int kMaxDepth = 128;

struct Message;

struct Field {
  std::string json_name;
  bool repeated = false, pointer = false, keep_zero = false, inlined = false, map = false;
  char code = 's';
  std::string message_name;
};

struct Message {
  std::map<uint64_t, Field> fields;
};

Field ParseField(std::string_view name, std::string_view code) {
  Field field;
  field.json_name = name;
  for (; !code.empty(); code.remove_prefix(1)) {
    const char c = code.front();
    if (c == '*') field.repeated = true;
    if (c == '?') field.pointer = true;
    if (c == '!') field.keep_zero = true;
    if (c == '~') field.inlined = true;
    if (c == 'M') field.map = true;
    if (c != '*' && c != '?' && c != '!' && c != '~' && c != 'M') break;
  }
  field.code = code.empty() ? 's' : code.front();
  if (field.code == 'm' || field.code == 'u') field.message_name = code.substr(1, code.find(';') - 1);
  return field;
}

// The tables, parsed on first use.
struct Tables {
  std::map<std::string, std::string, std::less<>> roots;
  std::map<std::string, Message, std::less<>> messages;

  Tables() {
    for (const char* const lines : {kProtobufRoots, kExtensionProtobufRoots}) AddRoots(lines);
    for (const char* const* rows : {kProtobufMessages, kExtensionProtobufMessages}) {
      for (; *rows != nullptr; ++rows) AddMessage(*rows);
    }
  }

  void AddRoots(std::string_view lines) {
    while (!lines.empty()) {
      const size_t end = lines.find('\n');
      const std::string_view line = lines.substr(0, end);
      const size_t space = line.find(' ');
      roots[std::string(line.substr(0, space))] = line.substr(space + 1);
      lines.remove_prefix(end + 1);
    }
  }

  void AddMessage(std::string_view row) {
    const size_t colon = row.find(": ");
    Message& message = messages[std::string(row.substr(0, colon))];
    if (colon == std::string_view::npos) return;
    std::string_view rest = row.substr(colon + 2);
    while (!rest.empty()) {
      const size_t comma = rest.find(", ");
      const std::string_view one = rest.substr(0, comma);
      const size_t first = one.find(' ');
      const size_t second = one.find(' ', first + 1);
      if (first == std::string_view::npos || second == std::string_view::npos) return;
      uint64_t number = 0;
      std::from_chars(one.data(), one.data() + first, number);
      message.fields[number] = ParseField(one.substr(first + 1, second - first - 1), one.substr(second + 1));
      if (comma == std::string_view::npos) return;
      rest.remove_prefix(comma + 2);
    }
  }
};

const Tables& AllTables() {
  static const Tables kTables;
  return kTables;
}

// Reads one message's bytes field by field; `ok` turns false at the first malformed one.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  struct Value {
    uint64_t number = 0;
    int wire = 0;
    uint64_t integer = 0;    // wire 0
    std::string_view bytes;  // of the others
  };

  std::optional<Value> Next() {
    if (rest_.empty() || !ok) return std::nullopt;
    Value value;
    const uint64_t tag = Varint();
    value.number = tag >> 3;
    value.wire = static_cast<int>(tag & 7);
    if (value.wire == 0) {
      value.integer = Varint();
    } else if (value.wire == 2) {
      value.bytes = Take(Varint());
    } else if (value.wire == 1 || value.wire == 5) {
      value.bytes = Take(value.wire == 1 ? 8 : 4);
    } else {
      ok = false;
    }
    return ok ? std::optional(value) : std::nullopt;
  }

  bool ok = true;

 private:
  uint64_t Varint() {
    uint64_t result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      result |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return result;
    }
    ok = false;
    return 0;
  }

  std::string_view Take(uint64_t size) {
    if (size > rest_.size()) {
      ok = false;
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

// Turns messages into JSON by the tables.
class Decoder {
 public:
  explicit Decoder(JsonAllocator& allocator) : allocator_(allocator) {}

  bool Decode(std::string_view bytes, const std::string& name, Json& into, int depth) {
    const auto message = AllTables().messages.find(name);
    if (message == AllTables().messages.end() || depth > kMaxDepth) return false;
    Reader reader(bytes);
    while (const auto value = reader.Next()) {
      const auto field = message->second.fields.find(value->number);
      if (field == message->second.fields.end()) continue;
      if (!Add(field->second, *value, into, depth)) return false;
    }
    return reader.ok;
  }

 private:
  bool Add(const Field& field, const Reader::Value& value, Json& into, int depth) {
    if (field.inlined) return Decode(value.bytes, field.message_name, into, depth + 1);
    if (field.map) return AddEntry(field, value.bytes, into, depth);
    Json json;
    if (!Convert(field, value, json, depth)) return false;
    if (field.repeated) {
      if (Find(into, field.json_name) == nullptr) Set(into, field.json_name, Json(rapidjson::kArrayType), allocator_);
      FindMutable(into, field.json_name)->PushBack(std::move(json), allocator_);
      return true;
    }
    if (json.IsNull() || (!field.pointer && !field.keep_zero && IsZero(json))) return true;
    Set(into, field.json_name, std::move(json), allocator_);
    return true;
  }

  // A map's entry is a message of key (1) and value (2).
  bool AddEntry(const Field& field, std::string_view entry, Json& into, int depth) {
    Reader reader(entry);
    std::string_view key;
    Reader::Value held;
    held.wire = 2;
    while (const auto value = reader.Next()) {
      if (value->number == 1) key = value->bytes;
      if (value->number == 2) held = *value;
    }
    Json json;
    if (!reader.ok || !Convert(field, held, json, depth)) return false;
    // Of a key that comes again the last value will stay.
    Ensure(into, field.json_name, allocator_).AddMember(Text(key), std::move(json), allocator_);
    return true;
  }

  bool Convert(const Field& field, const Reader::Value& value, Json& out, int depth) {
    switch (field.code) {
      case 's':
        out = Text(value.bytes);
        return true;
      case 'b':
        out.SetBool(value.integer != 0);
        return true;
      case 'i':
        out.SetInt64(static_cast<int64_t>(value.integer));
        return true;
      case 'f':
        return ConvertDouble(value.bytes, out);
      case 'u':
        return ConvertUnion(field, value.bytes, out, depth);
      case 'y':
        out = MakeString(Base64Encode(value.bytes), allocator_);
        return true;
      case 'm':
        out.SetObject();
        return Decode(value.bytes, field.message_name, out, depth + 1);
      default:
        return ConvertSpecial(field.code, value.bytes, out);
    }
  }

  bool ConvertUnion(const Field& field, std::string_view bytes, Json& out, int depth) {
    Json members(rapidjson::kObjectType);
    if (!Decode(bytes, field.message_name, members, depth + 1)) return false;
    for (const auto& [number, member] : AllTables().messages.find(field.message_name)->second.fields) {
      if (Json* found = FindMutable(members, member.json_name); found != nullptr) out = std::move(*found);
    }
    return true;
  }

  // Little-endian, as the wire has it on every machine.
  static bool ConvertDouble(std::string_view bytes, Json& out) {
    if (bytes.size() != 8) return false;
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; ++i) bits |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    const auto number = std::bit_cast<double>(bits);
    if (!std::isfinite(number)) return false;
    constexpr double kExact = 9007199254740992;  // whole numbers up to here are written as such
    if (number == std::floor(number) && std::abs(number) <= kExact) {
      out.SetInt64(static_cast<int64_t>(number));
    } else {
      out.SetDouble(number);
    }
    return true;
  }

  bool ConvertSpecial(char code, std::string_view bytes, Json& out) {
    Reader reader(bytes);
    uint64_t numbers[4] = {};
    std::string_view texts[4];
    if (code == 'v') out.SetArray();
    while (const auto value = reader.Next()) {
      if (code == 'v') out.PushBack(Text(value->bytes), allocator_);
      if (value->number >= 4) continue;
      numbers[value->number] = value->integer;
      texts[value->number] = value->bytes;
    }
    if (!reader.ok) return false;
    if (code == 'q') {
      out = Text(texts[1]);
    } else if (code == 'o') {  // type, intVal, strVal
      if (numbers[1] == 0) {
        out.SetInt64(static_cast<int32_t>(numbers[2]));
      } else {
        out = Text(texts[3]);
      }
    } else if (code == 'd') {
      out = MakeString(FormatDuration(Duration(static_cast<int64_t>(numbers[1]))), allocator_);
    } else if (code == 'r') {
      return ConvertRaw(texts[1], out);
    } else if ((code == 't' || code == 'T') && !bytes.empty()) {
      return ConvertTime(code, static_cast<int64_t>(numbers[1]), static_cast<int64_t>(numbers[2]), out);
    }
    return true;
  }

  // A time that was never set is sent as an empty message: it stays null.
  bool ConvertTime(char code, int64_t seconds, int64_t nanos, Json& out) {
    constexpr int64_t kYear1 = -62'135'596'800;
    constexpr int64_t kYear2200 = 7'258'118'400;
    if (seconds == kYear1) return true;
    if (seconds < 0 || seconds > kYear2200) return false;
    const WallTime time{std::chrono::duration_cast<WallTime::duration>(
        std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanos % 1'000'000'000))};
    out = MakeString(code == 'T' ? FormatMicroTime(time) : FormatTime(time), allocator_);
    return true;
  }

  bool ConvertRaw(std::string_view text, Json& out) {
    if (text.empty()) return true;
    const Result<JsonDocument> json = DecodeJson(text);
    if (!json.ok()) return false;
    out.CopyFrom(*json, allocator_);
    return true;
  }

  // Bytes that are no UTF-8 read as U+FFFD, as in JSON.
  Json Text(std::string_view bytes) {
    if (bytes.empty()) return Json("");  // a part that is absent has no bytes to point to
    return IsUtf8(bytes) ? MakeString(bytes, allocator_) : MakeString(CleanUtf8(bytes), allocator_);
  }

  static bool IsZero(const Json& value) {
    return (value.IsString() && value.GetStringLength() == 0) || value.IsFalse() ||
           (value.IsInt64() && value.GetInt64() == 0);
  }

  JsonAllocator& allocator_;
};

}  // namespace

Result<JsonDocument> DecodeProtobuf(std::string_view body) {
  const Status malformed = Status::BadRequest("the body is not in Kubernetes' protobuf form");
  if (!body.starts_with(kMagic)) return malformed;
  // runtime.Unknown: the type (1) and the object's own message (2).
  Reader envelope(body.substr(kMagic.size()));
  std::string_view raw, api_version, kind;
  while (const auto value = envelope.Next()) {
    if (value->number == 2) raw = value->bytes;
    if (value->number != 1) continue;
    Reader type(value->bytes);
    while (const auto part = type.Next()) (part->number == 1 ? api_version : kind) = part->bytes;
  }
  if (!envelope.ok) return malformed;
  const std::string name = std::string(api_version) + "/" + std::string(kind);
  const auto root = AllTables().roots.find(name);
  if (root == AllTables().roots.end()) {
    return Status(Reason::kUnsupportedMediaType, name + " is not accepted as protobuf: send it as application/json");
  }
  JsonDocument document(rapidjson::kObjectType);
  SetString(document, "apiVersion", api_version, document.GetAllocator());
  SetString(document, "kind", kind, document.GetAllocator());
  if (!Decoder(document.GetAllocator()).Decode(raw, root->second, document, 0)) return malformed;
  RemoveDuplicateFields(document);
  return document;
}

}  // namespace croft::server
