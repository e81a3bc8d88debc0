#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "api/types/core.h"
#include "operator/runtime/controller.h"

namespace croft::runtime {

// Tells people what happened to an object, as core/v1 Events. The same event again raises the count of the first
// instead of making another. Failures to write are logged and forgotten: an event never fails its cause. Thread-safe.
class EventRecorder {
 public:
  EventRecorder(Context context, std::string component, std::string host = {});

  void Normal(const types::ObjectReference& about, std::string_view reason, std::string_view message);
  void Warning(const types::ObjectReference& about, std::string_view reason, std::string_view message);

 private:
  void Record(const types::ObjectReference& about, std::string_view type, std::string_view reason,
              std::string_view message);

  Context context_;
  const std::string component_;
  const std::string host_;
  std::mutex mutex_;
  std::map<std::string, std::pair<std::string, int>> seen_;  // what -> event name, count; guarded by mutex_, bounded
};

types::ObjectReference ReferenceTo(const Object& object);
types::ObjectReference ReferenceTo(const types::TypeMeta& type, const types::ObjectMeta& meta);

// Sets a condition: the transition time moves only when the status does. True when anything changed.
bool SetCondition(std::vector<types::Condition>& conditions, types::Condition condition, WallTime now);

}  // namespace croft::runtime
