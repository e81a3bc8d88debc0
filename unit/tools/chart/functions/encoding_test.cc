#include <gtest/gtest.h>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

TEST(EncodingFunctions, Bases) {
  Check({
      {"base64", "b64enc", {S("foob")}, R"("Zm9vYg==")"},
      {"and back", "b64dec", {S("Zm9vYg==")}, R"("foob")"},
      {"line ends do not count", "b64dec", {S("Zm9v\r\nYg==\n")}, R"("foob")"},
      {"what is wrong is the text", "b64dec", {S("Zm9v!")}, R"("illegal base64 data at input byte 4")"},
      {"padding that is missing", "b64dec", {S("Zm9vYg")}, R"("illegal base64 data at input byte 4")"},
      {"what follows the end", "b64dec", {S("Zg==Zg==")}, R"("illegal base64 data at input byte 4")"},
      {"base32", "b32enc", {S("foob")}, R"("MZXW6YQ=")"},
      {"base32 of nothing", "b32enc", {S("")}, R"("")"},
      {"and back again", "b32dec", {S("MZXW6YQ=")}, R"("foob")"},
      {"small letters are not its digits", "b32dec", {S("mzxw6yq=")}, R"("illegal base32 data at input byte 0")"},
  });
}

TEST(EncodingFunctions, Digests) {
  Check({
      {"SHA-1", "sha1sum", {S("")}, R"("da39a3ee5e6b4b0d3255bfef95601890afd80709")"},
      {"SHA-256", "sha256sum", {S("abc")}, R"("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")"},
      {"SHA-512",
       "sha512sum",
       {S("abc")},
       R"("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")"},
      {"Adler-32", "adler32sum", {S("Wikipedia")}, R"("300286872")"},
  });
}

}  // namespace
}  // namespace croft::chart::test
