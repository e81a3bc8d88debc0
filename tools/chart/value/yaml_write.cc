#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "api/base/base64.h"
#include "api/object/utf8.h"
#include "tools/chart/value/float_text.h"
#include "tools/chart/value/yaml.h"
#include "tools/chart/value/yaml_order.h"
#include "tools/chart/value/yaml_scalar.h"
#include "tools/chart/value/yaml_text.h"

namespace croft::chart {
namespace {

constexpr size_t kLongestKey = 128;  // a longer one is written after "? "

// Lays values out in block style. Where a line begins follows go-yaml's emitter: `whitespace_` says that the last
// character separates, `indention_` that only indicators ("- ", "? ") stand on this line so far.
class Writer {
 public:
  explicit Writer(bool pretty) : pretty_(pretty) {}

  Status Write(const Value& value, int indent, bool in_map, int depth) {
    if (depth > kMaxValueDepth) return Status::BadRequest("json: unsupported value: encountered a cycle");
    switch (value.type()) {
      case Type::kNil:
        return Plain("null");
      case Type::kBool:
        return Plain(value.as_bool() ? "true" : "false");
      case Type::kInt:
      case Type::kInt64:
      case Type::kUint8:
        return Plain(std::to_string(value.as_integer()));
      case Type::kFloat64:
        return WriteFloat(value.as_float());
      case Type::kString:
        return WriteText(value.as_string(), indent, false);
      case Type::kList:
        return WriteList(*value.as_list(), indent, in_map, depth);
      case Type::kMap:
        return WriteMap(*value.as_map(), indent, depth);
      case Type::kObject:
        return Write(value.as_object()->AsValue(), indent, in_map, depth + 1);
    }
    return Status::Ok();
  }

  std::string Finish() {
    Indent(0);
    return std::move(out_);
  }

 private:
  Status WriteList(const List& list, int indent, bool in_map, int depth) {
    if (list.items.empty()) return Plain(list.is_nil && !pretty_ ? "null" : "[]");
    const bool flush = in_map && !indention_ && !pretty_;
    const int inner = indent < 0 ? 0 : flush ? indent : indent + 2;
    for (const Value& item : list.items) {
      Indent(inner);
      Indicator("-", true, true);
      CROFT_RETURN_IF_ERROR(Write(item, inner, false, depth + 1));
    }
    return Status::Ok();
  }

  Status WriteMap(const Map& map, int indent, int depth) {
    if (map.members.empty()) return Plain(map.is_nil && !pretty_ ? "null" : "{}");
    using Member = std::pair<const std::string, Value>;
    std::vector<const Member*> members;
    members.reserve(map.members.size());
    for (const Member& member : map.members) members.push_back(&member);
    const auto less = [&](const Member* a, const Member* b) { return YamlKeyLess(a->first, b->first, pretty_); };
    // The order has cycles for keys that nobody has; a stable sort ends with those, too.
    if (!std::is_sorted(members.begin(), members.end(), less)) std::stable_sort(members.begin(), members.end(), less);
    const int inner = indent < 0 ? 0 : indent + 2;
    for (const Member* member : members) {
      Indent(inner);
      CROFT_RETURN_IF_ERROR(WriteKey(member->first, inner));
      CROFT_RETURN_IF_ERROR(Write(member->second, inner, true, depth + 1));
    }
    return Status::Ok();
  }

  Status WriteKey(std::string_view key, int indent) {
    if (!pretty_ && !JsonKeyFits(key)) return Status::BadRequest("yaml: could not find the end of a key");
    if (key.size() <= kLongestKey && !HasBreak(key)) {
      CROFT_RETURN_IF_ERROR(WriteText(key, indent, true));
      Indicator(":", false, false);
      return Status::Ok();
    }
    Indicator("?", true, true);
    CROFT_RETURN_IF_ERROR(WriteText(key, indent, false));
    Indent(indent);
    Indicator(":", true, true);
    return Status::Ok();
  }

  Status WriteFloat(double value) {
    if (!std::isfinite(value)) {
      if (!pretty_) return Status::BadRequest("json: unsupported value");
      return Plain(std::isnan(value) ? ".nan" : value > 0 ? ".inf" : "-.inf");
    }
    std::string text;
    if (!pretty_ && std::trunc(value) == value && std::abs(value) < 1e21) {
      // By way of JSON it is an integer, as far as 64 bits go.
      AppendFloat(text, value, -6, 21);
      const YamlScalar read = ResolveYaml(text);
      if (read.kind == YamlScalar::Kind::kInt) return Plain(std::to_string(read.integer));
      if (read.kind == YamlScalar::Kind::kUint) return Plain(std::to_string(read.natural));
      text.clear();
    }
    AppendFloat(text, value, -4, 6);  // as Go's %g
    return Plain(text);
  }

