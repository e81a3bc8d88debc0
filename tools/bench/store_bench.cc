// What the store costs, beside its peer: the same rows put into the same kind of SQLite file, one transaction for each.
//   croft_store_bench [--benchmark_filter=...]       TMPDIR names the disk
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "api/store/store.h"

namespace croft::store {
namespace {

const GroupResource kPods{"", "pods"};
constexpr int kListed = 10'000;

// A pod as a ReplicaSet makes it: 1.9 kB.
JsonDocument Pod(const std::string& name) {
  return *ParseJson(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
                    R"(","namespace":"default","uid":"b7c1d0de-6f0e-4c4e-9b63-2f1d1f4f0a11","generation":1,
      "creationTimestamp":"2026-11-20T12:08:47Z","generateName":"whoami-5d9f7c8b6-","labels":{"app.kubernetes.io/name":
      "whoami","app.kubernetes.io/instance":"whoami-production","pod-template-hash":"5d9f7c8b6"},"ownerReferences":[{
      "apiVersion":"apps/v1","kind":"ReplicaSet","name":"whoami-5d9f7c8b6","uid":"0a3ce8d9-8d0d-4c57-8d3e-6f0f8c9d3c55",
      "controller":true,"blockOwnerDeletion":true}]},"spec":{"containers":[{"name":"whoami","image":"localhost/whoami:v1",
      "ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],"resources":{"requests":{"cpu":"100m","memory":
      "64Mi"},"limits":{"memory":"128Mi"}},"readinessProbe":{"httpGet":{"path":"/health","port":"http","scheme":"HTTP"},
      "periodSeconds":10,"timeoutSeconds":1,"successThreshold":1,"failureThreshold":3},"terminationMessagePath":
      "/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always",
      "terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default","nodeName":"node-3",
      "schedulerName":"default-scheduler"},"status":{"phase":"Running","podIP":"10.42.3.17","hostIP":"192.168.1.13",
      "startTime":"2026-11-20T12:08:48Z","conditions":[{"type":"Ready","status":"True","lastTransitionTime":
      "2026-11-20T12:08:50Z"},{"type":"PodScheduled","status":"True","lastTransitionTime":"2026-11-20T12:08:47Z"}],
      "containerStatuses":[{"name":"whoami","ready":true,"restartCount":0,"image":"localhost/whoami:v1"}]}})");
}

Write Create(const std::string& name) {
  return {kPods, {"default", name}, *Draft::From(Pod(name)), 0, false};
}

std::string PodName(int number) {
  char name[32];
  std::snprintf(name, sizeof name, "whoami-5d9f7c8b6-%06d", number);
  return name;
}

void Require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

// A folder that is gone with the object.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "croft-bench-XXXXXX").string();
    Require(mkdtemp(pattern.data()) != nullptr, "no folder for the benchmark");
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::unique_ptr<Store> OpenStore(std::unique_ptr<Backend> backend) {
  auto store = Open(std::move(backend), {});
  Require(store.ok(), store.status().message());
  return std::move(*store);
}

