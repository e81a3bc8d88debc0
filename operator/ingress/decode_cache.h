#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "api/base/log.h"
#include "api/types/meta.h"

namespace croft::ingress {

// Typed objects of an informer's list, parsed once per version of each. Not thread-safe.
template <class T>
class DecodeCache {
 public:
  // In the order of `objects`; one that can't be read is left out and logged.
  std::vector<std::shared_ptr<const T>> Decode(const std::vector<ObjectPtr>& objects) {
    std::map<Key, Entry> next;
    std::vector<std::shared_ptr<const T>> out;
    out.reserve(objects.size());
    for (const ObjectPtr& object : objects) {
      auto known = cache_.find(object->key());
      Entry entry = known != cache_.end() && known->second.first == object ? known->second : Read(object);
      if (entry.second != nullptr) out.push_back(entry.second);
      next.emplace(object->key(), std::move(entry));
    }
    cache_ = std::move(next);
    return out;
  }

 private:
  using Entry = std::pair<ObjectPtr, std::shared_ptr<const T>>;

  static Entry Read(const ObjectPtr& object) {
    Result<T> value = types::FromObject<T>(*object);
    if (value.ok()) return {object, std::make_shared<const T>(std::move(*value))};
    log::Warn("an object can't be read", {{"key", object->key().ToString()}, {"why", value.status().message()}});
    return {object, nullptr};
  }

  std::map<Key, Entry> cache_;
};

}  // namespace croft::ingress
