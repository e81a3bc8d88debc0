#include "api/server/resource_service.h"

// Kinds that are never stored: questions about identities and rights, answered from the authorizer, and the Binding of
// a pod to its node.
namespace croft::server {
namespace {

std::vector<std::string> TextsOf(const Json* list) {
  std::vector<std::string> texts;
  if (list == nullptr || !list->IsArray()) return texts;
  for (const Json& text : list->GetArray()) {
    if (text.IsString()) texts.emplace_back(AsView(text));
  }
  return texts;
}

Json ListOf(const std::vector<std::string>& texts, JsonAllocator& allocator) {
  Json list(rapidjson::kArrayType);
  for (const std::string& text : texts) list.PushBack(MakeString(text, allocator), allocator);
  return list;
}

Json IdentityOf(const Identity& who, JsonAllocator& allocator) {
  Json user(rapidjson::kObjectType);
  SetString(user, "username", who.user, allocator);
  Set(user, "groups", ListOf(who.groups, allocator), allocator);
  if (!who.uid.empty()) SetString(user, "uid", who.uid, allocator);
  for (const auto& [key, value] : who.extra) {
    Json& extra = Ensure(user, "extra", allocator);
    if (Find(extra, key) == nullptr) Set(extra, key, Json(rapidjson::kArrayType), allocator);
    FindMutable(extra, key)->PushBack(MakeString(value, allocator), allocator);
  }
  return user;
}

Json TokenStatus(const Result<AccountTokens::Verdict>& verdict, JsonAllocator& allocator) {
  Json status(rapidjson::kObjectType);
  Set(status, "authenticated", Json(verdict.ok()), allocator);
  if (!verdict.ok()) {
    SetString(status, "error", verdict.status().message(), allocator);
    return status;
  }
  Set(status, "user", IdentityOf(verdict->identity, allocator), allocator);
  Set(status, "audiences", ListOf(verdict->audiences, allocator), allocator);
  return status;
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
  who.groups = TextsOf(Find(spec, "groups"));
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
  Set(status, "resourceRules",
      all ? Wildcards({"verbs", "apiGroups", "resources"}, allocator) : Json(rapidjson::kArrayType), allocator);
  Set(status, "nonResourceRules",
      all ? Wildcards({"verbs", "nonResourceURLs"}, allocator) : Json(rapidjson::kArrayType), allocator);
  Set(status, "incomplete", Json(!all), allocator);
  return status;
}

}  // namespace

Result<WriteResult> ResourceService::Answer(const Identity& who, const Served& served, const Target& target,
                                            JsonDocument body, const WriteOptions& options) {
  if (!target.name.empty()) {
    return Status(Reason::kMethodNotAllowed, "the server does not allow this method on the requested resource");
  }
  CROFT_RETURN_IF_ERROR(CheckScope(served, target, true));
  WriteResult result;
  CROFT_RETURN_IF_ERROR(PrepareQuestion(served, target, body, options, &result.warnings));
  const std::string& resource = served.def().plural;
  if (resource == "bindings") {
    const Target pod{{"", "v1", "pods"}, target.ns, std::string(FindString(body, {"metadata", "name"})), "binding"};
    return BindPod(parts_.catalog.view()->Find(pod.gvr), pod, body, options);
  }
  auto& allocator = body.GetAllocator();
  Json& spec = Ensure(body, "spec", allocator);
  Json status(rapidjson::kObjectType);
  if (resource == "selfsubjectaccessreviews") {
    status = AccessStatus(parts_.authorizer.Authorize(AttributesOf(spec, who)), allocator);
  } else if (resource == "subjectaccessreviews" || resource == "localsubjectaccessreviews") {
    status = AccessStatus(parts_.authorizer.Authorize(AttributesOf(spec, SubjectOf(spec))), allocator);
  } else if (resource == "selfsubjectrulesreviews") {
    if (FindString(spec, {"namespace"}).empty()) return Status::BadRequest("no namespace on request");
    status = RulesStatus(parts_.authorizer, who, allocator);
  } else if (resource == "selfsubjectreviews") {
    Erase(body, "spec");
    Set(status, "userInfo", IdentityOf(who, allocator), allocator);
  } else {
    const auto verdict =
        parts_.authenticator.AuthenticateToken(FindString(spec, {"token"}), TextsOf(Find(spec, "audiences")));
    status = TokenStatus(verdict, allocator);
  }
  Set(body, "status", std::move(status), allocator);
  Result<ObjectPtr> answer = Object::From(body);
  if (!answer.ok()) return answer.status();
  result.object = std::move(*answer);
  result.created = true;
  return result;
}

}  // namespace croft::server
