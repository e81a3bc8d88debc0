#include "operator/workloads/expectations.h"

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;

}  // namespace

void Expectations::ExpectCreated(const std::string& owner_uid, const std::string& uid) {
  std::lock_guard lock(mutex_);
  Expected& expected = by_owner_[owner_uid];
  expected.created.insert(uid);
  expected.until = clock_.Steady() + kPatience;
  owner_of_[uid] = owner_uid;
}

void Expectations::ExpectDeleted(const std::string& owner_uid, const std::string& uid) {
  std::lock_guard lock(mutex_);
  Expected& expected = by_owner_[owner_uid];
  expected.deleted.insert(uid);
  expected.until = clock_.Steady() + kPatience;
  owner_of_[uid] = owner_uid;
}

void Expectations::Observed(const std::string& uid, bool present, bool going) {
  std::lock_guard lock(mutex_);
  const auto owner = owner_of_.find(uid);
  if (owner == owner_of_.end()) return;
  const auto expected = by_owner_.find(owner->second);
  if (expected == by_owner_.end()) return;
  expected->second.created.erase(uid);
  if (!present || going) expected->second.deleted.erase(uid);
  if (expected->second.deleted.contains(uid)) return;
  owner_of_.erase(owner);
  if (expected->second.created.empty() && expected->second.deleted.empty()) by_owner_.erase(expected);
}

void Expectations::Forget(const std::string& owner_uid) {
  std::lock_guard lock(mutex_);
  by_owner_.erase(owner_uid);
  std::erase_if(owner_of_, [&](const auto& entry) { return entry.second == owner_uid; });
}

std::set<std::string> Expectations::Going(const std::string& owner_uid) const {
  std::lock_guard lock(mutex_);
  const auto it = by_owner_.find(owner_uid);
  return it == by_owner_.end() ? std::set<std::string>() : it->second.deleted;
}

std::optional<Duration> Expectations::Outstanding(const std::string& owner_uid) {
  std::lock_guard lock(mutex_);
  const auto it = by_owner_.find(owner_uid);
  if (it == by_owner_.end()) return std::nullopt;
  const Duration left = it->second.until - clock_.Steady();
  if (left > Duration::zero()) return left;
  by_owner_.erase(it);
  std::erase_if(owner_of_, [&](const auto& entry) { return entry.second == owner_uid; });
  return std::nullopt;
}

}  // namespace croft::workloads
