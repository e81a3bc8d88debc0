#pragma once

#include <string>

#include "api/server/resource_service.h"

namespace croft::server {

// What every lab has from the start: the standard namespaces, the Service of the API itself, the objects embedded from
// manifests/bootstrap, and in each namespace the lab's root certificate and the default service account.
class Bootstrap {
 public:
  struct Settings {
    std::string ca_pem;  // of ConfigMap kube-root-ca.crt
    std::string service_address = "10.96.0.1";
    int service_port = 443;
    int api_port = 6443;  // where the API listens
  };

  Bootstrap(ResourceService& service, Settings settings) : service_(service), settings_(std::move(settings)) {}

  // Creates what is absent, and leaves alone what is there; to be called at each start, after Restore().
  Status Run();
  // What a new namespace gets. Failures are logged: the namespace itself is not undone.
  void FurnishNamespace(const std::string& ns);

 private:
  Status CreateAbsent(const GroupVersionResource& gvr, const std::string& ns, JsonDocument object);
  Status CreateEmbedded();
  Status CreateApiService();
  // Follows a changed root certificate.
  Status WriteRootCertificate(const std::string& ns);

  ResourceService& service_;
  const Settings settings_;
};

}  // namespace croft::server
