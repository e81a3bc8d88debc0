#pragma once

#include "api/client/informer.h"
#include "operator/certificates/ingress_tls_plan.h"
#include "operator/runtime/controller.h"
#include "operator/runtime/reconciler.h"

namespace croft::certificates {

// The informers that it reads. Both kinds of Ingress carry the index kByTlsSecret, lab Certificates carry
// CertificateController::kBySecret.
struct IngressTlsSources {
  client::Informer& ingresses;
  client::Informer& lab_ingresses;
  client::Informer& classes;
  client::Informer& certificates;
  client::Informer& secrets;  // of type kubernetes.io/tls
};

// Makes a lab Certificate for every host of an Ingress that has no Secret of the user's own, named as the Secret. Its
// key is the Secret, since several Ingresses may name the same one: then the Certificate is for the hosts of all.
class IngressTlsController final : public runtime::Reconciler {
 public:
  IngressTlsController(runtime::Context context, IngressTlsSources sources) : context_(context), sources_(sources) {}
  runtime::Outcome Reconcile(const Key& key) override;

  static constexpr char kByTlsSecret[] = "by-tls-secret";
  // The keys of the Secrets that an Ingress of either kind wants.
  static std::vector<Key> SecretsOf(const Object& ingress);

 private:
  IngressTlsWorld Gather(const Key& key);

  runtime::Context context_;
  IngressTlsSources sources_;
};

}  // namespace croft::certificates
