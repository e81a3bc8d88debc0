// The `croft server` program from outside, over TLS: durable creates beside etcd's put on the same disk, watch fan-out
// under steady writes, memory by the number of pods, start with all of them. Beside them stands what the machine itself
// can do. Usage:
// croft_server_bench CROFT [FOLDER [PART...]], parts being create, watch and scale

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "api/base/file.h"
#include "api/client/kubeconfig.h"
#include "api/http/client.h"
#include "api/http/socket.h"
#include "api/pki/authority.h"
#include "tools/bench/child.h"
#include "tools/bench/limits.h"
#include "tools/bench/load.h"
#include "tools/bench/peers.h"

namespace croft::bench {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kSlice = seconds(4);
constexpr auto kPatience = seconds(30);

double Seconds(Steady::duration time) {
  return std::chrono::duration<double>(time).count();
}

void DoAll(int threads, int count, const std::function<bool(int thread, int n)>& step) {
  std::atomic<int> next{0};
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (int n = next++; n < count; n = next++) {
        if (!step(t, n)) Die("a request failed");
      }
    });
  }
  for (std::thread& thread : running) thread.join();
}

// `croft server` without controllers and agent: the API alone.
class CroftServer {
 public:
  CroftServer(std::string program, fs::path folder)
      : program_(std::move(program)), folder_(std::move(folder)), address_(FreeAddress()) {}

  // Returns the milliseconds until it was ready.
  double Start() {
    const auto begin = Steady::now();
    const std::string kubeconfig = folder_ / "kubeconfig";
    child_ = std::make_unique<Child>(
        std::vector<std::string>{program_, "server", "--data-dir", folder_ / "data", "--listen", address_,
                                 "--write-kubeconfig", kubeconfig, "--disable",
                                 "agent,ingress,certificates,controllers", "--log-level", "warn"},
        folder_ / "log");
    while (Steady::now() - begin < kPatience) {
      if (Ready(kubeconfig)) return Seconds(Steady::now() - begin) * 1e3;
      std::this_thread::sleep_for(milliseconds(2));
    }
    Die("croft server is not ready after 30 s; see " + (folder_ / "log").string());
  }
  void Stop() { child_.reset(); }
  const Child& child() const { return *child_; }

  std::unique_ptr<http::Client> NewClient() const {
    http::ClientSettings settings;
    settings.address = address_;
    settings.tls = true;
    settings.ca_pem = config_.ca_pem;
    settings.identity = {config_.client_certificate_pem, config_.client_key_pem};
    auto client = http::Client::Create(std::move(settings));
    if (!client.ok()) Die(client.status().message());
    return std::move(*client);
  }

  CallerSocket Connect() const {
    auto socket =
        CallerSocket::Connect(address_, config_.ca_pem, {config_.client_certificate_pem, config_.client_key_pem}, "");
    if (!socket.ok()) Die(socket.status().message());
    return std::move(*socket);
  }

 private:
  bool Ready(const std::string& kubeconfig) {
    if (config_.ca_pem.empty()) {
      const auto config = client::LoadKubeconfig(kubeconfig);
      if (!config.ok()) return false;
      config_ = *config;
    }
    http::Request request;
    request.method = "GET";
    request.target = "/readyz";
    const auto reply = NewClient()->Do(request, seconds(5));
    return reply.ok() && reply->status == 200;
  }

  const std::string program_;
  const fs::path folder_;
  const std::string address_;
  client::Kubeconfig config_;
  std::unique_ptr<Child> child_;
};

std::vector<std::unique_ptr<http::Client>> Clients(const CroftServer& server, int count) {
  std::vector<std::unique_ptr<http::Client>> clients;
  for (int i = 0; i < count; ++i) clients.push_back(server.NewClient());
  return clients;
}

http::Request Ask(const std::string& method, const std::string& target, std::string body = {}) {
  http::Request request;
  request.method = method;
  request.target = target;
  request.body = std::move(body);
  if (!request.body.empty()) request.headers.Add("Content-Type", "application/json");
  return request;
}

bool Create(http::Client& client, const std::string& resource, std::string body) {
  const auto reply = client.Do(Ask("POST", "/api/v1/namespaces/default/" + resource, std::move(body)), kPatience);
  if (reply.ok() && reply->status == 201) return true;
  std::fprintf(stderr, "%s\n", reply.ok() ? reply->body.c_str() : reply.status().message().c_str());
  return false;
}

