#include <algorithm>

#include "api/server/tables/cells.h"

// Roles and their bindings, webhooks, admission policies, APIServices and requests for certificates.
namespace croft::server {
namespace {

Cell CreatedAt(const Json& object, WallTime) {
  return Cell::Of(FindString(object, {"metadata", "creationTimestamp"}));
}

Cell BoundRole(const Json& binding, WallTime) {
  return Cell::Of(std::string(FindString(binding, {"roleRef", "kind"})) + "/" +
                  std::string(FindString(binding, {"roleRef", "name"})));
}

std::string SubjectsOf(const Json& binding, std::string_view kind) {
  std::vector<std::string> names;
  const Json* subjects = Find(binding, "subjects");
  if (subjects == nullptr || !subjects->IsArray()) return {};
  for (const Json& subject : subjects->GetArray()) {
    if (FindString(subject, {"kind"}) != kind) continue;
    const std::string name(FindString(subject, {"name"}));
    names.push_back(kind == "ServiceAccount" ? std::string(FindString(subject, {"namespace"})) + "/" + name : name);
  }
  return Joined(names, ", ");
}

Cell BoundUsers(const Json& binding, WallTime) {
  return Cell::Of(SubjectsOf(binding, "User"));
}
Cell BoundGroups(const Json& binding, WallTime) {
  return Cell::Of(SubjectsOf(binding, "Group"));
}
Cell BoundAccounts(const Json& binding, WallTime) {
  return Cell::Of(SubjectsOf(binding, "ServiceAccount"));
}

Cell WebhookCount(const Json& configuration, WallTime) {
  return Cell::Of(Count(Find(configuration, "webhooks")));
}

Cell ValidationCount(const Json& policy, WallTime) {
  return Cell::Of(Count(Find(policy, {"spec", "validations"})));
}

Cell ParamKind(const Json& policy, WallTime) {
  const Json* kind = Find(policy, {"spec", "paramKind"});
  if (kind == nullptr) return Cell::Of("<unset>");
  return Cell::Of(std::string(FindString(*kind, {"apiVersion"})) + "/" + std::string(FindString(*kind, {"kind"})));
}

Cell ParamRef(const Json& binding, WallTime) {
  const Json* ref = Find(binding, {"spec", "paramRef"});
  if (ref == nullptr) return Cell::Of("<unset>");
  const std::string_view ns = FindString(*ref, {"namespace"}, "*");
  return Cell::Of(std::string(ns) + "/" + std::string(FindString(*ref, {"name"}, "*")));
}

Cell ServiceBehind(const Json& api, WallTime) {
  const Json* service = Find(api, {"spec", "service"});
  if (service == nullptr) return Cell::Of("Local");
  return Cell::Of(std::string(FindString(*service, {"namespace"})) + "/" + std::string(FindString(*service, {"name"})));
}

Cell Available(const Json& api, WallTime) {
  const Json* conditions = Find(api, {"status", "conditions"});
  if (conditions == nullptr || !conditions->IsArray()) return Cell::Of("Unknown");
  for (const Json& condition : conditions->GetArray()) {
    if (FindString(condition, {"type"}) != "Available") continue;
    const std::string_view status = FindString(condition, {"status"});
    const std::string_view reason = FindString(condition, {"reason"});
    if (status == "True" || reason.empty()) return Cell::Of(status);
    return Cell::Of(std::string(status) + " (" + std::string(reason) + ")");
  }
  return Cell::Of("Unknown");
}

Cell RequestedBy(const Json& request, WallTime) {
  return Cell::Of(FindString(request, {"spec", "username"}));
}

Cell RequestedDuration(const Json& request, WallTime) {
  const Json* seconds = Find(request, {"spec", "expirationSeconds"});
  if (seconds == nullptr || !seconds->IsInt64()) return Cell::Of("<none>");
  return Cell::Of(FormatAge(std::chrono::seconds(seconds->GetInt64())));
}

// "Pending", "Approved,Issued", "Denied,Failed".
Cell RequestCondition(const Json& request, WallTime) {
  const auto says = [&](std::string_view type) {
    const Json* conditions = Find(request, {"status", "conditions"});
    if (conditions == nullptr || !conditions->IsArray()) return false;
    return std::any_of(conditions->Begin(), conditions->End(),
                       [&](const Json& condition) { return FindString(condition, {"type"}) == type; });
  };
  std::string text = says("Denied") ? "Denied" : says("Approved") ? "Approved" : "Pending";
  if (says("Failed")) text += ",Failed";
  if (!FindString(request, {"status", "certificate"}).empty()) text += ",Issued";
  return Cell::Of(std::move(text));
}

}  // namespace

void AddPolicyCells(CellFunctions& cells) {
  for (const char* kind : {"roles", "clusterroles"}) {
    cells["rbac.authorization.k8s.io/" + std::string(kind) + "/Created At"] = CreatedAt;
  }
  for (const char* kind : {"rolebindings", "clusterrolebindings"}) {
    const std::string prefix = "rbac.authorization.k8s.io/" + std::string(kind);
    cells[prefix + "/Role"] = BoundRole;
    cells[prefix + "/Users"] = BoundUsers;
    cells[prefix + "/Groups"] = BoundGroups;
    cells[prefix + "/ServiceAccounts"] = BoundAccounts;
  }
  const std::string admission = "admissionregistration.k8s.io/";
  cells[admission + "mutatingwebhookconfigurations/Webhooks"] = WebhookCount;
  cells[admission + "validatingwebhookconfigurations/Webhooks"] = WebhookCount;
  cells[admission + "validatingadmissionpolicies/Validations"] = ValidationCount;
  cells[admission + "validatingadmissionpolicies/ParamKind"] = ParamKind;
  cells[admission + "validatingadmissionpolicybindings/ParamRef"] = ParamRef;
  const std::string requests = "certificates.k8s.io/certificatesigningrequests/";
  cells[requests + "Requestor"] = RequestedBy;
  cells[requests + "RequestedDuration"] = RequestedDuration;
  cells[requests + "Condition"] = RequestCondition;
  cells["apiregistration.k8s.io/apiservices/Service"] = ServiceBehind;
  cells["apiregistration.k8s.io/apiservices/Available"] = Available;
}

}  // namespace croft::server
