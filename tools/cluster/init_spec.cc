#include "api/base/file.h"
#include "api/object/json.h"
#include "tools/cluster/init.h"

namespace croft::cluster {
namespace {

Json ToJson(const std::vector<std::string>& words, JsonAllocator& allocator) {
  Json array(rapidjson::kArrayType);
  for (const std::string& word : words) array.PushBack(MakeString(word, allocator), allocator);
  return array;
}

std::vector<std::string> Words(const Json& json, std::string_view key) {
  std::vector<std::string> words;
  const Json* array = Find(json, key);
  if (array == nullptr || !array->IsArray()) return words;
  for (const Json& word : array->GetArray()) {
    if (word.IsString()) words.emplace_back(AsView(word));
  }
  return words;
}

}  // namespace

std::string WriteInitSpec(const InitSpec& spec) {
  JsonDocument json(rapidjson::kObjectType);
  JsonAllocator& allocator = json.GetAllocator();
  SetString(json, "hostname", spec.hostname, allocator);
  SetString(json, "address", spec.address, allocator);
  SetString(json, "gateway", spec.gateway, allocator);
  SetString(json, "port", spec.port, allocator);
  SetString(json, "log", spec.log, allocator);
  SetString(json, "failures", spec.failures, allocator);
  Set(json, "tmpfs", ToJson(spec.tmpfs, allocator), allocator);
  Set(json, "command", ToJson(spec.command, allocator), allocator);
  Set(json, "sockets", ToJson(spec.sockets, allocator), allocator);
  Json environment(rapidjson::kObjectType);
  for (const auto& [name, value] : spec.environment) SetString(environment, name, value, allocator);
  Set(json, "environment", std::move(environment), allocator);
  return WritePrettyJson(json) + "\n";
}

Result<InitSpec> ReadInitSpec(const std::string& path) {
  const Result<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  const Result<JsonDocument> json = ParseJson(*text);
  if (!json.ok()) return json.status().Annotate(path);
  InitSpec spec;
  spec.hostname = FindString(*json, {"hostname"});
  spec.address = FindString(*json, {"address"});
  spec.gateway = FindString(*json, {"gateway"});
  spec.port = FindString(*json, {"port"});
  spec.log = FindString(*json, {"log"});
  spec.failures = FindString(*json, {"failures"});
  spec.tmpfs = Words(*json, "tmpfs");
  spec.command = Words(*json, "command");
  spec.sockets = Words(*json, "sockets");
  if (const Json* environment = Find(*json, "environment"); environment != nullptr && environment->IsObject()) {
    for (const auto& member : environment->GetObject()) {
      spec.environment.emplace_back(AsView(member.name), member.value.IsString() ? AsView(member.value) : "");
    }
  }
  if (spec.command.empty()) return Status::Invalid(path + " names no command");
  return spec;
}

}  // namespace croft::cluster
