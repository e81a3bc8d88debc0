// Create, get, list and watch over HTTPS, against an API server in this process with SQLite on the given folder's disk.
// Beside each figure stands its peer of the same run: the store without API and network for creates, an empty reply of
// the same HTTPS server for gets. Usage: croft_api_bench [FOLDER]

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "api/http/client.h"
#include "api/http/server.h"
#include "api/pki/authority.h"
#include "api/server/server.h"
#include "api/store/store.h"

namespace croft {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr auto kSlice = seconds(3);
constexpr int kPods = 10'000;
constexpr int kWatchers = 200;

double Seconds(Steady::duration time) {
  return std::chrono::duration<double>(time).count();
}

// Runs `step` on `threads` threads for a slice of time and returns how often a second it was done. Exits when a step
// fails.
double Rate(int threads, const std::function<bool(int thread, int n)>& step) {
  std::atomic<int> done{0};
  std::atomic<bool> failed{false};
  const auto begin = Steady::now();
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (int n = 0; Steady::now() - begin < kSlice && !failed; ++n) {
        if (!step(t, n)) failed = true;
        ++done;
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  if (failed) {
    std::fprintf(stderr, "a request failed; the figures would be wrong\n");
    std::exit(1);
  }
  return done / Seconds(Steady::now() - begin);
}

std::string Pod(const std::string& name) {
  return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
         R"(","labels":{"app":"bench","tier":"front"}},"spec":{"containers":[{"name":"main","image":"localhost/app:v1",)"
         R"("ports":[{"containerPort":8080}],"env":[{"name":"A","value":"b"}],"resources":{"limits":{"cpu":"1","memory":"64Mi"}}}]}})";
}

class Bench {
 public:
  explicit Bench(const fs::path& folder) : folder_(folder) {
    store_ = std::move(*store::Open(std::move(*store::SqliteBackend(folder_ / "bench.db")), {}));
    server::ApiServer::Settings settings;
    settings.authentication.tokens = {{"bench-token", server::AdminIdentity()}};
    settings.bootstrap.ca_pem = ca_.certificate_pem();
    api_ = std::move(*server::ApiServer::Create(settings, {*store_, clock_, random_, &timers_, nullptr}));
    pki::CertificateSpec spec;
    spec.subject = {"bench", {}};
    spec.names.ips = {"127.0.0.1"};
    spec.not_before = clock_.Now() - std::chrono::hours(1);
    spec.not_after = clock_.Now() + std::chrono::hours(24);
    spec.server_auth = true;
    const auto pair = ca_.IssueWithNewKey(spec);
    http::ServerSettings http;
    http.listeners = {{"127.0.0.1:0"}};
    http.tls = http::ServerTls{{pair->certificate_pem, pair->key_pem}, ca_.certificate_pem()};
    http.quick = [this](const http::Request& request) {
      return request.target == "/empty" || api_->http_api().IsQuick(request);
    };
    server_ =
        std::make_unique<http::Server>(http, [handler = api_->handler()](http::Request request, http::ResponderPtr to) {
          if (request.target == "/empty") return to->Send({200, {}, "ok", {}});
          handler(std::move(request), std::move(to));
        });
    if (const Status started = server_->Start(); !started.ok()) {
      std::fprintf(stderr, "%s\n", started.message().c_str());
      std::exit(1);
    }
  }
  ~Bench() {
    api_->EndWatches();
    server_->Stop(seconds(1));
  }

  void Creates() {
    for (const int writers : {1, 16, 64}) {
      const auto clients = Clients(writers);
      const double through_api = Rate(writers, [&](int t, int n) {
        return Send(*clients[static_cast<size_t>(t)], "POST", "/api/v1/namespaces/default/pods",
                    Pod("c" + std::to_string(writers) + "-" + std::to_string(t) + "-" + std::to_string(n))) == 201;
      });
      const double store_alone = Rate(writers, [&](int t, int n) {
        const std::string name = "s" + std::to_string(writers) + "-" + std::to_string(t) + "-" + std::to_string(n);
        auto json = ParseJson(Pod(name));
        store::Write write{{"bench", "pods"}, {"", name}, std::move(*Draft::From(*json)), 0, false};
        return store_->CommitAndWait(std::move(write)).ok();
      });
      std::printf("create, %2d writers      %8.0f /s   %.2f x the store alone (%.0f /s)\n", writers, through_api,
                  through_api / store_alone, store_alone);
    }
  }

  void Gets() {
    const auto clients = Clients(16);
    Send(*clients[0], "POST", "/api/v1/namespaces/default/pods", Pod("get-me"));
    const double empty =
        Rate(16, [&](int t, int) { return Send(*clients[static_cast<size_t>(t)], "GET", "/empty") == 200; });
    const double get = Rate(16, [&](int t, int) {
      return Send(*clients[static_cast<size_t>(t)], "GET", "/api/v1/namespaces/default/pods/get-me") == 200;
    });
    std::printf(
        "get, 16 clients         %8.0f /s   %.2f x an empty reply (%.0f /s), client and server on the same cores\n",
        get, get / empty, empty);
  }

  // The same client (h2load, of Debian's nghttp2-client) by either protocol. Go clients put all on one connection.
  void Protocols() {
    const struct {
      const char* name;
      const char* h1;
      const char* h2;
    } kCases[] = {
        {"16 connections, one get at a time", "--h1 -c 16", "-c 16 -m 1"},
        {"one connection, 64 gets at a time", "--h1 -c 1 -m 64", "-c 1 -m 64"},
    };
    for (const auto& c : kCases) {
      const Rated h1 = Load(c.h1);
      const Rated h2 = Load(c.h2);
      if (h1.rate == 0 || h2.rate == 0)
        return std::puts("get over HTTP/2: h2load of nghttp2-client is missing"), void();
      std::printf("get over HTTP/2         %8.0f /s   %.2f x HTTP/1.1 (%.0f /s), %s\n", h2.rate, h2.rate / h1.rate,
                  h1.rate, c.name);
      std::printf("                        %8.1f us   of the server's CPU a request; HTTP/1.1 %.1f us\n", h2.cpu,
                  h1.cpu);
    }
  }

  void Lists() {
    const Snapshot before = Count();
    for (int i = static_cast<int>(before); i < kPods; ++i) {
      auto json = ParseJson(Pod("list-" + std::to_string(i)));
      SetString((*json)["metadata"], "namespace", "default", json->GetAllocator());
      store::Write write{
          {"", "pods"}, {"default", "list-" + std::to_string(i)}, std::move(*Draft::From(*json)), 0, true};
      store_->Commit(std::move(write), [](const Result<ObjectPtr>&) {});
    }
    while (Count() < kPods) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const auto clients = Clients(1);
    size_t bytes = 0;
    int lists = 0;
    const auto begin = Steady::now();
    while (Steady::now() - begin < kSlice) {
      const http::Request request = Ask("GET", "/api/v1/pods", "");
      const auto reply = clients[0]->Do(request, seconds(30));
      if (!reply.ok() || reply->status != 200) std::exit(1);
      bytes += reply->body.size();
      ++lists;
    }
    const double time = Seconds(Steady::now() - begin);
    std::printf("list of %zu pods     %8.1f /s   %.0f MB/s over TLS, client and server on the same cores\n",
                static_cast<size_t>(Count()), lists / time, static_cast<double>(bytes) / time / 1e6);
  }

  void Watches() {
    const auto clients = Clients(1);
    std::mutex mutex;
    std::vector<double> delays;
    std::atomic<int> open{0};
    Steady::time_point sent;
    std::vector<std::unique_ptr<http::ResponseStream>> streams;
    for (int i = 0; i < kWatchers; ++i) {
      http::StreamCallbacks callbacks;
      callbacks.on_headers = [&](const http::Response&) { ++open; };
      callbacks.on_data = [&](std::string_view) {
        std::lock_guard lock(mutex);
        delays.push_back(Seconds(Steady::now() - sent) * 1e3);
      };
      callbacks.on_end = [](const Status&) {};
      streams.push_back(clients[0]->OpenStream(
          Ask("GET",
              "/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=" + std::to_string(store_->Revision()),
              ""),
          std::move(callbacks)));
    }
    while (open < kWatchers) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::vector<double> last;
    for (int round = 0; round < 20; ++round) {
      {
        std::lock_guard lock(mutex);
        delays.clear();
        sent = Steady::now();
      }
      Send(*clients[0], "POST", "/api/v1/namespaces/default/configmaps",
           R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"w)" + std::to_string(round) + R"("}})");
      while (true) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        std::lock_guard lock(mutex);
        if (delays.size() < kWatchers) continue;
        last.push_back(*std::max_element(delays.begin(), delays.end()));
        break;
      }
    }
    std::sort(last.begin(), last.end());
    std::printf(
        "watch, %d watchers     %8.1f ms   from the create to the last watcher's event (median; worst %.1f ms)\n",
        kWatchers, last[last.size() / 2], last.back());
    streams.clear();
  }

