#include "api/http/server.h"

#include <malloc.h>
#include <sys/file.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "api/base/fd.h"
#include "api/base/file.h"
#include "api/base/log.h"
#include "api/client/kubeconfig.h"
#include "api/server/server.h"
#include "operator/accounts/install.h"
#include "operator/certificates/install.h"
#include "operator/ingress/haproxy.h"
#include "operator/ingress/install.h"
#include "operator/network/linux_net.h"
#include "operator/network/routes_controller.h"
#include "operator/nodes/install.h"
#include "operator/workloads/install.h"
#include "tools/croft/daemons.h"
#include "tools/croft/join_service.h"
#include "tools/croft/lab_identity.h"
#include "tools/croft/machine.h"
#include "tools/croft/node_process.h"
#include "tools/croft/remote_logs.h"
#include "tools/croft/signals.h"
#include "tools/croft/terminal.h"

namespace croft::cli {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr int kControllerThreads = 4;
constexpr int kHttpWorkers = 8;
// As much as other servers of this API take: a selector has its place in the request line.
constexpr size_t kMaxHeaderBytes = 1024 * 1024;
constexpr Duration kRenewalCheck = hours(1);

bool Has(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// "ADDR:PORT" of the API as others reach it.
std::string PortOf(const std::string& address) {
  return address.substr(address.rfind(':') + 1);
}

// The whole server: members are destroyed from the last to the first, so each may use those above it.
class ServerProcess {
 public:
  explicit ServerProcess(ServerOptions options) : options_(std::move(options)) {}

  Status Start() {
    CROFT_RETURN_IF_ERROR(CheckOptions());
    CROFT_RETURN_IF_ERROR(LockDataDir());
    CROFT_RETURN_IF_ERROR(CheckPrograms());
    sockets_ = InheritedSockets();
    if (options_.advertise_address.empty()) options_.advertise_address = OwnAddress();
    if (options_.public_address.empty()) options_.public_address = {options_.advertise_address};
    CROFT_RETURN_IF_ERROR(OpenIdentity());
    CROFT_RETURN_IF_ERROR(OpenStore());
    CROFT_RETURN_IF_ERROR(StartApi());
    CROFT_RETURN_IF_ERROR(WriteAdminKubeconfig());
    if (!Has(options_.disable, "controllers")) CROFT_RETURN_IF_ERROR(StartControllers());
    if (!Has(options_.disable, "agent")) CROFT_RETURN_IF_ERROR(StartNode());
    ScheduleRenewal();
    return Status::Ok();
  }

  void Stop() {
    renewing_ = false;
    if (node_ != nullptr) node_->Stop();
    if (manager_ != nullptr) manager_->Stop();
    if (api_ != nullptr) api_->EndWatches();
    if (http_ != nullptr) http_->Stop(seconds(2));
    executor_.Stop();
    if (store_ != nullptr) store_->Stop();
  }

 private:
  Status CheckOptions() {
    static const std::vector<std::string> kParts = {"agent", "ingress", "certificates", "controllers"};
    for (const std::string& part : options_.disable) {
      if (!Has(kParts, part)) {
        return Status::BadRequest("--disable: there is no part \"" + part +
                                  "\"; parts are agent, ingress, certificates and controllers");
      }
    }
    return Status::Ok();
  }

  Status LockDataDir() {
    CROFT_RETURN_IF_ERROR(MakeDirs(options_.data_dir, 0700));
    lock_ = UniqueFd(open((options_.data_dir + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock_.valid()) {
      const bool full = errno == ENOSPC;
      return Status::Unavailable(
          full
              ? "the disk of " + options_.data_dir + " is full: free some space, then start again"
              : "cannot write in " + options_.data_dir + ": give this user the right to, or choose another --data-dir");
    }
    if (flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
      return Status::Unavailable("another croft server runs on " + options_.data_dir +
                                 ": stop it, or choose another --data-dir");
    }
    return Status::Ok();
  }

  // Said at once, not when the first pod or route needs it.
  Status CheckPrograms() const {
    if (!Has(options_.disable, "ingress") && !FindProgram("haproxy")) {
      return Status::Unavailable(
          "HAProxy is not installed, which serves the lab's routes: apt-get install haproxy, or start with "
          "--disable=ingress");
    }
    if (!Has(options_.disable, "agent") && !FindProgram("podman")) {
      return Status::Unavailable(
          "Podman is not installed, which runs the lab's containers: apt-get install podman, or start with "
          "--disable=agent");
    }
    return Status::Ok();
  }

  Status OpenIdentity() {
    LabIdentity::Settings settings;
    settings.dir = options_.data_dir + "/pki";
    settings.token_file = options_.data_dir + "/join-token";
    settings.names = {"localhost",
                      "127.0.0.1",
                      HostName(),
                      options_.advertise_address,
                      "kubernetes",
                      "kubernetes.default",
                      "kubernetes.default.svc",
                      "kubernetes.default.svc.cluster.local",
                      ServiceAddress()};
    settings.names.insert(settings.names.end(), options_.public_address.begin(), options_.public_address.end());
    auto identity = LabIdentity::Open(std::move(settings), clock_, random_);
    if (!identity.ok()) return identity.status();
    identity_ = std::move(*identity);
    join_ = std::make_unique<JoinService>(*identity_, clock_);
    return Status::Ok();
  }

  // The first address of the service network is the API's own Service.
  std::string ServiceAddress() const {
    std::string network = options_.service_network.substr(0, options_.service_network.find('/'));
    return network.substr(0, network.rfind('.') + 1) + "1";
  }

  Status OpenStore() {
    auto backend = store::SqliteBackend(options_.data_dir + "/store.db");
    if (!backend.ok()) return backend.status();
    auto store = store::Open(std::move(*backend), {});
    if (!store.ok()) return store.status();
    store_ = std::move(*store);
    return Status::Ok();
  }

  Status StartApi() {
    auto own = identity_->Server();
    if (!own.ok()) return own.status();
    shown_certificate_ = own->certificate_pem;
    const http::TlsIdentity tls{own->certificate_pem, own->key_pem};
    logs_ = std::make_unique<RemoteLogs>(*store_, executor_, RemoteLogs::Settings{identity_->ca_pem(), tls});

    const auto services = server::ServiceAddresses::Range::FromText(options_.service_network);
    if (!services.ok()) return services.status().Annotate("--service-network");
    server::ApiServer::Settings settings;
    settings.service_range = *services;
    settings.bootstrap.ca_pem = identity_->ca_pem();
    settings.bootstrap.service_address = ServiceAddress();
    settings.bootstrap.api_port = std::atoi(PortOf(options_.listen).c_str());
    settings.advertise_address = options_.advertise_address + ":" + PortOf(options_.listen);
    settings.account_key_pem = identity_->account_key_pem();
    auto api = server::ApiServer::Create(settings, {*store_, clock_, random_, &executor_, logs_.get()});
    if (!api.ok()) return api.status();
    api_ = std::move(*api);

    http::ServerSettings http;
    http.workers = kHttpWorkers;
    http.max_header_bytes = kMaxHeaderBytes;
    http.listeners.push_back({options_.listen});
    for (const InheritedSocket& socket : sockets_) {
      if (socket.name == "api") http.listeners.push_back({.address = "", .fd = socket.fd});
    }
    http.tls = http::ServerTls{tls, identity_->ca_pem()};
    http.quick = [this](const http::Request& request) { return api_->http_api().IsQuick(request); };
    http_ = std::make_unique<http::Server>(
        std::move(http), [this, handler = api_->handler()](http::Request request, http::ResponderPtr responder) {
          if (JoinService::Owns(request)) {
            responder->Send(join_->Handle(request));
          } else {
            handler(std::move(request), std::move(responder));
          }
        });
    CROFT_RETURN_IF_ERROR(http_->Start());
    return api_->Announce(options_.advertise_address, std::atoi(ApiPort().c_str()));
  }

  // As it was asked for, or as the system gave it.
  std::string ApiPort() const {
    const std::string port = PortOf(options_.listen);
    return port == "0" && !http_->addresses().empty() ? PortOf(http_->addresses().front()) : port;
  }

  Status WriteAdminKubeconfig() {
    if (options_.write_kubeconfig.empty()) return Status::Ok();
    const auto admin = identity_->Admin();
    if (!admin.ok()) return admin.status();
    client::Kubeconfig config;
    const char* cluster = std::getenv("CROFT_CLUSTER");  // set by the local cluster
    config.context = cluster == nullptr ? "croft" : "croft-" + std::string(cluster);
    // A person on this machine uses the address that is public here, when the API listens there too.
    const bool inherited =
        std::any_of(sockets_.begin(), sockets_.end(), [](const auto& socket) { return socket.name == "api"; });
    const std::string& host = inherited ? options_.public_address.front() : options_.advertise_address;
    const std::string listen_host = options_.listen.substr(0, options_.listen.rfind(':'));
    const bool loopback = listen_host.rfind("127.", 0) == 0 || listen_host == "localhost";
    config.server = "https://" + (loopback ? listen_host : host) + ":" + ApiPort();
    config.ca_pem = identity_->ca_pem();
    config.client_certificate_pem = admin->certificate_pem;
    config.client_key_pem = admin->key_pem;
    const std::string text = client::WriteKubeconfig(config);
    // The same text again is no reason to write.
    if (const auto there = ReadFile(options_.write_kubeconfig); there.ok() && *there == text) return Status::Ok();
    const std::string folder = std::filesystem::path(options_.write_kubeconfig).parent_path();
    if (!folder.empty()) CROFT_RETURN_IF_ERROR(MakeDirs(folder, 0755));
    CROFT_RETURN_IF_ERROR(WriteFileAtomic(options_.write_kubeconfig, text, 0600));
    log::Info("kubeconfig written", {{"path", options_.write_kubeconfig}});
    return Status::Ok();
  }

  Status StartControllers() {
    client_ = api_->NewClient(server::ControllerIdentity(), executor_);
    manager_ = std::make_unique<runtime::Manager>(runtime::Context{*client_, clock_, random_, executor_});
    workloads::Install(*manager_, WorkloadSettings());
    nodes::Install(*manager_, {.pod_network = options_.pod_network});
    Result<pki::TokenKey> account_key = pki::TokenKey::Load(identity_->account_key_pem());
    if (!account_key.ok()) return account_key.status();
    accounts::Install(*manager_, std::move(*account_key), identity_->ca_pem());
    if (!Has(options_.disable, "certificates")) {
      certificates::Install(*manager_, identity_->authority());
    }
    if (!Has(options_.disable, "ingress")) StartIngress();
    if (Has(options_.disable, "agent")) {
      // Routes are sent to pods directly, also from a machine that runs none itself.
      net_ = std::make_unique<network::LinuxNet>(
          network::LinuxNet::Settings{options_.advertise_address, options_.pod_network});
      network::RoutesController::AddTo(*manager_, *net_);
    }
    manager_->Start();
    return Status::Ok();
  }

  workloads::Settings WorkloadSettings() {
    workloads::Settings settings;
    settings.namespaced = [this] {
      std::vector<GroupVersionResource> resources;
      for (const auto& kind : api_->service().catalog().view()->definitions()) {
        if (!kind->namespaced || kind->create_only) continue;  // what is never stored can't be left over
        resources.push_back({kind->group, kind->StorageVersion().name, kind->plural});
      }
      return resources;
    };
    settings.collected.clear();
    for (const auto& kind : api_->service().catalog().view()->definitions()) {
      // Events and Leases are nobody's. Posted kinds are found by their definitions, as they come.
      if (!kind->builtin || kind->create_only || kind->ephemeral) continue;
      settings.collected.push_back(
          {{kind->group, kind->StorageVersion().name, kind->plural}, kind->kind, kind->namespaced});
    }
    return settings;
  }

  void StartIngress() {
    ingress::HaproxySettings settings;
    settings.directory = std::filesystem::absolute(options_.data_dir + "/haproxy");
    for (const InheritedSocket& socket : sockets_) {
      if (socket.name == "http") settings.http.push_back({.address = "", .fd = socket.fd});
      if (socket.name == "https") settings.https.push_back({.address = "", .fd = socket.fd});
    }
    if (settings.http.empty()) settings.http.push_back({options_.http_listen});
    if (settings.https.empty()) settings.https.push_back({options_.https_listen});
    proxy_ = std::make_unique<ingress::HaproxyProxy>(std::move(settings), clock_);
    ingress::Settings routes;
    for (const std::string& address : options_.public_address) routes.addresses.push_back({.ip = address});
    ingress::Install(*manager_, routes, *proxy_);
  }

  Status StartNode() {
    NodeProcess::Settings settings;
    settings.name = options_.node_name.empty() ? HostName() : options_.node_name;
    settings.address = options_.advertise_address;
    settings.data_dir = options_.data_dir + "/agent";
    settings.pod_network = options_.pod_network;
    settings.ca_pem = identity_->ca_pem();
    auto own = identity_->Node(settings.name, settings.address);
    if (!own.ok()) return own.status();
    settings.server_identity = *own;
    node_client_ = api_->NewClient(server::NodeIdentity(settings.name), executor_);
    node_ = std::make_unique<NodeProcess>(std::move(settings), *node_client_, *node_client_, clock_, random_);
    return node_->Start();
  }

  // Looks now and then whether the server's certificate must be renewed, and shows the new one without a restart.
  void ScheduleRenewal() {
    executor_.PostAfter(kRenewalCheck, [this] {
      if (!renewing_) return;
      const auto own = identity_->Server();
      if (own.ok() && own->certificate_pem != shown_certificate_) {
        shown_certificate_ = own->certificate_pem;
        const Status shown = http_->SetTls({{own->certificate_pem, own->key_pem}, identity_->ca_pem()});
        if (!shown.ok()) log::Error("the renewed certificate can't be shown", {{"error", shown.message()}});
      }
      if (const Status written = WriteAdminKubeconfig(); !written.ok()) {
        log::Warn("kubeconfig not renewed", {{"error", written.message()}});
      }
      ScheduleRenewal();
    });
  }

  ServerOptions options_;
  SystemClock clock_;
  SystemRandom random_;
  UniqueFd lock_;
  std::vector<InheritedSocket> sockets_;
  std::atomic<bool> renewing_{true};
  std::string shown_certificate_;  // used by Start, then by the renewal alone
  std::unique_ptr<LabIdentity> identity_;
  std::unique_ptr<JoinService> join_;
  std::unique_ptr<store::Store> store_;
  ThreadPool executor_{kControllerThreads, "controllers"};
  std::unique_ptr<RemoteLogs> logs_;
  std::unique_ptr<server::ApiServer> api_;
  std::unique_ptr<http::Server> http_;
  std::unique_ptr<client::Client> client_;
  std::unique_ptr<client::Client> node_client_;
  std::unique_ptr<network::LinuxNet> net_;
  std::unique_ptr<ingress::HaproxyProxy> proxy_;
  std::unique_ptr<runtime::Manager> manager_;
  std::unique_ptr<NodeProcess> node_;
};

}  // namespace

int RunServer(const ServerOptions& options) {
  HoldSignals();
  // Arenas beyond two cost memory that a small machine does not have, and gain nothing here.
  mallopt(M_ARENA_MAX, 4);
  RaiseDescriptorLimit();
  ServerProcess process(options);
  if (const Status started = process.Start(); !started.ok()) {
    process.Stop();
    return Fail(started.message());
  }
  log::Info("lab is up", {{"listen", options.listen}, {"data-dir", options.data_dir}});
  AwaitSignal();
  log::Info("stopping");
  process.Stop();
  return 0;
}

int PrintToken(const std::string& data_dir) {
  const auto token = ReadFile(data_dir + "/join-token", 4096);
  if (!token.ok()) return Fail(token.status().message() + "; run this on the lab's server, as the user that runs it");
  std::fputs(token->c_str(), stdout);
  return 0;
}

}  // namespace croft::cli
