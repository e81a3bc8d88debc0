#include "api/base/base64.h"
#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";

// "ADDED a,MODIFIED a": types and names of the events of a watch.
std::string Events(const std::string& lines) {
  std::string text;
  size_t start = 0;
  while (start < lines.size()) {
    const size_t end = lines.find('\n', start);
    Result<JsonDocument> event = ParseJson(lines.substr(start, end - start));
    if (!event.ok()) return "malformed: " + lines;
    if (!text.empty()) text += ",";
    text += FindString(*event, {"type"});
    const std::string_view name = FindString(*event, {"object", "metadata", "name"});
    if (!name.empty()) text += " " + std::string(name);
    start = end + 1;
  }
  return text;
}

class WatchTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    Delete(std::string(kMaps) + "/kube-root-ca.crt");
  }
  void Add(const std::string& name, const std::string& app = "x") {
    EXPECT_EQ(Post(kMaps, R"({"metadata":{"name":")" + name + R"(","labels":{"app":")" + app + R"("}}})").code, 201);
  }
  void Label(const std::string& name, const std::string& app) {
    Patch(std::string(kMaps) + "/" + name, "merge-patch+json", R"({"metadata":{"labels":{"app":")" + app + R"("}}})");
  }
};

TEST_F(WatchTest, WithoutARevisionThePresentStateComesFirst) {
  Add("a");
  const auto stream = Watch(std::string(kMaps) + "?watch=true");
  EXPECT_EQ(Events(stream->Take()), "ADDED a");
  Add("b");
  Label("a", "y");
  Delete(std::string(kMaps) + "/b");
  EXPECT_EQ(Events(stream->Take()), "ADDED b,MODIFIED a,DELETED b");
}

TEST_F(WatchTest, FromARevisionOnlyWhatFollowsComes) {
  Add("a");
  const std::string revision = Get(kMaps).Text({"metadata", "resourceVersion"});
  Add("b");
  const auto stream = Watch(std::string(kMaps) + "?watch=1&resourceVersion=" + revision);
  EXPECT_EQ(Events(stream->Take()), "ADDED b");
}

TEST_F(WatchTest, ASelectorTurnsChangedLabelsIntoAddedAndDeleted) {
  Add("a", "x");
  const auto stream = Watch(std::string(kMaps) + "?watch=true&labelSelector=app%3Dx");
  EXPECT_EQ(Events(stream->Take()), "ADDED a");
  Label("a", "y");
  const std::string gone = stream->Take();
  EXPECT_EQ(Events(gone), "DELETED a");
  EXPECT_NE(gone.find(R"("resourceVersion":")" + std::to_string(store_->Revision()) + "\""), std::string::npos);
  EXPECT_NE(gone.find(R"("app":"x")"), std::string::npos) << "the state that the client knew";
  Label("a", "x");
  EXPECT_EQ(Events(stream->Take()), "ADDED a");
  Add("b", "y");
  EXPECT_EQ(Events(stream->Take()), "");
}

TEST_F(WatchTest, AFieldSelectorFollowsPodsOntoTheirNode) {
  const std::string pods = "/api/v1/namespaces/d/pods";
  Post(pods, R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"i"}]}})");
  const auto stream = Watch("/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3Dn1");
  EXPECT_EQ(Events(stream->Take()), "");
  Post(pods + "/p/binding", R"({"target":{"name":"n1"}})");
  EXPECT_EQ(Events(stream->Take()), "ADDED p");
}

TEST_F(WatchTest, OtherNamespacesAreNotSeen) {
  const auto stream = Watch(std::string(kMaps) + "?watch=true");
  Post("/api/v1/namespaces/default/configmaps", R"({"metadata":{"name":"z"}})");
  EXPECT_EQ(Events(stream->Take()), "");
}

TEST_F(WatchTest, ATooOldRevisionIsToldAsAnErrorEvent) {
  for (int i = 0; i < 100; ++i) Label("none", "x"), Add("m" + std::to_string(i));
  const auto stream = Watch(std::string(kMaps) + "?watch=true&resourceVersion=1");
  const std::string line = stream->Take();
  EXPECT_EQ(Events(line), "ERROR");
  EXPECT_NE(line.find(R"("code":410)"), std::string::npos) << line;
  EXPECT_TRUE(stream->ended());
}

