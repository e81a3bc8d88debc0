// Updates and patches wait for the disk without a thread, and begin anew when another writer was faster.

#include <condition_variable>
#include <mutex>
#include <thread>

#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

// A disk that can be made to hang.
class HangingBackend final : public store::Backend {
 public:
  struct Switch {
    std::mutex mutex;
    std::condition_variable changed;
    bool hangs = false;  // guarded by mutex
    int waiting = 0;     // guarded by mutex

    void Set(bool to) {
      const std::lock_guard lock(mutex);
      hangs = to;
      changed.notify_all();
    }
    bool AwaitHanging() {
      std::unique_lock lock(mutex);
      return changed.wait_for(lock, std::chrono::seconds(20), [this] { return waiting > 0; });
    }
  };

  explicit HangingBackend(std::shared_ptr<Switch> to) : switch_(std::move(to)) {}
  Result<uint64_t> Load(const std::function<void(Row)>& each) override { return memory_->Load(each); }
  Status Append(const std::vector<Row>& rows, uint64_t revision) override {
    {
      std::unique_lock lock(switch_->mutex);
      ++switch_->waiting;
      switch_->changed.notify_all();
      switch_->changed.wait_for(lock, std::chrono::seconds(20), [this] { return !switch_->hangs; });
      --switch_->waiting;
    }
    return memory_->Append(rows, revision);
  }

 private:
  const std::shared_ptr<Switch> switch_;
  const std::unique_ptr<store::Backend> memory_ = store::MemoryBackend();
};

class PendingWritesTest : public ApiTest {
 protected:
  void SetUp() override {
    store_ = std::move(*store::Open(std::make_unique<HangingBackend>(disk_), {}));
    StartServer(clock_, random_, &timers_);
    ASSERT_EQ(Post("/api/v1/namespaces", R"({"metadata":{"name":"d"}})").code, 201);
    for (const char* name : {"a", "b", "c", "other"}) {
      ASSERT_EQ(Post(kMaps, R"({"metadata":{"name":")" + std::string(name) + R"("},"data":{"k":"old"}})").code, 201);
    }
  }
  void TearDown() override {
    disk_->Set(false);
    store_->Stop();
    timers_.Stop();
    api_.reset();
  }
  // The disk hangs with a write of another object on it, so that what comes now is one batch.
  std::shared_ptr<fakes::FakeResponder> Hang() {
    disk_->Set(true);
    auto first = SendPatch("other", R"({"data":{"k":"new"}})");
    EXPECT_TRUE(disk_->AwaitHanging());
    return first;
  }
  std::shared_ptr<fakes::FakeResponder> SendPatch(const std::string& name, const std::string& patch) {
    return Send("PATCH", std::string(kMaps) + "/" + name, patch, {{"Content-Type", "application/merge-patch+json"}});
  }
  std::shared_ptr<fakes::FakeResponder> SendPut(const std::string& name, const std::string& object) {
    return Send("PUT", std::string(kMaps) + "/" + name, object);
  }

  static constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
  const std::shared_ptr<HangingBackend::Switch> disk_ = std::make_shared<HangingBackend::Switch>();
  ThreadPool timers_{1, "timers"};
};

TEST_F(PendingWritesTest, NoThreadWaitsForTheDisk) {
  std::vector<std::shared_ptr<fakes::FakeResponder>> pending = {Hang()};
  // All from this one thread, which would wait at the first.
  pending.push_back(SendPatch("a", R"({"data":{"k":"new"}})"));
  pending.push_back(SendPut("b", R"({"metadata":{"name":"b"},"data":{"k":"new"}})"));
  pending.push_back(SendPatch("c", R"({"data":{"k":"new"}})"));
  for (const auto& responder : pending) EXPECT_FALSE(responder->answered());
  EXPECT_EQ(Get(std::string(kMaps) + "/a").Text({"data", "k"}), "old");
  disk_->Set(false);
  for (const auto& responder : pending) EXPECT_EQ(responder->Wait().status, 200);
  EXPECT_EQ(Get(std::string(kMaps) + "/a").Text({"data", "k"}), "new");
}

// What an I/O thread handles itself must not wait, and not take long.
TEST_F(PendingWritesTest, AreQuickAndSoIsAGetButNothingThatWaits) {
  const std::string one = std::string(kMaps) + "/a";
  const struct {
    const char* name;
    std::string method, path;
    bool quick;
    std::string type = "application/json";
    size_t body = 100;
  } kCases[] = {
      {"a get", "GET", one, true},
      {"a create", "POST", kMaps, true},
      {"an update", "PUT", one, true},
      {"a merge patch", "PATCH", one, true, "application/merge-patch+json"},
      {"an applied configuration", "PATCH", one, false, "application/apply-patch+yaml"},
      {"a large body", "PUT", one, false, "application/json", 40'000},
      {"a list", "GET", kMaps, false},
      {"a watch of the old kind", "GET", "/api/v1/watch/namespaces/d/configmaps/a", false},
      {"a delete", "DELETE", one, false},
      {"a log", "GET", "/api/v1/namespaces/d/pods/p/log", false},
      {"a namespace, which is furnished", "POST", "/api/v1/namespaces", false},
      {"a definition, which is served at once", "PUT", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/a.b.c",
       false},
      {"discovery", "GET", "/apis", false},
  };
  for (const auto& c : kCases) {
    http::Request request;
    request.method = c.method;
    request.target = c.path;
    request.body = std::string(c.body, ' ');
    request.headers.Add("Content-Type", c.type);
    EXPECT_EQ(api_->http_api().IsQuick(request), c.quick) << c.name;
  }
}

TEST_F(PendingWritesTest, OvertakenWritesBeginAnewUnlessTheyNameARevision) {
  const std::string revision = Get(std::string(kMaps) + "/b").Text({"metadata", "resourceVersion"});
  const auto named = [&](const std::string& value) {
    return R"({"metadata":{"name":"b","resourceVersion":")" + revision + R"("},"data":{"k":")" + value + R"("}})";
  };
  Hang();
  const auto one = SendPatch("a", R"({"data":{"one":"1"}})");
  const auto two = SendPatch("a", R"({"data":{"two":"2"}})");
  const auto three = SendPatch("a", R"({"data":{"three":"3"}})");
  const auto first = SendPut("b", named("first"));
  const auto second = SendPut("b", named("second"));
  disk_->Set(false);
  for (const auto& responder : {one, two, three, first}) EXPECT_EQ(responder->Wait().status, 200);
  EXPECT_EQ(second->Wait().status, 409);
  const Answer a = Get(std::string(kMaps) + "/a");
  EXPECT_EQ(a.Text({"data", "one"}) + a.Text({"data", "two"}) + a.Text({"data", "three"}), "123");
  EXPECT_EQ(Get(std::string(kMaps) + "/b").Text({"data", "k"}), "first");
}

TEST_F(PendingWritesTest, ObjectThatIsGoneMeanwhileIsNotFound) {
  Hang();
  std::thread deleting([this] { EXPECT_EQ(Delete(std::string(kMaps) + "/a").code, 200); });
  // The delete is on its way once it has been read; either order of the two is right, a lost reply is not.
  const auto patched = SendPatch("a", R"({"data":{"k":"new"}})");
  disk_->Set(false);
  deleting.join();
  const int code = patched->Wait().status;
  EXPECT_TRUE(code == 200 || code == 404) << code;
  EXPECT_EQ(Get(std::string(kMaps) + "/a").code, 404);
}

}  // namespace
}  // namespace croft::server
