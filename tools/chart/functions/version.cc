#include "tools/chart/functions/version.h"

#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/parse_number.h"
#include "tools/chart/functions/text.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

constexpr size_t kMaxLength = 256;

bool IsDecimal(char c) {
  return c >= '0' && c <= '9';
}
bool IsIdentifier(char c) {
  return IsDecimal(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

Status Malformed() {
  return Wrong("invalid semantic version");
}

// Takes a number's digits off `text`; empty when there are none.
std::string_view TakeDigits(std::string_view& text) {
  size_t size = 0;
  while (size < text.size() && IsDecimal(text[size])) ++size;
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

// Identifiers with dots between; empty when there are none, or one of them is.
std::string_view TakeIdentifiers(std::string_view& text) {
  size_t size = 0;
  for (size_t at = 0;; ++at) {
    const size_t start = at;
    while (at < text.size() && IsIdentifier(text[at])) ++at;
    if (at == start) break;
    size = at;
    if (at == text.size() || text[at] != '.') break;
  }
  const std::string_view identifiers = text.substr(0, size);
  text.remove_prefix(size);
  return identifiers;
}

Status TakeNumber(std::string_view& text, uint64_t& out) {
  const std::string_view digits = TakeDigits(text);
  if (digits.empty()) return Malformed();
  const auto parsed = ParseUint(digits, 10);
  if (parsed.error != NumberError::kNone) {
    return Wrong("error parsing version segment: " + GoQuote(digits) + ": value out of range");
  }
  out = parsed.value;
  return Status::Ok();
}

Status CheckPrerelease(std::string_view text) {
  for (const std::string_view part : Split(text, ".", -1)) {
    if (part.size() > 1 && part[0] == '0' && part.find_first_not_of("0123456789") == std::string_view::npos) {
      return Wrong("version segment starts with 0");
    }
  }
  return Status::Ok();
}

template <class T>
int CompareOne(const T& a, const T& b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

// Numbers are less than words, and nothing at all is less than either.
int ComparePart(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  if (a.empty() || b.empty()) return a.empty() ? -1 : 1;
  const auto x = ParseUint(a, 10), y = ParseUint(b, 10);
  const bool a_number = x.error == NumberError::kNone, b_number = y.error == NumberError::kNone;
  if (a_number != b_number) return a_number ? -1 : 1;
  if (a_number) return x.value > y.value ? 1 : -1;
  return a > b ? 1 : -1;
}

int ComparePrerelease(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() ? (b.empty() ? 0 : 1) : -1;
  const auto left = Split(a, ".", -1), right = Split(b, ".", -1);
  for (size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const int order = ComparePart(i < left.size() ? left[i] : "", i < right.size() ? right[i] : "");
    if (order != 0) return order;
  }
  return 0;
}

}  // namespace

Result<Version> Version::Parse(std::string_view text) {
  if (text.size() > kMaxLength) return Wrong("version string is too long (max 256 bytes)");
  Version out;
  out.original = text;
  // All of it is looked at before a number is: what is malformed is told as that.
  std::string_view rest = text;
  if (rest.starts_with('v')) rest.remove_prefix(1);
  std::vector<std::string_view> numbers;
  do {
    if (!numbers.empty()) rest.remove_prefix(1);
    numbers.push_back(TakeDigits(rest));
    if (numbers.back().empty()) return Malformed();
  } while (numbers.size() < 3 && rest.starts_with('.'));
  if (rest.starts_with('-')) {
    rest.remove_prefix(1);
    out.prerelease = TakeIdentifiers(rest);
    if (out.prerelease.empty()) return Malformed();
  }
  if (rest.starts_with('+')) {
    rest.remove_prefix(1);
    out.metadata = TakeIdentifiers(rest);
    if (out.metadata.empty()) return Malformed();
  }
  if (!rest.empty()) return Malformed();
  uint64_t* const targets[] = {&out.major, &out.minor, &out.patch};
  for (size_t i = 0; i < numbers.size(); ++i) CROFT_RETURN_IF_ERROR(TakeNumber(numbers[i], *targets[i]));
  CROFT_RETURN_IF_ERROR(CheckPrerelease(out.prerelease));
  return out;
}

std::string Version::ToString() const {
  std::string out = std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
  if (!prerelease.empty()) out += "-" + prerelease;
  if (!metadata.empty()) out += "+" + metadata;
  return out;
}

int Version::Compare(const Version& other) const {
  if (const int order = CompareOne(major, other.major)) return order;
  if (const int order = CompareOne(minor, other.minor)) return order;
  if (const int order = CompareOne(patch, other.patch)) return order;
  return ComparePrerelease(prerelease, other.prerelease);
}

}  // namespace croft::chart