TEST_F(WatchTest, BookmarksComeEveryMinuteToWhoAsks) {
  const auto asks = Watch(std::string(kMaps) + "?watch=true&allowWatchBookmarks=true");
  const auto other = Watch(std::string(kMaps) + "?watch=true");
  Post("/api/v1/namespaces/d/secrets", R"({"metadata":{"name":"s"}})");
  for (int second = 0; second < 62; ++second) {
    clock_.Advance(std::chrono::seconds(1));
    api_->http_api().Tick();
  }
  const std::string line = asks->Take();
  EXPECT_EQ(Events(line), "BOOKMARK");
  EXPECT_NE(line.find(R"("resourceVersion":")" + std::to_string(store_->Revision()) + "\""), std::string::npos) << line;
  EXPECT_EQ(other->Take(), "");
}

TEST_F(WatchTest, InitialEventsEndWithAnAnnotatedBookmark) {
  Add("a");
  const auto stream =
      Watch(std::string(kMaps) +
            "?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan");
  const std::string lines = stream->Take();
  EXPECT_EQ(Events(lines), "ADDED a,BOOKMARK");
  EXPECT_NE(lines.find("k8s.io/initial-events-end"), std::string::npos);
}

TEST_F(WatchTest, InitialEventsCanBeForgone) {
  Add("a");
  const auto stream =
      Watch(std::string(kMaps) + "?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan");
  EXPECT_EQ(Events(stream->Take()), "");
  Add("b");
  EXPECT_EQ(Events(stream->Take()), "ADDED b");
}

TEST_F(WatchTest, InitialEventsOfARevisionAreThePresentState) {
  Add("a");
  const std::string revision = Get(kMaps).Text({"metadata", "resourceVersion"});
  Label("a", "y");
  const auto stream =
      Watch(std::string(kMaps) + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan" +
            "&resourceVersion=" + revision);
  const std::string lines = stream->Take();
  EXPECT_EQ(Events(lines), "ADDED a") << "no bookmark for who did not ask";
  EXPECT_NE(lines.find(R"("app":"y")"), std::string::npos);
}

TEST_F(WatchTest, OldPathsWatchToo) {
  Add("a");
  Add("b");
  struct Case {
    const char* path;
    const char* events;
  };
  for (const Case& c :
       {Case{"/api/v1/watch/namespaces/d/configmaps", "ADDED a,ADDED b"},
        Case{"/api/v1/watch/namespaces/d/configmaps/b", "ADDED b"},
        Case{"/api/v1/watch/namespaces/d/configmaps?fieldSelector=metadata.name%3Da", "ADDED a"},
        Case{"/api/v1/watch/namespaces/d", "ADDED d"}, Case{"/apis/apps/v1/watch/namespaces/d/deployments", ""}}) {
    EXPECT_EQ(Events(Watch(c.path)->Take()), c.events) << c.path;
  }
  EXPECT_EQ(Get("/api/v1/watch/namespaces/d/configmaps/b?fieldSelector=metadata.name%3Da").code, 400);
  EXPECT_EQ(Post("/api/v1/watch/namespaces/d/configmaps", "{}").code, 405);
}

TEST_F(WatchTest, AGetOfOneObjectIsNoWatch) {
  Add("a");
  EXPECT_EQ(Get(std::string(kMaps) + "/a?watch=true").Text({"kind"}), "ConfigMap");
}

