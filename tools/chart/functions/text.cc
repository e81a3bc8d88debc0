#include "tools/chart/functions/text.h"

#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/runes.h"

namespace croft::chart {
namespace {

std::vector<std::string_view> SplitRunes(std::string_view text, int64_t count) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    if (count > 0 && static_cast<int64_t>(out.size()) == count - 1) {
      out.push_back(text);
      break;
    }
    const size_t length = RuneLength(text);
    out.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace

std::vector<std::string_view> Split(std::string_view text, std::string_view separator, int64_t count) {
  if (count == 0) return {};
  if (separator.empty()) return SplitRunes(text, count);
  std::vector<std::string_view> out;
  while (count < 0 || static_cast<int64_t>(out.size()) < count - 1) {
    const size_t at = text.find(separator);
    if (at == std::string_view::npos) break;
    out.push_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  out.push_back(text);
  return out;
}

Result<std::string> ReplaceAll(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  out.reserve(text.size());
  if (from.empty()) {
    for (std::string_view rest = text; !rest.empty();) {
      const size_t length = RuneLength(rest);
      out.append(to).append(rest.substr(0, length));
      if (out.size() > kMaxText) return TooLarge("bytes", kMaxText);
      rest.remove_prefix(length);
    }
    return out.append(to);
  }
  size_t at = 0;
  for (size_t found; (found = text.find(from, at)) != std::string_view::npos; at = found + from.size()) {
    out.append(text, at, found - at).append(to);
    if (out.size() > kMaxText) return TooLarge("bytes", kMaxText);
  }
  return out.append(text.substr(at));
}

size_t LastRuneLength(std::string_view text) {
  // A rune has four bytes at most: the longest end of the text that is one rune.
  for (size_t length = std::min<size_t>(4, text.size()); length > 1; --length) {
    bool valid = false;
    std::string_view end = text.substr(text.size() - length);
    TakeRune(end, &valid);
    if (end.empty() && valid) return length;
  }
  return 1;
}

}  // namespace croft::chart
