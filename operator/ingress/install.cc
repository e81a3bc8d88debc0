#include "operator/ingress/install.h"

#include "api/types/resources.h"
#include "operator/ingress/ingress_controller.h"

namespace croft::ingress {

void Install(runtime::Manager& manager, const Settings& settings, Proxy& proxy) {
  client::InformerFactory& informers = manager.informers();
  client::ListOptions tls_only;
  tls_only.field_selector = "type=kubernetes.io/tls";
  Sources sources{informers.For(resources::kIngresses),       informers.For(resources::kIngressClasses),
                  informers.For(resources::kLabIngresses),    informers.For(resources::kServices),
                  informers.For(resources::kEndpointSlices),  informers.For(resources::kLabServices),
                  informers.For(resources::kLabCertificates), informers.For(resources::kSecrets, tls_only)};
  runtime::Controller& controller = manager.Add(
      "ingress", std::make_unique<IngressController>(manager.context(), sources, proxy, settings.addresses));
  const auto to_routes = [](const ObjectPtr&, const ObjectPtr&) {
    return std::vector<Key>{IngressController::RoutesKey()};
  };
  for (client::Informer* source : {&sources.ingresses, &sources.classes, &sources.lab_ingresses, &sources.services,
                                   &sources.slices, &sources.lab_services, &sources.certificates, &sources.secrets}) {
    manager.Watch(controller, *source, to_routes);
  }
  // A lab without a single route answers too, with a page that says so.
  controller.Enqueue(IngressController::RoutesKey());
}

}  // namespace croft::ingress
