#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/result.h"
#include "api/object/json.h"
#include "api/object/object.h"
#include "api/server/causes.h"
#include "api/server/names.h"
#include "api/store/store.h"

namespace croft::server {

// The subresource by which it is said whether a CertificateSigningRequest may be signed.
inline constexpr std::string_view kApproval = "approval";

class Catalog;
struct Identity;
class ServiceAddresses;

// What a strategy may see and use while it prepares one write.
struct StrategyContext {
  const store::Store& store;
  const Catalog& catalog;
  ServiceAddresses& addresses;
  WallTime now;
  JsonAllocator& allocator;  // of the object that is prepared
  bool dry_run = false;
  std::string_view subresource = {};  // through which an update comes; empty: the object itself
  // Run, last first, when the write does not come about.
  std::vector<std::function<void()>> undo = {};
  std::vector<std::string> warnings = {};
  const Identity* who = nullptr;  // asks for a create; null for other writes
};

// What a schema can not say about one kind. The server calls it around schema defaults and validation; objects may be
// of any shape then, so fields are read with Find and friends. Stateless, so thread-safe.
class Strategy {
 public:
  virtual ~Strategy() = default;

  // Whether metadata.generation counts the changes of the spec.
  virtual bool has_generation() const { return true; }
  // Whether who creates the object may set its status at once.
  virtual bool keeps_status_on_create() const { return false; }

  // Paths ("f:spec", "f:clusterIP") that PrepareForCreate fills in with what is no default: who leaves them open does
  // not own what comes of it.
  virtual const std::vector<std::vector<std::string>>& assigned() const;

  // After schema defaults, before validation. A failure ends the request as it is.
  virtual Status PrepareForCreate(Json& object, StrategyContext& context) const;
  // `object` is the wanted state with the old status in place.
  virtual Status PrepareForUpdate(const Json& old, Json& object, StrategyContext& context) const;

  virtual void Validate(const Json& object, Causes& causes) const;
  // Called in addition to Validate when an object is replaced; never for the status subresource.
  virtual void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const;

  // Instead of the others when the status comes through a subresource, `status` or kApproval: `object` is what is
  // stored, with the wanted status.
  virtual void PrepareForStatus(const Json& old, Json& object, StrategyContext& context) const;
  virtual void ValidateStatus(const Json& old, const Json& object, std::string_view subresource, Causes& causes) const;
};

// By group and resource.
using StrategyMap = std::map<std::pair<std::string, std::string>, std::unique_ptr<Strategy>>;

// The strategies of all kinds. Immutable after construction.
class StrategyRegistry {
 public:
  StrategyRegistry();
  // Never fails: kinds without a strategy of their own get the general one.
  const Strategy& For(const std::string& group, const std::string& resource) const;

 private:
  StrategyMap strategies_;
  Strategy general_;
};

}  // namespace croft::server
