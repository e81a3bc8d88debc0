#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "api/store/store.h"

namespace croft::fakes {

// What a store's backend has made durable: it outlives the store, so that a test can open it again. Full, failing and
// slow on demand. Thread-safe.
class Disk {
 public:
  using Id = std::pair<store::GroupResource, Key>;

  void SetFull(bool full) {
    const std::lock_guard lock(mutex_);
    full_ = full;
  }
  // The nth Append from now on fails, 1 being the next.
  void FailAppend(int nth) {
    const std::lock_guard lock(mutex_);
    fail_at_ = appends_ + nth;
  }
  // While held, an Append waits before it does anything.
  void Hold(bool hold) {
    const std::lock_guard lock(mutex_);
    held_ = hold;
    wake_.notify_all();
  }
  // Waits until an Append is being held.
  void AwaitHeldAppend() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return waiting_; });
  }
  // Appends that were begun, failed ones included.
  int appends() const {
    const std::lock_guard lock(mutex_);
    return appends_;
  }
  uint64_t revision() const {
    const std::lock_guard lock(mutex_);
    return revision_;
  }
  std::map<Id, ObjectPtr> rows() const {
    const std::lock_guard lock(mutex_);
    std::map<Id, ObjectPtr> rows;
    for (const auto& [id, row] : rows_) {
      if (!rows.emplace(Id(row.resource, row.key), row.object).second)
        throw std::logic_error("an object is kept twice");
    }
    return rows;
  }
  // A backend that stores here.
  std::unique_ptr<store::Backend> Mount() { return std::make_unique<Mounted>(*this); }

 private:
  class Mounted final : public store::Backend {
   public:
    explicit Mounted(Disk& disk) : disk_(disk) {}
    Result<uint64_t> Load(const std::function<void(Row)>& each) override {
      const std::lock_guard lock(disk_.mutex_);
      for (const auto& [id, row] : disk_.rows_) each(row);
      return disk_.revision_;
    }
    Status Append(const std::vector<Row>& rows, uint64_t revision) override { return disk_.Append(rows, revision); }

   private:
    Disk& disk_;
  };

  Status Append(const std::vector<store::Backend::Row>& rows, uint64_t revision) {
    std::unique_lock lock(mutex_);
    const int number = ++appends_;
    waiting_ = held_;
    wake_.notify_all();
    wake_.wait(lock, [this] { return !held_; });
    waiting_ = false;
    if (full_) return Status::Unavailable("the disk of /fake is full: free some space; nothing was stored");
    if (number == fail_at_) return Status::Unavailable("the disk of /fake fails: check it; nothing was stored");
    for (const auto& row : rows) {
      if (row.object == nullptr) {
        rows_.erase(row.id);
      } else {
        rows_.insert_or_assign(row.id, row);
      }
    }
    revision_ = revision;
    return Status::Ok();
  }

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool full_ = false;  // all below guarded by mutex_
  bool held_ = false;
  bool waiting_ = false;
  int appends_ = 0;
  int fail_at_ = 0;
  uint64_t revision_ = 0;
  std::map<uint64_t, store::Backend::Row> rows_;
};

}  // namespace croft::fakes
