#include "api/server/server.h"

namespace croft::server {
namespace {

constexpr Duration kTick = std::chrono::seconds(1);

}  // namespace

Result<std::unique_ptr<ApiServer>> ApiServer::Create(Settings settings, Parts parts) {
  Result<schema::EmbeddedKinds> kinds = schema::LoadEmbeddedKinds();
  if (!kinds.ok()) return kinds.status().Annotate("the embedded kinds can not be read");
  std::optional<pki::TokenKey> key;
  if (!settings.account_key_pem.empty()) {
    Result<pki::TokenKey> loaded = pki::TokenKey::Load(settings.account_key_pem);
    if (!loaded.ok()) return loaded.status().Annotate("the key of the service accounts' tokens can not be used");
    key = std::move(*loaded);
  }
  settings.bootstrap.service_range = settings.service_range.Text();
  std::unique_ptr<ApiServer> server(
      new ApiServer(std::move(settings), parts, std::move(kinds->definitions), std::move(key)));
  CROFT_RETURN_IF_ERROR(server->Start());
  return server;
}

ApiServer::ApiServer(Settings settings, Parts parts, std::vector<schema::ResourceDefinition> kinds,
                     std::optional<pki::TokenKey> account_key)
    : parts_(parts),
      catalog_(std::move(kinds)),
      addresses_(settings.service_range, parts.random),
      authorizer_([this](const Key& key) {
        return parts_.store.Get({"", "pods"}, key);
      }),
      account_tokens_({std::move(account_key), parts.store, parts.clock, parts.random}),
      authenticator_(std::move(settings.authentication), account_tokens_),
      service_({catalog_, parts.store, authorizer_, authenticator_, account_tokens_, strategies_, addresses_,
                parts.clock, parts.random}),
      bootstrap_(service_, std::move(settings.bootstrap)),
      upkeep_(
          [this](Duration delay, Executor::Task task) { parts_.timers->PostAfter(delay, WhileAlive(std::move(task))); },
          [this](Upkeep::What what, const std::string& ns) { return Mend(what, ns); }),
      api_services_(service_),
      http_api_({service_,
                 authenticator_,
                 account_tokens_,
                 parts.clock,
                 parts.random,
                 parts.pod_logs,
                 std::move(settings.advertise_address),
                 {},
                 Retries()}) {}

ApiServer::~ApiServer() {
  {
    const std::lock_guard lock(alive_->mutex);
    alive_->server = nullptr;
  }
  http_api_.EndWatches();
}

Status ApiServer::Start() {
  service_.SetHooks({[this](const ObjectPtr& ns) { bootstrap_.FurnishNamespace(ns->name()); },
                     [this] { api_services_.SyncOrWarn(); }});
  CROFT_RETURN_IF_ERROR(service_.Restore());
  CROFT_RETURN_IF_ERROR(bootstrap_.Run());
  CROFT_RETURN_IF_ERROR(api_services_.Sync());
  alive_->server = this;
  if (parts_.timers == nullptr) return Status::Ok();
  CROFT_RETURN_IF_ERROR(upkeep_.Follow(parts_.store));
  ScheduleTick();
  return Status::Ok();
}

Status ApiServer::Mend(Upkeep::What what, const std::string& ns) {
  switch (what) {
    case Upkeep::What::kNamespace:
      return bootstrap_.MendNamespace(ns);
    case Upkeep::What::kApi:
      return bootstrap_.MendApi();
    case Upkeep::What::kServiceRange:
      return bootstrap_.MendServiceRange();
  }
  return Status::Ok();
}

void ApiServer::ScheduleTick() {
  parts_.timers->PostAfter(kTick, WhileAlive([this] {
                             http_api_.Tick();
                             ScheduleTick();
                           }));
}

Executor::Task ApiServer::WhileAlive(Executor::Task task) const {
  return [alive = alive_, task = std::move(task)] {
    const std::lock_guard lock(alive->mutex);
    if (alive->server != nullptr) task();
  };
}

std::function<void(Executor::Task)> ApiServer::Retries() const {
  if (parts_.timers == nullptr) return nullptr;
  return [this](Executor::Task task) { parts_.timers->Post(WhileAlive(std::move(task))); };
}

http::Handler ApiServer::handler() {
  return [this](http::Request request, http::ResponderPtr responder) {
    http_api_.Handle(std::move(request), std::move(responder));
  };
}

std::unique_ptr<client::Client> ApiServer::NewClient(Identity who, Executor& executor) {
  return std::make_unique<LocalClient>(service_, std::move(who), executor);
}

}  // namespace croft::server
