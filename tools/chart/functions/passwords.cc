#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "api/base/base64.h"
#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/decode.h"
#include "tools/chart/functions/random_bytes.h"

namespace croft::chart {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// A hash as bcrypt makes it at cost 10, or why there is none: sprig gives the error as the text.
std::string Bcrypt(Random& random, std::string_view password) {
  constexpr std::string_view kFailed = "failed to encrypt string with bcrypt: ";
  constexpr size_t kMaxPassword = 72;
  if (password.size() > kMaxPassword) return std::string(kFailed) + "bcrypt: password length exceeds 72 bytes";
  if (password.find('\0') != std::string_view::npos) return std::string(kFailed) + "the password has a zero byte";
  const std::string salt = RandomBytes(random, 16);
  const std::string text(password);
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  auto data = std::make_unique<crypt_data>();
  const char* hash = crypt_gensalt_rn("$2a$", 10, salt.data(), static_cast<int>(salt.size()), setting.data(),
                                      static_cast<int>(setting.size()))
                         ? crypt_r(text.c_str(), setting.data(), data.get())
                         : nullptr;
  if (hash == nullptr || hash[0] == '*') return std::string(kFailed) + "libcrypt can't";
  return hash;
}

// The Master Password algorithm, version 3: what a site's password of each type looks like, by classes of characters.
struct PasswordType {
  std::string_view name;
  std::vector<std::string_view> templates;
};

const std::vector<PasswordType>& PasswordTypes() {
  static const std::vector<PasswordType> kTypes = {
      {"maximum", {"anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"}},
      {"long",
       {"CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv", "CvccCvcvCvcvno",
        "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc", "CvcvCvcvnoCvcc", "CvcvCvcvCvccno",
        "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno", "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno",
        "CvccnoCvcvCvcc", "CvccCvcvnoCvcc", "CvccCvcvCvccno"}},
      {"medium", {"CvcnoCvc", "CvcCvcno"}},
      {"short", {"Cvcn"}},
      {"basic", {"aaanaaan", "aannaaan", "aaannaaa"}},
      {"pin", {"nnnn"}},
  };
  return kTypes;
}

std::string_view Characters(char kind) {
  switch (kind) {
    case 'V':
      return "AEIOU";
    case 'C':
      return "BCDFGHJKLMNPQRSTVWXYZ";
    case 'v':
      return "aeiou";
    case 'c':
      return "bcdfghjklmnpqrstvwxyz";
    case 'a':
      return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
    case 'n':
      return "0123456789";
    case 'o':
      return "@&%?,=[]_:-+*$#!'^~;()/.";
    default:  // 'x'
      return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()";
  }
}

std::string BigEndian(uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16 & 0xFF), static_cast<char>(n >> 8 & 0xFF),
          static_cast<char>(n & 0xFF)};
}

std::string Prefixed(std::string_view text) {
  return BigEndian(static_cast<uint32_t>(text.size())).append(text);
}

Result<std::string> DerivePassword(int64_t counter, std::string_view type, std::string_view password,
                                   std::string_view user, std::string_view site) {
  if (counter < 0 || counter > UINT32_MAX) return Wrong("wrong type for value; expected uint32");
  const std::vector<std::string_view>* templates = nullptr;
  for (const PasswordType& known : PasswordTypes()) {
    if (known.name == type) templates = &known.templates;
  }
  if (templates == nullptr) return "cannot find password template " + std::string(type);
  const std::string scope = "com.lyndir.masterpassword";
  const std::string salt = scope + Prefixed(user);
  std::array<unsigned char, 64> key{};
  constexpr uint64_t kMaxMemory = uint64_t{64} << 20;
  if (EVP_PBE_scrypt(password.data(), password.size(), Bytes(salt), salt.size(), 32768, 8, 2, kMaxMemory, key.data(),
                     key.size()) != 1) {
    return Wrong("failed to derive password");
  }
  const std::string message = scope + Prefixed(site) + BigEndian(static_cast<uint32_t>(counter));
  std::array<unsigned char, 32> seed{};
  unsigned size = seed.size();
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Bytes(message), message.size(), seed.data(), &size);
  const std::string_view shape = (*templates)[seed[0] % templates->size()];
  std::string out;
  for (size_t i = 0; i < shape.size(); ++i) {
    const std::string_view characters = Characters(shape[i]);
    out += characters[seed[i + 1] % characters.size()];
  }
  return out;
}

constexpr size_t kBlock = 16;

// AES-256 in CBC mode; the key is the password's first 32 bytes, filled up with zeros. Whole blocks only.
Result<std::string> Aes(std::string_view password, std::string_view iv, std::string_view text, bool encrypt) {
  std::string key(password.substr(0, 32));
  key.resize(32);
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  std::string out(text.size() + kBlock, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  int size = 0;
  if (EVP_CipherInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, Bytes(key), Bytes(iv), encrypt) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_CipherUpdate(context.get(), to, &size, Bytes(text), static_cast<int>(text.size())) != 1) {
    return Wrong("AES failed");
  }
  out.resize(static_cast<size_t>(size));
  return out;
}

Result<std::string> EncryptAes(Random& random, std::string_view password, std::string_view text) {
  if (text.empty()) return std::string();
  if (text.size() > kMaxText) return TooLarge("bytes", kMaxText);
  const size_t padding = kBlock - text.size() % kBlock;
  const std::string padded = std::string(text).append(padding, static_cast<char>(padding));
  const std::string iv = RandomBytes(random, kBlock);
  const Result<std::string> encrypted = Aes(password, iv, padded, true);
  if (!encrypted.ok()) return encrypted.status();
  return Base64Encode(iv + *encrypted);
}

Result<std::string> DecryptAes(std::string_view password, std::string_view encoded) {
  if (encoded.empty()) return std::string();
  const Result<std::string> bytes = DecodeBase64(encoded);
  if (!bytes.ok()) return bytes.status();
  if (bytes->size() <= kBlock || bytes->size() % kBlock != 0) {
    return Wrong("what encryptAES made is longer than a block, and whole blocks");
  }
  const std::string_view all = *bytes;
  Result<std::string> text = Aes(password, all.substr(0, kBlock), all.substr(kBlock), false);
  if (!text.ok()) return text;
  const auto padding = static_cast<unsigned char>(text->back());
  if (padding > text->size()) return Wrong("wrong password, or not what encryptAES made");
  text->resize(text->size() - padding);
  return text;
}

}  // namespace

void AddPasswords(Functions& functions, const Sources& sources) {
  Random& random = sources.random;
  functions["bcrypt"] = Bind([&random](std::string_view password) { return Bcrypt(random, password); });
  functions["htpasswd"] = Bind([&random](std::string_view user, std::string_view password) {
    if (user.find(':') != std::string_view::npos) return "invalid username: " + std::string(user);
    return std::string(user) + ":" + Bcrypt(random, password);
  });
  functions["derivePassword"] =
      Bind([](GoInt counter, std::string_view type, std::string_view password, std::string_view user,
              std::string_view site) { return DerivePassword(counter, type, password, user, site); });
  functions["encryptAES"] =
      Bind([&random](std::string_view password, std::string_view text) { return EncryptAes(random, password, text); });
  functions["decryptAES"] =
      Bind([](std::string_view password, std::string_view text) { return DecryptAes(password, text); });
}

}  // namespace croft::chart
