#include "api/store/store.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "api/store/engine.h"

namespace croft::store {
namespace {

class Memory final : public Backend {
 public:
  Result<uint64_t> Load(const std::function<void(Row)>&) override { return uint64_t{0}; }
  Status Append(const std::vector<Row>&, uint64_t) override { return Status::Ok(); }
};

}  // namespace

std::unique_ptr<Backend> MemoryBackend() {
  return std::make_unique<Memory>();
}

Result<ObjectPtr> Store::CommitAndWait(Write write) {
  std::mutex mutex;
  std::condition_variable wake;
  std::optional<Result<ObjectPtr>> outcome;
  Commit(std::move(write), [&](Result<ObjectPtr> result) {
    // Under the lock to the end: the waiting frame is gone as soon as it sees the outcome.
    const std::lock_guard lock(mutex);
    outcome = std::move(result);
    wake.notify_one();
  });
  std::unique_lock lock(mutex);
  wake.wait(lock, [&] { return outcome.has_value(); });
  return std::move(*outcome);
}

Result<std::unique_ptr<Store>> Open(std::unique_ptr<Backend> backend, Store::Options options) {
  auto engine = std::make_unique<Engine>(std::move(backend), options);
  CROFT_RETURN_IF_ERROR(engine->Start());
  return std::unique_ptr<Store>(std::move(engine));
}

}  // namespace croft::store
