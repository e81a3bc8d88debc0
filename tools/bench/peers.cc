#include "tools/bench/peers.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "api/base/clock.h"
#include "api/http/socket.h"
#include "api/pki/authority.h"
#include "tools/bench/etcd_caller.h"

namespace croft::bench {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(30);

// Makes a certificate for 127.0.0.1 in tls.crt and tls.key of the folder, and returns its authority's.
std::string MakeCertificate(const fs::path& folder) {
  SystemClock clock;
  const auto ca = pki::Authority::Create("bench", clock.Now(), std::chrono::hours(24));
  pki::CertificateSpec spec;
  spec.subject = {"peer", {}};
  spec.names.ips = {"127.0.0.1"};
  spec.not_before = clock.Now() - std::chrono::hours(1);
  spec.not_after = clock.Now() + std::chrono::hours(24);
  spec.server_auth = true;
  const auto pair = ca->IssueWithNewKey(spec);
  fs::create_directories(folder);
  std::ofstream(folder / "tls.crt") << pair->certificate_pem;
  std::ofstream(folder / "tls.key") << pair->key_pem;
  return ca->certificate_pem();
}

void AwaitReady(const std::string& program, const fs::path& folder, const std::function<bool()>& ready) {
  const auto begin = Steady::now();
  while (!ready()) {
    if (Steady::now() - begin > kPatience) {
      Die(program + " is not ready after 30 s; see " + (folder / "log").string());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

void Die(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

std::string FreeAddress() {
  const Result<int> fd = http::Listen("127.0.0.1:0");
  if (!fd.ok()) Die(fd.status().message());
  std::string address = http::LocalAddress(*fd);
  close(*fd);
  return address;
}

bool Installed(const std::string& program) {
  std::stringstream path(std::getenv("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    if (fs::exists(fs::path(folder) / program)) return true;
  }
  return false;
}

std::string ConfigMap(const std::string& name) {
  static const std::string text(330, 'x');
  return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name +
         R"(","namespace":"default","labels":{"app":"bench"}},"data":{"text":")" + text + R"("}})";
}

std::string ObjectName(int callers, int caller, int n) {
  return std::to_string(callers) + "-" + std::to_string(caller) + "-" + std::to_string(n);
}

Etcd::Etcd(const fs::path& folder) : ca_pem_(MakeCertificate(folder)) {
  const std::string peer = "http://" + FreeAddress();
  child_ = std::make_unique<Child>(
      std::vector<std::string>{"etcd", "--data-dir", folder / "data", "--listen-client-urls", "https://" + address_,
                               "--advertise-client-urls", "https://" + address_, "--listen-peer-urls", peer,
                               "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=" + peer,
                               "--cert-file", folder / "tls.crt", "--key-file", folder / "tls.key"},
      folder / "log");
  AwaitReady("etcd", folder, [&] { return EtcdCaller::Connect(address_, ca_pem_, nullptr).ok(); });
}

double Etcd::Puts(int writers, Steady::duration slice) const {
  Callers callers;
  for (int t = 0; t < writers; ++t) {
    auto caller = EtcdCaller::Connect(address_, ca_pem_, [writers, t](int n) -> EtcdCaller::KeyValue {
      const std::string name = ObjectName(writers, t, n);
      return {"/registry/configmaps/default/" + name, ConfigMap(name)};
    });
    if (!caller.ok()) Die(caller.status().message());
    callers.push_back(std::move(*caller));
  }
  return RateOf(callers, slice);
}

EmptyAnswers::EmptyAnswers(const fs::path& folder) : ca_pem_(MakeCertificate(folder)) {
  // Where HAProxy looks for the key of a certificate.
  fs::rename(folder / "tls.key", folder / "tls.crt.key");
  std::ofstream(folder / "haproxy.cfg") << "global\n  nbthread 2\n  h1-case-adjust content-length Content-Length\n"
                                        << "defaults\n  mode http\n  timeout client 60s\n"
                                        << "  timeout server 60s\n  timeout connect 5s\nfrontend answers\n"
                                        << "  option http-buffer-request\n  option h1-case-adjust-bogus-client\n  bind "
                                        << address_ << " ssl crt " << (folder / "tls.crt").string()
                                        << "\n  http-request return status 201\n";
  child_ = std::make_unique<Child>(std::vector<std::string>{"haproxy", "-db", "-f", (folder / "haproxy.cfg").string()},
                                   folder / "log");
  AwaitReady("haproxy", folder, [&] { return CallerSocket::Connect(address_, ca_pem_, {}, "").ok(); });
}

CallerSocket EmptyAnswers::Connect() const {
  auto socket = CallerSocket::Connect(address_, ca_pem_, {}, "");
  if (!socket.ok()) Die(socket.status().message());
  return std::move(*socket);
}

}  // namespace croft::bench
