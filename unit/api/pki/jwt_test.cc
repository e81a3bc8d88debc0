#include "api/pki/jwt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "api/base/base64.h"
#include "api/pki/key.h"

namespace croft::pki {
namespace {

using testing::HasSubstr;

// The example of RFC 7515, appendix A.3: the key, what is signed, and somebody else's signature of it.
constexpr const char* kExampleKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n"
    "H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n"
    "7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n"
    "-----END PRIVATE KEY-----\n";
constexpr std::string_view kExampleInput =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view kExampleSignature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

TokenKey NewKey() {
  return *TokenKey::Load(*GenerateKey());
}

// header, claims, signature
std::vector<std::string> Parts(const std::string& token) {
  const size_t first = token.find('.');
  const size_t last = token.rfind('.');
  return {token.substr(0, first), token.substr(first + 1, last - first - 1), token.substr(last + 1)};
}

TEST(TokenKeyTest, KnowsTheSignatureOfRfc7515) {
  const TokenKey key = *TokenKey::Load(kExampleKey);
  const std::string signature = *Base64UrlDecode(kExampleSignature);
  EXPECT_TRUE(key.IsSignatureOf(kExampleInput, signature));
  EXPECT_THAT(key.PublicJwk(), HasSubstr(R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                                         R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")"));
  EXPECT_TRUE(key.IsSignatureOf(kExampleInput, *key.SignBytes(kExampleInput)));
  for (size_t bit = 0; bit < signature.size() * 8; bit += 37) {
    std::string changed = signature;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(key.IsSignatureOf(kExampleInput, changed)) << "bit " << bit;
  }
  EXPECT_FALSE(NewKey().IsSignatureOf(kExampleInput, signature)) << "another key";
}

TEST(TokenKeyTest, SignaturesAreTwoNumbersOfFixedLength) {
  const TokenKey key = *TokenKey::Load(kExampleKey);
  const std::string good = *key.SignBytes("x");
  const std::pair<const char*, std::string> cases[] = {
      {"nothing", ""},
      {"a byte too few", good.substr(0, 63)},
      {"a byte too many", good + '\0'},
      {"zeros", std::string(64, '\0')},
      {"ones", std::string(64, '\xff')},
      {"the numbers the other way round", good.substr(32) + good.substr(0, 32)},
  };
  for (const auto& [name, signature] : cases) EXPECT_FALSE(key.IsSignatureOf("x", signature)) << name;
  // A number may begin with zeros, one time in 256.
  for (int i = 0; i < 600; ++i) {
    const std::string text = std::to_string(i);
    const std::string signature = *key.SignBytes(text);
    ASSERT_EQ(signature.size(), 64u) << text;
    ASSERT_TRUE(key.IsSignatureOf(text, signature)) << text;
  }
}

TEST(TokenKeyTest, WhatItSignsItKnows) {
  const TokenKey key = NewKey();
  for (const std::string& claims : {std::string(R"({"sub":"web"})"), std::string(), std::string(5000, 'x')}) {
    const std::string token = *key.Sign(claims);
    EXPECT_EQ(*key.Verify(token), claims);
    EXPECT_EQ(*Base64UrlDecode(Parts(token)[0]), R"({"alg":"ES256","kid":")" + key.id() + R"("})");
    EXPECT_FALSE(NewKey().Verify(token).ok());
  }
}

TEST(TokenKeyTest, WhatItHasNotSignedIsRefused) {
  const TokenKey key = NewKey();
  const std::string token = *key.Sign(R"({"sub":"web"})");
  const auto parts = Parts(token);
  const auto signed_as = [&](const std::string& header) {
    const std::string input = Base64UrlEncode(header) + "." + parts[1];
    return input + "." + Base64UrlEncode(*key.SignBytes(input));
  };
  std::string flipped = token;
  flipped.back() = flipped.back() == 'A' ? 'B' : 'A';
  const struct {
    const char* name;
    std::string token;
    const char* why;
  } cases[] = {
      {"nothing", "", "three parts"},
      {"dots", "..", "not signed by this key"},
      {"two parts", parts[0] + "." + parts[1], "three parts"},
      {"four parts", token + ".", "three parts"},
      {"no signature", parts[0] + "." + parts[1] + ".", "signature is wrong"},
      {"other claims", parts[0] + "." + Base64UrlEncode(R"({"sub":"db"})") + "." + parts[2], "signature is wrong"},
      {"a changed last letter", flipped, ""},
      {"claims in the other alphabet", parts[0] + ".+/+/." + parts[2], "base64url"},
      {"padding", token + "=", "base64url"},
      {"alg none, without a signature", Base64UrlEncode(R"({"alg":"none"})") + "." + parts[1] + ".",
       "not signed by this key"},
      {"alg none, with this key's id", signed_as(R"({"alg":"none","kid":")" + key.id() + R"("})"),
       "not signed by this key"},
      {"alg HS256, as if the public key were a secret", signed_as(R"({"alg":"HS256","kid":")" + key.id() + R"("})"),
       "not signed by this key"},
      {"alg ES384", signed_as(R"({"alg":"ES384","kid":")" + key.id() + R"("})"), "not signed by this key"},
      {"a header that asks for an extension",
       signed_as(R"({"alg":"ES256","kid":")" + key.id() + R"(","crit":["b64"],"b64":false})"),
       "not signed by this key"},
      {"a header that brings its own key", signed_as(R"({"alg":"ES256","jwk":{}})"), "not signed by this key"},
      {"a header that is no JSON", "!!!." + parts[1] + "." + parts[2], "not signed by this key"},
  };
  for (const auto& c : cases) {
    const Result<std::string> claims = key.Verify(c.token);
    ASSERT_FALSE(claims.ok()) << c.name;
    EXPECT_THAT(claims.status().message(), HasSubstr(c.why)) << c.name;
  }
}

TEST(TokenKeyTest, TakesOnlyAPrivateKeyOnP256) {
  const std::string p256 = *GenerateKey();
  EXPECT_TRUE(TokenKey::Load(p256).ok());
  EXPECT_TRUE(TokenKey::Load(*ToTraditionalPem(p256)).ok());
  const std::pair<const char*, std::string> cases[] = {
      {"P-384", *GenerateKey(KeyAlgorithm::Ecdsa(384))},  {"RSA", *GenerateKey(KeyAlgorithm::Rsa())},
      {"Ed25519", *GenerateKey(KeyAlgorithm::Ed25519())}, {"the public half", *PublicKeyPem(p256)},
      {"half a file", p256.substr(0, p256.size() / 2)},   {"nothing", ""},
  };
  for (const auto& [name, pem] : cases) EXPECT_FALSE(TokenKey::Load(pem).ok()) << name;
}

TEST(TokenKeyTest, TheIdIsTheKeys) {
  const std::string pem = *GenerateKey();
  EXPECT_EQ(TokenKey::Load(pem)->id(), TokenKey::Load(pem)->id());
  EXPECT_EQ(NewKey().id().size(), 43u);  // SHA-256 in base64url
  EXPECT_NE(NewKey().id(), NewKey().id());
  EXPECT_THAT(NewKey().PublicJwk(), Not(HasSubstr("\"d\""))) << "the private number stays";
}

}  // namespace
}  // namespace croft::pki
