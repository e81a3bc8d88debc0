#include "api/client/kubeconfig.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "api/base/base64.h"
#include "api/base/file.h"
#include "api/object/yaml.h"

namespace croft::client {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxBytes = 1 << 20;

// The item of a named list ("clusters", "users", "contexts").
const Json* Named(const Json& config, std::string_view list, std::string_view name) {
  const Json* items = Find(config, list);
  if (items == nullptr || !items->IsArray()) return nullptr;
  for (const Json& item : items->GetArray()) {
    if (FindString(item, {"name"}) == name) return &item;
  }
  return nullptr;
}

// A PEM that stands in the file (<key>-data, base64) or beside it (<key>, a path); empty when neither is there.
Result<std::string> Pem(const Json& object, const std::string& key, const fs::path& folder) {
  const std::string_view inline_data = FindString(object, {key + "-data"});
  if (!inline_data.empty()) {
    const auto decoded = Base64Decode(inline_data);
    if (!decoded) return Status::BadRequest(key + "-data is not base64");
    return *decoded;
  }
  const std::string_view file = FindString(object, {key});
  if (file.empty()) return std::string();
  return ReadFile((folder / std::string(file)).string(), kMaxBytes);
}

}  // namespace

Result<Kubeconfig> LoadKubeconfig(const std::string& path) {
  const Result<std::string> text = ReadFile(path, kMaxBytes);
  if (!text.ok()) return text.status();
  const Result<JsonDocument> parsed = ParseYamlDocument(*text);
  if (!parsed.ok()) return parsed.status().Annotate(path);
  const auto missing = [&](const std::string& what) { return Status::BadRequest(path + " has no " + what); };

  Kubeconfig config;
  config.context = FindString(*parsed, {"current-context"});
  if (config.context.empty()) return missing("current-context");
  const Json* context = Named(*parsed, "contexts", config.context);
  if (context == nullptr) return missing("context \"" + config.context + "\"");
  config.ns = FindString(*context, {"context", "namespace"});
  const Json* cluster = Named(*parsed, "clusters", FindString(*context, {"context", "cluster"}));
  if (cluster == nullptr) return missing("cluster for context \"" + config.context + "\"");
  config.server = FindString(*cluster, {"cluster", "server"});
  if (config.server.empty()) return missing("server for context \"" + config.context + "\"");

  const fs::path folder = fs::path(path).parent_path();
  const auto take = [&](const Json& from, const std::string& key, std::string* to) -> Status {
    Result<std::string> pem = Pem(from, key, folder);
    if (!pem.ok()) return pem.status().Annotate(path);
    *to = std::move(*pem);
    return Status::Ok();
  };
  CROFT_RETURN_IF_ERROR(take((*cluster)["cluster"], "certificate-authority", &config.ca_pem));
  const Json* user = Named(*parsed, "users", FindString(*context, {"context", "user"}));
  if (user == nullptr || Find(*user, "user") == nullptr) return config;
  const Json& credentials = (*user)["user"];
  CROFT_RETURN_IF_ERROR(take(credentials, "client-certificate", &config.client_certificate_pem));
  CROFT_RETURN_IF_ERROR(take(credentials, "client-key", &config.client_key_pem));
  config.token = FindString(credentials, {"token"});
  return config;
}

std::string WriteKubeconfig(const Kubeconfig& config) {
  std::string text = "apiVersion: v1\nkind: Config\ncurrent-context: " + config.context +
                     "\nclusters:\n- name: " + config.context + "\n  cluster:\n    server: " + config.server +
                     "\n    certificate-authority-data: " + Base64Encode(config.ca_pem) +
                     "\ncontexts:\n- name: " + config.context + "\n  context:\n    cluster: " + config.context +
                     "\n    user: " + config.context + "\n";
  if (!config.ns.empty()) text += "    namespace: " + config.ns + "\n";
  text += "users:\n- name: " + config.context + "\n  user:\n";
  if (!config.client_certificate_pem.empty()) {
    text += "    client-certificate-data: " + Base64Encode(config.client_certificate_pem) +
            "\n    client-key-data: " + Base64Encode(config.client_key_pem) + "\n";
  }
  if (!config.token.empty()) text += "    token: " + config.token + "\n";
  return text;
}

std::string FindKubeconfig(const std::string& option) {
  if (!option.empty()) return option;
  if (const char* variable = std::getenv("KUBECONFIG"); variable != nullptr && *variable != '\0') {
    const std::string list = variable;
    return list.substr(0, list.find(':'));
  }
  std::error_code ignored;
  if (const char* home = std::getenv("HOME"); home != nullptr) {
    const fs::path usual = fs::path(home) / ".kube/config";
    if (fs::exists(usual, ignored) || access("/etc/croft/kubeconfig", R_OK) != 0) return usual.string();
  }
  return "/etc/croft/kubeconfig";
}

}  // namespace croft::client