TEST_F(WatchTest, PartialObjectsAreWatched) {
  const auto stream = Watch(std::string(kMaps) + "?watch=true&allowWatchBookmarks=true",
                            {{"Accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}});
  Add("a");
  const std::string line = stream->Take();
  EXPECT_EQ(Events(line), "ADDED a");
  EXPECT_NE(line.find(R"("kind":"PartialObjectMetadata")"), std::string::npos) << line;
}

TEST_F(WatchTest, ABookmarkComesJustBeforeTheTimeLimit) {
  const auto stream = Watch(std::string(kMaps) + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=10");
  for (int second = 1; second <= 8; ++second) {
    EXPECT_EQ(stream->Take(), "") << second;
    clock_.Advance(std::chrono::seconds(1));
    api_->http_api().Tick();
  }
  EXPECT_EQ(Events(stream->Take()), "BOOKMARK");
  EXPECT_FALSE(stream->ended());
}

// What a browser sends with a watch.
http::Headers Handshake(const std::string& protocols = "") {
  http::Headers headers = {{"Connection", "Upgrade"},
                           {"Upgrade", "websocket"},
                           {"Sec-WebSocket-Version", "13"},
                           {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  if (!protocols.empty()) headers.Add("Sec-WebSocket-Protocol", protocols);
  return headers;
}

TEST_F(WatchTest, AWebSocketCarriesAnEventInEachMessage) {
  Add("a");
  struct Case {
    const char* offered;
    const char* chosen;
    char first;  // byte of a frame
    bool base64;
  };
  for (const Case& c : {Case{"", "", '\x81', false}, Case{"my.own", "my.own", '\x81', false},
                        Case{"other, binary.k8s.io", "binary.k8s.io", '\x82', false},
                        Case{"base64.binary.k8s.io", "base64.binary.k8s.io", '\x81', true}}) {
    SCOPED_TRACE(c.offered);
    const auto responder = Send("GET", std::string(kMaps) + "?watch=true", {}, Handshake(c.offered));
    const http::Response reply = responder->Wait();
    EXPECT_EQ(reply.status, 101);
    EXPECT_EQ(reply.headers.Get("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_EQ(reply.headers.Get("Sec-WebSocket-Protocol"), c.chosen);
    const std::string frame = responder->stream()->Take();
    ASSERT_GT(frame.size(), 4u);
    EXPECT_EQ(frame[0], c.first);
    ASSERT_EQ(frame[1], 126);  // two bytes of length follow
    const size_t size = static_cast<uint8_t>(frame[2]) * 256u + static_cast<uint8_t>(frame[3]);
    ASSERT_EQ(frame.size(), size + 4) << "one message";
    const std::string message = frame.substr(4);
    EXPECT_EQ(Events(c.base64 ? *Base64Decode(message) : message), "ADDED a");
    responder->stream()->Disconnect();
  }
}

TEST_F(WatchTest, AWebSocketEndsWithACloseFrame) {
  const auto responder = Send("GET", std::string(kMaps) + "?watch=true&timeoutSeconds=5", {}, Handshake());
  clock_.Advance(std::chrono::seconds(5));
  api_->http_api().Tick();
  EXPECT_TRUE(responder->stream()->ended());
  EXPECT_EQ(responder->stream()->Take(), std::string("\x88\x02\x03\xE8", 4));
}

TEST_F(WatchTest, AWebSocketMayBringItsTokenAmongTheProtocols) {
  token_.clear();
  const std::string path = std::string(kMaps) + "?watch=true";
  const auto answer = [&](const std::string& protocols) { return Send("GET", path, {}, Handshake(protocols))->Wait(); };
  // "admin", and what is nobody's.
  const http::Response good = answer("base64url.bearer.authorization.k8s.io.YWRtaW4, base64.binary.k8s.io");
  EXPECT_EQ(good.status, 101);
  EXPECT_EQ(good.headers.Get("Sec-WebSocket-Protocol"), "base64.binary.k8s.io");
  EXPECT_EQ(answer("base64url.bearer.authorization.k8s.io.eA, base64.binary.k8s.io").status, 401);
  EXPECT_NE(answer("base64.binary.k8s.io").status, 101);
  token_ = "admin";
  http::Headers malformed = {{"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Key", "x"}};
  EXPECT_EQ(Send("GET", path, {}, std::move(malformed))->Wait().status, 400);
}

TEST_F(WatchTest, TheTimeLimitEndsIt) {
  const auto stream = Watch(std::string(kMaps) + "?watch=true&timeoutSeconds=5");
  clock_.Advance(std::chrono::seconds(4));
  api_->http_api().Tick();
  EXPECT_FALSE(stream->ended());
  clock_.Advance(std::chrono::seconds(1));
  api_->http_api().Tick();
  EXPECT_TRUE(stream->ended());
  Add("a");
  EXPECT_EQ(stream->Take(), "");
}

TEST_F(WatchTest, TablesAreWatchedRowByRow) {
  const auto stream = Watch(std::string(kMaps) + "?watch=true",
                            {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}});
  Add("a");
  const std::string line = stream->Take();
  EXPECT_NE(line.find(R"("kind":"Table")"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("cells":["a")"), std::string::npos) << line;
}

TEST_F(WatchTest, BadOptionsAreAnsweredBeforeTheStreamBegins) {
  EXPECT_EQ(Get(std::string(kMaps) + "?watch=true&labelSelector=a+in+(").code, 400);
  EXPECT_EQ(Get("/api/v1/gadgets?watch=true").code, 404);
  EXPECT_EQ(Get(std::string(kMaps) + "?watch=true&resourceVersion=x").code, 400);
}

}  // namespace
}  // namespace croft::server