  Status WriteText(std::string_view text, int indent, bool as_key) {
    std::string held;
    std::string_view tag;
    if (!IsUtf8(text)) {
      if (pretty_) {
        tag = "!!binary ";
        held = Base64Encode(text);
      } else {
        held = CleanUtf8(text);
      }
      text = held;
    }
    if (!pretty_ && !IsPlainAscii(text)) {
      std::optional<std::string> read = ReadBackFromJson(text);
      if (!read) return Status::BadRequest("yaml: control characters are not allowed");
      held = std::move(*read);
      text = held;
    }
    if (!tag.empty()) Indicator(tag, true, false), whitespace_ = true;
    const TextStyle style = ChooseStyle(text, as_key, pretty_, tag.empty());
    switch (style) {
      case TextStyle::kPlain:
        return Plain(text);
      case TextStyle::kSingle:
        Single(text, indent < 0 ? 2 : indent + 2);
        break;
      case TextStyle::kDouble:
        Space();
        AppendDoubleQuoted(out_, text);
        AfterScalar();
        break;
      case TextStyle::kLiteral:
        Literal(text, indent < 0 ? 2 : indent + 2);
        break;
    }
    return Status::Ok();
  }

  Status Plain(std::string_view text) {
    Space();
    out_ += text;
    AfterScalar();
    return Status::Ok();
  }

  // Only separators of lines and paragraphs can break the line here.
  void Single(std::string_view text, int indent) {
    Space();
    out_ += '\'';
    bool breaks = false;
    for (size_t i = 0; i < text.size();) {
      if (const size_t size = BreakSize(text, i)) {
        out_ += text.substr(i, size);
        line_ = out_.size();
        indention_ = true;
        breaks = true;
        i += size;
        continue;
      }
      if (breaks) Indent(indent);
      if (text[i] == '\'') out_ += '\'';
      out_ += text[i++];
      indention_ = breaks = false;
    }
    out_ += '\'';
    AfterScalar();
  }

  void Literal(std::string_view text, int indent) {
    Space();
    out_ += '|';
    if (text[0] == ' ' || BreakSize(text, 0) > 0) out_ += '2';
    out_ += ChompMark(text);
    PutBreak();
    whitespace_ = true;
    for (size_t i = 0; i < text.size();) {
      if (const size_t size = BreakSize(text, i)) {
        out_ += text.substr(i, size);
        line_ = out_.size();
        indention_ = true;
        i += size;
        continue;
      }
      if (line_ == out_.size()) Indent(indent);
      size_t end = i + 1;
      while (end < text.size() && BreakSize(text, end) == 0) ++end;
      out_ += text.substr(i, end - i);
      indention_ = false;
      i = end;
    }
  }

  void Indent(int indent) {
    const size_t wanted = indent < 0 ? 0 : static_cast<size_t>(indent);
    if (!indention_ || Column() > wanted || (Column() == wanted && !whitespace_)) PutBreak();
    if (Column() < wanted) out_.append(wanted - Column(), ' ');
    whitespace_ = indention_ = true;
  }

  void Indicator(std::string_view mark, bool space_before, bool indents) {
    if (space_before) Space();
    out_ += mark;
    whitespace_ = false;
    indention_ = indention_ && indents;
  }

  void Space() {
    if (!whitespace_) out_ += ' ';
  }
  void AfterScalar() { whitespace_ = indention_ = false; }
  void PutBreak() {
    out_ += '\n';
    line_ = out_.size();
    indention_ = true;
  }
  // In bytes; whether it equals an indent is all that counts, and then all before it is ASCII.
  size_t Column() const { return out_.size() - line_; }

  const bool pretty_;
  std::string out_;
  size_t line_ = 0;  // where the line begins
  bool whitespace_ = true;
  bool indention_ = true;
};

Result<std::string> WriteIn(const Value& value, bool pretty) {
  Writer writer(pretty);
  CROFT_RETURN_IF_ERROR(writer.Write(value, -1, false, 0));
  return writer.Finish();
}

}  // namespace

Result<std::string> WriteYaml(const Value& value) {
  return WriteIn(value, false);
}

Result<std::string> WriteYamlPretty(const Value& value) {
  return WriteIn(value, true);
}

}  // namespace croft::chart
