#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "api/base/id.h"
#include "api/base/result.h"
#include "api/store/store.h"

namespace croft::server {

// Which cluster addresses and node ports core Services hold. Rebuilt from the store at start and kept by following it;
// what a write that is under way has taken is held until it is stored or given back. Thread-safe.
class ServiceAddresses {
 public:
  struct Range {
    uint32_t first = 0x0A600000;  // 10.96.0.0/16
    uint32_t size = 0x10000;      // a power of two
    int first_port = 30000;
    int last_port = 32767;

    std::string Text() const;  // "10.96.0.0/16"
    // The same back, with the usual ports. kInvalid says what a range must be.
    static Result<Range> FromText(std::string_view text);
  };

  ServiceAddresses(Range range, Random& random) : range_(range), random_(random) {}
  ~ServiceAddresses();

  // Takes in what is stored and follows it from there.
  Status Follow(store::Store& store);

  const Range& range() const { return range_; }
  bool Contains(uint32_t address) const;

  // A free address for `owner` ("ns/name"); kInternalError when there is none left.
  Result<uint32_t> Allocate(const std::string& owner);
  // False when another owner holds it.
  bool Take(uint32_t address, const std::string& owner);
  Result<int> AllocatePort(const std::string& owner);
  // `port` of a protocol may be shared by one owner's TCP and UDP ports.
  bool TakePort(int port, const std::string& owner);
  // Gives back what a failed write took.
  void Release(uint32_t address, const std::string& owner);
  void ReleasePort(int port, const std::string& owner);

 private:
  class Follower;
  void OnStored(const Object* before, const Object* now);

  const Range range_;
  Random& random_;
  std::mutex mutex_;
  std::map<uint32_t, std::string> addresses_;  // guarded by mutex_
  std::map<int, std::string> ports_;           // guarded by mutex_
  std::unique_ptr<store::Subscription> subscription_;
};

}  // namespace croft::server
