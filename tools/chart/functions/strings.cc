#include <algorithm>

#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/runes.h"
#include "tools/chart/functions/text.h"
#include "tools/chart/value/go_format.h"

namespace croft::chart {
namespace {

Result<std::string> Repeat(std::string_view text, int64_t count) {
  if (count < 0) return Wrong("strings: negative Repeat count");
  if (!text.empty() && static_cast<uint64_t>(count) > kMaxText / text.size()) return TooLarge("bytes", kMaxText);
  std::string out;
  if (text.empty()) return out;
  out.reserve(text.size() * static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) out += text;
  return out;
}

Result<std::string> Indent(int64_t spaces, std::string_view text, std::string_view before) {
  const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  if (spaces < 0) return Wrong("strings: negative Repeat count");
  if (static_cast<uint64_t>(spaces) > kMaxText / lines) return TooLarge("bytes", kMaxText);
  const std::string pad(static_cast<size_t>(spaces), ' ');
  std::string out;
  out.reserve(before.size() + text.size() + lines * pad.size());
  out += before;
  out += pad;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return out.append(text.substr(at));
    out.append(text, at, end + 1 - at);
    out += pad;
    at = end + 1;
  }
  return out;
}

std::string_view Trim(std::string_view text, std::string_view cutset) {
  const std::u32string cut = Runes(cutset);
  const auto is_cut = [&cut](char32_t rune) { return cut.find(rune) != std::u32string::npos; };
  while (!text.empty()) {
    std::string_view rest = text;
    if (!is_cut(TakeRune(rest))) break;
    text = rest;
  }
  while (!text.empty()) {
    const size_t length = LastRuneLength(text);
    std::string_view last = text.substr(text.size() - length);
    if (!is_cut(TakeRune(last))) break;
    text.remove_suffix(length);
  }
  return text;
}

Result<std::string> Substring(int64_t start, int64_t end, std::string_view text) {
  const auto size = static_cast<int64_t>(text.size());
  if (start < 0) {
    start = 0;
  } else if (end < 0 || end > size) {
    end = size;
  }
  if (end < 0 || end > size || start > end) {
    return Wrong("runtime error: slice bounds out of range [" + std::to_string(start) + ":" + std::to_string(end) +
                 (end > size ? "] with length " + std::to_string(size) : "]"));
  }
  return std::string(text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start)));
}

std::string_view Truncate(int64_t count, std::string_view text) {
  const auto size = static_cast<int64_t>(text.size());
  if (count < 0 && size + count > 0) return text.substr(static_cast<size_t>(size + count));
  if (count >= 0 && size > count) return text.substr(0, static_cast<size_t>(count));
  return text;
}

// Each value in quotes, with a space between; nil left out.
template <class F>
std::string Quoted(Arguments values, F quote) {
  std::string out;
  bool first = true;
  for (const Value& value : values) {
    if (value.is_nil()) continue;
    if (!first) out += ' ';
    first = false;
    out += quote(value);
  }
  return out;
}

// The parts as a map from "_0", "_1" and so on.
Value NumberedParts(const std::vector<std::string_view>& parts) {
  Map map{{}, kStringMap};
  for (size_t i = 0; i < parts.size(); ++i) {
    map.members.emplace("_" + std::to_string(i), Value::String(std::string(parts[i])));
  }
  return Value::Of(std::make_shared<Map>(std::move(map)));
}

std::string Joined(std::string_view separator, const std::vector<std::string>& texts) {
  std::string out;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += separator;
    out += texts[i];
  }
  return out;
}

Value SortedTexts(const Value& value) {
  const ListPtr list = ListOf(value);
  if (list && list->go_type == kStringList) {  // sorted where it is, as Go does
    std::sort(list->items.begin(), list->items.end(),
              [](const Value& a, const Value& b) { return a.as_string() < b.as_string(); });
    return Value::Of(list);
  }
  std::vector<std::string> texts = list ? Texts(value) : std::vector<std::string>{Text(value)};
  std::sort(texts.begin(), texts.end());
  return StringList(std::move(texts));
}

