#include "operator/certificates/ingress_tls_controller.h"

#include "api/types/resources.h"
#include "operator/certificates/certificate_controller.h"

namespace croft::certificates {
namespace {

using runtime::Outcome;

template <class T>
std::vector<ingress::Ref<T>> Decode(const std::vector<ObjectPtr>& objects) {
  std::vector<ingress::Ref<T>> out;
  for (const ObjectPtr& object : objects) {
    Result<T> value = types::FromObject<T>(*object);
    if (value.ok()) out.push_back(std::make_shared<const T>(std::move(*value)));
  }
  return out;
}

template <class T>
std::optional<T> DecodeOne(const ObjectPtr& object) {
  if (object == nullptr) return std::nullopt;
  Result<T> value = types::FromObject<T>(*object);
  return value.ok() ? std::optional<T>(std::move(*value)) : std::nullopt;
}

}  // namespace

std::vector<Key> IngressTlsController::SecretsOf(const Object& object) {
  std::vector<ingress::DeclaredTls> tls;
  if (object.meta().api_version == "croft.lab/v1") {
    Result<types::lab::Ingress> value = types::FromObject<types::lab::Ingress>(object);
    if (value.ok()) tls = ingress::Declare(*value).tls;
  } else {
    Result<types::Ingress> value = types::FromObject<types::Ingress>(object);
    if (value.ok()) tls = ingress::Declare(*value).tls;
  }
  std::vector<Key> out;
  for (const ingress::DeclaredTls& entry : tls) {
    if (!entry.secret_name.empty()) out.push_back({object.ns(), entry.secret_name});
  }
  return out;
}

IngressTlsWorld IngressTlsController::Gather(const Key& key) {
  IngressTlsWorld world;
  world.key = key;
  const std::string name = key.ToString();
  world.ingresses = ingress::DeclareAll(Decode<types::Ingress>(sources_.ingresses.ByIndex(kByTlsSecret, name)),
                                        Decode<types::lab::Ingress>(sources_.lab_ingresses.ByIndex(kByTlsSecret, name)),
                                        Decode<types::IngressClass>(sources_.classes.List()));
  world.secret = DecodeOne<types::Secret>(sources_.secrets.Get(key));
  world.present = DecodeOne<types::lab::Certificate>(sources_.certificates.Get(key));
  for (const ObjectPtr& other : sources_.certificates.ByIndex(CertificateController::kBySecret, name)) {
    const auto certificate = DecodeOne<types::lab::Certificate>(other);
    if (certificate.has_value() && other->name() != key.name && certificate->spec.secret_name == key.name) {
      world.other_certificate_writes_it = true;
    }
  }
  return world;
}

Outcome IngressTlsController::Reconcile(const Key& key) {
  const IngressTlsWorld world = Gather(key);
  const IngressTlsPlan plan = PlanIngressTls(world);
  Status status;
  if (plan.action == IngressTlsPlan::Action::kNothing) return Outcome::Done();
  if (plan.action == IngressTlsPlan::Action::kDelete) {
    client::DeleteOptions options;
    options.uid = world.present->metadata.uid;
    status = context_.client.Delete(resources::kLabCertificates, key, options);
    return status.ok() || status.IsNotFound() ? Outcome::Done() : Outcome::Retry(status);
  }
  JsonDocument json = types::ToJson(plan.certificate);
  Erase(json, "status");
  if (!world.present.has_value()) {
    status = context_.client.Create(resources::kLabCertificates, key.ns, json).status();
    return status.ok() ? Outcome::Done() : Outcome::Retry(status);
  }
  // An issuer that is no longer named must go, which a merge patch of the new one alone would not do.
  auto& allocator = json.GetAllocator();
  Json& spec = Ensure(json, "spec", allocator);
  if (Find(spec, "issuer") == nullptr) Set(spec, "issuer", Json(rapidjson::kNullType), allocator);
  SetString(Ensure(json, "metadata", allocator), "resourceVersion", world.present->metadata.resource_version,
            allocator);
  status = context_.client.Patch(resources::kLabCertificates, key, client::PatchType::kMerge, json).status();
  return status.ok() || status.IsNotFound() ? Outcome::Done() : Outcome::Retry(status);
}

}  // namespace croft::certificates