std::string Pod(const std::string& name) {
  return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
         R"(","labels":{"app":"bench","tier":"front"}},"spec":{"containers":[{"name":"main","image":"localhost/app:v1",)"
         R"("ports":[{"containerPort":8080}],"env":[{"name":"A","value":"b"}],"resources":{"limits":{"cpu":"1","memory":"64Mi"}}}]}})";
}

// The n-th create of a caller among `count`.
std::string CreateRequest(int count, int caller, int n) {
  const std::string body = ConfigMap(ObjectName(count, caller, n));
  return "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: lab\r\nUser-Agent: bench\r\n"
         "Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

Callers Creators(int count, const std::function<CallerSocket()>& connect) {
  Callers callers;
  for (int t = 0; t < count; ++t) {
    callers.push_back(std::make_unique<HttpCaller>(
        connect(), [count, t](int n) { return CreateRequest(count, t, n); }, 201));
  }
  return callers;
}

// What a server used between two moments for each of `count` things, in microseconds, by thread: "31.2 us
// (http-io 15.0, store-commit 14.1)".
std::string CpuEach(const std::map<std::string, double>& before, const std::map<std::string, double>& after,
                    double count) {
  double total = 0;
  std::string parts;
  for (const auto& [thread, used] : after) {
    const auto earlier = before.find(thread);
    const double each = (used - (earlier == before.end() ? 0 : earlier->second)) / count * 1e6;
    total += each;
    if (each < 0.1) continue;
    char text[64];
    std::snprintf(text, sizeof text, "%s%s %.1f", parts.empty() ? "" : ", ", thread.c_str(), each);
    parts += text;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.1f us (", total);
  return text + parts + ")";
}

void DurableCreates(CroftServer& server, const fs::path& folder) {
  std::printf("disk: %.0f appends of 512 bytes a second, each synced; loopback: %.0f round trips a second\n",
              SyncsPerSecond(folder), RoundTripsPerSecond());
  std::unique_ptr<Etcd> etcd;
  if (Installed("etcd")) {
    etcd = std::make_unique<Etcd>(folder / "etcd");
  } else {
    std::printf("etcd is not installed (Debian: etcd-server): no peer for creates\n");
  }
  for (const int writers : {1, 16, 64}) {
    const double puts = etcd ? etcd->Puts(writers, kSlice) : 0;
    const auto before = server.child().CpuSeconds();
    const double creates = RateOf(Creators(writers, [&] { return server.Connect(); }), kSlice);
    const std::string cpu = CpuEach(before, server.child().CpuSeconds(), creates * Seconds(kSlice));
    std::printf("create, %2d clients      %8.0f /s", writers, creates);
    if (etcd) std::printf("   %.2f x etcd's put (%.0f /s)", creates / puts, puts);
    std::printf("   CPU each: %s\n", cpu.c_str());
  }
  if (Installed("haproxy")) {
    const EmptyAnswers proxy(folder / "haproxy");
    const double answers = RateOf(Creators(64, [&] { return proxy.Connect(); }), kSlice);
    std::printf("the same requests to HAProxy, which answers 201 at once, 64 clients: %.0f /s\n", answers);
  }
}

double Percentile(std::vector<double>& sorted, double part) {
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(std::ceil(static_cast<double>(sorted.size()) * part)))];
}

// Finds the times in what a watcher was sent: each event has one, of its write.
class Times {
 public:
  // Calls `each` with every time that is complete now.
  template <typename Each>
  void Take(std::string_view bytes, const Each& each) {
    rest_ += bytes;
    size_t done = 0;
    while (const void* found = memmem(rest_.data() + done, rest_.size() - done, kMark.data(), kMark.size())) {
      const size_t at = static_cast<size_t>(static_cast<const char*>(found) - rest_.data());
      const size_t end = rest_.find('"', at + kMark.size());
      if (end == std::string::npos) {
        rest_.erase(0, at);
        return;
      }
      each(std::strtoll(rest_.c_str() + at + kMark.size(), nullptr, 10));
      done = end;
    }
    // A mark may be cut in two.
    rest_.erase(0, std::max(done, rest_.size() - std::min(rest_.size(), kMark.size())));
  }

 private:
  static constexpr std::string_view kMark = "\"sent\":\"";
  std::string rest_;
};

// Events carry the time at which their write was sent.
void FanOut(CroftServer& server, int watchers) {
  constexpr int kWrites = 3000;
  constexpr auto kPace = std::chrono::microseconds(1000);
  const std::string kind = "events-" + std::to_string(watchers);
  const std::string request = "GET /api/v1/namespaces/default/configmaps?watch=1&labelSelector=kind%3D" + kind +
                              " HTTP/1.1\r\nHost: lab\r\nUser-Agent: bench\r\n\r\n";
  std::vector<CallerSocket> sockets;
  for (int i = 0; i < watchers; ++i) {
    sockets.push_back(server.Connect());
    if (!sockets.back().Write(request)) Die("a watch could not be opened");
  }
  std::vector<double> delays;
  delays.reserve(static_cast<size_t>(kWrites) * static_cast<size_t>(watchers));
  std::vector<Times> times(sockets.size());
  std::vector<bool> open(sockets.size());
  std::atomic<int> opened{0};
  std::atomic<size_t> seen{0};
  std::atomic<bool> stop{false};
  std::thread follower([&] {
    Follow(
        sockets,
        [&](size_t who, std::string_view bytes) {
          if (!open[who]) ++opened;
          open[who] = true;
          const auto now = Steady::now().time_since_epoch().count();
          times[who].Take(bytes, [&](int64_t sent) { delays.push_back(static_cast<double>(now - sent) / 1e6); });
          seen = delays.size();
        },
        stop);
  });
  while (opened < watchers) std::this_thread::sleep_for(milliseconds(5));

  constexpr int kWriters = 8;
  const auto writers = Clients(server, kWriters);
  const auto before = server.child().CpuSeconds();
  const auto begin = Steady::now();
  DoAll(kWriters, kWrites, [&](int t, int n) {
    std::this_thread::sleep_until(begin + n * kPace);
    const std::string sent = std::to_string(Steady::now().time_since_epoch().count());
    return Create(*writers[static_cast<size_t>(t)], "configmaps",
                  R"({"metadata":{"name":")" + kind + "-" + std::to_string(n) + R"(","labels":{"kind":")" + kind +
                      R"("}},"data":{"sent":")" + sent + R"("}})");
  });
  const double rate = kWrites / Seconds(Steady::now() - begin);
  const size_t expected = static_cast<size_t>(kWrites) * static_cast<size_t>(watchers);
  const auto patience = Steady::now() + kPatience;
  while (seen < expected && Steady::now() < patience) std::this_thread::sleep_for(milliseconds(10));
  const std::string cpu = CpuEach(before, server.child().CpuSeconds(), static_cast<double>(expected));
  stop = true;
  follower.join();
  std::sort(delays.begin(), delays.end());
  std::printf(
      "watch, %4d watchers at %4.0f writes/s: %5.1f ms at the median, %5.1f ms at 99 %%, %5.1f ms at worst; %zu of %zu "
      "events   CPU each: %s\n",
      watchers, rate, Percentile(delays, 0.5), Percentile(delays, 0.99), delays.back(), delays.size(), expected,
      cpu.c_str());
}

