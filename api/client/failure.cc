#include "api/client/rest_client.h"

namespace croft::client {

Status FailureFrom(int code, const std::string& body) {
  const Result<JsonDocument> parsed = ParseJson(body);
  if (!parsed.ok() || !parsed->IsObject() || FindString(*parsed, {"kind"}) != "Status") {
    std::string text = body.substr(0, 200);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return Status(ReasonFrom(code, ""),
                  "the server answered " + std::to_string(code) + (text.empty() ? "" : ": " + text));
  }
  Status status(ReasonFrom(code, FindString(*parsed, {"reason"})), std::string(FindString(*parsed, {"message"})));
  const Json* details = Find(*parsed, "details");
  if (details == nullptr || !details->IsObject()) return status;
  StatusDetails about;
  about.group = FindString(*details, {"group"});
  about.kind = FindString(*details, {"kind"});
  about.name = FindString(*details, {"name"});
  about.uid = FindString(*details, {"uid"});
  if (const int64_t seconds = FindInt(*details, {"retryAfterSeconds"}); seconds > 0) {
    about.retry_after = std::chrono::seconds(seconds);
  }
  if (const Json* causes = Find(*details, "causes"); causes != nullptr && causes->IsArray()) {
    for (const Json& cause : causes->GetArray()) {
      about.causes.push_back({std::string(FindString(cause, {"reason"})), std::string(FindString(cause, {"message"})),
                              std::string(FindString(cause, {"field"}))});
    }
  }
  return status.WithDetails(std::move(about));
}

std::string ResourcePath(const GroupVersionResource& gvr, const Key& key, std::string_view subresource) {
  std::string path = gvr.group.empty() ? "/api/" + gvr.version : "/apis/" + gvr.group + "/" + gvr.version;
  if (!key.ns.empty()) path += "/namespaces/" + http::PercentEncode(key.ns);
  path += "/" + gvr.resource;
  if (!key.name.empty()) path += "/" + http::PercentEncode(key.name);
  if (!subresource.empty()) path.append("/").append(subresource);
  return path;
}

}  // namespace croft::client