void AddTrims(Functions& functions) {
  functions["trim"] = Bind([](std::string_view text) { return std::string(TrimSpace(text)); });
  const Function trim_all =
      Bind([](std::string_view cut, std::string_view text) { return std::string(Trim(text, cut)); });
  functions["trimall"] = trim_all;
  functions["trimAll"] = trim_all;
  functions["trimSuffix"] = Bind([](std::string_view suffix, std::string_view text) {
    return std::string(text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text);
  });
  functions["trimPrefix"] = Bind([](std::string_view prefix, std::string_view text) {
    return std::string(text.starts_with(prefix) ? text.substr(prefix.size()) : text);
  });
  functions["trunc"] = Bind([](GoInt count, std::string_view text) { return std::string(Truncate(count, text)); });
}

}  // namespace

void AddStrings(Functions& functions) {
  AddTrims(functions);
  functions["hello"] = Bind([]() { return std::string("Hello!"); });
  functions["upper"] = Bind([](std::string_view text) { return UpperCase(text); });
  functions["lower"] = Bind([](std::string_view text) { return LowerCase(text); });
  functions["substr"] = Bind(
      [](GoInt start, GoInt end, std::string_view text) -> Result<std::string> { return Substring(start, end, text); });
  functions["repeat"] = Bind([](GoInt count, std::string_view text) { return Repeat(text, count); });
  functions["contains"] =
      Bind([](std::string_view part, std::string_view text) { return text.find(part) != std::string_view::npos; });
  functions["hasPrefix"] =
      Bind([](std::string_view prefix, std::string_view text) { return text.starts_with(prefix); });
  functions["hasSuffix"] = Bind([](std::string_view suffix, std::string_view text) { return text.ends_with(suffix); });
  functions["quote"] =
      Bind([](Rest<Value> values) { return Quoted(values.values, [](const Value& v) { return GoQuote(Text(v)); }); });
  functions["squote"] = Bind(
      [](Rest<Value> values) { return Quoted(values.values, [](const Value& v) { return "'" + Text(v) + "'"; }); });
  functions["cat"] = Bind([](Rest<Value> values) { return Quoted(values.values, Text); });
  functions["indent"] = Bind([](GoInt spaces, std::string_view text) { return Indent(spaces, text, ""); });
  functions["nindent"] = Bind([](GoInt spaces, std::string_view text) { return Indent(spaces, text, "\n"); });
  functions["replace"] = Bind(
      [](std::string_view from, std::string_view to, std::string_view text) { return ReplaceAll(text, from, to); });
  functions["plural"] = Bind(
      [](std::string_view one, std::string_view many, GoInt count) { return std::string(count == 1 ? one : many); });
  functions["toString"] = Bind([](const Value& value) { return Text(value); });
  functions["toStrings"] = Bind([](const Value& value) -> Value {
    const ListPtr list = ListOf(value);
    return list && list->go_type == kStringList ? Value::Of(list) : StringList(Texts(value));
  });
  functions["join"] =
      Bind([](std::string_view separator, const Value& list) { return Joined(separator, Texts(list)); });
  functions["sortAlpha"] = Bind([](const Value& list) { return SortedTexts(list); });
  functions["split"] =
      Bind([](std::string_view separator, std::string_view text) { return NumberedParts(Split(text, separator, -1)); });
  functions["splitn"] = Bind([](std::string_view separator, GoInt count, std::string_view text) {
    return NumberedParts(Split(text, separator, count));
  });
  functions["splitList"] = Bind([](std::string_view separator, std::string_view text) {
    const std::vector<std::string_view> parts = Split(text, separator, -1);
    return StringList({parts.begin(), parts.end()});
  });
}

}  // namespace croft::chart
