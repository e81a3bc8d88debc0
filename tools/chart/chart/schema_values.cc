#include <algorithm>
#include <cmath>
#include <string>

#include "api/schema/format.h"
#include "tools/chart/chart/schema_check.h"
#include "tools/chart/value/float_text.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

bool IsNumber(const Value& value) {
  return value.is_integer() || value.type() == Type::kFloat64;
}

double NumberOf(const Value& value) {
  return value.is_integer() ? static_cast<double>(value.as_integer()) : value.as_float();
}

}  // namespace

std::string QuoteForSchema(std::string_view text) {
  const std::string quoted = GoQuote(text);
  std::string out = "'";
  for (size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] == '\\' && quoted[i + 1] == '"') continue;
    if (quoted[i] == '\'') out += '\\';
    out += quoted[i];
    if (quoted[i] == '\\') out += quoted[++i];
  }
  return out + "'";
}

std::string JoinQuoted(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + QuoteForSchema(text);
  return out;
}

std::string GroupedNumber(double value) {
  std::string text;
  AppendFloat(text, value, -7, 21);
  size_t end = std::min(text.find_first_of(".e"), text.size());
  const size_t begin = text.starts_with('-') ? 1 : 0;
  while (end > begin + 3) {
    end -= 3;
    text.insert(end, ",");
  }
  return text;
}

bool EqualInJson(const Value& a, const Value& b) {
  if (IsNumber(a) && IsNumber(b)) {
    if (a.is_integer() && b.is_integer()) return a.as_integer() == b.as_integer();
    return NumberOf(a) == NumberOf(b);
  }
  if (a.is_list() && b.is_list()) {
    const auto& x = a.as_list()->items;
    const auto& y = b.as_list()->items;
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), EqualInJson);
  }
  if (a.is_map() && b.is_map()) {
    const auto& x = a.as_map()->members;
    const auto& y = b.as_map()->members;
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const auto& p, const auto& q) {
      return p.first == q.first && EqualInJson(p.second, q.second);
    });
  }
  return a.type() == b.type() && !a.is_list() && !a.is_map() && DeepEqual(a, b);
}

bool IsMultiple(double value, double of) {
  // As decimal numbers: 0.3 is three times 0.1.
  const double ratio = value / of;
  if (!std::isfinite(ratio)) return std::fmod(value, of) == 0;
  const double nearest = std::round(ratio);
  return ratio == nearest || std::abs(ratio - nearest) <= 1e-15 * std::max(1.0, std::abs(nearest));
}

bool HasSchemaFormat(std::string_view format, std::string_view text) {
  using schema::Format;
  static constexpr std::pair<std::string_view, Format> kFormats[] = {
      {"date", Format::kDate},         {"date-time", Format::kDateTime}, {"email", Format::kEmail},
      {"hostname", Format::kHostname}, {"ipv4", Format::kIpv4},          {"ipv6", Format::kIpv6},
      {"uri", Format::kUri},           {"uuid", Format::kUuid}};
  for (const auto& [name, known] : kFormats) {
    if (name == format) return schema::HasFormat(known, text);
  }
  return true;
}

std::string_view JsonTypeOf(const Value& value) {
  switch (value.type()) {
    case Type::kNil:
      return "null";
    case Type::kBool:
      return "boolean";
    case Type::kString:
      return "string";
    case Type::kList:
      return "array";
    case Type::kMap:
      return "object";
    default:
      return "number";
  }
}

}  // namespace croft::chart
