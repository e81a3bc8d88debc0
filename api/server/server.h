#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/executor.h"
#include "api/base/id.h"
#include "api/base/result.h"
#include "api/client/client.h"
#include "api/http/message.h"
#include "api/server/account_tokens.h"
#include "api/server/api_services.h"
#include "api/server/authn.h"
#include "api/server/authz.h"
#include "api/server/bootstrap.h"
#include "api/server/catalog.h"
#include "api/server/http_api.h"
#include "api/server/local_client.h"
#include "api/server/pod_logs.h"
#include "api/server/resource_service.h"
#include "api/server/upkeep.h"

namespace croft::server {

// The API server without its socket: catalog, verb layer and HTTP handler over an opened store.
//
//   Result<std::unique_ptr<ApiServer>> api = ApiServer::Create(settings, {*store, clock, random, &timers, &logs});
//   if (!api.ok()) return api.status();
//   http::Server server(http_settings, (*api)->handler());
//   auto client = (*api)->NewClient(ControllerIdentity(), executor);
//
// Destroy it after the http::Server and the clients. Thread-safe after Create.
class ApiServer {
 public:
  struct Settings {
    AuthenticatorSettings authentication;
    Bootstrap::Settings bootstrap;
    ServiceAddresses::Range service_range;
    std::string advertise_address;  // "10.0.0.1:6443", as discovery tells it
    // ECDSA P-256, signs the tokens of service accounts; empty: none are issued, and none are good.
    std::string account_key_pem = {};
  };
  struct Parts {
    store::Store& store;
    Clock& clock;
    Random& random;
    // Where watches are timed, and what the server keeps is put back when somebody deletes it. Null: whoever assembles
    // this calls http_api().Tick() every second, and what is deleted is absent until the next start.
    Executor* timers = nullptr;
    PodLogs* pod_logs = nullptr;
  };

  // Reads the embedded kinds, serves the posted ones that the store holds, and creates what every lab has.
  static Result<std::unique_ptr<ApiServer>> Create(Settings settings, Parts parts);
  ~ApiServer();

  // Where the API is reached by others, once it listens there: its Service leads to it.
  Status Announce(const std::string& address, int port) { return bootstrap_.AnnounceApi(address, port); }

  http::Handler handler();
  std::unique_ptr<client::Client> NewClient(Identity who, Executor& executor);

  ResourceService& service() { return service_; }
  HttpApi& http_api() { return http_api_; }
  const Authenticator& authenticator() const { return authenticator_; }

  // Ends all watches, so that the http::Server can stop at once.
  void EndWatches() { http_api_.EndWatches(); }

 private:
  ApiServer(Settings settings, Parts parts, std::vector<schema::ResourceDefinition> kinds,
            std::optional<pki::TokenKey> account_key);
  Status Start();
  Status Mend(Upkeep::What what, const std::string& ns);
  void ScheduleTick();
  // Where the HTTP API begins writes anew; none without timers.
  std::function<void(Executor::Task)> Retries() const;
  // The task, unless this has ended by the time that it runs.
  Executor::Task WhileAlive(Executor::Task task) const;

  // Keeps a timer that fires after the end from reaching this.
  struct Alive {
    std::mutex mutex;
    ApiServer* server = nullptr;  // guarded by mutex
  };

  const Parts parts_;
  Catalog catalog_;
  StrategyRegistry strategies_;
  ServiceAddresses addresses_;
  BuiltinAuthorizer authorizer_;
  AccountTokens account_tokens_;
  Authenticator authenticator_;
  ResourceService service_;
  Bootstrap bootstrap_;
  Upkeep upkeep_;
  ApiServices api_services_;
  const std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();
  HttpApi http_api_;
};

}  // namespace croft::server
