#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "api/base/file.h"
#include "api/pki/certificate.h"
#include "api/pki/jwt.h"
#include "tools/croft/lab_identity.h"
#include "unit/fakes/clock.h"

namespace croft::cli {
namespace {

namespace fs = std::filesystem;

class Identity : public testing::Test {
 protected:
  Identity() {
    std::string pattern = fs::temp_directory_path() / "croft-identity-XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }
  ~Identity() override { fs::remove_all(dir_); }
  Result<std::unique_ptr<LabIdentity>> Open(std::vector<std::string> names = {"localhost", "127.0.0.1"}) {
    return LabIdentity::Open({dir_ / "pki", dir_ / "join-token", std::move(names)}, clock_, random_);
  }
  static int Mode(const fs::path& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? static_cast<int>(info.st_mode & 0777) : -1;
  }
  fs::path dir_;
  fakes::FakeClock clock_;
  SystemRandom random_;
};

TEST_F(Identity, IsMadeOnceAndKept) {
  const auto first = Open();
  ASSERT_TRUE(first.ok()) << first.status().message();
  const auto server = (*first)->Server();
  ASSERT_TRUE(server.ok());
  const auto second = Open();
  ASSERT_TRUE(second.ok());
  EXPECT_EQ((*first)->ca_pem(), (*second)->ca_pem());
  EXPECT_EQ((*first)->join_token(), (*second)->join_token());
  EXPECT_EQ((*first)->account_key_pem(), (*second)->account_key_pem());
  EXPECT_TRUE(pki::TokenKey::Load((*first)->account_key_pem()).ok());
  EXPECT_EQ((*second)->Server()->certificate_pem, server->certificate_pem);
  EXPECT_TRUE(pki::VerifyChain(server->certificate_pem, (*first)->ca_pem(), clock_.Now(), pki::Purpose::kServer).ok());
  EXPECT_TRUE(pki::CoversHost(server->certificate_pem, "127.0.0.1"));
}

TEST_F(Identity, KeysAndTokenAreForTheirOwnerAlone) {
  const auto identity = Open();
  ASSERT_TRUE((*identity)->Server().ok() && (*identity)->Admin().ok());
  EXPECT_EQ(Mode(dir_ / "pki"), 0700);
  for (const char* file : {"pki/ca.key", "pki/server.key", "pki/admin.key", "pki/sa.key", "join-token"})
    EXPECT_EQ(Mode(dir_ / file), 0600) << file;
}

TEST_F(Identity, TheServersCertificateFollowsItsNamesAndItsTime) {
  const auto first = (*Open())->Server();
  const auto renamed = (*Open({"localhost", "10.0.0.7"}))->Server();
  EXPECT_NE(renamed->certificate_pem, first->certificate_pem);
  EXPECT_TRUE(pki::CoversHost(renamed->certificate_pem, "10.0.0.7"));
  const auto identity = Open({"localhost", "10.0.0.7"});
  clock_.Advance(std::chrono::hours(24 * 200));
  EXPECT_EQ((*identity)->Server()->certificate_pem, renamed->certificate_pem);
  clock_.Advance(std::chrono::hours(24 * 100));  // less than a third is left
  EXPECT_NE((*identity)->Server()->certificate_pem, renamed->certificate_pem);
}

TEST_F(Identity, ADamagedKeyOfTokensIsRefusedInsteadOfReplaced) {
  const std::string before = (*Open())->account_key_pem();
  const std::string path = dir_ / "pki/sa.key";
  for (const std::string& damaged :
       {std::string(), before.substr(0, before.size() / 2), *pki::GenerateKey(pki::KeyAlgorithm::Ecdsa(384))}) {
    ASSERT_TRUE(WriteFileAtomic(path, damaged, 0600).ok());
    const auto refused = Open();
    ASSERT_FALSE(refused.ok()) << damaged;
    EXPECT_NE(refused.status().message().find(path + " does not hold the key"), std::string::npos)
        << refused.status().message();
  }
  fs::remove(path);
  EXPECT_NE((*Open())->account_key_pem(), before);
}

TEST_F(Identity, HalfAnAuthorityIsRefusedInsteadOfReplaced) {
  ASSERT_TRUE(Open().ok());
  fs::remove(dir_ / "pki/ca.key");
  const auto again = Open();
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.status().message().find("ca.key"), std::string::npos);
}

TEST(JoinToken, IsReadBackAndRefusedWhenMalformed) {
  const std::string hash(64, 'a'), secret(64, 'b');
  const auto token = ParseJoinToken("croft1." + hash + "." + secret);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->ca_fingerprint, hash);
  EXPECT_EQ(token->secret, secret);
  for (const std::string& text : {std::string(), "croft1." + hash, "croft2." + hash + "." + secret,
                                  "croft1.x." + secret, "croft1." + hash + "." + secret + "0"}) {
    EXPECT_FALSE(ParseJoinToken(text)) << text;
  }
}

}  // namespace
}  // namespace croft::cli
