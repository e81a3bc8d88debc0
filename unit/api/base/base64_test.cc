#include "api/base/base64.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

TEST(Base64, EncodesAndDecodesTheVectorsOfRfc4648) {
  const std::pair<std::string, std::string> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"},
                                                       {std::string("\0\xff", 2), "AP8="}};
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(Base64Encode(plain), encoded);
    EXPECT_EQ(Base64Decode(encoded), plain) << encoded;
  }
}

TEST(Base64, RefusesWhatIsMalformed) {
  for (const char* text : {"Z", "Zg=", "Zg", "Z===", "Zm9v!A==", "Zg==Zg==", " Zg="}) {
    EXPECT_FALSE(Base64Decode(text).has_value()) << text;
  }
}

TEST(Base64Url, IsWhatTokensAreWrittenIn) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"\xfb\xff\xbf", "-_-_"}, {std::string(1, '\0'), "AA"}};
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(Base64UrlEncode(plain), encoded);
    EXPECT_EQ(Base64UrlDecode(encoded), plain) << encoded;
  }
}

TEST(Base64Url, HasOneTextForTheSameBytes) {
  const std::pair<const char*, const char*> cases[] = {
      {"padding", "Zg=="},
      {"the other alphabet", "+/+/"},
      {"a digit too few", "Zm9vY"},
      {"a foreign letter", "Z!"},
      {"a line end", "Zm9v\n"},
      {"bits to spare that are set", "Zh"},
      {"as above, of two bytes", "Zm9"},
  };
  for (const auto& [name, text] : cases) EXPECT_FALSE(Base64UrlDecode(text).has_value()) << name;
}

}  // namespace
}  // namespace croft
