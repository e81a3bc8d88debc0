#include "api/server/http_api.h"
#include "api/server/wire/body.h"

// Questions about identities and rights: answered from the authorizer, never stored.
namespace croft::server {
namespace {

Json IdentityOf(const Identity& who, JsonAllocator& allocator) {
  Json user(rapidjson::kObjectType);
  SetString(user, "username", who.user, allocator);
  Json groups(rapidjson::kArrayType);
  for (const std::string& group : who.groups) groups.PushBack(MakeString(group, allocator), allocator);
  Set(user, "groups", std::move(groups), allocator);
  return user;
}

Attributes AttributesOf(const Json& spec, Identity who) {
  Attributes attributes;
  attributes.identity = std::move(who);
  const Json* path = Find(spec, "nonResourceAttributes");
  if (path != nullptr && path->IsObject()) {
    attributes.is_resource = false;
    attributes.verb = FindString(*path, {"verb"});
    attributes.path = FindString(*path, {"path"});
    return attributes;
  }
  attributes.verb = FindString(spec, {"resourceAttributes", "verb"});
  attributes.group = FindString(spec, {"resourceAttributes", "group"});
  attributes.version = FindString(spec, {"resourceAttributes", "version"});
  attributes.resource = FindString(spec, {"resourceAttributes", "resource"});
  attributes.subresource = FindString(spec, {"resourceAttributes", "subresource"});
  attributes.ns = FindString(spec, {"resourceAttributes", "namespace"});
  attributes.name = FindString(spec, {"resourceAttributes", "name"});
  return attributes;
}

Identity SubjectOf(const Json& spec) {
  Identity who;
  who.user = FindString(spec, {"user"});
  const Json* groups = Find(spec, "groups");
  if (groups == nullptr || !groups->IsArray()) return who;
  for (const Json& group : groups->GetArray()) {
    if (group.IsString()) who.groups.emplace_back(AsView(group));
  }
  return who;
}

Json AccessStatus(const Decision& decision, JsonAllocator& allocator) {
  Json status(rapidjson::kObjectType);
  Set(status, "allowed", Json(decision.allowed), allocator);
  if (!decision.reason.empty()) SetString(status, "reason", decision.reason, allocator);
  return status;
}

Json Wildcards(std::initializer_list<const char*> fields, JsonAllocator& allocator) {
  Json rule(rapidjson::kObjectType);
  for (const char* field : fields) {
    Json all(rapidjson::kArrayType);
    all.PushBack("*", allocator);
    Set(rule, field, std::move(all), allocator);
  }
  Json rules(rapidjson::kArrayType);
  rules.PushBack(std::move(rule), allocator);
  return rules;
}

// The policy is code and not a list of rules: only who may do everything can be told so in full.
Json RulesStatus(const Authorizer& authorizer, const Identity& who, JsonAllocator& allocator) {
  Attributes everything;
  everything.identity = who;
  everything.verb = "*";
  everything.group = everything.resource = "*";
  const bool all = authorizer.Authorize(everything).allowed;
  Json status(rapidjson::kObjectType);
  Json none(rapidjson::kArrayType);
  Set(status, "resourceRules",
      all ? Wildcards({"verbs", "apiGroups", "resources"}, allocator) : Json(rapidjson::kArrayType), allocator);
  Set(status, "nonResourceRules",
      all ? Wildcards({"verbs", "nonResourceURLs"}, allocator) : Json(rapidjson::kArrayType), allocator);
  Set(status, "incomplete", Json(!all), allocator);
  return status;
}

}  // namespace

void HttpApi::HandleReview(Exchange& exchange) {
  const Target& target = exchange.info.target;
  if (exchange.request.method != "POST" || !target.name.empty()) {
    return Fail(exchange,
                {Reason::kMethodNotAllowed, "the server does not allow this method on the requested resource"});
  }
  const Authorizer& authorizer = parts_.service.authorizer();
  const Attributes asking{exchange.who, "create", true, target.gvr.group, target.gvr.version, target.gvr.resource, {},
                          target.ns,    {},       {}};
  const Decision may_ask = authorizer.Authorize(asking);
  if (!may_ask.allowed) return Fail(exchange, ForbiddenStatus(asking, may_ask.reason));
  Result<JsonDocument> body = DecodeBody(exchange.request);
  if (!body.ok()) return Fail(exchange, body.status());
  if (!body->IsObject()) return Fail(exchange, Status::BadRequest("the body must be a JSON object"));
  auto& allocator = body->GetAllocator();
  const std::string& kind = target.gvr.resource;
  Json& spec = Ensure(*body, "spec", allocator);
  Json status(rapidjson::kObjectType);
  if (kind == "selfsubjectaccessreviews") {
    status = AccessStatus(authorizer.Authorize(AttributesOf(spec, exchange.who)), allocator);
  } else if (kind == "subjectaccessreviews" || kind == "localsubjectaccessreviews") {
    status = AccessStatus(authorizer.Authorize(AttributesOf(spec, SubjectOf(spec))), allocator);
  } else if (kind == "selfsubjectrulesreviews") {
    status = RulesStatus(authorizer, exchange.who, allocator);
  } else if (kind == "selfsubjectreviews") {
    Set(status, "userInfo", IdentityOf(exchange.who, allocator), allocator);
  } else {
    const Result<Identity> who = parts_.authenticator.AuthenticateToken(FindString(spec, {"token"}));
    SetString(spec, "token", "", allocator);  // not repeated to anybody
    Set(status, "authenticated", Json(who.ok()), allocator);
    if (who.ok()) Set(status, "user", IdentityOf(*who, allocator), allocator);
  }
  Set(*body, "status", std::move(status), allocator);
  SetString(*body, "apiVersion", ApiVersion(target.gvr.group, target.gvr.version), allocator);
  if (FindString(*body, {"kind"}).empty()) {
    return Fail(exchange, Status::BadRequest("the body has no kind"));
  }
  Reply(exchange, JsonReply(201, WriteJson(*body), exchange.style));
}

}  // namespace croft::server
