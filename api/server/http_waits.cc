#include <algorithm>
#include <iterator>

#include "api/server/http_api.h"
#include "api/server/read_options.h"

// A read that asks for a revision which the store has not reached is given a little time: whoever named it may have
// read it from a server that is ahead. It waits in a list that the tick looks through, and holds no thread.
namespace croft::server {
namespace {

constexpr Duration kPatience = std::chrono::seconds(3);
// Beyond so many, whoever asks is refused at once.
constexpr size_t kMaxWaiting = 256;

}  // namespace

void HttpApi::FailRead(Exchange& exchange, const Status& status) {
  if (IsTooLargeRevision(status) && !exchange.waited && Wait(exchange)) return;
  Fail(exchange, status);
}

bool HttpApi::Wait(Exchange& exchange) {
  const Result<uint64_t> revision = ParseRevision(exchange.query.Get("resourceVersion"));
  if (!revision.ok()) return false;
  const std::lock_guard lock(waiting_mutex_);
  if (waiting_.size() >= kMaxWaiting) return false;
  auto kept = std::make_shared<Exchange>(std::move(exchange));
  kept->waited = true;
  waiting_.push_back({std::move(kept), *revision,
                      parts_.clock.Steady() + std::chrono::duration_cast<SteadyTime::duration>(kPatience)});
  return true;
}

void HttpApi::ResumeWaiting(SteadyTime now) {
  std::vector<Waiting> due;
  {
    const std::lock_guard lock(waiting_mutex_);
    const uint64_t current = parts_.service.store().Revision();
    const auto waits = [&](const Waiting& one) { return one.revision > current && now < one.deadline; };
    const auto first_due = std::stable_partition(waiting_.begin(), waiting_.end(), waits);
    due.assign(std::make_move_iterator(first_due), std::make_move_iterator(waiting_.end()));
    waiting_.erase(first_due, waiting_.end());
  }
  for (const Waiting& one : due) Guard(*one.exchange, [this](Exchange& asked) { HandleResource(asked); });
}

}  // namespace croft::server
