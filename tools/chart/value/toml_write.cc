#include <cmath>
#include <vector>

#include "tools/chart/value/go_number.h"
#include "tools/chart/value/toml.h"

namespace croft::chart {
namespace {

constexpr int kMaxDepth = 1000;

// What TOML takes a value for; kNone is left out.
enum class Kind { kNone, kPlain, kTable, kTables };

bool IsBare(std::string_view key) {
  for (const char c : key) {
    const bool bare =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!bare) return false;
  }
  return !key.empty();
}

void AppendQuoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kShort = "\b\t\n\f\r\"\\";
  constexpr std::string_view kLetters = "btnfr\"\\";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (const size_t at = kShort.find(c); at != std::string_view::npos) {
      out += {'\\', kLetters[at]};
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += {kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string Float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::string out = GoFloat(value);
  if (out.find_first_of("e.") == std::string::npos) out += ".0";
  return out;
}

class Writer {
 public:
  Result<std::string> Write(const Value& value) {
    Encode(value, 0);
    if (!failed_.ok()) return failed_;
    return std::move(out_);
  }

 private:
  // A struct is the table or text that it is written as.
  static Value Plain(const Value& value) { return value.is_object() ? value.as_object()->AsValue() : value; }

  Kind KindOf(const Value& given, int depth) {
    const Value value = Plain(given);
    if (depth > kMaxDepth) {
      Fail("toml: values are nested too deep");
      return Kind::kNone;
    }
    if (value.is_nil() || (value.is_list() && value.as_list()->is_nil) || (value.is_map() && value.as_map()->is_nil)) {
      return Kind::kNone;
    }
    if (value.is_map()) return Kind::kTable;
    if (!value.is_list()) return Kind::kPlain;
    bool tables = !value.as_list()->items.empty();
    for (const Value& item : value.as_list()->items) {
      const Kind kind = KindOf(item, depth + 1);
      if (kind == Kind::kNone) Fail("toml: cannot encode array with nil element");
      tables = tables && kind == Kind::kTable;
    }
    return tables ? Kind::kTables : Kind::kPlain;
  }

  void Encode(const Value& value, int depth) {
    if (!failed_.ok()) return;
    switch (KindOf(value, depth)) {
      case Kind::kNone:
        if (path_.empty() && value.is_list()) out_ = "[]";
        return;
      case Kind::kPlain:
        return WriteMember(value);
      case Kind::kTable:
        if (path_.size() == 1) NewLine();
        if (!path_.empty()) WriteHeader("[", "]");
        return WriteMembers(*Plain(value).as_map(), false, depth);
      case Kind::kTables:
        if (path_.empty()) return Fail("toml: top-level values must be Go maps or structs");
        for (const Value& table : Plain(value).as_list()->items) {
          NewLine();
          WriteHeader("[[", "]]");
          WriteMembers(*Plain(table).as_map(), false, depth);
        }
    }
  }

  void WriteHeader(std::string_view open, std::string_view close) {
    Indent();
    out_ += open;
    for (size_t i = 0; i < path_.size(); ++i) {
      if (i > 0) out_ += '.';
      WriteKey(path_[i]);
    }
    out_.append(close).append("\n");
  }

  void WriteKey(std::string_view key) {
    if (IsBare(key)) {
      out_ += key;
    } else {
      AppendQuoted(out_, key);
    }
  }

  // Plain values first: what follows a table's head belongs to that table.
  void WriteMembers(const Map& map, bool inline_table, int depth) {
    using Member = std::pair<const std::string*, const Value*>;
    std::vector<Member> plain, tables;
    for (const auto& [key, member] : map.members) {
      const Kind kind = KindOf(member, depth + 1);
      (kind == Kind::kTable || kind == Kind::kTables ? tables : plain).emplace_back(&key, &member);
    }
    const auto write = [&](const std::vector<Member>& members, bool more) {
      for (size_t i = 0; i < members.size() && failed_.ok(); ++i) {
        const auto& [key, member] = members[i];
        if (KindOf(*member, depth + 1) == Kind::kNone) continue;
        path_.push_back(*key);
        if (inline_table) {
          WriteKey(*key);
          out_ += " = ";
          WriteElement(*member, depth + 1);
          if (more || i + 1 < members.size()) out_ += ", ";
        } else {
          Encode(*member, depth + 1);
        }
        path_.pop_back();
      }
    };
    write(plain, !tables.empty());
    write(tables, false);
  }

  void WriteMember(const Value& value) {
    if (path_.empty()) return WriteElement(value, 0);
    Indent();
    WriteKey(path_.back());
    out_ += " = ";
    WriteElement(value, static_cast<int>(path_.size()));
    out_ += '\n';
  }

  void WriteElement(const Value& given, int depth) {
    const Value value = Plain(given);
    if (depth > kMaxDepth) return Fail("toml: values are nested too deep");
    switch (value.type()) {
      case Type::kBool:
        out_ += value.as_bool() ? "true" : "false";
        return;
      case Type::kFloat64:
        out_ += Float(value.as_float());
        return;
      case Type::kString:
        if (given.is_object() && given.as_object()->go_type() == "time.Time") {
          out_ += value.as_string();
        } else {
          AppendQuoted(out_, value.as_string());
        }
        return;
      case Type::kList: {
        out_ += '[';
        bool first = true;
        for (const Value& item : value.as_list()->items) {
          if (!first) out_ += ", ";
          first = false;
          WriteElement(item, depth + 1);
        }
        out_ += ']';
        return;
      }
      case Type::kMap:
        out_ += '{';
        WriteMembers(*value.as_map(), true, depth);
        out_ += '}';
        return;
      default:
        out_ += std::to_string(value.is_integer() ? value.as_integer() : 0);
    }
  }

  void NewLine() {
    if (!out_.empty()) out_ += '\n';
  }
  void Indent() { out_.append((path_.size() - 1) * 2, ' '); }
  void Fail(std::string message) {
    if (failed_.ok()) failed_ = Status::Invalid(std::move(message));
  }

  std::string out_;
  std::vector<std::string> path_;
  Status failed_;
};

}  // namespace

Result<std::string> WriteToml(const Value& value) {
  return Writer().Write(value);
}

}  // namespace croft::chart
