#include "operator/ingress/haproxy.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <thread>

#include "api/base/fd.h"
#include "api/http/client.h"
#include "api/http/server.h"
#include "api/pki/authority.h"
#include "operator/ingress/haproxy_runtime.h"

// A real HAProxy on loopback ports that the kernel chose.
namespace croft::ingress {
namespace {

using namespace std::chrono_literals;

struct BoundSocket {
  UniqueFd fd;
  int port = 0;
};

BoundSocket Listen() {
  BoundSocket bound;
  bound.fd.Reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(bound.fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) abort();
  listen(bound.fd.get(), 512);
  getsockname(bound.fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  bound.port = ntohs(address.sin_port);
  return bound;
}

// A web server that answers with its own name.
class NamedServer {
 public:
  explicit NamedServer(const std::string& name)
      : server_(Settings(), [name](const http::Request& request, const http::ResponderPtr& responder) {
          responder->Send({200, {}, name + " " + std::string(request.headers.Get("X-Forwarded-Proto"))});
        }) {
    const Status status = server_.Start();
    if (!status.ok()) ADD_FAILURE() << status.message();
    const std::string address = server_.addresses().at(0);
    port_ = std::stoi(address.substr(address.rfind(':') + 1));
  }
  ~NamedServer() { server_.Stop(1s); }
  Endpoint endpoint() const { return {"e" + std::to_string(port_), "127.0.0.1", port_, false}; }

 private:
  static http::ServerSettings Settings() {
    http::ServerSettings settings;
    settings.listeners = {{.address = "127.0.0.1:0", .plain = true}};
    settings.io_threads = 1;
    settings.workers = 2;
    return settings;
  }
  http::Server server_;
  int port_ = 0;
};

bool Eventually(const std::function<bool()>& condition, Duration limit = 10s) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

class HaproxyTest : public testing::Test {
 protected:
  void SetUp() override {
    if (access("/usr/sbin/haproxy", X_OK) != 0) GTEST_SKIP() << "haproxy is not installed";
    char name[] = "/tmp/croft-ingress-XXXXXX";
    directory_ = mkdtemp(name);
    settings_.directory = directory_ + "/proxy";
    settings_.program = "/usr/sbin/haproxy";
    settings_.http = {{"", http_.fd.get()}};
    settings_.https = {{"", https_.fd.get()}};
    settings_.public_https_port = https_.port;
    settings_.check_interval = 100ms;
    settings_.hard_stop_after = 5s;
    proxy_ = std::make_unique<HaproxyProxy>(settings_, clock_);
    Result<pki::Authority> ca = pki::Authority::Create("test-ca", clock_.Now(), 24h);
    ASSERT_TRUE(ca.ok());
    ca_ = std::make_unique<pki::Authority>(std::move(*ca));
  }

  void TearDown() override {
    if (proxy_ != nullptr) proxy_->Stop();
    proxy_.reset();
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  ServedCertificate Certificate(const std::string& name, const std::string& host) {
    pki::CertificateSpec spec;
    spec.subject.common_name = host;
    spec.names.dns = {host};
    spec.not_before = clock_.Now() - 1h;
    spec.not_after = clock_.Now() + 1h;
    spec.server_auth = true;
    Result<pki::KeyPair> pair = ca_->IssueWithNewKey(spec);
    EXPECT_TRUE(pair.ok());
    return {name, pair->certificate_pem + "\n" + pair->key_pem, {host}};
  }

  Result<http::Response> Get(const std::string& host, const std::string& target, bool tls = false) {
    http::ClientSettings settings;
    settings.address = "127.0.0.1:" + std::to_string(tls ? https_.port : http_.port);
    settings.tls = tls;
    settings.host = host;
    settings.ca_pem = tls ? ca_->certificate_pem() : "";
    auto client = http::Client::Create(settings);
    if (!client.ok()) return client.status();
    http::Request request;
    request.method = "GET";
    request.target = target;
    request.headers.Add("Host", host);
    return (*client)->Do(request, 5s);
  }

  std::string Body(const std::string& host, const std::string& target, bool tls = false) {
    Result<http::Response> response = Get(host, target, tls);
    return response.ok() ? std::to_string(response->status) + " " + response->body : response.status().message();
  }

  int Worker() {
    Result<int> pid = WorkerPid(settings_);
    return pid.ok() ? *pid : -1;
  }

  SystemClock clock_;
  BoundSocket http_ = Listen();
  BoundSocket https_ = Listen();
  std::string directory_;
  HaproxySettings settings_;
  std::unique_ptr<HaproxyProxy> proxy_;
  std::unique_ptr<pki::Authority> ca_;
};

#define ASSERT_APPLIES(model)                       \
  do {                                              \
    const Status applied = proxy_->Apply(model);    \
    ASSERT_TRUE(applied.ok()) << applied.message(); \
  } while (false)

double MillisecondsOf(const std::function<void()>& what) {
  const auto begin = std::chrono::steady_clock::now();
  what();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

TEST_F(HaproxyTest, RoutesByHostAndPathAndSaysPlainlyWhenThereIsNoRoute) {
  NamedServer a("a");
  NamedServer b("b");
  RoutingModel model;
  model.backends = {{"ns_a_80", {a.endpoint()}}, {"ns_b_80", {b.endpoint()}}, {"ns_none_80", {}}};
  model.routes = {
      {"a.test", "/exact", PathMatch::kExact, "ns_b_80"}, {"a.test", "/foo", PathMatch::kPrefix, "ns_b_80"},
      {"a.test", "/missing", PathMatch::kPrefix, ""},     {"a.test", "/idle", PathMatch::kPrefix, "ns_none_80"},
      {"a.test", "/", PathMatch::kPrefix, "ns_a_80"},     {"*.wild.test", "/", PathMatch::kPrefix, "ns_b_80"},
      {"", "/anywhere", PathMatch::kPrefix, "ns_a_80"}};
  ASSERT_APPLIES(model);
  EXPECT_EQ(Body("a.test", "/"), "200 a http");
  EXPECT_EQ(Body("A.Test:8080", "/x?y=/foo"), "200 a http");
  EXPECT_EQ(Body("a.test", "/exact"), "200 b http");
  EXPECT_EQ(Body("a.test", "/exact/more"), "200 a http");
  EXPECT_EQ(Body("a.test", "/foo"), "200 b http");
  EXPECT_EQ(Body("a.test", "/foo/bar"), "200 b http");
  EXPECT_EQ(Body("a.test", "/foobar"), "200 a http");
  EXPECT_EQ(Body("x.wild.test", "/"), "200 b http");
  EXPECT_EQ(Body("x.y.wild.test", "/"), "404 no route for host x.y.wild.test\n");
  EXPECT_EQ(Body("wild.test", "/"), "404 no route for host wild.test\n");
  EXPECT_EQ(Body("other.test", "/anywhere/x"), "200 a http");
  EXPECT_EQ(Body("other.test", "/"), "404 no route for host other.test\n");
  EXPECT_EQ(Body("a.test", "/missing"), "503 the service behind this route of a.test does not exist\n");
  EXPECT_EQ(Body("a.test", "/idle"), "503 no endpoint of the service at a.test is ready\n");
}

TEST_F(HaproxyTest, ServesEachHostItsCertificateAndRedirectsToIt) {
  NamedServer a("a");
  RoutingModel model;
  model.backends = {{"ns_a_80", {a.endpoint()}}};
  model.routes = {{"a.test", "/", PathMatch::kPrefix, "ns_a_80", true}, {"b.test", "/", PathMatch::kPrefix, "ns_a_80"}};
  model.certificates = {Certificate("ns_a", "a.test"), Certificate("ns_b", "b.test")};
  ASSERT_APPLIES(model);
  EXPECT_EQ(Body("a.test", "/", true), "200 a https");
  EXPECT_EQ(Body("b.test", "/", true), "200 a https");
  EXPECT_EQ(Body("b.test", "/"), "200 a http") << "no redirect without being asked to";
  EXPECT_FALSE(Get("c.test", "/", true).ok()) << "the default certificate is signed by nobody";
  Result<http::Response> redirect = Get("a.test", "/x?y=1");
  ASSERT_TRUE(redirect.ok());
  EXPECT_EQ(redirect->status, 308);
  EXPECT_EQ(redirect->headers.Get("Location"), "https://a.test:" + std::to_string(https_.port) + "/x?y=1");
}

TEST_F(HaproxyTest, ChangesEndpointsRoutesAndCertificatesWithoutAReload) {
  NamedServer a("a");
  NamedServer b("b");
  RoutingModel model;
  model.backends = {{"ns_a_80", {a.endpoint()}}};
  model.routes = {{"a.test", "/", PathMatch::kPrefix, "ns_a_80"}};
  model.certificates = {Certificate("ns_a", "a.test")};
  ASSERT_APPLIES(model);
  const int worker = Worker();

  model.backends[0].endpoints = {b.endpoint()};
  const double endpoint = MillisecondsOf([&] { ASSERT_APPLIES(model); });
  EXPECT_EQ(Body("a.test", "/"), "200 b http");
  model.backends[0].endpoints = {a.endpoint()};
  ASSERT_APPLIES(model);
  EXPECT_EQ(Body("a.test", "/"), "200 a http") << "the old server comes back, deleted or not";
  model.backends[0].endpoints = {a.endpoint(), b.endpoint()};
  model.backends[0].endpoints[0].draining = true;
  ASSERT_APPLIES(model);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Body("a.test", "/"), "200 b http") << "a draining endpoint gets nothing new";

  ServedCertificate renewed = Certificate("ns_a", "a.test");
  model.certificates[0] = renewed;
  const double certificate = MillisecondsOf([&] { ASSERT_APPLIES(model); });
  EXPECT_EQ(Body("a.test", "/", true), "200 b https");
  Result<std::string> shown =
      AskHaproxy(settings_.directory + "/haproxy.sock", "show ssl cert " + settings_.directory + "/certs/ns_a.pem");
  ASSERT_TRUE(shown.ok());
  EXPECT_NE(shown->find(pki::ParseCertificate(renewed.pem)->serial), std::string::npos) << *shown;

  model.certificates.push_back(Certificate("ns_new", "new.test"));
  model.routes.push_back({"new.test", "/", PathMatch::kPrefix, "ns_a_80"});
  const double route = MillisecondsOf([&] { ASSERT_APPLIES(model); });
  EXPECT_EQ(Body("new.test", "/", true), "200 b https");
  model.certificates.pop_back();
  model.routes.pop_back();
  ASSERT_APPLIES(model);
  EXPECT_FALSE(Get("new.test", "/", true).ok());
  EXPECT_FALSE(std::filesystem::exists(settings_.directory + "/certs/ns_new.pem")) << "its key is gone as well";

  EXPECT_EQ(Worker(), worker);
  EXPECT_EQ(proxy_->counters().reloads, 0u);
  std::printf("apply to effect: endpoint %.1f ms, certificate %.1f ms, route with certificate %.1f ms\n", endpoint,
              certificate, route);
}

TEST_F(HaproxyTest, LosesNoRequestWhileBackendsAreAddedByReloads) {
  NamedServer a("a");
  NamedServer b("b");
  RoutingModel model;
  model.backends = {{"ns_a_80", {a.endpoint()}}};
  model.routes = {{"a.test", "/", PathMatch::kPrefix, "ns_a_80"}};
  ASSERT_APPLIES(model);
  std::atomic<int> good{0};
  std::atomic<int> bad{0};
  std::jthread load([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) ++(Body("a.test", "/") == "200 a http" ? good : bad);
  });
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    const std::string name = "ns_b" + std::to_string(i) + "_80";
    model.backends.push_back({name, {b.endpoint()}});
    model.routes.push_back({"b" + std::to_string(i) + ".test", "/", PathMatch::kPrefix, name});
    times.push_back(MillisecondsOf([&] { ASSERT_APPLIES(model); }));
    EXPECT_EQ(Body("b" + std::to_string(i) + ".test", "/"), "200 b http");
  }
  EXPECT_TRUE(Eventually([&] { return good > 200; }));
  load.request_stop();
  load.join();
  EXPECT_EQ(bad, 0) << "of " << good + bad;
  EXPECT_EQ(proxy_->counters().reloads, 5u);
  std::sort(times.begin(), times.end());
  std::printf("apply to effect: new backend %.1f ms at the median, %.1f ms at most; %d requests meanwhile\n", times[2],
              times[4], good.load());
}

TEST_F(HaproxyTest, StartsAgainWhatWasKilled) {
  NamedServer a("a");
  RoutingModel model;
  model.backends = {{"ns_a_80", {a.endpoint()}}};
  model.routes = {{"a.test", "/", PathMatch::kPrefix, "ns_a_80"}};
  ASSERT_APPLIES(model);
  const int before = proxy_->pid();
  ASSERT_EQ(kill(before, SIGKILL), 0);
  const double back = MillisecondsOf([&] {
    EXPECT_TRUE(Eventually([&] { return proxy_->pid() != before && proxy_->pid() != 0; }));
    EXPECT_TRUE(Eventually([&] { return Body("a.test", "/") == "200 a http"; }));
  });
  const int worker = Worker();
  ASSERT_GT(worker, 0);
  ASSERT_EQ(kill(worker, SIGKILL), 0);
  EXPECT_TRUE(Eventually([&] { return Worker() > 0 && Worker() != worker; }));
  EXPECT_TRUE(Eventually([&] { return Body("a.test", "/") == "200 a http"; }));
  std::printf("kill -9 to answering again: %.1f ms\n", back);
}

TEST_F(HaproxyTest, OutlivesItsObjectAndIsAdoptedByTheNext) {
  NamedServer a("a");
  NamedServer b("b");
  RoutingModel model;
  model.backends = {{"ns_a_80", {a.endpoint()}}};
  model.routes = {{"a.test", "/", PathMatch::kPrefix, "ns_a_80"}};
  ASSERT_APPLIES(model);
  const int pid = proxy_->pid();
  const int worker = Worker();
  proxy_.reset();
  EXPECT_EQ(Body("a.test", "/"), "200 a http");

  proxy_ = std::make_unique<HaproxyProxy>(settings_, clock_);
  ASSERT_APPLIES(model);
  EXPECT_EQ(proxy_->pid(), pid);
  EXPECT_EQ(Worker(), worker) << "what it serves already needs no reload";
  model.backends[0].endpoints = {b.endpoint()};
  ASSERT_APPLIES(model);
  EXPECT_EQ(Body("a.test", "/"), "200 b http");
  EXPECT_EQ(Worker(), worker);

  // The next life wants something else at once.
  proxy_ = std::make_unique<HaproxyProxy>(settings_, clock_);
  model.backends[0].endpoints = {a.endpoint()};
  ASSERT_APPLIES(model);
  EXPECT_EQ(Body("a.test", "/"), "200 a http");
  EXPECT_EQ(proxy_->pid(), pid);
}

TEST_F(HaproxyTest, WritesNothingWhenNothingChanges) {
  RoutingModel model;
  model.routes = {{"a.test", "/", PathMatch::kPrefix, ""}};
  ASSERT_APPLIES(model);
  const auto written = std::filesystem::last_write_time(settings_.directory + "/haproxy.cfg");
  ASSERT_APPLIES(model);
  EXPECT_EQ(std::filesystem::last_write_time(settings_.directory + "/haproxy.cfg"), written);
  const auto mode = std::filesystem::status(settings_.directory + "/default.pem").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(std::filesystem::status(settings_.directory).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(HaproxyTest, KeepsServingWhenAChangeIsRefused) {
  NamedServer a("a");
  RoutingModel model;
  model.backends = {{"ns_a_80", {a.endpoint()}}};
  model.routes = {{"a.test", "/", PathMatch::kPrefix, "ns_a_80"}};
  ASSERT_APPLIES(model);
  RoutingModel broken = model;
  broken.certificates = {{"ns_bad", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n", {"a.test"}}};
  const Status status = proxy_->Apply(broken);
  EXPECT_TRUE(status.IsInvalid()) << status.message();
  EXPECT_NE(status.message().find("ns_bad"), std::string::npos) << status.message();
  EXPECT_EQ(Body("a.test", "/"), "200 a http");
  ASSERT_APPLIES(model);
}

TEST_F(HaproxyTest, NamesTheAddressThatIsTakenAndTheProgramThatIsMissing) {
  const BoundSocket taken = Listen();
  HaproxySettings settings = settings_;
  settings.http = {{"127.0.0.1:" + std::to_string(taken.port), -1}};
  HaproxyProxy busy(settings, clock_);
  EXPECT_NE(busy.Apply({}).message().find("127.0.0.1:" + std::to_string(taken.port)), std::string::npos);
  settings = settings_;
  settings.program = "/nonexistent/haproxy";
  HaproxyProxy missing(settings, clock_);
  EXPECT_NE(missing.Apply({}).message().find("apt-get install haproxy"), std::string::npos);
}

TEST_F(HaproxyTest, TakesADeadEndpointOutByItself) {
  auto a = std::make_unique<NamedServer>("a");
  NamedServer b("b");
  RoutingModel model;
  model.backends = {{"ns_a_80", {a->endpoint(), b.endpoint()}}};
  model.routes = {{"a.test", "/", PathMatch::kPrefix, "ns_a_80"}};
  ASSERT_APPLIES(model);
  a.reset();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(Body("a.test", "/"), "200 b http");
}

// An address that answers nothing at all, as that of a machine without power: its queue of connections is full, so the
// kernel drops what comes.
class SilentAddress {
 public:
  SilentAddress() {
    listen(listener_.fd.get(), 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(listener_.port));
    for (UniqueFd& fd : fillers_) {
      fd.Reset(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      (void)!connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
  }
  Endpoint endpoint() const { return {"silent", "127.0.0.1", listener_.port, false}; }

 private:
  BoundSocket listener_ = Listen();
  UniqueFd fillers_[8];
};

TEST_F(HaproxyTest, AnEndpointThatFallsSilentCostsNoRequestItsAnswer) {
  NamedServer good("good");
  const SilentAddress silent;
  RoutingModel model;
  model.backends = {{"ns_a_80", {good.endpoint(), silent.endpoint()}}};
  model.routes = {{"a.test", "/", PathMatch::kPrefix, "ns_a_80"}};
  ASSERT_APPLIES(model);
  double longest = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < 3s) {
    longest = std::max(longest, MillisecondsOf([&] { EXPECT_EQ(Body("a.test", "/"), "200 good http"); }));
  }
  EXPECT_LT(longest, 2900);
  std::printf("a silent endpoint: the longest of all requests took %.0f ms\n", longest);
}

}  // namespace
}  // namespace croft::ingress
