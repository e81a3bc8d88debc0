#include <crypt.h>
#include <gtest/gtest.h>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

bool IsHashOf(const std::string& hash, const char* password) {
  crypt_data data{};
  const char* again = crypt_r(password, hash.c_str(), &data);
  return again != nullptr && hash == again;
}

TEST(PasswordFunctions, Hashes) {
  const std::string hash(CallFor("bcrypt", {S("secret")})->as_string());
  EXPECT_TRUE(hash.starts_with("$2a$10$")) << hash;
  EXPECT_EQ(hash.size(), 60U);
  EXPECT_TRUE(IsHashOf(hash, "secret"));
  EXPECT_FALSE(IsHashOf(hash, "other"));

  const std::string line(CallFor("htpasswd", {S("joe"), S("secret")})->as_string());
  ASSERT_TRUE(line.starts_with("joe:$2a$10$")) << line;
  EXPECT_TRUE(IsHashOf(line.substr(4), "secret"));
  EXPECT_EQ(Call("htpasswd", {S("a:b"), S("x")}), R"("invalid username: a:b")");
  EXPECT_EQ(Call("bcrypt", {S(std::string(73, 'x'))}),
            R"("failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes")");
}

TEST(PasswordFunctions, DerivedPasswordsAreTheMasterPasswordAlgorithms) {
  const Value password = S("correct horse"), user = S("joe"), site = S("lab.home.arpa");
  Check({
      {"long", "derivePassword", {I(7), S("long"), password, user, site}, R"("Yucu0-ZemeRamd")"},
      {"maximum", "derivePassword", {I(7), S("maximum"), password, user, site}, R"("bKUSS6gxScfkpV7LOe5'")"},
      {"medium", "derivePassword", {I(7), S("medium"), password, user, site}, R"("YucFav1&")"},
      {"basic", "derivePassword", {I(7), S("basic"), password, user, site}, R"("bjr4ceq1")"},
      {"short", "derivePassword", {I(7), S("short"), password, user, site}, R"("Yuc4")"},
      {"pin", "derivePassword", {I(7), S("pin"), password, user, site}, R"("7984")"},
      {"the counter counts", "derivePassword", {I(8), S("pin"), password, user, site}, R"("8864")"},
      {"a type that there is not",
       "derivePassword",
       {I(1), S("tiny"), password, user, site},
       R"("cannot find password template tiny")"},
      {"a counter beyond 32 bits", "derivePassword", {I(-1), S("pin"), password, user, site}, "error"},
  });
}

TEST(PasswordFunctions, EncryptedTextsComeBack) {
  for (const char* text : {"", "x", "exactly sixteen.", "more than one block of sixteen bytes"}) {
    const Value encrypted = *CallFor("encryptAES", {S("key"), S(text)});
    EXPECT_EQ(CallFor("decryptAES", {S("key"), encrypted})->as_string(), text);
  }
  Check({
      {"what another made can be read",
       "decryptAES",
       {S("lab key"), S("qDapUYSvU4jL33dOcIAxXCdB6jacY451a6r5Xqvs2RI=")},
       R"("of another")"},
      {"what is no base64", "decryptAES", {S("key"), S("!")}, "error: illegal base64 data at input byte 0"},
      {"what is too short", "decryptAES", {S("key"), S("Zm9v")}, "error"},
  });
}

}  // namespace
}  // namespace croft::chart::test
