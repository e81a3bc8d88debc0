#include "api/apply/managers.h"

#include <algorithm>
#include <tuple>

namespace croft::apply {
namespace {

Status Refuse(size_t entry, std::string_view why) {
  return Status::BadRequest("metadata.managedFields[" + std::to_string(entry) + "]" + std::string(why));
}

Result<Manager> ReadManager(const Json& json, size_t entry) {
  if (!json.IsObject()) return Refuse(entry, ": must be an object");
  Manager manager;
  const std::string_view operation = FindString(json, {"operation"});
  if (operation != "Apply" && operation != "Update") return Refuse(entry, ".operation: must be `Apply` or `Update`");
  manager.applied = operation == "Apply";
  manager.name = FindString(json, {"manager"});
  manager.api_version = FindString(json, {"apiVersion"});
  manager.subresource = FindString(json, {"subresource"});
  manager.time = FindString(json, {"time"});
  if (manager.api_version.empty()) return Refuse(entry, ".apiVersion: must not be empty");
  if (FindString(json, {"fieldsType"}) != "FieldsV1") return Refuse(entry, ".fieldsType: must be `FieldsV1`");
  const Json* fields = Find(json, "fieldsV1");
  if (fields == nullptr || fields->IsNull()) return manager;
  Result<FieldSet> set = FieldSet::FromJson(*fields);
  if (!set.ok()) return Refuse(entry, "." + set.status().message());
  manager.fields = std::move(*set);
  return manager;
}

void AddText(Json& object, const char* name, std::string_view text, JsonAllocator& allocator) {
  if (!text.empty()) object.AddMember(rapidjson::StringRef(name), MakeString(text, allocator), allocator);
}

Json WriteManager(const Manager& manager, JsonAllocator& allocator) {
  Json json(rapidjson::kObjectType);
  AddText(json, "manager", manager.name, allocator);
  AddText(json, "operation", manager.applied ? "Apply" : "Update", allocator);
  AddText(json, "apiVersion", manager.api_version, allocator);
  AddText(json, "time", manager.time, allocator);
  AddText(json, "fieldsType", "FieldsV1", allocator);
  json.AddMember("fieldsV1", manager.fields.ToJson(allocator), allocator);
  AddText(json, "subresource", manager.subresource, allocator);
  return json;
}

}  // namespace

Manager* FindManager(Managers& managers, const Manager& like) {
  const auto found =
      std::find_if(managers.begin(), managers.end(), [&](const Manager& one) { return one.SameAs(like); });
  return found == managers.end() ? nullptr : &*found;
}

Result<Managers> ReadManagers(const Json& managed_fields) {
  if (!managed_fields.IsArray()) return Status::BadRequest("metadata.managedFields: must be a list");
  Managers managers;
  for (const Json& entry : managed_fields.GetArray()) {
    Result<Manager> manager = ReadManager(entry, managers.size());
    if (!manager.ok()) return manager.status();
    if (Manager* known = FindManager(managers, *manager)) {
      known->fields = Union(known->fields, manager->fields);
    } else {
      managers.push_back(std::move(*manager));
    }
  }
  return managers;
}

Json WriteManagers(Managers managers, JsonAllocator& allocator) {
  std::erase_if(managers, [](const Manager& manager) { return manager.fields.empty(); });
  // Times in RFC 3339 sort as texts; who has none comes first.
  std::sort(managers.begin(), managers.end(), [](const Manager& a, const Manager& b) {
    return std::tie(b.applied, a.time, a.name, a.api_version, a.subresource) <
           std::tie(a.applied, b.time, b.name, b.api_version, b.subresource);
  });
  Json list(rapidjson::kArrayType);
  list.Reserve(static_cast<rapidjson::SizeType>(managers.size()), allocator);
  for (const Manager& manager : managers) list.PushBack(WriteManager(manager, allocator), allocator);
  return list;
}

void CapUpdates(Managers& managers) {
  size_t updates = 0;
  for (const Manager& manager : managers) updates += manager.applied ? 0 : 1;
  while (updates > kMaxUpdateManagers) {
    // The oldest two of one version become one. A version with a single entry keeps it.
    std::vector<Manager*> oldest;
    for (Manager& manager : managers) {
      if (!manager.applied) oldest.push_back(&manager);
    }
    std::sort(oldest.begin(), oldest.end(), [](const Manager* a, const Manager* b) {
      return std::tie(a->time, a->name, a->subresource) < std::tie(b->time, b->name, b->subresource);
    });
    Manager* first = nullptr;
    Manager* second = nullptr;
    for (size_t i = 0; i < oldest.size() && second == nullptr; ++i) {
      first = oldest[i];
      for (size_t k = i + 1; k < oldest.size() && second == nullptr; ++k) {
        if (oldest[k]->api_version == first->api_version) second = oldest[k];
      }
    }
    if (second == nullptr) return;
    Manager merged{std::string(kAncientChanges),        false, first->api_version, {}, second->time,
                   Union(first->fields, second->fields)};
    const Manager gone_first = *first, gone_second = *second;
    std::erase_if(managers, [&](const Manager& one) { return one.SameAs(gone_first) || one.SameAs(gone_second); });
    if (Manager* bucket = FindManager(managers, merged)) {
      bucket->fields = Union(bucket->fields, merged.fields);
      --updates;
    } else {
      managers.push_back(std::move(merged));
    }
    --updates;
  }
}

bool SameButTimes(const Json& a, const Json& b) {
  if (!a.IsArray() || !b.IsArray() || a.Size() != b.Size()) return false;
  for (rapidjson::SizeType i = 0; i < a.Size(); ++i) {
    for (const char* key : {"manager", "operation", "apiVersion", "subresource", "fieldsV1"}) {
      const Json* x = Find(a[i], key);
      const Json* y = Find(b[i], key);
      if ((x == nullptr) != (y == nullptr) || (x != nullptr && !Equal(*x, *y))) return false;
    }
  }
  return true;
}

bool IsReset(const Json& managed_fields) {
  return managed_fields.IsArray() && managed_fields.Size() == 1 && managed_fields[0].IsObject() &&
         managed_fields[0].ObjectEmpty();
}

}  // namespace croft::apply
