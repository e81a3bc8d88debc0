#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/url.h"

namespace croft::chart {
namespace {

Result<Value> ParseUrl(std::string_view text) {
  const Result<Url> url = Url::Parse(text);
  if (!url.ok()) return Wrong("unable to parse url: " + url.status().message());
  Map map;
  const auto put = [&map](std::string name, std::string part) {
    map.members.emplace(std::move(name), Value::String(std::move(part)));
  };
  put("scheme", url->scheme);
  put("host", url->host);
  put("hostname", url->HostName());
  put("path", url->path);
  put("query", url->query);
  put("opaque", url->opaque);
  put("fragment", url->fragment);
  put("userinfo", url->user ? url->user->ToString() : "");
  return Value::Of(std::make_shared<Map>(std::move(map)));
}

Result<std::string> JoinUrl(const MapPtr& parts) {
  Url url;
  std::string userinfo;
  const std::pair<std::string_view, std::string*> targets[] = {
      {"scheme", &url.scheme}, {"host", &url.host},         {"path", &url.path},    {"query", &url.query},
      {"opaque", &url.opaque}, {"fragment", &url.fragment}, {"userinfo", &userinfo}};
  for (const auto& [name, target] : targets) {
    const Value* value = parts->Find(name);
    if (value == nullptr) continue;
    if (!value->is_string()) {
      return Wrong("unable to parse " + std::string(name) + " key, must be of type string, but " +
                   std::string(value->GoKind()) + " found");
    }
    *target = value->as_string();
  }
  if (!userinfo.empty()) {
    const Result<Url> with_user = Url::Parse("proto://" + userinfo + "@host");
    if (!with_user.ok()) return Wrong("unable to parse userinfo in dict: " + with_user.status().message());
    url.user = with_user->user;
  }
  return url.ToString();
}

}  // namespace

void AddUrls(Functions& functions) {
  functions["urlParse"] = Bind(ParseUrl);
  functions["urlJoin"] = Bind(JoinUrl);
}

}  // namespace croft::chart
