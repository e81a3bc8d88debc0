#include <charconv>
#include <cmath>

#include "api/object/utf8.h"
#include "tools/chart/value/float_text.h"
#include "tools/chart/value/json.h"

namespace croft::chart {
namespace {

constexpr char kHex[] = "0123456789abcdef";

class Writer {
 public:
  explicit Writer(const JsonStyle& style) : style_(style) {}

  Status Write(const Value& value, int depth) {
    if (depth > kMaxValueDepth) return Status::BadRequest("json: unsupported value: encountered a cycle");
    switch (value.type()) {
      case Type::kNil:
        out += "null";
        break;
      case Type::kBool:
        out += value.as_bool() ? "true" : "false";
        break;
      case Type::kInt:
      case Type::kInt64:
      case Type::kUint8:
        out += std::to_string(value.as_integer());
        break;
      case Type::kFloat64:
        if (!std::isfinite(value.as_float())) {
          const double number = value.as_float();
          const char* name = std::isnan(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf";
          return Status::BadRequest("json: unsupported value: " + std::string(name));
        }
        AppendJsonFloat(out, value.as_float());
        break;
      case Type::kString:
        AppendJsonString(out, value.as_string(), style_.escape_html);
        break;
      case Type::kList:
        return WriteList(*value.as_list(), depth);
      case Type::kMap:
        return WriteMap(*value.as_map(), depth);
      case Type::kObject:
        return Write(value.as_object()->AsValue(), depth + 1);
    }
    return Status::Ok();
  }

  std::string out;

 private:
  Status WriteList(const List& list, int depth) {
    if (list.items.empty()) {
      out += list.is_nil ? "null" : "[]";
      return Status::Ok();
    }
    out += '[';
    bool first = true;
    for (const Value& item : list.items) {
      Separate(first, depth + 1);
      CROFT_RETURN_IF_ERROR(Write(item, depth + 1));
    }
    Break(depth);
    out += ']';
    return Status::Ok();
  }

  Status WriteMap(const Map& map, int depth) {
    if (map.members.empty()) {
      out += map.is_nil ? "null" : "{}";
      return Status::Ok();
    }
    out += '{';
    bool first = true;
    for (const auto& [key, value] : map.members) {
      Separate(first, depth + 1);
      AppendJsonString(out, key, style_.escape_html);
      out += style_.indent.empty() ? ":" : ": ";
      CROFT_RETURN_IF_ERROR(Write(value, depth + 1));
    }
    Break(depth);
    out += '}';
    return Status::Ok();
  }

  void Separate(bool& first, int depth) {
    if (!first) out += ',';
    first = false;
    Break(depth);
  }
  void Break(int depth) {
    if (style_.indent.empty()) return;
    out += '\n';
    for (int i = 0; i < depth; ++i) out += style_.indent;
  }

  const JsonStyle& style_;
};

}  // namespace

void AppendJsonFloat(std::string& out, double value) {
  const size_t begin = out.size();
  AppendFloat(out, value, -6, 21);
  // One digit is enough for a small negative exponent.
  const size_t size = out.size();
  if (size - begin >= 4 && out[size - 4] == 'e' && out[size - 3] == '-' && out[size - 2] == '0') {
    out.erase(size - 2, 1);
  }
}

void AppendJsonString(std::string& out, std::string_view text, bool escape_html) {
  const bool valid = IsUtf8(text);
  out += '"';
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80 && !valid) {
      const size_t size = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
      if (!IsUtf8(text.substr(i, size))) {
        out += text.substr(start, i - start);
        out += "\\ufffd";
        start = i + 1;
        continue;
      }
    }
    const bool separator =
        byte == 0xE2 && text.substr(i, 2) == "\xE2\x80" && (text[i + 2] == '\xA8' || text[i + 2] == '\xA9');
    const bool html = escape_html && (byte == '<' || byte == '>' || byte == '&');
    if (byte >= 0x20 && byte != '"' && byte != '\\' && !html && !separator) continue;
    out += text.substr(start, i - start);
    out += '\\';
    switch (byte) {
      case '"':
      case '\\':
        out += text[i];
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      case 0xE2:
        out += text[i + 2] == '\xA8' ? "u2028" : "u2029";
        i += 2;
        break;
      default:
        out += "u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
    start = i + 1;
  }
  out += text.substr(start);
  out += '"';
}

Result<std::string> WriteJson(const Value& value, const JsonStyle& style) {
  Writer writer(style);
  CROFT_RETURN_IF_ERROR(writer.Write(value, 0));
  return std::move(writer.out);
}

}  // namespace croft::chart
