#pragma once

#include "api/client/informer.h"
#include "operator/certificates/certificate_plan.h"
#include "operator/runtime/controller.h"
#include "operator/runtime/events.h"
#include "operator/runtime/reconciler.h"

namespace croft::certificates {

// Keeps the Secret of each lab Certificate: issued when it is missing or no longer as declared, and in time before it
// ends. A Secret of that name that it did not make is never touched.
class CertificateController final : public runtime::Reconciler {
 public:
  // `secrets` holds those of type kubernetes.io/tls. `lab_ca` signs where no other issuer is named.
  CertificateController(runtime::Context context, client::Informer& certificates, client::Informer& secrets,
                        const pki::Authority& lab_ca);
  runtime::Outcome Reconcile(const Key& key) override;

  // Index of lab Certificates by the Secrets that they write or sign with: "ns/name".
  static constexpr char kBySecret[] = "by-secret";
  static std::vector<std::string> SecretsOf(const Object& certificate);

 private:
  Result<CertificateWorld> Gather(const types::lab::Certificate& certificate, bool ask_server);
  Signer FindSigner(const types::lab::Certificate& certificate);
  Status Issue(const CertificateWorld& world, const CertificatePlan& plan);
  Status WriteSecret(const CertificateWorld& world, const pki::KeyPair& pair, const std::string& ca_pem);
  runtime::Outcome Finish(const CertificateWorld& world, const CertificatePlan& plan);

  runtime::Context context_;
  client::Informer& certificates_;
  client::Informer& secrets_;
  const pki::Authority& lab_ca_;
  runtime::EventRecorder events_;
};

}  // namespace croft::certificates
