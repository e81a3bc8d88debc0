#include <algorithm>
#include <vector>

#include "api/object/yaml.h"
#include "api/object/yaml_scalar.h"

namespace croft {
namespace {

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\n' || (byte >= 0x20 && byte != 0x7f);
  });
}

// YAML 1.1 writes 190:20:30 for a number to the base of 60; other readers still do.
bool IsBase60(std::string_view text) {
  if (text.find(':') == std::string_view::npos) return false;
  return text.front() != ':' && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || c == ':' || c == '.' || c == '_' || c == '-' || c == '+';
         });
}

bool ReadsAsOther(std::string_view text) {
  JsonDocument scratch;
  return !ResolvePlainScalar(text, scratch.GetAllocator()).IsString() || IsBase60(text) || text == "<<" || text == "=";
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

std::string DoubleQuoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
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
      out_ += InlineText(AsView(member->name));
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