void Lists(CroftServer& server, const std::string& target, const std::string& what) {
  const auto client = server.NewClient();
  size_t bytes = 0;
  const auto begin = Steady::now();
  int done = 0;
  for (; Steady::now() - begin < kSlice; ++done) {
    const auto reply = client->Do(Ask("GET", target), kPatience);
    if (!reply.ok() || reply->status != 200) Die("a list failed");
    bytes = reply->body.size();
  }
  const double rate = done / Seconds(Steady::now() - begin);
  std::printf("list of %-7s %10.1f /s   %.0f MB/s\n", what.c_str(), rate, rate * static_cast<double>(bytes) / 1e6);
}

void Scale(const std::string& program, const fs::path& folder) {
  CroftServer server(program, folder);
  const auto memory = [&](const char* what) {
    std::printf("memory with %-12s %8.1f MiB resident, %.1f MiB of it its own data\n", what,
                server.child().ResidentMib(), server.child().OwnMib());
  };
  std::printf("start from an empty disk %8.0f ms\n", server.Start());
  memory("no pods");
  const auto clients = Clients(server, 16);
  int made = 0;
  const auto grow = [&](int count) {
    const int first = made;
    DoAll(16, count - made, [&](int t, int n) {
      return Create(*clients[static_cast<size_t>(t)], "pods", Pod("p" + std::to_string(first + n)));
    });
    made = count;
  };
  grow(100);
  Lists(server, "/api/v1/pods", "100");
  grow(10'000);
  memory("10,000 pods");
  std::printf("memory bandwidth: one core copies %.0f MB/s\n", CopiedBytesPerSecond() / 1e6);
  Lists(server, "/api/v1/pods", "10,000");
  grow(100'000);
  memory("100,000 pods");
  server.Stop();
  std::printf("start with 100,000 pods  %8.0f ms\n", server.Start());
}

}  // namespace
}  // namespace croft::bench

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  using namespace croft::bench;
  if (argc < 2) Die("usage: croft_server_bench CROFT [FOLDER [create|watch|scale...]]");
  const std::set<std::string> parts(argv + std::min(argc, 3), argv + argc);
  const auto wanted = [&](const char* part) { return parts.empty() || parts.contains(part); };
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::string folder = (argc > 2 ? fs::path(argv[2]) : fs::temp_directory_path()) / "croft-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) Die("cannot make a folder " + folder);
  {
    CroftServer server(argv[1], folder);
    server.Start();
    if (wanted("create")) DurableCreates(server, folder);
    if (wanted("watch")) {
      for (const int watchers : {1, 100, 1000}) FanOut(server, watchers);
    }
  }
  fs::create_directory(fs::path(folder) / "scale");
  if (wanted("scale")) Scale(argv[1], fs::path(folder) / "scale");
  fs::remove_all(folder);
  return 0;
}
