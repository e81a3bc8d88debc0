#include "api/server/tables/cells.h"

namespace croft::server {
namespace {

Cell ConfigMapData(const Json& map, WallTime) {
  return Cell::Of(std::to_string(Count(Find(map, "data")) + Count(Find(map, "binaryData"))));
}

Cell SecretData(const Json& secret, WallTime) {
  return Cell::Of(std::to_string(Count(Find(secret, "data"))));
}

Cell AccountSecrets(const Json& account, WallTime) {
  return Cell::Of(std::to_string(Count(Find(account, "secrets"))));
}

Cell CreatedAt(const Json& object, WallTime) {
  return Cell::Of(FindString(object, {"metadata", "creationTimestamp"}));
}

// Both kinds of Event: what core/v1 calls involvedObject, message, source and count, events.k8s.io calls otherwise.
const Json* Regarding(const Json& event) {
  const Json* found = Find(event, "involvedObject");
  return found != nullptr ? found : Find(event, "regarding");
}

std::string_view FirstOf(const Json& event, std::initializer_list<std::string_view> fields) {
  for (const std::string_view field : fields) {
    const std::string_view value = FindString(event, {field});
    if (!value.empty()) return value;
  }
  return {};
}

Cell EventLastSeen(const Json& event, WallTime now) {
  const std::string_view series = FindString(event, {"series", "lastObservedTime"});
  const std::string_view last =
      !series.empty() ? series
                      : FirstOf(event, {"lastTimestamp", "deprecatedLastTimestamp", "firstTimestamp", "eventTime"});
  return Cell::Of(AgeOf(last, now));
}

Cell EventFirstSeen(const Json& event, WallTime now) {
  return Cell::Of(AgeOf(FirstOf(event, {"firstTimestamp", "deprecatedFirstTimestamp", "eventTime"}), now));
}

Cell EventObject(const Json& event, WallTime) {
  const Json* about = Regarding(event);
  if (about == nullptr) return Cell::Of("");
  std::string kind(FindString(*about, {"kind"}));
  for (char& c : kind) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return Cell::Of(kind + "/" + std::string(FindString(*about, {"name"})));
}

Cell EventSubobject(const Json& event, WallTime) {
  const Json* about = Regarding(event);
  return Cell::Of(about == nullptr ? std::string_view() : FindString(*about, {"fieldPath"}));
}

Cell EventSource(const Json& event, WallTime) {
  std::string source(FindString(event, {"source", "component"}));
  if (source.empty()) source = FirstOf(event, {"reportingComponent", "reportingController"});
  const std::string_view host = FindString(event, {"source", "host"});
  if (!host.empty()) source += ", " + std::string(host);
  return Cell::Of(source);
}

Cell EventReason(const Json& event, WallTime) {
  return Cell::Of(FindString(event, {"reason"}));
}

Cell EventMessage(const Json& event, WallTime) {
  std::string message(FirstOf(event, {"message", "note"}));
  while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) message.pop_back();
  return Cell::Of(message);
}

Cell EventCount(const Json& event, WallTime) {
  const int64_t series = FindInt(event, {"series", "count"});
  const int64_t count = series > 0 ? series : FindInt(event, {"count"}, FindInt(event, {"deprecatedCount"}, 1));
  return Cell::Of(std::to_string(count < 1 ? 1 : count));
}

Cell EventName(const Json& event, WallTime) {
  return Cell::Of(FindString(event, {"metadata", "name"}));
}

Cell AccessModes(const Json& object, WallTime) {
  std::vector<std::string> modes;
  const Json* list = Find(object, {"status", "accessModes"});
  if (list == nullptr) list = Find(object, {"spec", "accessModes"});
  if (list != nullptr && list->IsArray()) {
    for (const Json& mode : list->GetArray()) {
      const std::string_view text = mode.IsString() ? AsView(mode) : std::string_view();
      if (text == "ReadWriteOnce") modes.emplace_back("RWO");
      if (text == "ReadOnlyMany") modes.emplace_back("ROX");
      if (text == "ReadWriteMany") modes.emplace_back("RWX");
      if (text == "ReadWriteOncePod") modes.emplace_back("RWOP");
    }
  }
  return Cell::Of(Joined(modes));
}

Cell VolumeClaimName(const Json& volume, WallTime) {
  const std::string_view name = FindString(volume, {"spec", "claimRef", "name"});
  if (name.empty()) return Cell::Of("");
  return Cell::Of(std::string(FindString(volume, {"spec", "claimRef", "namespace"})) + "/" + std::string(name));
}

// What is being deleted says so, whatever its phase.
Cell PhaseOrTerminating(const Json& object, WallTime) {
  if (Find(object, {"metadata", "deletionTimestamp"}) != nullptr) return Cell::Of("Terminating");
  return Cell::Of(FindString(object, {"status", "phase"}));
}

}  // namespace

void AddCoreCells(CellFunctions& cells) {
  cells["/configmaps/Data"] = ConfigMapData;
  cells["/secrets/Data"] = SecretData;
  cells["/serviceaccounts/Secrets"] = AccountSecrets;
  cells["apiextensions.k8s.io/customresourcedefinitions/Created At"] = CreatedAt;
  cells["/limitranges/Created At"] = CreatedAt;
  for (const char* kind : {"/events", "events.k8s.io/events"}) {
    const std::string prefix(kind);
    cells[prefix + "/Last Seen"] = EventLastSeen;
    cells[prefix + "/First Seen"] = EventFirstSeen;
    cells[prefix + "/Reason"] = EventReason;
    cells[prefix + "/Object"] = EventObject;
    cells[prefix + "/Subobject"] = EventSubobject;
    cells[prefix + "/Source"] = EventSource;
    cells[prefix + "/Message"] = EventMessage;
    cells[prefix + "/Count"] = EventCount;
    cells[prefix + "/Name"] = EventName;
  }
  for (const char* kind : {"/persistentvolumeclaims", "/persistentvolumes"}) {
    const std::string prefix(kind);
    cells[prefix + "/Access Modes"] = AccessModes;
    cells[prefix + "/Status"] = PhaseOrTerminating;
  }
  cells["/persistentvolumes/Claim"] = VolumeClaimName;
}

}  // namespace croft::server
