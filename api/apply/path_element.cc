#include "api/apply/path_element.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace croft::apply {
namespace {

// The order of kinds of elements, and of kinds of values within them.
int RankOf(std::string_view element) {
  switch (element[0]) {
    case 'f':
      return 0;
    case 'k':
      return 1;
    case 'v':
      return 2;
    default:
      return 3;
  }
}

bool IsNumberPart(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

// The character of a canonical JSON text at a place within quotes; -1 at their end.
int CharacterAt(std::string_view text, size_t at) {
  if (at >= text.size() || text[at] == '"') return -1;
  if (text[at] != '\\' || at + 1 >= text.size()) return static_cast<unsigned char>(text[at]);
  switch (text[at + 1]) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'u':
      return static_cast<int>(std::strtol(std::string(text.substr(at + 2, 4)).c_str(), nullptr, 16));
    default:
      return static_cast<unsigned char>(text[at + 1]);
  }
}

// Where two canonical JSON texts begin to differ.
struct Difference {
  size_t at = 0;     // never within an escape
  size_t token = 0;  // where the token begins in which that is
  bool in_text = false;
};

Difference FindDifference(std::string_view a, std::string_view b) {
  Difference found;
  size_t& at = found.at;
  while (at < a.size() && at < b.size() && a[at] == b[at]) {
    if (a[at] == '\\' && found.in_text) {
      if (CharacterAt(a, at) != CharacterAt(b, at)) return found;
      ++at;
    } else if (a[at] == '"') {
      found.in_text = !found.in_text;
    }
    ++at;
    if (!found.in_text && !IsNumberPart(a[at - 1])) found.token = at;
  }
  return found;
}

// Canonical JSON texts, compared from the token in which they first differ: numbers by value, a text that ends before
// one that goes on. Zero for equal ones only.
int CompareJsonTexts(std::string_view a, std::string_view b) {
  const auto [at, token, in_text] = FindDifference(a, b);
  if (in_text) return CharacterAt(a, at) - CharacterAt(b, at);
  const bool both_numbers = token < a.size() && token < b.size() && IsNumberPart(a[token]) && IsNumberPart(b[token]);
  if (both_numbers) {
    const double x = std::strtod(std::string(a.substr(token)).c_str(), nullptr);
    const double y = std::strtod(std::string(b.substr(token)).c_str(), nullptr);
    if (x != y) return x < y ? -1 : 1;
  }
  if (at >= a.size() || at >= b.size()) return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
  // Numbers, texts, booleans, null.
  const auto rank = [](char c) { return IsNumberPart(c) ? 0 : c == '"' ? 1 : c == 'n' ? 3 : 2; };
  if (rank(a[at]) != rank(b[at])) return rank(a[at]) - rank(b[at]);
  return static_cast<unsigned char>(a[at]) - static_cast<unsigned char>(b[at]);
}

Status Malformed(std::string_view text, std::string_view why) {
  return Status::BadRequest("\"" + std::string(text) + "\" is no path element of FieldsV1: " + std::string(why));
}

Result<std::string> CanonicalKeys(std::string_view text) {
  Result<JsonDocument> keys = ParseJson(text.substr(2), 2);
  if (!keys.ok()) return Malformed(text, keys.status().message());
  if (!keys->IsObject()) return Malformed(text, "keys must be a JSON object");
  std::vector<const Json::Member*> sorted;
  for (const auto& member : keys->GetObject()) sorted.push_back(&member);
  std::sort(sorted.begin(), sorted.end(),
            [](const Json::Member* a, const Json::Member* b) { return AsView(a->name) < AsView(b->name); });
  std::string canonical = "k:{";
  for (const Json::Member* member : sorted) {
    if (canonical.size() > 3) canonical += ',';
    canonical += WriteJson(member->name) + ':' + WriteJson(member->value);
  }
  return canonical + '}';
}

}  // namespace

std::string MemberElement(std::string_view name) {
  std::string element;
  element.reserve(2 + name.size());
  return element.append("f:").append(name);
}

std::string ValueElement(const Json& value) {
  return "v:" + WriteJson(value);
}

std::string IndexElement(size_t index) {
  return "i:" + std::to_string(index);
}

Result<std::string> CanonicalElement(std::string_view text) {
  if (text.size() < 2 || text[1] != ':') return Malformed(text, "it must begin with f:, k:, v: or i:");
  if (text[0] == 'f') return std::string(text);
  if (text[0] == 'k') return CanonicalKeys(text);
  if (text[0] == 'v') {
    const Result<JsonDocument> value = ParseJson(text.substr(2));
    if (!value.ok()) return Malformed(text, value.status().message());
    return ValueElement(*value);
  }
  const std::string_view digits = text.substr(2);
  const bool number = !digits.empty() && digits.size() < 10 &&
                      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text[0] != 'i') return Malformed(text, "it must begin with f:, k:, v: or i:");
  if (!number) return Malformed(text, "an index must be a number");
  return std::string(text);
}

int CompareElements(std::string_view a, std::string_view b) {
  const int rank_a = RankOf(a), rank_b = RankOf(b);
  if (rank_a != rank_b) return rank_a - rank_b;
  if (rank_a == 0 || a == b) return a.compare(b);
  return CompareJsonTexts(a.substr(2), b.substr(2));
}

std::string ShowElement(std::string_view element) {
  const std::string_view rest = element.substr(2);
  switch (element[0]) {
    case 'f':
      return "." + std::string(rest);
    case 'v':
      return "[=" + std::string(rest) + "]";
    case 'i':
      return "[" + std::string(rest) + "]";
    default:
      break;
  }
  std::string shown = "[";
  const Result<JsonDocument> keys = ParseJson(rest);
  if (!keys.ok() || !keys->IsObject()) return shown + std::string(rest) + "]";
  for (const auto& key : keys->GetObject()) {
    if (shown.size() > 1) shown += ",";
    shown += std::string(AsView(key.name)) + "=" + WriteJson(key.value);
  }
  return shown + "]";
}

}  // namespace croft::apply
