#include <set>

#include "api/server/strategies/kinds.h"
#include "api/server/strategies/pod_spec.h"

namespace croft::server {
namespace {

template <class Each>
void ForEach(const Json* list, const std::string& path, const Each& each) {
  if (list == nullptr || !list->IsArray()) return;
  for (size_t i = 0; i < list->Size(); ++i) {
    each((*list)[static_cast<rapidjson::SizeType>(i)], Indexed(path, i));
  }
}

bool HasPort(const Json& spec, const Json& wanted) {
  bool found = false;
  ForEach(Find(spec, "ports"), "", [&](const Json& port, const std::string&) {
    const Json* number = Find(port, "port");
    found = found || (wanted.IsString() && FindString(port, {"name"}) == AsView(wanted)) ||
            (number != nullptr && Equal(*number, wanted));
  });
  return found;
}

}  // namespace

void LabServiceStrategy::Validate(const Json& service, Causes& causes) const {
  const Json* spec = Find(service, "spec");
  if (spec == nullptr || !spec->IsObject()) return;
  if (const Json* pod = Find(*spec, {"template", "spec"})) {
    ValidatePodSpec(*pod, "spec.template.spec", causes);
    for (const char* key : {"image", "command", "args", "env", "envFrom", "resources", "volumeMounts", "volumes",
                            "livenessProbe", "readinessProbe", "workingDir"}) {
      if (Find(*spec, key) != nullptr) {
        causes.Forbidden(std::string("spec.") + key, "may not be specified together with `template`");
      }
    }
  }
  std::set<std::string_view> names;
  const Json* ports = Find(*spec, "ports");
  const bool several = ports != nullptr && ports->IsArray() && ports->Size() > 1;
  ForEach(ports, "spec.ports", [&](const Json& port, const std::string& at) {
    const std::string_view name = FindString(port, {"name"});
    if (name.empty() && several) causes.Required(at + ".name", "several ports need names");
    if (!name.empty() && !names.insert(name).second) causes.Duplicate(at + ".name", name);
  });
  const Json* exposed = Find(*spec, {"expose", "port"});
  if (exposed != nullptr && !exposed->IsNull() && !HasPort(*spec, *exposed)) {
    causes.Invalid("spec.expose.port", *exposed, "is none of `spec.ports`");
  }
  const Json* scale = Find(*spec, "autoscale");
  if (scale == nullptr || !scale->IsObject()) return;
  if (FindString(*spec, {"mode"}) == "daemon") {
    causes.Forbidden("spec.autoscale", "may not be specified when `mode` is 'daemon'");
  }
  const int64_t least = FindInt(*scale, {"min"}, 1);
  if (Find(*scale, "max") != nullptr && least > FindInt(*scale, {"max"})) {
    causes.Invalid("spec.autoscale.max", FindInt(*scale, {"max"}), "must not be less than `min`");
  }
}

void LabIngressStrategy::Validate(const Json& ingress, Causes& causes) const {
  const Json* tls = Find(ingress, {"spec", "tls"});
  const auto check = [&](const Json& one, const std::string& at) {
    if (!FindString(one, {"secretName"}).empty() && !FindString(one, {"certificateName"}).empty()) {
      causes.Forbidden(at + ".certificateName", "may not be specified together with `secretName`");
    }
  };
  if (tls == nullptr) return;
  if (tls->IsArray()) {
    ForEach(tls, "spec.tls", check);
  } else {
    check(*tls, "spec.tls");
  }
}

void LabCertificateStrategy::Validate(const Json& certificate, Causes& causes) const {
  const auto duration = ParseDuration(FindString(certificate, {"spec", "duration"}));
  const auto before = ParseDuration(FindString(certificate, {"spec", "renewBefore"}));
  if (duration && before && *before >= *duration) {
    causes.Invalid("spec.renewBefore", FindString(certificate, {"spec", "renewBefore"}),
                   "must be less than `duration`");
  }
}

}  // namespace croft::server
