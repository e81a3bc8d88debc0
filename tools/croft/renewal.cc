#include "tools/croft/renewal.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "api/base/file.h"
#include "tools/croft/terminal.h"

namespace croft::cli {
namespace {

// Timers do not count the time that a machine sleeps.
constexpr Duration kLongest = std::chrono::hours(12);
// Between tries while the server is away: a third of the certificates' time is left for them.
constexpr Duration kRetry = std::chrono::minutes(10);

}  // namespace

void Renewal::Start() {
  const Duration left = std::chrono::duration_cast<Duration>(shown_.renew_at - clock_.Now());
  executor_.PostAfter(left > Duration::zero() ? std::min(left, kLongest) : kRetry, [this] { Look(); });
}

void Renewal::Look() {
  const auto now = JoinLab(join_, clock_);
  if (now.ok() && now->client.certificate_pem != shown_.client.certificate_pem) return renewed_();
  Start();
}

int BeginAnew() {
  const auto arguments = ReadFile("/proc/self/cmdline", 64 * 1024);
  if (!arguments.ok()) return Fail(arguments.status().message());
  std::vector<char*> words;
  for (size_t at = 0; at < arguments->size(); at = arguments->find('\0', at) + 1) {
    words.push_back(const_cast<char*>(arguments->data() + at));
  }
  words.push_back(nullptr);
  execv("/proc/self/exe", words.data());
  return Fail("cannot start anew with the renewed certificates");
}

}  // namespace croft::cli
