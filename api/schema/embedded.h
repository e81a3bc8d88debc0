#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/schema/schema.h"

namespace croft::schema {

// The shared definitions of the embedded kinds (manifests/kinds/definitions). Unpacks and parses them when made;
// nothing of that stays once it is gone, but for the pool of the schemas compiled with it.
class EmbeddedDefinitions final : public Definitions {
 public:
  EmbeddedDefinitions();

  const Json* Find(std::string_view name) const override;
  std::shared_ptr<NodePool> Pool() const override { return pool_; }
  std::vector<std::string> Names() const;

 private:
  std::vector<JsonDocument> files_;
  std::map<std::string, const Json*, std::less<>> by_name_;
  const std::shared_ptr<NodePool> pool_;
};

}  // namespace croft::schema
