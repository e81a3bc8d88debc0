#include "operator/certificates/install.h"

#include "api/types/resources.h"
#include "operator/certificates/certificate_controller.h"
#include "operator/certificates/ingress_tls_controller.h"

namespace croft::certificates {
namespace {

void InstallCertificates(runtime::Manager& manager, client::Informer& certificates, client::Informer& secrets,
                         const pki::Authority& lab_ca) {
  certificates.AddIndex(CertificateController::kBySecret, CertificateController::SecretsOf);
  runtime::Controller& controller = manager.Add(
      "certificates", std::make_unique<CertificateController>(manager.context(), certificates, secrets, lab_ca), 2);
  manager.Watch(controller, certificates, runtime::ToSelf());
  // To the Certificates that write a Secret or sign with it.
  manager.Watch(controller, secrets, [&certificates](const ObjectPtr& old, const ObjectPtr& now) {
    const Object& secret = now != nullptr ? *now : *old;
    std::vector<Key> keys;
    for (const ObjectPtr& one : certificates.ByIndex(CertificateController::kBySecret, secret.key().ToString())) {
      keys.push_back(one->key());
    }
    return keys;
  });
}

std::vector<Key> SecretsOfEither(const ObjectPtr& old, const ObjectPtr& now) {
  std::vector<Key> keys;
  for (const ObjectPtr& ingress : {old, now}) {
    if (ingress == nullptr) continue;
    const std::vector<Key> more = IngressTlsController::SecretsOf(*ingress);
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

void InstallIngressTls(runtime::Manager& manager, const IngressTlsSources& sources) {
  const auto index = [](const Object& ingress) {
    std::vector<std::string> out;
    for (const Key& key : IngressTlsController::SecretsOf(ingress)) out.push_back(key.ToString());
    return out;
  };
  sources.ingresses.AddIndex(IngressTlsController::kByTlsSecret, index);
  sources.lab_ingresses.AddIndex(IngressTlsController::kByTlsSecret, index);
  runtime::Controller& controller =
      manager.Add("ingress-tls", std::make_unique<IngressTlsController>(manager.context(), sources));
  manager.Watch(controller, sources.ingresses, SecretsOfEither);
  manager.Watch(controller, sources.lab_ingresses, SecretsOfEither);
  // A Certificate is named as its Secret.
  manager.Watch(controller, sources.certificates, [](const ObjectPtr& old, const ObjectPtr& now) {
    std::vector<Key> keys = {now != nullptr ? now->key() : old->key()};
    const Object& certificate = now != nullptr ? *now : *old;
    Result<types::lab::Certificate> value = types::FromObject<types::lab::Certificate>(certificate);
    if (value.ok()) keys.push_back({certificate.ns(), value->spec.secret_name});
    return keys;
  });
  manager.Watch(controller, sources.secrets, runtime::ToSelf());
  // Another class may serve, or no longer serve, any of them.
  manager.Watch(controller, sources.classes, [sources](const ObjectPtr&, const ObjectPtr&) {
    std::vector<Key> keys;
    for (client::Informer* informer : {&sources.ingresses, &sources.lab_ingresses}) {
      for (const ObjectPtr& ingress : informer->List()) {
        for (const Key& key : IngressTlsController::SecretsOf(*ingress)) keys.push_back(key);
      }
    }
    return keys;
  });
}

}  // namespace

void Install(runtime::Manager& manager, const pki::Authority& lab_ca) {
  client::InformerFactory& informers = manager.informers();
  client::ListOptions tls_only;
  tls_only.field_selector = "type=kubernetes.io/tls";
  client::Informer& certificates = informers.For(resources::kLabCertificates);
  client::Informer& secrets = informers.For(resources::kSecrets, tls_only);
  InstallCertificates(manager, certificates, secrets, lab_ca);
  InstallIngressTls(manager, {informers.For(resources::kIngresses), informers.For(resources::kLabIngresses),
                              informers.For(resources::kIngressClasses), certificates, secrets});
}

}  // namespace croft::certificates
