#include "tools/chart/functions/decode.h"

#include "tools/chart/functions/convert.h"

namespace croft::chart {
namespace {

int Base64Digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int Base32Digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

bool IsLineEnd(char c) {
  return c == '\n' || c == '\r';
}

Status Illegal(int base, size_t at) {
  return Wrong("illegal base" + std::to_string(base) + " data at input byte " + std::to_string(at));
}

// Writes the whole bytes of `count` digits of `width` bits each.
void Flush(std::string& out, uint64_t bits, int count, int width) {
  for (int left = count * width; left >= 8; left -= 8) out += static_cast<char>(bits >> (left - 8) & 0xFF);
}

// The end of base64 text: `at` is behind the first '=', `digits` stand before it in its group.
Status CheckPadding(std::string_view text, size_t at, int digits) {
  const auto skip = [&] {
    while (at < text.size() && IsLineEnd(text[at])) ++at;
  };
  if (digits < 2) return Illegal(64, at - 1);
  if (digits == 2) {
    skip();
    if (at == text.size()) return Illegal(64, at);
    if (text[at] != '=') return Illegal(64, at - 1);
    ++at;
  }
  skip();
  return at < text.size() ? Illegal(64, at) : Status::Ok();
}

}  // namespace

Result<std::string> DecodeBase64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  uint64_t bits = 0;
  int count = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const int digit = Base64Digit(text[at]);
    if (digit >= 0) {
      bits = bits << 6 | static_cast<uint64_t>(digit);
      if (++count < 4) continue;
      Flush(out, bits, count, 6);
      bits = 0;
      count = 0;
    } else if (text[at] == '=') {
      CROFT_RETURN_IF_ERROR(CheckPadding(text, at + 1, count));
      // The digits stand to the left of a group of three bytes.
      Flush(out, bits >> (count * 6 % 8), count * 6 / 8, 8);
      return out;
    } else if (!IsLineEnd(text[at])) {
      return Illegal(64, at);
    }
  }
  if (count > 0) return Illegal(64, text.size() - static_cast<size_t>(count));
  return out;
}

Result<std::string> DecodeBase32(std::string_view given) {
  std::string text;
  for (const char c : given) {
    if (!IsLineEnd(c)) text += c;
  }
  std::string out;
  for (size_t start = 0; start < text.size(); start += 8) {
    uint64_t bits = 0;
    for (size_t j = 0; j < 8; ++j) {
      const size_t at = start + j;
      if (at >= text.size()) return Illegal(32, text.size() - j);
      const size_t left = text.size() - at - 1;
      if (text[at] == '=' && j >= 2 && left < 8) {
        if (left + j < 7) return Illegal(32, text.size());
        for (size_t k = 0; k < 7 - j; ++k) {
          if (left > k && text[at + 1 + k] != '=') return Illegal(32, at + k);
        }
        if (j == 3 || j == 6) return Illegal(32, at);
        Flush(out, bits >> (j * 5 % 8), static_cast<int>(j * 5 / 8), 8);
        return out;
      }
      const int digit = Base32Digit(text[at]);
      if (digit < 0) return Illegal(32, at);
      bits = bits << 5 | static_cast<uint64_t>(digit);
    }
    Flush(out, bits, 8, 5);
  }
  return out;
}

}  // namespace croft::chart
