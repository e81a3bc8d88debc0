#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/certificates/certificate_plan.h"
#include "operator/ingress/declared.h"

namespace croft::certificates {

// On a lab Certificate that was made for Ingresses, and goes with them.
inline constexpr char kMadeForIngress[] = "croft.lab/made-for-ingress";

// What is known about one Secret that Ingresses name in `tls`, or that is made for their hosts.
struct IngressTlsWorld {
  Key key;                                          // of the Secret, and of the Certificate that would be made
  std::vector<ingress::DeclaredIngress> ingresses;  // served ones that want it, oldest first
  std::optional<types::Secret> secret;              // of type kubernetes.io/tls
  std::optional<types::lab::Certificate> present;   // the Certificate named as the Secret
  bool other_certificate_writes_it = false;         // a Certificate of another name has this secretName
};

struct IngressTlsPlan {
  enum class Action { kNothing, kWrite, kDelete };
  Action action = Action::kNothing;
  types::lab::Certificate certificate;  // to write: names, issuer, owners
};

// Whether a lab Certificate must be made for the hosts: not when the Secret is the user's own, nor when another
// Certificate writes it. Pure.
IngressTlsPlan PlanIngressTls(const IngressTlsWorld& world);

}  // namespace croft::certificates
