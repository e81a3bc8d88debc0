#include "api/schema/version_order.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <tuple>

namespace croft::schema {
namespace {

struct Parts {
  int stage = 0;  // 2 stable, 1 beta, 0 alpha
  uint64_t major = 0;
  uint64_t minor = 0;
};

// Digits without a leading zero.
bool TakeNumber(std::string_view& text, uint64_t& number) {
  if (text.empty() || text[0] < '1' || text[0] > '9') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

std::optional<Parts> Parse(std::string_view text) {
  Parts parts;
  if (!text.starts_with('v')) return std::nullopt;
  text.remove_prefix(1);
  if (!TakeNumber(text, parts.major)) return std::nullopt;
  if (text.empty()) {
    parts.stage = 2;
    return parts;
  }
  if (text.starts_with("beta")) {
    parts.stage = 1;
    text.remove_prefix(4);
  } else if (text.starts_with("alpha")) {
    text.remove_prefix(5);
  } else {
    return std::nullopt;
  }
  if (!TakeNumber(text, parts.minor) || !text.empty()) return std::nullopt;
  return parts;
}

}  // namespace

int CompareApiVersions(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  const std::optional<Parts> left = Parse(a);
  const std::optional<Parts> right = Parse(b);
  if (left.has_value() != right.has_value()) return left ? 1 : -1;
  if (!left) return a < b ? 1 : -1;
  return std::tie(left->stage, left->major, left->minor) > std::tie(right->stage, right->major, right->minor) ? 1 : -1;
}

}  // namespace croft::schema
