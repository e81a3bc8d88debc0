#include "api/server/owners.h"

#include <optional>

namespace croft::server {
namespace {

constexpr size_t kMaxManagerBytes = 128;

const Json* ManagedFields(const Json& object) {
  const Json* found = Find(object, {"metadata", "managedFields"});
  return found == nullptr || found->IsNull() || (found->IsArray() && found->Empty()) ? nullptr : found;
}

bool IsThere(const Json& object, const std::vector<std::string>& elements) {
  const Json* at = &object;
  for (const std::string& element : elements) {
    at = Find(*at, apply::NameOf(element));
    if (at == nullptr) return false;
  }
  return true;
}

// Control characters, whatever way UTF-8 writes them.
bool IsPrintable(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return false;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return false;
  }
  return true;
}

}  // namespace

apply::SchemaOf SchemasOf(const Served& served) {
  return [definition = served.definition](std::string_view api_version) -> const schema::Node* {
    const auto [group, version] = SplitApiVersion(api_version);
    const schema::ResourceVersion* found = group == definition->group ? definition->FindVersion(version) : nullptr;
    return found == nullptr ? nullptr : found->schema.get();
  };
}

apply::Writer WriterOf(const Served& served, const Target& target, const WriteOptions& options, WallTime now) {
  apply::Writer writer;
  writer.name = options.field_manager.empty() ? "unknown" : options.field_manager;
  writer.api_version = ApiVersion(served.def().group, served.version->name);
  writer.subresource = target.subresource;
  writer.time = FormatTime(now);
  return writer;
}

void CheckManagerName(std::string_view name, const std::string& field, Causes& causes) {
  if (name.size() > kMaxManagerBytes) causes.TooLong(field, "may not be more than 128 bytes");
  if (!IsPrintable(name)) causes.Invalid(field, name, "must consist of printable characters");
}

Owners::Owners(const Served& served, const Target& target, const WriteOptions& options, WallTime now,
               const Json* stored, Json& body)
    : served_(served), writer_(WriterOf(served, target, options, now)) {
  const Json* list = ManagedFields(body);
  if (list == nullptr) return;
  if (options.owners_final) {
    given_ = Given::kFinal;
    list_.CopyFrom(*list, list_.GetAllocator());
    return;
  }
  // Through a subresource nobody changes what is recorded; of a new object everything is its creator's.
  if (stored == nullptr || !target.subresource.empty()) return;
  if (apply::IsReset(*list)) {
    given_ = Given::kReset;
    return;
  }
  const Json* before = ManagedFields(*stored);
  if (before != nullptr && Equal(*before, *list)) return;
  // What can't be read or says nothing is left out, as Kubernetes does: clients echo what they do not know.
  const Result<apply::Managers> managers = apply::ReadManagers(*list);
  if (!managers.ok() || managers->empty()) return;
  given_ = Given::kList;
  list_.CopyFrom(*list, list_.GetAllocator());
}

void Owners::Validate(Causes& causes) const {
  if (given_ != Given::kList) return;
  for (rapidjson::SizeType i = 0; i < list_.Size(); ++i) {
    CheckManagerName(FindString(list_[i], {"manager"}), Indexed("metadata.managedFields", i) + ".manager", causes);
  }
}

void Owners::LeaveAssigned(const Strategy& strategy, const Json& body) {
  for (const std::vector<std::string>& path : strategy.assigned()) {
    if (!IsThere(body, path)) assigned_.push_back(path);
  }
  if (served_.version->has_status && Find(body, "status") == nullptr) assigned_.push_back({"f:status"});
}

void Owners::RecordNew(JsonDocument& body) {
  auto& allocator = body.GetAllocator();
  Json& metadata = *FindMutable(body, "metadata");
  if (given_ == Given::kFinal) {
    Set(metadata, "managedFields", Copy(list_, allocator), allocator);
    return;
  }
  apply::Managers managers{writer_};
  managers[0].fields = apply::CreatedFields(*served_.version->schema, body);
  for (const std::vector<std::string>& path : assigned_) managers[0].fields.Erase(path);
  Json list = apply::WriteManagers(std::move(managers), allocator);
  if (!list.Empty()) Set(metadata, "managedFields", std::move(list), allocator);
}

void Owners::RecordChange(const Json& stored, JsonDocument& body) {
  auto& allocator = body.GetAllocator();
  Json& metadata = *FindMutable(body, "metadata");
  Erase(metadata, "managedFields");
  const Json* source = given_ == Given::kList || given_ == Given::kFinal ? &list_ : ManagedFields(stored);
  // Without records an object is not followed: it begins with the first configuration that is applied.
  if (source == nullptr || given_ == Given::kReset) return;
  std::optional<apply::Managers> managers;
  const auto read = [&]() -> apply::Managers& {
    Result<apply::Managers> all = apply::ReadManagers(*source);
    managers = all.ok() ? std::move(*all) : apply::Managers();
    return *managers;
  };
  const bool changed = given_ != Given::kFinal && apply::RecordUpdate(SchemasOf(served_), stored, body, writer_, read);
  if (!changed && given_ == Given::kList) read();
  Json list = managers ? apply::WriteManagers(std::move(*managers), allocator) : Copy(*source, allocator);
  if (!list.Empty()) metadata.AddMember("managedFields", std::move(list), allocator);
}

bool Owners::SameAsStored(const Json& stored, Json& body) {
  const Json* before = ManagedFields(stored);
  Json* now = const_cast<Json*>(ManagedFields(body));
  if (before == nullptr || now == nullptr || !apply::SameButTimes(*before, *now)) return Equal(stored, body);
  // Compared without them: they are the same but for the times.
  Json kept;
  kept.Swap(*now);
  JsonDocument borrowed;
  now->CopyFrom(*before, borrowed.GetAllocator());
  const bool same = Equal(stored, body);
  kept.Swap(*now);
  return same;
}

}  // namespace croft::server
