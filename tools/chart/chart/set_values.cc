#include "tools/chart/chart/set_values.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "tools/chart/value/go_quote.h"
#include "tools/chart/value/json.h"

namespace croft::chart {
namespace {

Status Wrong(std::string why) {
  return Status::BadRequest(std::move(why));
}

bool EqualFold(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         });
}

Value Typed(const std::string& text) {
  if (EqualFold(text, "true")) return Value::Bool(true);
  if (EqualFold(text, "false")) return Value::Bool(false);
  if (EqualFold(text, "null")) return Value();
  if (text == "0") return Value::Int64(0);
  // A zero in front keeps it a text: it may be octal, or a code.
  if (!text.empty() && text[0] != '0') {
    std::string_view digits = text;
    if (digits.starts_with('+') && digits.size() > 1 && digits[1] != '-') digits.remove_prefix(1);
    int64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec == std::errc() && read.ptr == digits.data() + digits.size()) return Value::Int64(value);
  }
  return Value::String(text);
}

// Reads one line. Its recursion is as deep as its names are nested.
class Parser {
 public:
  Parser(std::string_view text, SetAs as, const ReadSetFile& read) : rest_(text), as_(as), read_(read) {}

  Status Parse(const MapPtr& values) {
    while (!ended_) CROFT_RETURN_IF_ERROR(Key(values, 0));
    return Status::Ok();
  }

 private:
  struct Word {
    std::string text;
    char stop = '\0';  // what ended it; none at the end of the line
  };

  // What comes before one of `stops`, which is taken, too.
  Word Until(std::string_view stops) {
    Word word;
    while (!rest_.empty()) {
      char c = rest_[0];
      rest_.remove_prefix(1);
      if (stops.find(c) != std::string_view::npos) {
        word.stop = c;
        return word;
      }
      if (c == '\\' && as_ != SetAs::kLiteral) {
        if (rest_.empty()) return word;
        c = rest_[0];
        rest_.remove_prefix(1);
      }
      word.text += c;
    }
    return word;
  }

  static void Put(const MapPtr& map, const std::string& key, Value value) {
    if (!key.empty()) map->members[key] = std::move(value);
  }

  Status Key(const MapPtr& map, int depth) {
    const Word word = Until(as_ == SetAs::kLiteral ? "=[." : "=[,.");
    const std::string& key = word.text;
    switch (word.stop) {
      case '[':
        return ListKey(map, key, depth);
      case '=':
        ended_ = rest_.empty() && as_ != SetAs::kJson && as_ != SetAs::kLiteral;
        return TakeValue([&](Value value) {
          Put(map, key, std::move(value));
          return Status::Ok();
        });
      case ',':
        Put(map, key, Value::String(""));
        return Wrong("key " + GoQuote(key) + " has no value (cannot end with ,)");
      case '.':
        return MapKey(map, key, depth + 1);
      default:
        ended_ = true;
        return key.empty() ? Status::Ok() : Wrong("key " + GoQuote(key) + " has no value");
    }
  }

  Status MapKey(const MapPtr& map, const std::string& key, int depth) {
    if (depth > kMaxSetDepth) {
      return Wrong("value name nested level is greater than maximum supported nested level of " +
                   std::to_string(kMaxSetDepth));
    }
    auto inner = std::make_shared<Map>();
    if (const Value* known = map->Find(key)) {
      if (!known->is_map()) {
        return Wrong("unable to parse key: interface conversion: interface {} is " + Kind(*known) +
                     ", not map[string]interface {}");
      }
      inner = known->as_map();
    }
    const Status status = Key(inner, depth);
    if (status.ok() && inner->members.empty() && !ended_) {
      return Wrong("key map " + GoQuote(key) + " has no value");
    }
    if (!inner->members.empty()) Put(map, key, Value::Of(inner));
    return status;
  }

  static std::string Kind(const Value& value) { return value.is_nil() ? "nil" : std::string(value.GoType()); }

  Status ListKey(const MapPtr& map, const std::string& key, int depth) {
    const Result<int> index = Index();
    if (!index.ok()) return Wrong("error parsing index: " + index.status().message());
    std::vector<Value> items;
    if (const Value* known = map->Find(key)) {
      if (!known->is_list()) {
        return Wrong("unable to parse key: interface conversion: interface {} is " + Kind(*known) +
                     ", not []interface {}");
      }
      items = known->as_list()->items;
    }
    const Status status = Item(items, *index, depth);
    Put(map, key, NewList(std::move(items)));
    return status;
  }

  Result<int> Index() {
    const Word word = Until("]");
    if (word.stop == '\0') {
      ended_ = true;
      return Wrong("EOF");
    }
    int value = 0;
    const char* end = word.text.data() + word.text.size();
    const char* begin = word.text.data() + (word.text.starts_with('+') && word.text.size() > 1 ? 1 : 0);
    const auto read = std::from_chars(begin, end, value);
    if (read.ec != std::errc() || read.ptr != end) {
      const bool large = read.ec == std::errc::result_out_of_range;
      return Wrong("strconv.Atoi: parsing " + GoQuote(word.text) +
                   (large ? ": value out of range" : ": invalid syntax"));
    }
    return value;
  }