// The peer: a table, a statement, a transaction for each row; writers take turns.
class PlainSqlite {
 public:
  explicit PlainSqlite(const std::string& path) {
    Require(sqlite3_open(path.c_str(), &db_) == SQLITE_OK, "the peer's file can't be opened");
    const char* set_up =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE objects (name TEXT PRIMARY KEY, body BLOB)";
    Require(sqlite3_exec(db_, set_up, nullptr, nullptr, nullptr) == SQLITE_OK, sqlite3_errmsg(db_));
    sqlite3_prepare_v2(db_, "INSERT INTO objects VALUES (?, ?)", -1, &insert_, nullptr);
  }
  ~PlainSqlite() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }
  void Insert(const std::string& name, const std::string& body) {
    const std::lock_guard lock(mutex_);
    sqlite3_bind_text(insert_, 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
    sqlite3_bind_blob(insert_, 2, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
    Require(sqlite3_step(insert_) == SQLITE_DONE, sqlite3_errmsg(db_));
    sqlite3_reset(insert_);
  }

 private:
  std::mutex mutex_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

// What the threads of one benchmark share; made and ended by the first of them.
struct Shared {
  Folder folder;
  std::unique_ptr<Store> store;
  std::unique_ptr<PlainSqlite> peer;
  std::atomic<int> next = 0;
};
std::unique_ptr<Shared> shared;

void SetUpStore(const benchmark::State&) {
  shared = std::make_unique<Shared>();
  auto backend = SqliteBackend(shared->folder.File("store.db"));
  Require(backend.ok(), backend.status().message());
  shared->store = OpenStore(std::move(*backend));
}

void SetUpPeer(const benchmark::State&) {
  shared = std::make_unique<Shared>();
  shared->peer = std::make_unique<PlainSqlite>(shared->folder.File("peer.db"));
}

void SetUpListed(const benchmark::State&) {
  shared = std::make_unique<Shared>();
  shared->store = OpenStore(MemoryBackend());
  for (int i = 0; i < kListed; ++i) Require(shared->store->CommitAndWait(Create(PodName(i))).ok(), "create");
}

void TearDown(const benchmark::State&) {
  shared.reset();
}

// Parsing and drafting included, as the server does them.
void CreateDurably(benchmark::State& state) {
  for (auto _ : state) {
    Require(shared->store->CommitAndWait(Create(PodName(shared->next++))).ok(), "create");
  }
  state.SetItemsProcessed(state.iterations());
}

void CreateInPlainSqlite(benchmark::State& state) {
  for (auto _ : state) {
    const std::string name = PodName(shared->next++);
    shared->peer->Insert(name, Draft::From(Pod(name))->Commit(1)->bytes());
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(CreateDurably)->Threads(1)->Threads(16)->Threads(64)->UseRealTime()->Setup(SetUpStore)->Teardown(TearDown);
BENCHMARK(CreateInPlainSqlite)
    ->Threads(1)
    ->Threads(16)
    ->Threads(64)
    ->UseRealTime()
    ->Setup(SetUpPeer)
    ->Teardown(TearDown);

void CreateInMemory(benchmark::State& state) {
  const auto store = OpenStore(MemoryBackend());
  int next = 0;
  for (auto _ : state) Require(store->CommitAndWait(Create(PodName(next++))).ok(), "create");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(CreateInMemory);

void Get(benchmark::State& state) {
  int next = 0;
  for (auto _ : state) benchmark::DoNotOptimize(shared->store->Get(kPods, {"default", PodName(next++ % kListed)}));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Get)->Setup(SetUpListed)->Teardown(TearDown);

void ListTenThousand(benchmark::State& state) {
  size_t bytes = 0;
  for (auto _ : state) {
    const Snapshot snapshot = shared->store->List(kPods, "");
    benchmark::DoNotOptimize(snapshot.items.data());
    bytes += snapshot.items.size() * snapshot.items.front()->bytes().size();
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(ListTenThousand)->Unit(benchmark::kMicrosecond)->Setup(SetUpListed)->Teardown(TearDown);

void ListTenThousandAndJoinTheirBytes(benchmark::State& state) {
  size_t bytes = 0;
  for (auto _ : state) {
    std::string reply;
    for (const ObjectPtr& object : shared->store->List(kPods, "").items) reply.append(object->bytes()).append(1, ',');
    bytes += reply.size();
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(ListTenThousandAndJoinTheirBytes)->Unit(benchmark::kMicrosecond)->Setup(SetUpListed)->Teardown(TearDown);

// The heap that a stored object takes beyond its bytes, the log of events apart.
void MemoryPerObject(benchmark::State& state) {
  double beyond = 0;
  for (auto _ : state) {
    Store::Options options;
    options.event_log = 0;
    auto store = std::move(*Open(MemoryBackend(), options));
    const size_t before = mallinfo2().uordblks;
    for (int i = 0; i < kListed; ++i) Require(store->CommitAndWait(Create(PodName(i))).ok(), "create");
    const size_t used = mallinfo2().uordblks - before;
    beyond = static_cast<double>(used) / kListed -
             static_cast<double>(store->Get(kPods, {"default", PodName(0)})->bytes().size());
  }
  state.counters["bytes_beyond"] = beyond;
}
BENCHMARK(MemoryPerObject)->Iterations(1)->Unit(benchmark::kMillisecond);

// Prints, after the table, how the store stands to its peer with as many writers.
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const auto rate = run.counters.find("items_per_second");
      if (rate != run.counters.end()) rates_[run.run_name.function_name][run.threads] = rate->second;
    }
  }
  void Finalize() override {
    ConsoleReporter::Finalize();
    for (const auto& [writers, rate] : rates_["CreateDurably"]) {
      const double peer = rates_["CreateInPlainSqlite"][writers];
      if (peer <= 0) continue;
      std::printf("durable create, %2ld writers: %6.0f/s, plain SQLite %6.0f/s, ratio %.2f\n",
                  static_cast<long>(writers), rate, peer, rate / peer);
    }
  }

 private:
  std::map<std::string, std::map<int64_t, double>> rates_;
};

}  // namespace
}  // namespace croft::store

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  croft::store::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
}
