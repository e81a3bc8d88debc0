#include "tools/croft/renewal.h"

#include <sys/wait.h>
#include <unistd.h>

#include "api/base/base64.h"
#include "api/base/file.h"
#include "unit/fakes/test_executor.h"
#include "unit/tools/croft/join_fixture.h"

namespace croft::cli {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr hours kDay(24);

// A machine that has just joined, and a clock that can be moved on. Certificates are good for a year.
class RenewalTest : public Join {
 protected:
  RenewalTest() {
    fake_.Advance(clock_.Now() - fake_.Now());
    const auto joined = JoinLab(Settings(identity_->join_token()), fake_);
    EXPECT_TRUE(joined.ok()) << joined.status().message();
    shown_ = *joined;
    renewal_ = std::make_unique<Renewal>(Settings(""), shown_, fake_, executor_, [this] { ++renewed_; });
    renewal_->Start();
  }
  std::string Kept() { return JoinLab(Settings(""), fake_)->client.certificate_pem; }

  fakes::FakeClock fake_;
  fakes::TestExecutor executor_{fake_};
  NodeIdentity shown_;
  std::unique_ptr<Renewal> renewal_;
  int renewed_ = 0;
};

TEST_F(RenewalTest, IsToldOnceWhenAThirdOfTheTimeIsLeft) {
  ASSERT_TRUE(executor_.Advance(kDay * 240));
  EXPECT_EQ(renewed_, 0);
  ASSERT_TRUE(executor_.Advance(kDay * 5));
  EXPECT_EQ(renewed_, 1);
  EXPECT_NE(Kept(), shown_.client.certificate_pem);
  ASSERT_TRUE(executor_.Advance(kDay * 5));
  EXPECT_EQ(renewed_, 1) << "whoever was told begins anew";
}

TEST_F(RenewalTest, IsTriedAgainWhileTheServerIsAway) {
  const std::string address = server_->addresses().front();
  server_->Stop(Duration::zero());
  ASSERT_TRUE(executor_.Advance(kDay * 245));
  EXPECT_EQ(renewed_, 0);
  Serve(address);
  ASSERT_TRUE(executor_.Advance(minutes(10)));
  EXPECT_EQ(renewed_, 1);
}

// The child process begins anew as this very test, which then finds whom it was before.
TEST(BeginAnew, IsTheSameProgramInTheSameProcessWithTheSameArguments) {
  constexpr const char* kBefore = "CROFT_TEST_BEGAN_AS";
  const auto self = [] {
    const auto arguments = ReadFile("/proc/self/cmdline");
    return std::to_string(getpid()) + " " + (arguments.ok() ? Base64Encode(*arguments) : "");
  };
  if (const char* before = std::getenv(kBefore)) _exit(before == self() ? 42 : 43);
  const pid_t child = fork();
  if (child == 0) {
    setenv(kBefore, self().c_str(), 1);
    _exit(BeginAnew());
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

}  // namespace
}  // namespace croft::cli
