#include "api/apply/managers.h"

#include <algorithm>
#include <map>
#include <set>
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

// The union of many sets, each of which is copied only a few times.
FieldSet UnionOf(std::vector<FieldSet> sets) {
  if (sets.empty()) return {};
  for (; sets.size() > 1; sets.resize((sets.size() + 1) / 2)) {
    const size_t half = (sets.size() + 1) / 2;
    for (size_t i = half; i < sets.size(); ++i) sets[i - half] = Union(sets[i - half], sets[i]);
  }
  return std::move(sets[0]);
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
  std::vector<std::vector<FieldSet>> fields;  // of each manager, whose entries may be several
  std::map<std::tuple<std::string, bool, std::string, std::string>, size_t> places;
  for (rapidjson::SizeType i = 0; i < managed_fields.Size(); ++i) {
    Result<Manager> manager = ReadManager(managed_fields[i], i);
    if (!manager.ok()) return manager.status();
    const std::string& version = manager->applied ? std::string() : manager->api_version;
    const auto [at, fresh] =
        places.try_emplace({manager->name, manager->applied, version, manager->subresource}, managers.size());
    if (fresh) fields.emplace_back();
    fields[at->second].push_back(std::move(manager->fields));
    if (fresh) managers.push_back(std::move(*manager));
  }
  for (size_t i = 0; i < managers.size(); ++i) managers[i].fields = UnionOf(std::move(fields[i]));
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

// Goes through the updates from the oldest on: the first of each version becomes the bucket for those that follow,
// until there are few enough. A version with a single entry keeps it.
void CapUpdates(Managers& managers) {
  std::vector<Manager*> updates;
  for (Manager& manager : managers) {
    if (!manager.applied) updates.push_back(&manager);
  }
  size_t left = updates.size();
  if (left <= kMaxUpdateManagers) return;
  std::sort(updates.begin(), updates.end(), [](const Manager* a, const Manager* b) {
    return std::tie(a->time, a->name, a->subresource) < std::tie(b->time, b->name, b->subresource);
  });
  struct Bucket {
    Manager* first;
    std::vector<FieldSet> fields;
  };
  std::map<std::string, Bucket> buckets;  // by version
  for (Manager* manager : updates) {
    if (manager->name == kAncientChanges && manager->subresource.empty()) buckets[manager->api_version] = {manager, {}};
  }
  std::set<const Manager*> gone;
  for (Manager* manager : updates) {
    if (left <= kMaxUpdateManagers) break;
    Bucket& bucket = buckets.try_emplace(manager->api_version, Bucket{manager, {}}).first->second;
    if (bucket.first == manager) continue;
    bucket.fields.push_back(std::move(manager->fields));
    bucket.first->time = std::max(bucket.first->time, manager->time);
    gone.insert(manager);
    --left;
  }
  for (auto& [version, bucket] : buckets) {
    if (bucket.fields.empty()) continue;
    bucket.fields.push_back(std::move(bucket.first->fields));
    bucket.first->fields = UnionOf(std::move(bucket.fields));
    bucket.first->name = kAncientChanges;
    bucket.first->subresource.clear();
  }
  Managers kept;
  for (Manager& manager : managers) {
    if (!gone.contains(&manager)) kept.push_back(std::move(manager));
  }
  managers = std::move(kept);
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
