#include "api/base/base64.h"
#include "api/server/strategies/kinds.h"

namespace croft::server {
namespace {

constexpr size_t kMaxBytes = 1024 * 1024;

// stringData is for writing only: it ends up in data.
void MergeStringData(Json& secret, JsonAllocator& allocator) {
  Json* texts = FindMutable(secret, "stringData");
  if (texts == nullptr) return;
  if (!texts->IsObject()) {
    if (texts->IsNull()) Erase(secret, "stringData");
    return;
  }
  Json moved = std::move(*texts);
  Erase(secret, "stringData");
  const Json* data = Find(secret, "data");
  if (data != nullptr && !data->IsNull() && !data->IsObject()) return;
  Json& into = Ensure(secret, "data", allocator);
  for (const auto& text : moved.GetObject()) {
    if (text.value.IsString()) {
      SetString(into, AsView(text.name), Base64Encode(AsView(text.value)), allocator);
    }
  }
}

// Kubernetes' decoder ignores line ends within base64; nothing else.
std::optional<std::string> Decode(std::string_view text) {
  std::string clean;
  for (const char c : text) {
    if (c != '\n' && c != '\r') clean += c;
  }
  return Base64Decode(clean);
}

Status CheckBase64(const Json& secret) {
  const Json* data = Find(secret, "data");
  if (data == nullptr || !data->IsObject()) return Status::Ok();
  for (const auto& value : data->GetObject()) {
    if (value.value.IsString() && !Decode(AsView(value.value))) {
      return Status::BadRequest("Secret in version \"v1\" cannot be handled as a Secret: data[" +
                                std::string(AsView(value.name)) + "]: illegal base64 data");
    }
  }
  return Status::Ok();
}

}  // namespace

Status SecretStrategy::PrepareForCreate(Json& secret, StrategyContext& context) const {
  CROFT_RETURN_IF_ERROR(CheckBase64(secret));
  MergeStringData(secret, context.allocator);
  if (FindString(secret, {"type"}).empty()) SetString(secret, "type", "Opaque", context.allocator);
  return Status::Ok();
}

Status SecretStrategy::PrepareForUpdate(const Json& old, Json& secret, StrategyContext& context) const {
  CROFT_RETURN_IF_ERROR(CheckBase64(secret));
  MergeStringData(secret, context.allocator);
  if (FindString(secret, {"type"}).empty()) {
    SetString(secret, "type", FindString(old, {"type"}, "Opaque"), context.allocator);
  }
  return Status::Ok();
}

void SecretStrategy::Validate(const Json& secret, Causes& causes) const {
  const Json* data = Find(secret, "data");
  size_t bytes = 0;
  if (data != nullptr && data->IsObject()) {
    for (const auto& value : data->GetObject()) {
      const std::string why = CheckConfigKey(AsView(value.name));
      if (!why.empty()) causes.Invalid(Keyed("data", AsView(value.name)), AsView(value.name), why);
      if (value.value.IsString()) bytes += value.value.GetStringLength() / 4 * 3;
    }
  }
  if (bytes > kMaxBytes) causes.TooLong("data", "may not be more than 1048576 bytes");
  const std::string_view type = FindString(secret, {"type"});
  const auto need = [&](std::string_view key) {
    if (data == nullptr || Find(*data, key) == nullptr) causes.Required(Keyed("data", key));
  };
  if (type == "kubernetes.io/tls") {
    need("tls.crt");
    need("tls.key");
  } else if (type == "kubernetes.io/dockerconfigjson") {
    need(".dockerconfigjson");
  } else if (type == "kubernetes.io/dockercfg") {
    need(".dockercfg");
  } else if (type == "kubernetes.io/ssh-auth") {
    need("ssh-privatekey");
  } else if (type == "kubernetes.io/basic-auth") {
    if (data == nullptr || (Find(*data, "username") == nullptr && Find(*data, "password") == nullptr)) {
      causes.Required("data[username]");
      causes.Required("data[password]");
    }
  } else if (type == "kubernetes.io/service-account-token") {
    const std::string_view account =
        FindString(secret, {"metadata", "annotations", "kubernetes.io/service-account.name"});
    if (account.empty()) causes.Required("metadata.annotations[kubernetes.io/service-account.name]");
  }
}

void SecretStrategy::ValidateUpdate(const Json& old, const Json& secret, Causes& causes) const {
  if (FindString(old, {"type"}) != FindString(secret, {"type"})) {
    causes.Invalid("type", FindString(secret, {"type"}), "field is immutable");
  }
  if (!FindBool(old, {"immutable"})) return;
  if (!FindBool(secret, {"immutable"})) causes.Forbidden("immutable", "field is immutable when `immutable` is set");
  const Json none(rapidjson::kObjectType);
  const Json* before = Find(old, "data");
  const Json* after = Find(secret, "data");
  if (!Equal(before == nullptr ? none : *before, after == nullptr ? none : *after)) {
    causes.Forbidden("data", "field is immutable when `immutable` is set");
  }
}

}  // namespace croft::server
