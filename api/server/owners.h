#pragma once

#include <string>
#include <vector>

#include "api/apply/apply.h"
#include "api/base/clock.h"
#include "api/server/catalog.h"
#include "api/server/causes.h"
#include "api/server/options.h"
#include "api/server/strategies/strategy.h"

namespace croft::server {

// metadata.managedFields of one object on its way into the store: who owns which of its fields after this write.
// Follows the object through its preparation: made with the body as the client sent it, then asked to write the
// records.
class Owners {
 public:
  // Takes metadata.managedFields out of `body`, which is about to lose what only the server may set. `stored` is null
  // for an object that is new.
  Owners(const Served& served, const Target& target, const WriteOptions& options, WallTime now, const Json* stored,
         Json& body);

  // Names of managers that the client gave.
  void Validate(Causes& causes) const;

  // What the strategy will fill in, of what the client left open, is nobody's; to be called before it does.
  void LeaveAssigned(const Strategy& strategy, const Json& body);
  // `body` is complete, and new.
  void RecordNew(JsonDocument& body);
  // `body` is complete; `stored` is what it replaces.
  void RecordChange(const Json& stored, JsonDocument& body);

  // Whether nothing differs from what is stored but when somebody wrote.
  static bool SameAsStored(const Json& stored, Json& body);

 private:
  enum class Given { kNothing, kReset, kList, kFinal };

  const Served& served_;
  const apply::Writer writer_;
  Given given_ = Given::kNothing;
  JsonDocument list_;  // of kList and kFinal
  std::vector<std::vector<std::string>> assigned_;
};

// The schema of the kind's version, or null.
apply::SchemaOf SchemasOf(const Served& served);
// The entry that a write of these options is recorded in.
apply::Writer WriterOf(const Served& served, const Target& target, const WriteOptions& options, WallTime now);
// Whether a text can be a manager's name; adds what is wrong with it.
void CheckManagerName(std::string_view name, const std::string& field, Causes& causes);

}  // namespace croft::server
