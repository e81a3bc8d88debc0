#include <openssl/evp.h>

#include <array>

#include "api/base/base64.h"
#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/decode.h"

namespace croft::chart {
namespace {

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::string Digest(std::string_view text, const EVP_MD* kind) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), out.data(), &size, kind, nullptr);
  return Hex({reinterpret_cast<const char*>(out.data()), size});
}

uint32_t Adler32(std::string_view text) {
  constexpr uint32_t kModulus = 65521;
  uint32_t a = 1, b = 0;
  for (const char c : text) {
    a = (a + static_cast<unsigned char>(c)) % kModulus;
    b = (b + a) % kModulus;
  }
  return b << 16 | a;
}

std::string Base32(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  uint64_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) out += kAlphabet[bits >> (count - 5) & 31];
  }
  if (count > 0) out += kAlphabet[bits << (5 - count) & 31];
  out.append((8 - out.size() % 8) % 8, '=');
  return out;
}

// What can't be decoded gives the error's text, not an error.
std::string DecodedOrWhy(Result<std::string> decoded) {
  return decoded.ok() ? std::move(*decoded) : decoded.status().message();
}

}  // namespace

void AddEncoding(Functions& functions) {
  functions["b64enc"] = Bind([](std::string_view text) { return Base64Encode(text); });
  functions["b64dec"] = Bind([](std::string_view text) { return DecodedOrWhy(DecodeBase64(text)); });
  functions["b32enc"] = Bind([](std::string_view text) { return Base32(text); });
  functions["b32dec"] = Bind([](std::string_view text) { return DecodedOrWhy(DecodeBase32(text)); });
  functions["sha1sum"] = Bind([](std::string_view text) { return Digest(text, EVP_sha1()); });
  functions["sha256sum"] = Bind([](std::string_view text) { return Digest(text, EVP_sha256()); });
  functions["sha512sum"] = Bind([](std::string_view text) { return Digest(text, EVP_sha512()); });
  functions["adler32sum"] = Bind([](std::string_view text) { return std::to_string(Adler32(text)); });
}

}  // namespace croft::chart