  static Status PutAt(std::vector<Value>& items, int index, Value value) {
    if (index > kMaxSetIndex) {
      return Wrong("index of " + std::to_string(index) + " is greater than maximum supported index of " +
                   std::to_string(kMaxSetIndex));
    }
    const auto at = static_cast<size_t>(index);
    if (items.size() <= at) items.resize(at + 1);
    items[at] = std::move(value);
    return Status::Ok();
  }

  // What follows "]".
  Status Item(std::vector<Value>& items, int index, int depth) {
    if (index < 0) return Wrong("negative " + std::to_string(index) + " index not allowed");
    if (depth > kMaxSetDepth * 2) return Wrong("its lists are nested too deep");
    const Word word = Until("[.=");
    if (!word.text.empty()) return Wrong("unexpected data at end of array index: " + GoQuote(word.text));
    switch (word.stop) {
      case '=':
        return TakeValue([&](Value value) { return PutAt(items, index, std::move(value)); });
      case '[':
        return NestedList(items, index, depth);
      case '.':
        return NestedMap(items, index, depth);
      default:
        ended_ = true;
        return Status::Ok();
    }
  }

  Status NestedList(std::vector<Value>& items, int index, int depth) {
    const Result<int> next = Index();
    if (!next.ok()) return Wrong("error parsing index: " + next.status().message());
    std::vector<Value> inner;
    if (static_cast<size_t>(index) < items.size() && !items[static_cast<size_t>(index)].is_nil()) {
      const Value& known = items[static_cast<size_t>(index)];
      if (!known.is_list()) {
        return Wrong("unable to parse key: interface conversion: interface {} is " + Kind(known) +
                     ", not []interface {}");
      }
      inner = known.as_list()->items;
    }
    CROFT_RETURN_IF_ERROR(Item(inner, *next, depth + 1));
    return ended_ ? Status::Ok() : PutAt(items, index, NewList(std::move(inner)));
  }

  Status NestedMap(std::vector<Value>& items, int index, int depth) {
    auto inner = std::make_shared<Map>();
    const auto at = static_cast<size_t>(index);
    if (at < items.size()) {
      if (!items[at].is_map()) items[at] = NewMap();
      inner = items[at].as_map();
    }
    CROFT_RETURN_IF_ERROR(Key(inner, depth));
    // As Helm has it, "a[0].b=" at the end of a line sets nothing.
    return ended_ ? Status::Ok() : PutAt(items, index, Value::Of(inner));
  }

  // Reads what follows "=" and hands it to `put`.
  template <class Put>
  Status TakeValue(const Put& put) {
    if (as_ == SetAs::kLiteral) {
      const Status status = put(Value::String(std::string(rest_)));
      rest_ = {};
      return status;
    }
    if (as_ == SetAs::kJson) return TakeJsonValue(put);
    if (rest_.empty()) return put(Value::String(""));
    if (rest_[0] == '{') {
      rest_.remove_prefix(1);
      return TakeList(put);
    }
    Result<Value> value = Convert(Until(",").text);
    if (!value.ok()) return value.status();
    return put(std::move(*value));
  }

  template <class Put>
  Status TakeList(const Put& put) {
    std::vector<Value> items;
    while (true) {
      const Word word = Until(",}");
      if (word.stop == '\0') return Wrong("list must terminate with '}'");
      Result<Value> value = Convert(word.text);
      if (!value.ok()) return value.status();
      items.push_back(std::move(*value));
      if (word.stop == ',') continue;
      if (rest_.starts_with(',')) rest_.remove_prefix(1);
      return put(NewList(std::move(items)));
    }
  }

  template <class Put>
  Status TakeJsonValue(const Put& put) {
    if (SkipToValue()) return put(Value());
    Result<Value> value = TakeJson(rest_);
    if (!value.ok()) return value.status();
    CROFT_RETURN_IF_ERROR(put(std::move(*value)));
    SkipToValue();
    return Status::Ok();
  }

  // Takes spaces and one comma; whether there was nothing else before the comma or the end.
  bool SkipToValue() {
    while (!rest_.empty()) {
      const char c = rest_[0];
      if (c != ',' && c != ' ' && !(c >= '\t' && c <= '\r')) return false;
      rest_.remove_prefix(1);
      if (c == ',') return true;
    }
    return true;
  }

  Result<Value> Convert(const std::string& text) const {
    if (as_ == SetAs::kTyped) return Typed(text);
    if (as_ != SetAs::kFile) return Value::String(text);
    Result<std::string> data = read_(text);
    if (!data.ok()) return data.status();
    return Value::String(std::move(*data));
  }

  std::string_view rest_;
  const SetAs as_;
  const ReadSetFile& read_;
  bool ended_ = false;
};

}  // namespace

Status SetValues(std::string_view text, SetAs as, const MapPtr& values, const ReadSetFile& read) {
  return Parser(text, as, read).Parse(values);
}

}  // namespace croft::chart