 private:
  struct Rated {
    double rate = 0;  // requests a second; 0 where h2load is not installed
    double cpu = 0;   // microseconds of this process for each, which another load on the machine hardly changes
  };
  static double CpuTime() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  }
  // Gets of an object that Gets made.
  Rated Load(const std::string& how) const {
    const std::string command = "h2load -t 1 -n 100000 " + how + " -H 'authorization: Bearer bench-token' https://" +
                                server_->addresses().front() + "/api/v1/namespaces/default/pods/get-me 2>/dev/null";
    const double before = CpuTime();
    FILE* pipe = popen(command.c_str(), "r");
    double rate = 0;
    long good = 0;
    char line[512];
    while (pipe != nullptr && fgets(line, sizeof line, pipe) != nullptr) {
      std::sscanf(line, "finished in %*[^,], %lf req/s", &rate);
      std::sscanf(line, "status codes: %ld 2xx", &good);
    }
    if (pipe == nullptr || pclose(pipe) != 0 || good == 0) return {};
    return {rate, (CpuTime() - before) / static_cast<double>(good) * 1e6};
  }

  using Snapshot = size_t;
  size_t Count() const { return store_->List({"", "pods"}, "").items.size(); }

  std::vector<std::unique_ptr<http::Client>> Clients(int count) const {
    std::vector<std::unique_ptr<http::Client>> clients;
    for (int i = 0; i < count; ++i) {
      http::ClientSettings settings;
      settings.address = server_->addresses().front();
      settings.tls = true;
      settings.ca_pem = ca_.certificate_pem();
      settings.headers.Add("Authorization", "Bearer bench-token");
      clients.push_back(std::move(*http::Client::Create(std::move(settings))));
    }
    return clients;
  }
  static http::Request Ask(std::string method, std::string target, std::string body) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    if (!request.body.empty()) request.headers.Add("Content-Type", "application/json");
    return request;
  }
  static int Send(http::Client& client, std::string method, std::string target, std::string body = {}) {
    const auto reply = client.Do(Ask(std::move(method), std::move(target), std::move(body)), seconds(30));
    if (reply.ok() && reply->status >= 400) std::fprintf(stderr, "%d %s\n", reply->status, reply->body.c_str());
    return reply.ok() ? reply->status : 0;
  }

  const fs::path folder_;
  SystemClock clock_;
  SystemRandom random_;
  pki::Authority ca_ = *pki::Authority::Create("bench-ca", clock_.Now(), std::chrono::hours(24));
  ThreadPool timers_{1, "timers"};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<server::ApiServer> api_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace
}  // namespace croft

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  std::string pattern = (argc > 1 ? fs::path(argv[1]) : fs::temp_directory_path()) / "croft-bench-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    std::fprintf(stderr, "cannot make a folder %s\n", pattern.c_str());
    return 1;
  }
  {
    croft::Bench bench(pattern);
    bench.Gets();
    bench.Protocols();
    bench.Lists();
    bench.Watches();
    bench.Creates();
  }
  fs::remove_all(pattern);
  return 0;
}
