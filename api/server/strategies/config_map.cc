#include "api/base/base64.h"
#include "api/server/strategies/kinds.h"

namespace croft::server {
namespace {

constexpr size_t kMaxBytes = 1024 * 1024;

size_t ValidateKeys(const Json& map, std::string_view field, Causes& causes) {
  size_t bytes = 0;
  const Json* values = Find(map, field);
  if (values == nullptr || !values->IsObject()) return 0;
  for (const auto& value : values->GetObject()) {
    const std::string why = CheckConfigKey(AsView(value.name));
    if (!why.empty()) causes.Invalid(Keyed(field, AsView(value.name)), AsView(value.name), why);
    if (value.value.IsString()) bytes += value.value.GetStringLength();
  }
  return bytes;
}

}  // namespace

void ConfigMapStrategy::Validate(const Json& map, Causes& causes) const {
  const size_t bytes = ValidateKeys(map, "data", causes) + ValidateKeys(map, "binaryData", causes) / 4 * 3;
  if (bytes > kMaxBytes) causes.TooLong("", "may not be more than 1048576 bytes");
  const Json* data = Find(map, "data");
  const Json* binary = Find(map, "binaryData");
  if (data == nullptr || binary == nullptr || !data->IsObject() || !binary->IsObject()) return;
  for (const auto& value : binary->GetObject()) {
    const std::string_view key = AsView(value.name);
    if (Find(*data, key) != nullptr) causes.Invalid(Keyed("data", key), key, "duplicate of key present in binaryData");
  }
}

void ConfigMapStrategy::ValidateUpdate(const Json& old, const Json& map, Causes& causes) const {
  if (!FindBool(old, {"immutable"})) return;
  if (!FindBool(map, {"immutable"})) causes.Forbidden("immutable", "field is immutable when `immutable` is set");
  const Json none(rapidjson::kObjectType);
  for (const char* key : {"data", "binaryData"}) {
    const Json* before = Find(old, key);
    const Json* after = Find(map, key);
    if (!Equal(before == nullptr ? none : *before, after == nullptr ? none : *after)) {
      causes.Forbidden(key, "field is immutable when `immutable` is set");
    }
  }
}

}  // namespace croft::server
