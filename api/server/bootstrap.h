#pragma once

#include <mutex>
#include <string>

#include "api/server/resource_service.h"

namespace croft::server {

// What every lab has from the start: the standard namespaces, the Service of the API itself and where it leads, the
// ServiceCIDR that tells the range of Services' addresses, the objects embedded from manifests/bootstrap, and in each
// namespace the lab's root certificate and the default service account.
class Bootstrap {
 public:
  static constexpr const char* kRootCertificate = "kube-root-ca.crt";
  static constexpr const char* kDefaultAccount = "default";
  // Of the API's Service, Endpoints and EndpointSlice, and of the ServiceCIDR.
  static constexpr const char* kApiName = "kubernetes";
  static constexpr const char* kApiNamespace = "default";

  struct Settings {
    std::string ca_pem;  // of ConfigMap kube-root-ca.crt
    std::string service_address = "10.96.0.1";
    int service_port = 443;
    std::string service_range = "10.96.0.0/16";
    int api_port = 6443;  // where the API will listen, until it is announced
  };

  Bootstrap(ResourceService& service, Settings settings) : service_(service), settings_(std::move(settings)) {}

  // Creates what is absent, and leaves alone what is there; to be called at each start, after Restore().
  Status Run();
  // What a new namespace gets. Failures are logged: the namespace itself is not undone.
  void FurnishNamespace(const std::string& ns);
  // The same as long as the namespace stands, also where it was deleted or changed; what is right is not written.
  Status MendNamespace(const std::string& ns);

  // Where the API listens for others, from now on. An address that no Endpoints may have (a name, or of this machine
  // alone) is not told.
  Status AnnounceApi(const std::string& address, int port);
  // Puts back the API's Service, Endpoints and EndpointSlice.
  Status MendApi();
  // Puts back the ServiceCIDR, anew where it tells another range, and that it is ready. It has not the finalizer that
  // Kubernetes gives it: nobody here would take that off again.
  Status MendServiceRange();

 private:
  Status CreateAbsent(const GroupVersionResource& gvr, const std::string& ns, JsonDocument object);
  // Creates the object when it is absent; else makes the members that it has what they are here, and leaves the others.
  Status Keep(const GroupVersionResource& gvr, JsonDocument object);
  // Nothing is written when they say the same.
  Status Replace(const GroupVersionResource& gvr, const Json& before, JsonDocument after);
  Status Remove(const GroupVersionResource& gvr, const std::string& ns, const std::string& name);
  Status CreateEmbedded();
  Status CreateApiService(int api_port);
  // Makes its https port lead to that of the API.
  Status LeadApiService(int api_port);
  Status WriteApiEndpoints(const std::string& address, int api_port);
  Status WriteApiSlice(const std::string& address, int api_port);
  Status TellServiceRangeReady();
  // Follows a changed root certificate.
  Status WriteRootCertificate(const std::string& ns);

  ResourceService& service_;
  const Settings settings_;
  std::mutex mutex_;                   // held by who announces or mends: one at a time
  std::string api_address_;            // guarded by mutex_; empty: not told
  int api_port_ = settings_.api_port;  // guarded by mutex_
};

}  // namespace croft::server
