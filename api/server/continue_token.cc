#include "api/server/continue_token.h"

#include <charconv>

#include "api/base/base64.h"
#include "api/base/id.h"

namespace croft::server {
namespace {

constexpr std::string_view kVersion = "meta.k8s.io/v1";
// No revision is that high: stands for the present.
constexpr std::string_view kPresent = "-1";

std::string Checksum(const store::GroupResource& resource, std::string_view rv, const Key& after) {
  std::string text;
  for (const std::string_view part : {std::string_view(resource.group), std::string_view(resource.resource), rv,
                                      std::string_view(after.ns), std::string_view(after.name)}) {
    text.append(part).push_back('\0');
  }
  return std::to_string(StableHash(text));
}

Status Malformed(const std::string& why) {
  return Status::BadRequest("invalid continue token: continue key is not valid: " + why);
}

}  // namespace

std::string EncodeContinue(const store::GroupResource& resource, const Continue& at) {
  const std::string rv = at.revision ? std::to_string(*at.revision) : std::string(kPresent);
  JsonDocument json(rapidjson::kObjectType);
  auto& allocator = json.GetAllocator();
  SetString(json, "v", kVersion, allocator);
  SetString(json, "rv", rv, allocator);
  SetString(json, "ns", at.after.ns, allocator);
  SetString(json, "name", at.after.name, allocator);
  SetString(json, "sum", Checksum(resource, rv, at.after), allocator);
  return Base64UrlEncode(WriteJson(json));
}

Result<Continue> DecodeContinue(const store::GroupResource& resource, std::string_view token) {
  const std::optional<std::string> text = Base64UrlDecode(token);
  if (!text) return Malformed("it is not base64 of a URL");
  const Result<JsonDocument> json = ParseJson(*text);
  if (!json.ok()) return Malformed("it does not hold JSON");
  if (FindString(*json, {"v"}) != kVersion) {
    return Malformed("server does not recognize this encoded version \"" + std::string(FindString(*json, {"v"})) +
                     "\"");
  }
  Continue at;
  at.after = {std::string(FindString(*json, {"ns"})), std::string(FindString(*json, {"name"}))};
  if (const std::string_view rv = FindString(*json, {"rv"}); rv != kPresent) {
    uint64_t revision = 0;
    const auto [stop, error] = std::from_chars(rv.data(), rv.data() + rv.size(), revision);
    if (error != std::errc() || stop != rv.data() + rv.size() || revision == 0) {
      return Malformed("incorrect encoded start resourceVersion");
    }
    at.revision = revision;
  }
  if (EncodeContinue(resource, at) != token) return Malformed("it was changed, or is of another list");
  return at;
}

}  // namespace croft::server
