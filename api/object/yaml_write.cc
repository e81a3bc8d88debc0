#include <algorithm>
#include <vector>

#include "api/object/yaml.h"
#include "api/object/yaml_scalar.h"

namespace croft {
namespace {

// Readers give up a key that comes without a mark at 1024 characters.
constexpr size_t kMaxPlainKey = 1000;

// How many bytes at the front of `text` stand for a character that YAML has no printable form for, or that ends lines
// for some readers: C0 and C1 controls but '\n', U+2028, U+2029 and the byte order mark. 0 when it is another one.
size_t SpecialSize(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  if (byte < 0x80) return (byte < 0x20 && byte != '\n') || byte == 0x7f ? 1 : 0;
  if (byte == 0xC2 && text.size() > 1) return static_cast<unsigned char>(text[1]) < 0xA0 ? 2 : 0;
  const bool separator = text.starts_with("\xE2\x80\xA8") || text.starts_with("\xE2\x80\xA9");
  return separator || text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

bool IsPrintable(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (SpecialSize(text.substr(i)) > 0) return false;
  }
  return true;
}

// YAML 1.1 writes 190:20:30 for a number to the base of 60; other readers still do.
bool IsBase60(std::string_view text) {
  if (text.find(':') == std::string_view::npos) return false;
  return text.front() != ':' && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || c == ':' || c == '.' || c == '_' || c == '-' || c == '+';
         });
}

// Takes one or two digits off the front.
bool TakeTwo(std::string_view& text) {
  const size_t size = std::min<size_t>(std::min(text.find_first_not_of("0123456789"), text.size()), 2);
  text.remove_prefix(size);
  return size > 0;
}

bool TakeChar(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// YAML 1.1 reads 2026-01-31 and 2026-01-31T12:00:00Z as moments; Kubernetes' clients do.
bool IsTimestamp(std::string_view text) {
  if (text.find_first_not_of("0123456789") != 4) return false;
  text.remove_prefix(4);
  if (!TakeChar(text, "-") || !TakeTwo(text) || !TakeChar(text, "-") || !TakeTwo(text)) return false;
  if (text.empty()) return true;
  return TakeChar(text, "Tt ") && TakeTwo(text) && TakeChar(text, ":") && TakeTwo(text) && TakeChar(text, ":") &&
         TakeTwo(text);
}

bool ReadsAsOther(std::string_view text) {
  JsonDocument scratch;
  return !ResolvePlainScalar(text, scratch.GetAllocator()).IsString() || IsBase60(text) || IsTimestamp(text) ||
         text == "<<" || text == "=";
}

// Whether a text of one line can stand without quotes.
bool IsPlain(std::string_view text) {
  if (text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (text.starts_with("---") || text.starts_with("...")) return false;
  const char first = text.front();
  if (std::string_view("[]{},#&*!|>'\"%@`").find(first) != std::string_view::npos) return false;
  if (first == '-' || first == '?' || first == ':') {
    if (text.size() == 1 || text[1] == ' ') return false;
  }
  return text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos;
}

// The escape for a character of `size` bytes, as SpecialSize has it.
std::string Escape(std::string_view text, size_t size) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  if (text[0] == '\t') return "\\t";
  if (text[0] == '\r') return "\\r";
  if (size == 3) return text[0] == '\xEF' ? "\\uFEFF" : text[2] == '\xA8' ? "\\u2028" : "\\u2029";
  const auto byte = static_cast<unsigned char>(text[size - 1]);  // of C1 the second is the code
  return {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
}

std::string DoubleQuoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const size_t special = SpecialSize(text);
    const char c = text[0];
    if (special > 0) {
      out += Escape(text, special);
    } else if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    text.remove_prefix(std::max<size_t>(special, 1));
  }
  return out + '"';
}

std::string SingleQuoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

std::string InlineText(std::string_view text) {
  if (text.empty() || ReadsAsOther(text) || !IsPrintable(text) || text.find('\n') != std::string_view::npos) {
    return DoubleQuoted(text);
  }
  return IsPlain(text) ? std::string(text) : SingleQuoted(text);
}

// Whether a literal block gives the text back: lines of blanks only, or blanks at the end, are told apart badly there.
bool FitsBlock(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || !IsPrintable(text)) return false;
  if (text.find(" \n") != std::string_view::npos || text.back() == ' ') return false;
  return text.front() != ' ' && text.front() != '\n';
}

class Writer {
 public:
  // Recurses as deep as the value, which its parser has limited.
  void Document(const Json& value) {
    if (value.IsObject() && !value.ObjectEmpty()) {
      Members(value, 0, false);
    } else if (value.IsArray() && !value.Empty()) {
      Items(value, 0);
    } else {
      Scalar(value, 2);
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  // `continued`: the first key goes on a line that has begun ("- ").
  void Members(const Json& object, int indent, bool continued) {
    std::vector<const Json::Member*> members;
    members.reserve(object.MemberCount());
    for (const auto& member : object.GetObject()) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const auto* a, const auto* b) { return AsView(a->name) < AsView(b->name); });
    for (const Json::Member* member : members) {
      if (!continued) out_.append(indent, ' ');
      continued = false;
      const std::string key = InlineText(AsView(member->name));
      if (key.size() > kMaxPlainKey) {
        out_.append("? ").append(key).append("\n").append(indent, ' ');
      } else {
        out_ += key;
      }
      out_ += ':';
      const Json& value = member->value;
      if (value.IsObject() && !value.ObjectEmpty()) {
        out_ += '\n';
        Members(value, indent + 2, false);
      } else if (value.IsArray() && !value.Empty()) {
        out_ += '\n';
        Items(value, indent);
      } else {
        out_ += ' ';
        Scalar(value, indent + 2);
      }
    }
  }

  void Items(const Json& list, int indent, bool continued = false) {
    for (const Json& item : list.GetArray()) {
      if (!continued) out_.append(indent, ' ');
      continued = false;
      out_ += "- ";
      if (item.IsObject() && !item.ObjectEmpty()) {
        Members(item, indent + 2, true);
      } else if (item.IsArray() && !item.Empty()) {
        Items(item, indent + 2, true);
      } else {
        Scalar(item, indent + 2);
      }
    }
  }

  // A value on the rest of a line; the lines of a block go to `indent`.
  void Scalar(const Json& value, int indent) {
    if (value.IsString() && FitsBlock(AsView(value))) {
      Block(AsView(value), indent);
      return;
    }
    out_ += value.IsString() ? InlineText(AsView(value)) : WriteJson(value);
    out_ += '\n';
  }

  void Block(std::string_view text, int indent) {
    const size_t last = text.find_last_not_of('\n');
    const size_t newlines = text.size() - 1 - last;
    out_ += newlines == 0 ? "|-\n" : newlines == 1 ? "|\n" : "|+\n";
    if (newlines > 0) text.remove_suffix(1);
    for (size_t start = 0; start <= text.size();) {
      const size_t end = std::min(text.find('\n', start), text.size());
      if (end > start) out_.append(indent, ' ').append(text.substr(start, end - start));
      out_ += '\n';
      start = end + 1;
    }
  }

  std::string out_;
};

}  // namespace

std::string WriteYaml(const Json& value) {
  Writer writer;
  writer.Document(value);
  return writer.Take();
}

}  // namespace croft
