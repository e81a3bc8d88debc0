#include <charconv>
#include <cstdlib>
#include <optional>

#include "api/object/utf8.h"
#include "tools/chart/value/json.h"

namespace croft::chart {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

void AppendCharacter(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

class Reader {
 public:
  Reader(std::string_view text, Numbers numbers) : text_(text), numbers_(numbers) {}

  // Its recursion ends at kMaxValueDepth.
  Result<Value> Read(int depth, const char* where = "looking for beginning of value") {
    SkipSpace();
    if (at_ == text_.size()) return End();
    switch (text_[at_]) {
      case '{':
        return depth >= kMaxValueDepth ? TooDeep() : ReadMap(depth);
      case '[':
        return depth >= kMaxValueDepth ? TooDeep() : ReadList(depth);
      case '"': {
        Result<std::string> text = ReadString();
        if (!text.ok()) return text.status();
        return Value::String(std::move(*text));
      }
      case 't':
        return ReadWord("true", Value::Bool(true));
      case 'f':
        return ReadWord("false", Value::Bool(false));
      case 'n':
        return ReadWord("null", Value());
      default:
        return text_[at_] == '-' || IsDigit(text_[at_]) ? ReadNumber() : Invalid(where);
    }
  }

  Status Finish() {
    SkipSpace();
    return at_ == text_.size() ? Status::Ok() : Invalid("after top-level value");
  }
  size_t at() const { return at_; }

 private:
  static Status End() { return Status::BadRequest("unexpected end of JSON input"); }
  static Status TooDeep() { return Status::BadRequest("exceeded max depth"); }
  Status Invalid(const std::string& where) const {
    if (at_ >= text_.size()) return End();
    const auto c = static_cast<unsigned char>(text_[at_]);
    std::string quoted;
    static constexpr std::string_view kNames = "\aa\bb\ff\nn\rr\tt\vv";
    const size_t named = kNames.find(text_[at_]);
    if (c == '\'' || c == '\\') {
      quoted = std::string("\\") + text_[at_];
    } else if (named != std::string_view::npos && named % 2 == 0) {
      quoted = std::string("\\") + kNames[named + 1];
    } else if (c < 0x20 || c == 0x7F) {
      quoted = std::string("\\x") + "0123456789abcdef"[c >> 4] + "0123456789abcdef"[c & 15];
    } else if (c >= 0x80 && c < 0xA0) {
      quoted = std::string("\\u00") + "0123456789abcdef"[c >> 4] + "0123456789abcdef"[c & 15];
    } else if (c == 0xA0 || c == 0xAD) {
      quoted = c == 0xA0 ? "\\u00a0" : "\\u00ad";
    } else {
      AppendCharacter(quoted, c);
    }
    return Status::BadRequest("invalid character '" + quoted + "' " + where);
  }

  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  Result<Value> ReadWord(std::string_view word, Value value) {
    for (size_t i = 0; i < word.size(); ++i, ++at_) {
      if (at_ < text_.size() && text_[at_] == word[i]) continue;
      return Invalid("in literal " + std::string(word) + " (expecting '" + word[i] + "')");
    }
    return value;
  }

  Result<Value> ReadList(int depth) {
    ++at_;
    std::vector<Value> items;
    SkipSpace();
    if (at_ < text_.size() && text_[at_] == ']') {
      ++at_;
      return NewList(std::move(items));
    }
    while (true) {
      Result<Value> item = Read(depth + 1);
      if (!item.ok()) return item;
      items.push_back(std::move(*item));
      SkipSpace();
      if (at_ == text_.size()) return End();
      const char c = text_[at_];
      if (c != ',' && c != ']') return Invalid("after array element");
      ++at_;
      if (c == ']') return NewList(std::move(items));
    }
  }

  Result<Value> ReadMap(int depth) {
    ++at_;
    auto map = std::make_shared<Map>();
    SkipSpace();
    if (at_ < text_.size() && text_[at_] == '}') {
      ++at_;
      return Value::Of(std::move(map));
    }
    while (true) {
      SkipSpace();
      if (at_ == text_.size() || text_[at_] != '"') return Invalid("looking for beginning of object key string");
      Result<std::string> key = ReadString();
      if (!key.ok()) return key.status();
      SkipSpace();
      if (at_ == text_.size() || text_[at_] != ':') return Invalid("after object key");
      ++at_;
      Result<Value> value = Read(depth + 1);
      if (!value.ok()) return value;
      map->members.insert_or_assign(std::move(*key), std::move(*value));
      SkipSpace();
      if (at_ == text_.size()) return End();
      const char c = text_[at_];
      if (c != ',' && c != '}') return Invalid("after object key:value pair");
      ++at_;
      if (c == '}') return Value::Of(std::move(map));
    }
  }

  Result<std::string> ReadString() {
    std::string out;
    size_t start = ++at_;
    for (; at_ < text_.size(); ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        out += text_.substr(start, at_++ - start);
        return IsUtf8(out) ? out : CleanUtf8(out);
      }
      if (c < 0x20) return Invalid("in string literal");
      if (c != '\\') continue;
      out += text_.substr(start, at_++ - start);
      CROFT_RETURN_IF_ERROR(ReadEscape(out));
      start = at_ + 1;
    }
    return End();
  }

  // At the character after the backslash; ends at the escape's last.
  Status ReadEscape(std::string& out) {
    static constexpr std::string_view kMarks = "\"\\/bfnrt";
    static constexpr std::string_view kMeans = "\"\\/\b\f\n\r\t";
    if (at_ == text_.size()) return End();
    if (const size_t known = kMarks.find(text_[at_]); known != std::string_view::npos) {
      out += kMeans[known];
      return Status::Ok();
    }
    if (text_[at_] != 'u') return Invalid("in string escape code");
    uint32_t c = 0;
    for (int i = 0; i < 4; ++i) {
      ++at_;
      const std::optional<uint32_t> digit = Hex(at_);
      if (!digit) return Invalid("in \\u hexadecimal character escape");
      c = c * 16 + *digit;
    }
    if (c >= 0xD800 && c < 0xDC00) {
      const std::optional<uint32_t> low = LowSurrogate();
      if (low) at_ += 6;
      c = low ? 0x10000 + ((c - 0xD800) << 10) + (*low - 0xDC00) : 0xFFFD;
    } else if (c >= 0xDC00 && c < 0xE000) {
      c = 0xFFFD;
    }
    AppendCharacter(out, c);
    return Status::Ok();
  }

  std::optional<uint32_t> Hex(size_t at) const {
    if (at >= text_.size()) return std::nullopt;
    const char c = text_[at];
    if (IsDigit(c)) return static_cast<uint32_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<uint32_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<uint32_t>(c - 'A' + 10);
    return std::nullopt;
  }

  // The escape after this one, when it is the second half of a pair.
  std::optional<uint32_t> LowSurrogate() const {
    if (text_.substr(std::min(at_ + 1, text_.size()), 2) != "\\u") return std::nullopt;
    uint32_t c = 0;
    for (size_t i = at_ + 3; i < at_ + 7; ++i) {
      const std::optional<uint32_t> digit = Hex(i);
      if (!digit) return std::nullopt;
      c = c * 16 + *digit;
    }
    if (c < 0xDC00 || c >= 0xE000) return std::nullopt;
    return c;
  }

  Result<Value> ReadNumber() {
    const size_t start = at_;
    bool integer = true;
    if (text_[at_] == '-') ++at_;
    if (at_ == text_.size() || !IsDigit(text_[at_])) return Invalid("in numeric literal");
    if (text_[at_] == '0') {
      ++at_;
    } else {
      SkipDigits();
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      integer = false;
      if (!SkipDigits()) return Invalid("after decimal point in numeric literal");
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      integer = false;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!SkipDigits()) return Invalid("in exponent of numeric literal");
    }
    const std::string number(text_.substr(start, at_ - start));
    if (integer && numbers_ == Numbers::kExact) {
      int64_t exact = 0;
      if (std::from_chars(number.data(), number.data() + number.size(), exact).ec == std::errc()) {
        return Value::Int64(exact);
      }
    }
    double value = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), value).ec != std::errc()) {
      // Too large or too small; from_chars does not tell which.
      value = std::strtod(number.c_str(), nullptr);
      if (value > 1 || value < -1) {
        return Status::BadRequest("json: cannot unmarshal number " + number + " into Go value of type float64");
      }
    }
    return Value::Float64(value);
  }

  bool SkipDigits() {
    const size_t start = at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    return at_ > start;
  }

  const std::string_view text_;
  const Numbers numbers_;
  size_t at_ = 0;
};

}  // namespace

Result<Value> ReadJson(std::string_view text, Numbers numbers) {
  Reader reader(text, numbers);
  Result<Value> value = reader.Read(0);
  if (!value.ok()) return value;
  CROFT_RETURN_IF_ERROR(reader.Finish());
  return value;
}

Result<Value> TakeJson(std::string_view& text) {
  Reader reader(text, Numbers::kFloat64);
  Result<Value> value = reader.Read(0);
  if (value.ok()) text.remove_prefix(reader.at());
  return value;
}

}  // namespace croft::chart
