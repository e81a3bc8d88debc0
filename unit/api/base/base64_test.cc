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

}  // namespace
}  // namespace croft
